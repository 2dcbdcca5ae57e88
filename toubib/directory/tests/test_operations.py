from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from stdnum import luhn

from toubib.directory.models import Practitioner
from toubib.directory.operations import (
    BadPractice,
    BadRpps,
    Practice,
    PractitionerFacts,
    register_practitioner,
    say_practice,
)
from toubib.directory.queries import has_am_shape, has_valid_finess_key, has_valid_rpps_key
from toubib.directory.tests.factories import make_practitioner, make_rpps
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def facts(**over) -> PractitionerFacts:
    return PractitionerFacts(
        **{
            "rpps": make_rpps(1),
            "title": "Dr",
            "given_name": "Ugo",
            "family_name": "Blanc",
            "profession": "doctor",
            "specialty": "psychiatry",
            "practice_name": "Cabinet",
            "practice_commune": make_commune(),
            **over,
        }
    )


def test_register_practitioner_refreshes_the_entry_of_the_same_number() -> None:
    first = register_practitioner(facts=facts())
    second = register_practitioner(facts=facts(rpps=" ".join(make_rpps(1)), practice_name="Clinique"))
    assert (first, second.practice_name, Practitioner.objects.count()) == (second, "Clinique", 1)


def test_a_pharmacist_has_no_medical_specialty() -> None:
    assert register_practitioner(facts=facts(profession="pharmacist")).specialty == ""


@pytest.mark.parametrize("rpps", ["", "123", make_rpps(1)[:-1] + "x", make_rpps(1) + "0", "٩" * 11])
def test_register_practitioner_refuses_a_wrong_key(rpps: str) -> None:
    assert not has_valid_rpps_key(rpps)
    with pytest.raises(BadRpps):
        register_practitioner(facts=facts(rpps=rpps))


def test_the_database_refuses_a_doctor_without_specialty() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_practitioner(specialty="")


def test_say_practice_keeps_what_documents_print_and_one_trace_for_the_same_words() -> None:
    doctor = make_practitioner()
    said = Practice("3  rue des Tilleuls", "+33536490001", "dr@cabinet.test", "99 000 001 0", "991 000 001")
    for _twice in range(2):
        kept = say_practice(practitioner=doctor, practice=said, by=Actor.system("test"), now=NOW)
    register_practitioner(facts=facts(rpps=doctor.rpps))  # the extract says nothing of these
    doctor.refresh_from_db()
    shown = [doctor.practice_address, doctor.practice_phone, doctor.practice_email]
    assert shown == ["3 rue des Tilleuls", "+33536490001", "dr@cabinet.test"]
    assert (kept.practice_finess, doctor.practice_finess, doctor.am_number) == (
        "990000010",
        "990000010",
        "991000001",
    )
    assert JournalEntry.objects.filter(action="directory.practice.say").count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("practice_finess", "990000011"),
        ("practice_finess", "99000001"),
        ("am_number", "99100000A"),
        ("am_number", "9"),
    ],
)
def test_say_practice_refuses_a_number_that_cannot_be(field: str, typed: str) -> None:
    doctor = make_practitioner()
    with pytest.raises(BadPractice) as refused:
        say_practice(
            practitioner=doctor, practice=Practice(**{field: typed}), by=Actor.system("test"), now=NOW
        )
    doctor.refresh_from_db()
    assert (refused.value.field, getattr(doctor, field)) == (field, "")


def test_finess_and_am_numbers_by_their_keys_and_shapes() -> None:
    assert [has_valid_finess_key(n) for n in ("310000015", "310000016", "2A0000012", "2C0000012", "٣10000015")] == [
        luhn.is_valid("310000015"), luhn.is_valid("310000016"), True, False, False,
    ]  # fmt: skip
    assert [has_am_shape(n) for n in ("351000015", "35100001", "35100001a")] == [True, False, False]
