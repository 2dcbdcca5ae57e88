"""What the worker erases each day, what it leaves, and the dry run."""

from datetime import timedelta

import pytest
from django.conf import settings

from toubib.billing.models import PriceShown
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Complaint, Feedback, Invite
from toubib.documents.models import Document
from toubib.ground.actors import Actor
from toubib.ground.files import file_path
from toubib.ground.mail import queue_message
from toubib.ground.models import JournalEntry, StoredFile
from toubib.people.models import Account, Evidence, Patient, PatientLink
from toubib.people.tests.factories import NOW, make_account, make_cast, make_link
from toubib.record.models import Attachment, Encounter, Note
from toubib.record.operations import add_attachment
from toubib.record.tests.factories import make_encounter, make_picture
from toubib.rights import periods
from toubib.rights.models import LegalHold
from toubib.rights.operations import (
    RecordHeld,
    apply_retention,
    erase_account,
    erase_record,
    place_hold,
    sweeps,
    tell_death,
)
from toubib.rights.operations.tree import record_rows
from toubib.rights.tasks import erase_messages
from toubib.rights.tests.factories import fill_record
from toubib.rulebook.parameters import value_on
from toubib.waiting.models import FollowUp, Ticket

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)
LATER = NOW + 21 * YEAR


@pytest.fixture
def cast():
    return make_cast()


def swept(now=NOW, **more):
    return {one.name: one.count for one in apply_retention(now=now, **more) if one.count}


def officer(cast):
    return Actor(cast.compliance.id, "compliance")


def count_files():
    return sum(path.is_file() for path in settings.FILES_DIR.rglob("*"))


def test_a_record_past_its_end_goes_whole_and_nobody_elses(cast, django_capture_on_commit_callbacks):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    other = fill_record(cast, cast.stranger_patient, cast.stranger, at=LATER - YEAR)
    gone = {model._meta.label for model in record_rows(patient=cast.jeanne_patient)}
    files = [file_path(file) for file in StoredFile.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        assert swept(LATER)["records"] == 1
    left = {path for path in files if path.exists()}
    theirs = [one.file_id for one in Attachment.objects.all()] + [
        one.file_id for one in Document.objects.all()
    ]
    assert {"documents.Document", "record.Note", "waiting.Ticket", "waiting.Ticket_declined"} <= gone
    assert (
        list(Encounter.objects.all()),
        set(Patient.objects.values_list("birth_given_names", flat=True)),
    ) == (
        [other],
        {"Paul"},  # of Léo no record is, and nobody acts for him since he is 18
    )
    assert left == {file_path(file) for file in StoredFile.objects.filter(pk__in=theirs)} and len(left) == 3
    entry = JournalEntry.objects.get(action="rights.record.erase", patient=cast.jeanne_patient.pk)
    assert (entry.patient, entry.role, entry.reason) == (
        cast.jeanne_patient.pk,
        "system:worker",
        "retention.record.archived_years",
    )


def test_a_dry_run_counts_the_same_and_erases_nothing(cast, django_capture_on_commit_callbacks):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    before = (Note.objects.count(), Patient.objects.count(), JournalEntry.objects.count(), count_files())
    with django_capture_on_commit_callbacks(execute=True):
        dry = swept(LATER, dry=True)
    assert (
        Note.objects.count(),
        Patient.objects.count(),
        JournalEntry.objects.count(),
        count_files(),
    ) == before
    assert dry == swept(LATER)


def test_a_day_before_its_end_a_record_stays(cast):
    visit = fill_record(cast, cast.jeanne_patient, cast.jeanne)
    end = visit.planned_at.replace(year=NOW.year + 20)
    assert "records" not in swept(end - timedelta(days=1))
    assert swept(end)["records"] == 1


def test_a_child_s_record_stays_until_28(cast):
    fill_record(cast, cast.leo, cast.jeanne)  # born 12 June 2020
    assert "records" not in swept(NOW.replace(year=2048, month=6, day=11))
    assert swept(NOW.replace(year=2048, month=6, day=12))["records"] == 1


def test_a_hold_suspends_everything(cast):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    hold = place_hold(patient=cast.jeanne_patient, why="Recours du 3 mars", by=officer(cast), now=NOW)
    assert place_hold(patient=cast.jeanne_patient, why="Encore", by=officer(cast), now=NOW) == hold
    make_ticket(cast.jeanne, cast.jeanne_patient)
    Invite.objects.create(
        ticket_id=Ticket.objects.get(state="closed").pk, role=ParticipantRole.RELATIVE, token_digest="x",
        invited_by=cast.jeanne.id, created_at=NOW, expires_at=NOW,
    )  # fmt: skip
    before = [model.objects.count() for model in (Complaint, Feedback, Invite, Ticket, Patient, Note)]
    for erase in (
        lambda: erase_record(patient=cast.jeanne_patient, rule="x", by=officer(cast), now=LATER),
        lambda: erase_account(account=cast.jeanne, by=officer(cast), now=LATER),
    ):
        with pytest.raises(RecordHeld):
            erase()
    gone = swept(LATER)
    cast.jeanne.refresh_from_db()
    assert {"records", "ratings of calls", "complaints", "links of guests who never came"} & set(
        gone
    ) == set()
    assert (cast.jeanne.email, cast.jeanne.is_active) == ("jeanne@exemple.test", True)
    after = [model.objects.count() for model in (Complaint, Feedback, Invite, Ticket, Patient, Note)]
    assert [b - a for b, a in zip(before, after, strict=True)] == [
        0,
        0,
        0,
        0,
        2,
        0,
    ]  # other people, without a record
    LegalHold.objects.update(lifted_at=LATER, lifted_by=cast.compliance.id)
    assert swept(LATER)["records"] == 1


def test_a_death_is_told_with_its_paper(cast):
    day = NOW.date()
    tell_death(patient=cast.leo, died_on=day, known_by="Acte de décès", by=officer(cast), now=NOW)
    row = tell_death(patient=cast.leo, died_on=day, known_by="Acte corrigé", by=officer(cast), now=NOW)
    assert (cast.leo.death == row, row.known_by) == (True, "Acte corrigé")


def make_ticket(account, patient, **over):
    facts = {
        "state": "left",
        "created_at": NOW,
        "touched_at": NOW,
        "ended_at": NOW,
        "arrived_at": NOW,
        **over,
    }
    return Ticket.objects.create(account=account, patient=patient, reason_text="Toux", **facts)


def test_requests_nobody_served_lose_all_but_their_hours(cast):
    line = make_ticket(cast.jeanne, cast.jeanne_patient)
    never = make_ticket(cast.jeanne, cast.leo, state="expired", arrived_at=None)
    by = Actor(cast.jeanne.id, "patient")
    photo = add_attachment(
        patient_id=cast.leo.id, title="Peau", content=make_picture(), ticket_id=never.id, by=by, now=NOW
    )
    assert swept(NOW + timedelta(days=7)) == {}
    assert swept(NOW + timedelta(days=7, seconds=1)) == {"requests that nobody served": 2}
    line.refresh_from_db()
    assert (line.account, line.patient, line.reason_text, line.arrived_at) == (None, None, None, NOW)
    assert not Ticket.objects.filter(pk=never.pk).exists()
    assert not Attachment.objects.filter(pk=photo.pk).exists()
    assert swept(NOW + timedelta(days=8)) == {}


def test_a_served_request_stays_with_its_record(cast):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    Account.objects.update(last_login=NOW)
    assert swept(NOW + timedelta(days=60)) == {}


def test_words_after_the_call_have_their_years(cast):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    Account.objects.update(last_login=NOW + 6 * YEAR)
    assert swept(NOW + 2 * YEAR) == {"ratings of calls": 1}
    assert swept(NOW + 5 * YEAR) == {"complaints": 1}
    assert (Feedback.objects.count(), Complaint.objects.count(), Note.objects.count()) == (0, 0, 1)


def test_links_of_guests_who_never_came(cast):
    Invite.objects.create(
        ticket_id=cast.leo.id, role=ParticipantRole.RELATIVE, token_digest="x", invited_by=cast.jeanne.id,
        created_at=NOW, expires_at=NOW,
    )  # fmt: skip
    assert swept(NOW + timedelta(days=29)) == {}
    assert swept(NOW + timedelta(days=31)) == {"links of guests who never came": 1}


def test_an_account_left_alone_goes_with_people_without_a_record(cast):
    make_encounter(cast.stranger_patient, cast.vasseur, "signed")
    Account.objects.update(last_login=NOW)
    Account.objects.filter(pk=cast.jeanne.pk).update(last_login=NOW - 4 * YEAR)
    olivier = make_account(last_login=NOW)
    make_link(olivier, cast.leo, "parent")
    assert swept() == {"accounts left alone": 1}
    cast.jeanne.refresh_from_db()
    assert (cast.jeanne.is_active, cast.jeanne.email, cast.jeanne.display_name) == (
        False,
        f"{cast.jeanne.pk.hex}@efface.invalid",
        "",
    )
    assert not Patient.objects.filter(pk=cast.jeanne_patient.pk).exists()
    assert list(
        PatientLink.objects.filter(patient=cast.leo, revoked_at=None).values_list("account", flat=True)
    ) == [olivier.pk]


def test_professionals_accounts_are_never_swept(cast):
    Account.objects.update(last_login=NOW - 9 * YEAR)
    apply_retention(now=NOW)
    assert Account.objects.filter(is_active=True, grants__role="practitioner").count() == 3


def test_proofs_of_practice_have_their_ten_years(cast):
    Account.objects.update(last_login=NOW + 12 * YEAR)
    count = Evidence.objects.count()
    ends = max(Evidence.objects.values_list("valid_until", flat=True))
    day = NOW.replace(year=ends.year + 10, month=ends.month, day=ends.day)
    assert swept(day) == {}
    assert swept(day + timedelta(days=1)) == {"evidence of professionals": count}
    assert Evidence.objects.count() == 0


def test_a_run_goes_on_until_nothing_is_left(cast, monkeypatch):
    monkeypatch.setattr(sweeps, "A_BATCH", 2)
    for _one in range(5):
        make_ticket(cast.jeanne, cast.jeanne_patient)
    later = NOW + timedelta(days=8)
    assert swept(later, dry=True) == {"requests that nobody served": 5}
    assert Ticket.objects.filter(account=cast.jeanne).count() == 5
    assert swept(later) == {"requests that nobody served": 5}
    assert not Ticket.objects.filter(account__isnull=False).exists()


def test_records_behind_those_that_stay_are_reached(cast, monkeypatch):
    monkeypatch.setattr(sweeps, "A_BATCH", 1)
    place_hold(patient=cast.jeanne_patient, why="Recours", by=officer(cast), now=NOW)
    for patient in (cast.jeanne_patient, cast.leo, cast.stranger_patient):
        fill_record(cast, patient, cast.jeanne)
    assert swept(LATER)["records"] == 1
    assert set(Patient.objects.all()) == {cast.jeanne_patient, cast.leo}


def test_a_shortened_period_is_applied(cast, monkeypatch):
    short = {"retention.record.active_years": 1, "retention.record.archived_years": 2}

    def value(*, id, on):
        return short[id] if id in short else value_on(id=id, on=on)

    fill_record(cast, cast.stranger_patient, cast.stranger)
    Account.objects.update(last_login=NOW + 3 * YEAR)
    assert "records" not in swept(NOW + 3 * YEAR)
    monkeypatch.setattr(periods, "value_on", value)
    assert "records" not in swept(NOW + 2 * YEAR)
    assert swept(NOW + 3 * YEAR)["records"] == 1


def test_a_bare_request_keeps_no_price(cast):
    line = make_ticket(cast.jeanne, cast.jeanne_patient)
    PriceShown.objects.create(
        ticket=line, estimate={}, law_version="x", shown_at=NOW, agreed=True, answered_at=NOW, answered_by=cast.jeanne.id
    )  # fmt: skip
    assert swept(NOW + timedelta(days=8)) == {"requests that nobody served": 1}
    assert not PriceShown.objects.exists()


def test_people_nobody_acts_for_go_unless_a_call_back_waits(cast):
    Account.objects.update(last_login=NOW + 5 * YEAR)
    PatientLink.objects.filter(patient=cast.leo).update(revoked_at=NOW)
    ticket = make_ticket(None, cast.leo)
    call = FollowUp.objects.create(ticket=ticket, call_back=True, created_at=NOW)
    assert swept(NOW + 2 * YEAR) == {}
    assert swept(NOW + 4 * YEAR) == {}
    FollowUp.objects.filter(pk=call.pk).update(done_at=NOW)
    assert swept(NOW + 4 * YEAR)["people nobody acts for"] == 1
    assert not Patient.objects.filter(pk=cast.leo.pk).exists()


def test_messages_have_the_days_of_the_rule_book():
    queue_message(channel="email", to="lea@exemple.test", subject="S", body="B", now=NOW)
    days = timedelta(days=value_on(id="retention.message.days", on=NOW.date()))
    assert (erase_messages(now=NOW + days), erase_messages(now=NOW + days + timedelta(seconds=1))) == (0, 1)
