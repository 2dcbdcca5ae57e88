"""Codes of who assisted: by profession and setting, under the law of the day, once the act is paid; their own file."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from toubib.assistance.enums import Setting
from toubib.assistance.models import Presence
from toubib.assistance.operations import answer_presence, begin_presence
from toubib.assistance.tests.factories import EVERYTHING, make_helper, make_post, post
from toubib.billing.assistance import COLUMNS, code_of
from toubib.billing.enums import ClaimState
from toubib.billing.models import AssistanceLine, ClaimLine
from toubib.billing.operations import prepare_assistance, take_file
from toubib.billing.queries import totals_by_day
from toubib.billing.queries.assistance import totals_of_helper
from toubib.billing.tests.factories import make_signed
from toubib.directory.enums import Profession
from toubib.directory.tests.factories import make_place
from toubib.ground.actors import Actor
from toubib.people.models import Patient
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import make_scene, patient_actor

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = Actor.system("test")


def assisted(profession=Profession.PHARMACIST, *, setting=Setting.PLACE, agreed=True, **over):
    """A signed act at which someone assisted, and who."""
    scene = make_scene()
    helper = make_helper(profession)
    place = make_post(helper)
    act = make_signed(scene=scene, **over)
    Ticket.objects.filter(pk=act.ticket.pk).update(place_of_care=place)
    now = timezone.now()
    by = Actor(helper.account_id, "assistant")
    presence = begin_presence(
        ticket_id=act.ticket.pk, patient_id=act.patient.pk, place_id=place.pk, account=helper.account, by=by,
        now=now, setting=setting,
    )  # fmt: skip
    answer_presence(
        presence_id=presence.pk,
        agreed=agreed,
        patient_id=act.patient.pk,
        by=patient_actor(act.account),
        now=now,
    )
    return act, helper


def lines():
    return list(AssistanceLine.objects.values_list("code", "tariff_cents", "state"))


def month(act):
    today = timezone.localdate()
    return {"first": today - timedelta(days=31), "last": today + timedelta(days=1)}


@pytest.mark.parametrize(
    ("profession", "setting", "expected"),
    [
        (Profession.PHARMACIST, Setting.PLACE, [("TLM", 100, "prepared")]),
        (Profession.NURSE, Setting.PLACE, [("TLL", 1200, "prepared")]),
        (Profession.NURSE, Setting.PLANNED_CARE, [("TLS", 1000, "prepared")]),
        (Profession.NURSE, Setting.HOME, [("TLD", 1500, "prepared")]),
        (Profession.ORTHOPTIST, Setting.PLACE, []),
    ],
)
def test_the_code_follows_who_assists_and_where(profession, setting, expected):
    act, _helper = assisted(profession, setting=setting)
    act.settle()
    assert lines() == expected


def test_the_setting_is_that_of_the_assignment():
    act = make_signed(scene=make_scene())
    helper = make_helper(Profession.NURSE)
    place = make_place(devices=EVERYTHING)
    post(helper, place, setting=Setting.HOME)
    presence = begin_presence(
        ticket_id=act.ticket.pk, patient_id=act.patient.pk, place_id=place.pk, account=helper.account,
        by=Actor(helper.account_id, "assistant"), now=timezone.now(),
    )  # fmt: skip
    code = code_of(presence=presence, on=timezone.localdate())
    assert (presence.setting, code.code if code else "") == ("home", "TLD")


@pytest.mark.parametrize(("on", "code"), [(date(2022, 5, 6), None), (date(2022, 5, 7), "TLM")])
def test_a_code_holds_from_the_day_of_the_law(on, code):
    found = code_of(presence=Presence(profession="pharmacist"), on=on)
    assert (found.code if found else None) == code


def test_settled_twice_it_is_prepared_once_and_never_in_the_doctor_s_totals():
    act, _helper = assisted()
    act.settle()
    before = totals_by_day(ClaimLine.objects.all())
    act.settle()
    assert len(lines()) == 1
    assert totals_by_day(ClaimLine.objects.all()) == before
    assert before[0].total == "30.00" or before[0].acts == 1


@pytest.mark.parametrize("over", [{"said": {"c2s": None}}, {"secret": True}, {"attestation": "phone"}])
def test_nothing_is_prepared_for_an_act_that_is_held_secret_or_not_paid(over):
    act, _helper = assisted(**over)
    act.settle()
    assert lines() == []


def test_a_presence_that_the_patient_refused_bills_nothing():
    act, _helper = assisted(agreed=False)
    act.settle()
    assert lines() == []


@pytest.mark.parametrize(("minutes", "expected"), [(-1, []), (1, [("TLM", 100, "prepared")])])
def test_who_left_before_a_doctor_took_the_case_bills_nothing(minutes, expected):
    act, _helper = assisted()
    accepted = Ticket.objects.get(pk=act.ticket.pk).accepted_at
    Presence.objects.update(ended_at=accepted + timedelta(minutes=minutes))
    act.settle()
    assert lines() == expected


def test_an_act_not_paid_after_all_drops_the_code():
    act, _helper = assisted()
    line = act.settle()
    ClaimLine.objects.filter(pk=line.pk).update(state=ClaimState.NOTHING)
    prepare_assistance(line=ClaimLine.objects.get(pk=line.pk), by=WORKER, now=timezone.now())
    assert lines() == [("TLM", 100, "dropped")]


def test_their_file_has_their_lines_alone_and_may_be_taken_again():
    act, helper = assisted()
    act.settle()
    by, now = Actor(helper.account_id, "assistant"), timezone.now()
    content = take_file(helper_id=helper.account_id, **month(act), by=by, now=now)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert list(rows[0]) == list(COLUMNS)
    said = {name: rows[0][name] for name in ("code", "tariff", "helper_rpps", "doctor_rpps", "birth_name")}
    patient = Patient.objects.get(pk=act.patient.pk)
    assert said == {
        "code": "TLM",
        "tariff": "1.00",
        "helper_rpps": helper.practitioner.rpps,
        "doctor_rpps": act.professional.practitioner.rpps,
        "birth_name": patient.birth_name,
    }
    assert take_file(helper_id=helper.account_id, **month(act), by=by, now=now) == content
    assert lines() == [("TLM", 100, "taken")]
    stranger = make_helper(Profession.NURSE)
    assert take_file(helper_id=stranger.account_id, **month(act), by=by, now=now).decode().count("\n") == 1
    totals = totals_of_helper(helper_id=helper.account_id, **month(act))
    assert [(one.code, one.count, one.amount) for one in totals] == [("TLM", 1, "1.00")]
