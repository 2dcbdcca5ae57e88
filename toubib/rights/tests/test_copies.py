"""A copy: one at a time, encrypted on disk, told without a word of health, tried again, gone after its days."""

from datetime import timedelta

import pytest

from toubib.ground.actors import Actor
from toubib.ground.files import file_path
from toubib.ground.models import OutboundMessage, StoredFile
from toubib.people.models import PatientLink
from toubib.people.operations import revoke_link
from toubib.people.tests.factories import NOW, make_account, make_cast
from toubib.record.operations import ask_minor_secrecy
from toubib.record.tests.factories import make_encounter
from toubib.rights.models import DataCopy
from toubib.rights.operations import apply_retention, ask_copy, claim_copy, keep_copy, put_off_copy, take_copy
from toubib.rights.operations.copies import RETRY_AFTER
from toubib.rights.queries import copies_of, copy_of, due_copies

pytestmark = pytest.mark.django_db
CONTENT = b"PK angine"


@pytest.fixture
def account():
    return make_account(last_login=NOW)


def ask(account, now=NOW):
    return ask_copy(account=account, by=Actor(account.id, "patient"), now=now)


def made(account):
    copy = ask(account)
    return keep_copy(copy_id=claim_copy(copy_id=copy.id, now=NOW).id, content=CONTENT, now=NOW)


def test_asked_twice_while_it_is_made_it_is_one(account):
    assert ask(account) == ask(account)
    assert due_copies(now=NOW) == [DataCopy.objects.get().id]


def test_ready_it_is_sealed_on_disk_told_and_taken_by_its_account_alone(account):
    copy = made(account)
    assert CONTENT not in file_path(copy.file).read_bytes()
    by = Actor(account.id, "patient")
    assert take_copy(copy=copy_of(account=account, copy_id=copy.id, now=NOW), by=by, now=NOW) == CONTENT
    assert copy_of(account=make_account(), copy_id=copy.id, now=NOW) is None
    sent = OutboundMessage.objects.get()
    assert (sent.to, sent.subject) == (account.email, "Toubib : votre copie est prête")


def test_by_sms_where_there_is_no_address():
    account = make_account(phone="+33639980042", email=None)
    made(account)
    assert OutboundMessage.objects.get().channel == "sms"


def test_two_workers_do_not_make_it_twice(account):
    copy = ask(account)
    assert claim_copy(copy_id=copy.id, now=NOW) == copy
    assert claim_copy(copy_id=copy.id, now=NOW) is None
    assert due_copies(now=NOW + timedelta(minutes=9)) == []
    assert due_copies(now=NOW + timedelta(minutes=10)) == [copy.id]  # the first one died


def test_what_cannot_be_made_is_tried_again_then_said_to_have_failed(account):
    copy, now = ask(account), NOW
    for wait in (*RETRY_AFTER, RETRY_AFTER[-1]):
        assert claim_copy(copy_id=copy.id, now=now) == copy
        put_off_copy(copy_id=copy.id, now=now)
        now += wait
    assert claim_copy(copy_id=copy.id, now=now) is None
    assert [one.state for one in copies_of(account=account, now=now)] == ["failed"]
    assert ask(account, now) != copy
    assert [one.state for one in copies_of(account=account, now=now)] == ["asked"]


def test_after_its_days_it_is_neither_shown_nor_there(account, django_capture_on_commit_callbacks):
    copy = made(account)
    path, later = file_path(copy.file), NOW + timedelta(days=7)
    assert copies_of(account=account, now=later - timedelta(seconds=1)) == [copy]
    assert (copies_of(account=account, now=later), copy_of(account=account, copy_id=copy.id, now=later)) == (
        [],
        None,
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert {one.name: one.count for one in apply_retention(now=later) if one.count} == {
            "copies of data": 1
        }
    assert (path.exists(), StoredFile.objects.count(), DataCopy.objects.count()) == (False, 0, 0)


def test_a_new_one_takes_the_place_of_the_one_before(account):
    first, second = made(account), made(account)
    assert [row.pk for row in DataCopy.objects.all()] == [second.pk] != [first.pk]
    assert StoredFile.objects.count() == 1


def test_it_goes_with_the_link_of_someone_it_speaks_of():
    cast = make_cast()
    copy, other = made(cast.jeanne), made(cast.stranger)
    link = PatientLink.objects.get(account=cast.jeanne, patient=cast.leo)
    revoke_link(link=link, by=Actor(cast.compliance.id, "compliance"), now=NOW)
    assert list(DataCopy.objects.all()) == [other] != [copy]


def test_not_taken_once_the_child_is_grown():
    cast = make_cast()
    copy = made(cast.jeanne)
    PatientLink.objects.filter(patient=cast.leo).update(ends_at=NOW + timedelta(hours=1))
    soon, after = NOW + timedelta(minutes=59), NOW + timedelta(hours=1)
    assert copy_of(account=cast.jeanne, copy_id=copy.id, now=soon) == copy
    assert copy_of(account=cast.jeanne, copy_id=copy.id, now=after) is None
    assert copies_of(account=cast.jeanne, now=after) == []


def test_not_taken_by_a_parent_once_a_visit_is_secret():
    cast = make_cast()
    copy, own = made(cast.jeanne), made(cast.stranger)
    now, doctor = NOW + timedelta(minutes=5), Actor(cast.vasseur.account_id, "practitioner")
    for patient in (cast.leo, cast.stranger_patient):
        visit = make_encounter(patient, cast.vasseur, "arrived")
        ask_minor_secrecy(encounter_id=visit.id, secret=True, by=doctor, now=now)
    assert copy_of(account=cast.jeanne, copy_id=copy.id, now=now) is None
    assert copy_of(account=cast.stranger, copy_id=own.id, now=now) == own
