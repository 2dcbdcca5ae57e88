"""Who reads what: every kind of link, every query, with and without a minor's secrecy (L. 1111-5 CSP)."""

from datetime import date, timedelta

import pytest

from toubib.people.enums import LinkKind
from toubib.people.tests.factories import NOW, make_account, make_cast, make_link, make_patient
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter, HealthSummary
from toubib.record.perms import may_read_encounter, may_read_note
from toubib.record.queries import (
    attachments_for,
    encounters_for_account,
    get_encounter,
    latest_summary,
    past_encounters,
    video_verdict,
)
from toubib.record.tests.factories import make_encounter

pytestmark = pytest.mark.django_db

S = EncounterState
NO_LINK, UNSIGNED, ACTS_FOR, IS_DOCTOR = (
    "RECORD.NO_LINK",
    "RECORD.UNSIGNED",
    "RECORD.ACTS_FOR",
    "RECORD.DOCTOR",
)


def codes(access):
    return access.allowed, [reason.code for reason in access.reasons]


def listed(account, now=NOW):
    return list(encounters_for_account(account_id=account.id, now=now))


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def teenager(db):
    return make_patient(birth_given_names="Inès", birth_date=date(2010, 2, 3))


@pytest.mark.parametrize("kind", LinkKind)
@pytest.mark.parametrize("secret", [False, True])
def test_signed_visit_by_link(cast, teenager, kind, secret):
    account = make_account()
    make_link(account, teenager, kind)
    visit = make_encounter(teenager, cast.vasseur, S.SIGNED, minor_secrecy=secret)
    shown = kind == LinkKind.SELF or not secret
    wanted = (True, [ACTS_FOR]) if shown else (False, [NO_LINK])
    assert (
        codes(may_read_encounter(account=account, encounter=visit, now=NOW)),
        codes(may_read_note(account=account, encounter=visit, now=NOW)),
        listed(account),
    ) == (wanted, wanted, [visit] if shown else [])


@pytest.mark.parametrize("kind", LinkKind)
@pytest.mark.parametrize("end", ["revoked", "ended", "not begun", "none"])
def test_visit_without_a_live_link_is_nobodys(cast, teenager, kind, end):
    account, visit = make_account(), make_encounter(teenager, cast.vasseur, S.SIGNED)
    facts = {
        "revoked": {"revoked_at": NOW},
        "ended": {"ends_at": NOW},
        "not begun": {"starts_at": NOW + timedelta(seconds=1)},
    }
    if end != "none":
        make_link(account, teenager, kind, **facts[end])
    assert (codes(may_read_encounter(account=account, encounter=visit, now=NOW)), listed(account)) == (
        (False, [NO_LINK]),
        [],
    )


def test_secret_and_absent_answer_with_the_same_words(cast, teenager):
    parent, stranger = make_account(), make_account()
    make_link(parent, teenager, LinkKind.PARENT)
    visit = make_encounter(teenager, cast.vasseur, S.SIGNED, minor_secrecy=True)
    answers = [may_read_encounter(account=one, encounter=visit, now=NOW) for one in (parent, stranger)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("state", S)
def test_note_is_read_by_the_patients_side_only_once_signed(cast, state):
    visit = make_encounter(cast.leo, cast.vasseur, state)
    signed = state in {S.SIGNED, S.AMENDED}
    assert [
        codes(may_read_note(account=who, encounter=visit, now=NOW))
        for who in (cast.jeanne, cast.vasseur.account, cast.stranger, cast.lenoir.account)
    ] == [
        (True, [ACTS_FOR]) if signed else (False, [UNSIGNED]),
        (True, [IS_DOCTOR]),
        (False, [NO_LINK]),
        (False, [NO_LINK]),
    ]


def test_doctor_of_the_visit_reads_it_under_secrecy(cast, teenager):
    visit = make_encounter(teenager, cast.vasseur, S.SIGNED, minor_secrecy=True)
    assert codes(may_read_encounter(account=cast.vasseur.account, encounter=visit, now=NOW)) == (
        True,
        [IS_DOCTOR],
    )


def test_doctor_who_has_the_case_sees_past_visits_secret_ones_too(cast, teenager):
    rows = [
        make_encounter(teenager, cast.lenoir, state, minor_secrecy=secret, planned_at=NOW - timedelta(days=n))
        for n, (state, secret) in enumerate([(S.SIGNED, True), (S.AMENDED, False), (S.ABORTED, False)])
    ]
    now = make_encounter(teenager, cast.vasseur, planned_at=NOW + timedelta(days=1))
    assert past_encounters(patient_id=teenager.id, before=now) == rows[:2]
    assert past_encounters(patient_id=teenager.id, before=rows[0]) == [rows[1]]
    assert past_encounters(patient_id=teenager.id, limit=1) == [rows[0]]


def test_two_links_to_a_patient_count_the_stronger(cast, teenager):
    """Grown up: one's own account stays, the parent's link ended at eighteen."""
    account = make_account()
    make_link(account, teenager, LinkKind.RELATIVE)
    visit = make_encounter(teenager, cast.vasseur, S.SIGNED, minor_secrecy=True)
    assert listed(account) == []
    make_link(make_account(), teenager)
    assert listed(account) == [] and visit.minor_secrecy


def test_own_visits_and_those_of_children_newest_first(cast):
    visits = [
        make_encounter(patient, cast.vasseur, S.SIGNED, planned_at=NOW - timedelta(days=n))
        for n, patient in enumerate([cast.leo, cast.jeanne_patient, cast.stranger_patient, cast.leo])
    ]
    assert listed(cast.jeanne) == [visits[0], visits[1], visits[3]]


def test_what_one_account_told_is_found_apart(cast, teenager):
    own, parent = make_account(), make_account()
    rows = [
        HealthSummary.objects.create(
            patient=teenager, content={}, told_at=NOW + timedelta(days=n), told_by=who.id
        )
        for n, who in enumerate([parent, own])
    ]
    assert [
        latest_summary(patient_id=teenager.id),
        latest_summary(patient_id=teenager.id, told_by=parent.id),
        latest_summary(patient_id=teenager.id, told_by=cast.stranger.id),
    ] == [rows[1], rows[0], None]


def test_get_encounter_and_files_of_no_one(cast):
    visit = make_encounter(cast.leo, cast.vasseur)
    assert (get_encounter(encounter_id=visit.id), get_encounter(encounter_id=cast.leo.id)) == (visit, None)
    assert attachments_for(patient_id=cast.leo.id, encounter=visit) == []


@pytest.mark.parametrize(
    ("patient", "practitioner", "finding"),
    [
        (None, None, "none"),
        (30, None, "none"),
        (29, 30, "too_short"),
        (30, 29, "too_short"),
        (1, 300, "too_short"),
        (30, 30, "measured"),
        (30, 37, "measured"),  # 7 apart, 7.4 allowed
        (30, 38, "apart"),  # 8 apart, 7.6 allowed
        (80, 100, "measured"),  # exactly 20 %
        (79, 100, "apart"),
        (100, 80, "measured"),
        (100, 79, "apart"),
        (86_400, 69_120, "measured"),
    ],
)
def test_video_verdict(patient, practitioner, finding):
    visit = Encounter(planned_at=NOW, video_seconds_patient=patient, video_seconds_practitioner=practitioner)
    verdict = video_verdict(encounter=visit)
    assert (verdict.finding, verdict.measured, verdict.patient_seconds, verdict.practitioner_seconds) == (
        finding,
        finding == "measured",
        patient or 0,
        practitioner or 0,
    )
