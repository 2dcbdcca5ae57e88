"""What the patient's side tells, sends and agrees to; encrypted where it lies; each act in the journal."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from toubib.ground.actors import Actor
from toubib.ground.files import read_file
from toubib.ground.ids import new_id
from toubib.ground.models import JournalEntry, StoredFile
from toubib.people.tests.factories import NOW, make_cast
from toubib.record.enums import AbortReason, Attestation, ConsentScope, EncounterState, Orientation
from toubib.record.images import BadFile
from toubib.record.models import Attachment, Consent, HealthSummary
from toubib.record.operations import (
    MOST_FILES,
    add_attachment,
    amend_note,
    bind_to_encounter,
    orient_patient,
    remove_attachment,
    save_note,
    say_consents,
    sign_encounter,
    tell_health_summary,
    withdraw_consent,
)
from toubib.record.queries import attachments_for, consents_of, disposition, latest_summary, trace_read
from toubib.record.tests.factories import doctor, make_encounter, make_pdf, make_picture

pytestmark = pytest.mark.django_db(transaction=True)

CARE, THIRD, LAY, MT = ConsentScope
SECRET = "Péniciline-XYZZY"


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def traces():
    return list(JournalEntry.objects.order_by("id").values_list("action", "patient", "subject_id", "reason"))


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def by(cast):
    return Actor(cast.jeanne.id, "patient")


def files_on_disk():
    return [path for path in settings.FILES_DIR.rglob("*") if path.is_file()]


def test_consents_stand_apart_and_each_is_taken_back_alone(cast, by):
    rows = say_consents(patient_id=cast.leo.id, answers={CARE: True, LAY: False, MT: True}, by=by, now=NOW)
    withdraw_consent(consent_id=rows[2].id, by=by, now=minutes(5))
    withdraw_consent(consent_id=rows[2].id, by=by, now=minutes(9))
    facts = Consent.objects.order_by("id").values_list("scope", "given", "withdrawn_at", "said_by")
    assert sorted(facts) == sorted(
        [
            (CARE, True, None, cast.jeanne.id),
            (LAY, False, None, cast.jeanne.id),
            (MT, True, minutes(5), cast.jeanne.id),
        ]
    )
    assert traces() == [
        ("record.consent.say", cast.leo.id, "", "care:yes,lay_assistant:no,send_to_mt:yes"),
        ("record.consent.withdraw", cast.leo.id, str(rows[2].id), ""),
    ]


@pytest.mark.parametrize("scope", ConsentScope)
def test_each_scope_may_be_given_or_refused_and_withdrawn(cast, by, scope):
    for given in (True, False):
        (row,) = say_consents(patient_id=cast.leo.id, answers={scope: given}, by=by, now=NOW)
        assert withdraw_consent(consent_id=row.id, by=by, now=minutes(1)).withdrawn_at == minutes(1)
    assert Consent.objects.filter(scope=scope).count() == 2


def test_the_last_summary_holds_and_earlier_ones_stay(cast, by):
    assert latest_summary(patient_id=cast.leo.id) is None
    for n, words in enumerate(("aucune", "arachide")):
        row = tell_health_summary(patient_id=cast.leo.id, content={"allergies": words}, by=by, now=minutes(n))
    assert latest_summary(patient_id=cast.leo.id) == row
    assert [one.content["allergies"] for one in HealthSummary.objects.order_by("told_at")] == [
        "aucune",
        "arachide",
    ]
    assert [entry[0] for entry in traces()] == ["record.summary.tell"] * 2


def test_the_same_file_twice_is_one_and_is_encrypted_on_disk(cast, by):
    pdf, before = make_pdf(inside=b"/Title (" + SECRET.encode() + b")"), set(files_on_disk())
    first, second = [
        add_attachment(patient_id=cast.leo.id, title="Ordonnance", content=pdf, by=by, now=minutes(n))
        for n in range(2)
    ]
    (path,) = set(files_on_disk()) - before
    assert (first.id, Attachment.objects.get().added_at, read_file(first.file)) == (
        second.id,
        minutes(1),
        pdf,
    )
    raw = path.read_bytes()
    assert (SECRET.encode() in raw, b"%PDF" in raw, len(raw) > len(pdf)) == (False, False, True)
    assert traces() == [("record.attachment.add", cast.leo.id, str(first.id), "")]


def test_a_bad_file_leaves_nothing(cast, by):
    before = set(files_on_disk())
    with pytest.raises(BadFile):
        add_attachment(patient_id=cast.leo.id, title="x", content=b"<html>", by=by, now=NOW)
    assert (Attachment.objects.count(), StoredFile.objects.count(), set(files_on_disk()), traces()) == (
        0, 0, before, [],
    )  # fmt: skip


def test_files_of_one_request_are_counted(cast, by):
    def send(number: int, ticket_id) -> None:
        pdf = make_pdf(inside=b"/Title (%d)" % number)
        add_attachment(patient_id=cast.leo.id, ticket_id=ticket_id, title="x", content=pdf, by=by, now=NOW)

    first, second = new_id(), new_id()
    for number in range(MOST_FILES):
        send(number, first)
    with pytest.raises(BadFile, match="c’est le plus"):
        send(MOST_FILES, first)
    send(0, first)  # a double click of one that is there
    send(MOST_FILES, second)
    kept = Attachment.objects.order_by("ticket_id").values_list("ticket_id", flat=True)
    assert sorted(kept) == sorted([first] * MOST_FILES + [second])


def test_a_file_taken_back_goes_from_the_table_and_the_disk(cast, by):
    before = set(files_on_disk())
    row = add_attachment(patient_id=cast.leo.id, title="x", content=make_picture(), by=by, now=NOW)
    for _ in range(2):
        remove_attachment(attachment_id=row.id, by=by, now=NOW)
    assert (Attachment.objects.count(), StoredFile.objects.count(), set(files_on_disk())) == (0, 0, before)
    assert [entry[0] for entry in traces()] == ["record.attachment.add", "record.attachment.remove"]


def test_a_file_of_a_visit_is_not_taken_back(cast, by):
    row = add_attachment(patient_id=cast.leo.id, title="x", content=make_picture(), by=by, now=NOW)
    visit = make_encounter(cast.leo, cast.vasseur)
    bind_to_encounter(patient_id=cast.leo.id, since=NOW, encounter_id=visit.id, account_id=by.account_id)
    remove_attachment(attachment_id=row.id, by=by, now=NOW)
    assert Attachment.objects.get().encounter_id == visit.id


def test_pictures_open_in_the_page_and_pdfs_are_only_saved(cast, by):
    rows = [
        add_attachment(patient_id=cast.leo.id, title="x", content=content, by=by, now=NOW)
        for content in (make_picture("PNG"), make_pdf())
    ]
    names = [f"piece-{row.id.hex[-6:]}" for row in rows]
    assert [disposition(row) for row in rows] == [
        f'inline; filename="{names[0]}.jpg"',
        f'attachment; filename="{names[1]}.pdf"',
    ]


def test_a_file_of_one_request_never_joins_the_visit_of_another(cast, by):
    """A minor asked for secrecy, sent a photo, gave up; the next visit, which the parents see, began the same hour."""
    secret, open_one = new_id(), new_id()
    photo = make_picture()
    for ticket_id in (secret, secret, open_one):
        add_attachment(
            patient_id=cast.leo.id, ticket_id=ticket_id, title="x", content=photo, by=by, now=minutes(1)
        )
    kept, mine = Attachment.objects.order_by("id")
    assert (kept.ticket_id, mine.ticket_id) == (secret, open_one)
    visit = make_encounter(cast.leo, cast.vasseur)
    seen = attachments_for(patient_id=cast.leo.id, encounter=visit, ticket_id=open_one)
    bind_to_encounter(
        patient_id=cast.leo.id,
        since=NOW,
        encounter_id=visit.id,
        account_id=by.account_id,
        ticket_id=open_one,
    )
    assert (seen, list(visit.attachments.all())) == ([mine], [mine])


def test_bind_takes_what_this_account_sent_for_this_visit_alone(cast, by):
    other = Actor(cast.stranger.id, "patient")
    for who, n in ((by, -5), (by, 1), (other, 1)):
        say_consents(patient_id=cast.leo.id, answers={CARE: True}, by=who, now=minutes(n))
        add_attachment(
            patient_id=cast.leo.id,
            title=f"{n}",
            content=make_picture(size=(40 + n, 20)),
            by=who,
            now=minutes(n),
        )
    visit = make_encounter(cast.leo, cast.vasseur)
    bind_to_encounter(patient_id=cast.leo.id, since=NOW, encounter_id=visit.id, account_id=by.account_id)
    bound = Attachment.objects.filter(encounter=visit).values_list("added_by", "added_at")
    assert (list(bound), [one.said_by for one in consents_of(encounter=visit)]) == (
        [(by.account_id, minutes(1))],
        [by.account_id],
    )


@pytest.mark.parametrize(
    ("reason", "moved"), [(AbortReason.HANDED_OVER, True), (AbortReason.EMERGENCY, False), (None, False)]
)
def test_bind_takes_along_what_a_doctor_who_did_not_keep_the_case_was_shown(cast, by, reason, moved):
    state = (
        {"state": EncounterState.ABORTED, "abort_reason": reason}
        if reason
        else {"state": EncounterState.TO_SIGN}
    )
    first, second = make_encounter(cast.leo, cast.vasseur, **state), make_encounter(cast.leo, cast.lenoir)
    add_attachment(patient_id=cast.leo.id, title="x", content=make_picture(), by=by, now=NOW)
    for visit in (first, second):
        bind_to_encounter(patient_id=cast.leo.id, since=NOW, encounter_id=visit.id, account_id=by.account_id)
    assert [row.encounter_id for row in attachments_for(patient_id=cast.leo.id, encounter=second)] == (
        [second.id] if moved else []
    )


def test_bind_takes_nothing_from_a_secret_visit_to_an_open_one(cast, by):
    """A minor's visit that no doctor kept, then another one of the same account which parents may see."""
    secret = make_encounter(
        cast.leo, cast.vasseur, state=EncounterState.ABORTED, abort_reason=AbortReason.HANDED_OVER, minor_secrecy=True
    )  # fmt: skip
    row = add_attachment(patient_id=cast.leo.id, title="x", content=make_picture(), by=by, now=NOW)
    say_consents(patient_id=cast.leo.id, answers={CARE: True}, by=by, now=NOW)
    shown = make_encounter(cast.leo, cast.lenoir)
    still_secret = make_encounter(cast.leo, cast.lenoir, minor_secrecy=True)
    bound = []
    for visit in (secret, shown, still_secret):
        bind_to_encounter(patient_id=cast.leo.id, since=NOW, encounter_id=visit.id, account_id=by.account_id)
        row.refresh_from_db()
        bound.append((row.encounter_id, len(consents_of(encounter=visit))))
    assert bound == [(secret.id, 1), (secret.id, 0), (still_secret.id, 1)]


def test_trace_read_names_what_was_read(cast, by):
    for what in ("encounter", "note", "attachment", "summary"):
        trace_read(what=what, patient_id=cast.leo.id, subject_id=cast.leo.id, by=by, now=NOW)
    assert list(
        JournalEntry.objects.order_by("id").values_list("action", "subject", "account", "patient")
    ) == [
        (f"record.{what}.read", what, cast.jeanne.id, cast.leo.id)
        for what in ("encounter", "note", "attachment", "summary")
    ]


def test_clinical_text_is_nowhere_in_the_tables(cast, by):
    """Raw bytes of every table of the record and the journal."""
    made, who = make_encounter(cast.leo, cast.vasseur, EncounterState.IN_PROGRESS), doctor(cast.vasseur)
    words = dict.fromkeys(("reason", "findings", "conclusion", "advice"), SECRET)
    save_note(encounter_id=made.id, base=0, by=who, now=NOW, **words)
    orient_patient(encounter_id=made.id, to=Orientation.OTHER, note=SECRET, by=who, now=NOW)
    sign_encounter(encounter_id=made.id, attestation=Attestation.VIDEO, by=who, now=NOW)
    amend_note(encounter_id=made.id, text=SECRET, by=who, now=NOW)
    tell_health_summary(patient_id=cast.leo.id, content={"allergies": SECRET}, by=by, now=NOW)
    add_attachment(patient_id=cast.leo.id, title=SECRET, content=make_picture(), by=by, now=NOW)
    found = []
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("record_", "ground_"))
        ]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                cells = [
                    bytes(cell) if isinstance(cell, memoryview | bytes) else str(cell).encode()
                    for cell in row
                ]
                if any(SECRET.encode() in cell or b"XYZZY" in cell for cell in cells):
                    found.append(table)
    assert (len(tables) > 6, found) == (True, [])
