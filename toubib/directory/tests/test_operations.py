from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from toubib.directory.models import Practitioner
from toubib.directory.operations import BadRpps, PractitionerFacts, register_practitioner
from toubib.directory.queries import has_valid_rpps_key
from toubib.directory.tests.factories import make_practitioner, make_rpps
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db


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
