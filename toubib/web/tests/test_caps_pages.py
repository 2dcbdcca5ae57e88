"""The director's list of doctors near or above their share; the price of the start page; what a patient reads after."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from toubib.activity.enums import ActOutcome
from toubib.activity.operations import count_act, declare_activity
from toubib.consultation.operations import sign_room
from toubib.consultation.tests.factories import make_call
from toubib.ground.ids import new_id
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import sign_in
from toubib.record.enums import Attestation
from toubib.record.operations import amend_note, save_note
from toubib.rulebook import live
from toubib.waiting.tests.factories import doctor_actor, make_scene


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True
    cache.clear()


def declare(doctor, counted, acts=1000):
    declare_activity(
        practitioner=doctor.practitioner,
        year=timezone.localdate().year,
        conventioned_acts=acts,
        counted_acts=counted,
        own_mt_acts=None,
        declared_on=timezone.localdate(),
        by=doctor_actor(doctor),
        now=timezone.now(),
    )


@pytest.mark.django_db
def test_list_shows_above_then_near_then_undetermined_and_nobody_below(client):
    cast = make_scene().cast
    declare(cast.vasseur, 190)
    declare(cast.lenoir, 260)
    declare(cast.benali, 10)
    count_act(
        practitioner_id=cast.benali.practitioner_id,
        encounter_id=new_id(),
        act_date=timezone.localdate(),
        outcome=ActOutcome.COUNTED,
        in_denominator=True,
        own_patient=False,
        law_version="x",
    )
    sign_in(client, cast.director)
    page = client.get(reverse("web:direction_caps"))
    names = [row.standing.practitioner.family_name for row in page.context["rows"]]
    assert names == ["Lenoir", "Vasseur"]
    exported = client.get(reverse("web:direction_caps_csv")).content.decode()
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [(row["family_name"], row["outcome"], row["rate"]) for row in rows] == [
        ("Lenoir", "ABOVE", "0.20"),
        ("Vasseur", "NEAR", "0.20"),
    ]
    assert [(row["other_reading"], row["other_outcome"]) for row in rows] == [
        ("NON_MT_ACTIVITY_ONLY", "UNDETERMINED"),  # how many acts are for their own patients was not declared
        ("NON_MT_ACTIVITY_ONLY", "UNDETERMINED"),
    ]
    assert [row.other.outcome for row in page.context["rows"]] == ["indéterminé", "indéterminé"]
    assert "Autre lecture" in page.content.decode()
    read = JournalEntry.objects.filter(action__startswith="activity.caps").order_by("id")
    assert [entry.action for entry in read] == ["activity.caps.read", "activity.caps.export"]


@pytest.mark.django_db
def test_list_is_the_directors_alone(client):
    cast = make_scene().cast
    for account in (cast.vasseur.account, cast.jeanne, cast.compliance):
        sign_in(client, account)
        found = [
            client.get(reverse(f"web:{name}")).status_code
            for name in ("direction_caps", "direction_caps_csv")
        ]
        assert found == [404, 404]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_at_one_and_three(client, count, django_assert_num_queries):
    cast = make_scene().cast
    for doctor in (cast.vasseur, cast.lenoir, cast.benali)[:count]:
        declare(doctor, 300)
    from toubib.activity.queries import to_watch

    with django_assert_num_queries(3):
        assert len(to_watch(year=timezone.localdate().year)) == count


@pytest.mark.django_db
def test_start_page_tells_the_price_of_the_rule_book(client):
    live.warm(on=timezone.localdate())
    page = client.get("/").content.decode()
    assert "chez un généraliste conventionné" in page
    assert "selon les règles en vigueur. Votre cas" not in page


@pytest.mark.django_db(transaction=True)
def test_patient_reads_the_price_and_its_reasons_after_and_never_a_cap(client):
    call = make_call(opened=True)
    now = timezone.now()
    texts = {"reason": "a", "findings": "b", "conclusion": "c", "advice": ""}
    save_note(encounter_id=call.encounter.id, **texts, base=0, by=call.by, now=now)
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=now)
    amend_note(encounter_id=call.encounter.id, text="plus", by=call.by, now=timezone.now())
    sign_in(client, call.account)
    page = client.get(reverse("web:visit", args=[call.encounter.id])).content.decode()
    assert "Ce que vous payez" in page
    assert page.count("Calculé le") == 2
    assert "seuil" not in page.lower()
    assert "activité à distance" not in page
