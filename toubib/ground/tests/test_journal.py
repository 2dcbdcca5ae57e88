from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from toubib.ground.actors import Actor
from toubib.ground.journal import Fault, seal_journal, trace, verify_journal
from toubib.ground.models import JournalEntry
from toubib.ground.tests.journal_kit import by_hand

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DOCTOR = Actor(UUID(int=1), "practitioner")
PATIENT = UUID(int=2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def head_file(settings, tmp_path):
    settings.JOURNAL_HEAD_FILE = tmp_path / "journal.head"
    return settings.JOURNAL_HEAD_FILE


def write(count, *, at=NOW):
    for number in range(count):
        trace(
            by=DOCTOR,
            action="record.note.read",
            now=at,
            patient=PATIENT,
            subject="note",
            subject_id=str(number),
        )


def faults(now=NOW):
    return list(verify_journal(now=now))


def test_entry_keeps_who_what_and_whom():
    trace(
        by=DOCTOR,
        action="record.note.read",
        now=NOW,
        patient=PATIENT,
        subject="note",
        subject_id="7",
        reason="care",
    )
    entry = JournalEntry.objects.values(
        "account", "role", "action", "patient", "subject", "subject_id", "reason"
    ).get()
    assert entry == {
        "account": DOCTOR.account_id,
        "role": "practitioner",
        "action": "record.note.read",
        "patient": PATIENT,
        "subject": "note",
        "subject_id": "7",
        "reason": "care",
    }


def test_seals_chain_in_order_over_several_rounds(head_file):
    write(2)
    assert seal_journal() == 2
    write(1)
    assert seal_journal() == 1
    rows = list(JournalEntry.objects.order_by("seq").values_list("seq", "prev_hash", "hash"))
    assert [seq for seq, _, _ in rows] == [1, 2, 3]
    assert [before for _, before, _ in rows] == ["0" * 64, rows[0][2], rows[1][2]]
    assert head_file.read_text() == f"2 {rows[1][2]}\n3 {rows[2][2]}\n"
    assert faults() == []


def test_nothing_to_seal_writes_nothing(head_file):
    assert seal_journal() == 0
    assert not head_file.exists()


def test_entry_of_a_transaction_rolled_back_leaves_no_hole():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(1)
        _ = 1 / 0
    write(1)
    seal_journal()
    assert faults() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "record.note.sign"),
        ("role", "patient"),
        ("subject_id", "9"),
        ("reason", "x"),
        ("account", UUID(int=9).hex),
        ("hash", "f" * 64),
        ("prev_hash", "f" * 64),
        ("at", NOW + timedelta(seconds=1)),
    ],
)
def test_verify_names_the_entry_that_was_altered(column, value):
    write(3)
    seal_journal()
    by_hand(f"UPDATE ground_journalentry SET {column} = %s WHERE seq = 2", value)
    found = faults()
    assert found[0] == Fault(2, "the entry or its place in the chain was altered")


def test_verify_names_the_entries_that_are_missing():
    write(5)
    seal_journal()
    by_hand("DELETE FROM ground_journalentry WHERE seq IN (2, 3)")
    assert faults()[0] == Fault(4, "entries 2 to 3 are missing")


def test_verify_sees_that_the_end_was_cut():
    write(3)
    seal_journal()
    by_hand("DELETE FROM ground_journalentry WHERE seq = 3")
    assert faults() == [Fault(3, "the journal was cut: the head file knows entries up to 3")]


@pytest.mark.parametrize("left", [None, "", "first"])
def test_verify_sees_that_the_head_file_is_missing_empty_or_cut(head_file, left):
    write(2)
    seal_journal()
    first = head_file.read_text()
    write(1)
    seal_journal()
    head_file.unlink()
    if left is not None:
        head_file.write_text(first if left == "first" else left)
    words = "the head file is missing, empty or cut: it does not know the last sealed entry"
    assert faults() == [Fault(3, words)]


def test_verify_sees_that_the_whole_journal_was_emptied():
    write(3)
    seal_journal()
    by_hand("DELETE FROM ground_journalentry")
    assert faults() == [Fault(3, "the journal was cut: the head file knows entries up to 3")]


def test_verify_sees_a_chain_written_anew_from_its_first_entry():
    write(2)
    seal_journal()
    by_hand("UPDATE ground_journalentry SET action = 'x', seq = NULL, prev_hash = '', hash = ''")
    assert seal_journal() == 2
    assert faults() == [Fault(2, "the seal differs from the head file")]


def test_verify_names_a_stray_line_of_the_head_file(head_file):
    write(1)
    seal_journal()
    head_file.write_bytes(b"kR3p-a-token\n" + head_file.read_bytes() + b"\xe9 x\n")
    assert faults() == [
        Fault(None, "line 1 of the head file is not a seal"),
        Fault(None, "line 3 of the head file is not a seal"),
    ]


def test_verify_reads_the_head_file_in_batches_in_any_order(head_file, monkeypatch):
    """Two sealers write their lines in either order; no batch is the whole file."""
    monkeypatch.setattr("toubib.ground.journal.BATCH", 2)
    for _ in range(5):
        write(1)
        seal_journal()
    lines = head_file.read_text().splitlines(keepends=True)
    head_file.write_text("".join(lines[::-1]))
    assert faults() == []
    head_file.write_text("".join(lines[:3]))
    assert [fault.seq for fault in faults()] == [5]


def test_verify_reports_entries_unsealed_for_over_a_minute():
    write(2, at=NOW - timedelta(seconds=61))
    write(1, at=NOW - timedelta(seconds=59))
    assert faults() == [Fault(None, "2 entries are unsealed for over a minute: is the worker running?")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ground_journalentry SET action = 'x'",
        "UPDATE ground_journalentry SET patient = NULL",
        "DELETE FROM ground_journalentry",
    ],
)
@pytest.mark.parametrize("sealed", [True, False])
def test_database_refuses_to_change_or_delete_an_entry(statement, sealed):
    write(1)
    if sealed:
        seal_journal()
    with (
        pytest.raises((IntegrityError, DatabaseError), match="Le journal ne se modifie pas"),
        transaction.atomic(),
    ):
        run(statement)
    assert JournalEntry.objects.values_list("action", flat=True).get() == "record.note.read"


def test_database_refuses_to_seal_an_entry_again():
    write(1)
    seal_journal()
    with (
        pytest.raises((IntegrityError, DatabaseError), match="Le journal ne se modifie pas"),
        transaction.atomic(),
    ):
        run("UPDATE ground_journalentry SET hash = 'x'")


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_database_still_refuses_after_a_flush_between_tests():
    write(1)
    with pytest.raises((IntegrityError, DatabaseError), match="Le journal ne se modifie pas"):
        run("DELETE FROM ground_journalentry")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement", ["TRUNCATE ground_journalentry", "TRUNCATE ground_journalentry CASCADE"]
)
def test_database_refuses_to_empty_the_journal(statement):
    write(1)
    with pytest.raises((IntegrityError, DatabaseError), match="Le journal ne se modifie pas"):
        run(statement)
    assert JournalEntry.objects.count() == 1
