"""A request to erase: asked once, answered with reasons, and its effect is real."""

from datetime import timedelta
from uuid import uuid4

import pytest

from toubib.consultation.models import Complaint
from toubib.ground.actors import Actor
from toubib.ground.files import file_path
from toubib.ground.models import JournalEntry, OutboundMessage, StoredFile
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.tests.factories import NOW, make_account, make_cast, make_link
from toubib.record.models import Attachment, Encounter, HealthSummary, Note, Reading
from toubib.record.operations import AttachmentKept, add_attachment, remove_attachment, tell_health_summary
from toubib.record.tests.factories import TEXTS, make_encounter, make_picture
from toubib.rights.models import DataCopy, ErasureRequest
from toubib.rights.operations import (
    NotErased,
    answer_erasure,
    ask_copy,
    ask_erasure,
    keep_copy,
    lift_hold,
    place_hold,
)
from toubib.rights.queries import erasable, has_record
from toubib.rights.tests.factories import fill_record
from toubib.waiting.models import Ticket

pytestmark = pytest.mark.django_db
WORDS = "Effacé, sauf ce que la loi garde."


@pytest.fixture
def cast():
    return make_cast()


def ask(account, *, close=False):
    return ask_erasure(account=account, close_account=close, by=Actor(account.id, "patient"), now=NOW)


def answer(cast, request, *, granted=True, words=WORDS):
    by = Actor(cast.compliance.id, "compliance")
    return answer_erasure(request_id=request.id, granted=granted, words=words, by=by, now=NOW)


def tell(patient, account, at=NOW):
    by = Actor(account.id, "patient")
    return tell_health_summary(patient_id=patient.id, content={"allergies": "Pollen"}, by=by, now=at)


def left_line(account, patient, **over):
    facts = {
        "state": "left",
        "created_at": NOW,
        "touched_at": NOW,
        "ended_at": NOW,
        "arrived_at": NOW,
        **over,
    }
    return Ticket.objects.create(account=account, patient=patient, reason_text="Toux", **facts)


def measured(patient, **more):
    return Reading.objects.create(patient=patient, client_id=uuid4(), content={}, taken_at=NOW, **more)


def photo(patient, account, wide=40):
    by, content = Actor(account.id, "patient"), make_picture(size=(wide, 20))
    return add_attachment(patient_id=patient.id, title="Peau", content=content, by=by, now=NOW)


def test_asked_twice_it_is_one_and_only_officers_are_told(cast):
    assert ask(cast.jeanne) == ask(cast.jeanne)
    assert [row.to for row in OutboundMessage.objects.all()] == [cast.compliance.email]
    assert ErasureRequest.objects.get().answer == "waiting"


def test_professionals_are_sent_to_their_administrator(cast):
    with pytest.raises(NotErased, match="administrateur"):
        ask(cast.vasseur.account)


def test_who_has_no_record_is_erased_whole(cast, django_capture_on_commit_callbacks):
    PatientLink.objects.filter(patient=cast.leo).delete()
    ticket = left_line(cast.jeanne, cast.jeanne_patient)
    told, picture = tell(cast.jeanne_patient, cast.jeanne), photo(cast.jeanne_patient, cast.jeanne)
    path = file_path(picture.file)
    copy = ask_copy(account=cast.jeanne, by=Actor(cast.jeanne.id, "patient"), now=NOW)
    keep_copy(copy_id=copy.id, content=b"PK", now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        done = answer(cast, ask(cast.jeanne, close=True))
    assert done.done == {"people": 1, "tickets": 1, "summaries": 1, "photos": 1, "readings": 0, "account": 1}
    cast.jeanne.refresh_from_db()
    ticket.refresh_from_db()
    assert (Patient.objects.filter(pk=cast.jeanne_patient.pk).exists(), path.exists(), told.pk) == (
        False,
        False,
        told.pk,
    )
    assert (HealthSummary.objects.count(), Attachment.objects.count(), StoredFile.objects.count()) == (
        0,
        0,
        0,
    )
    assert (cast.jeanne.is_active, cast.jeanne.email, ticket.account, ticket.reason_text) == (
        False,
        f"{cast.jeanne.pk.hex}@efface.invalid",
        None,
        None,
    )
    sent = OutboundMessage.objects.get(subject__contains="réponse")
    assert (sent.to, "votre compte Toubib est fermé" in sent.body) == ("jeanne@exemple.test", True)
    actions = set(JournalEntry.objects.filter(action__startswith="rights.").values_list("action", flat=True))
    assert {
        "rights.erasure.answer",
        "rights.record.erase",
        "rights.ticket.erase",
        "rights.account.erase",
    } <= actions


def test_a_record_stays_whole_and_what_no_doctor_read_goes(cast):
    visit = fill_record(cast, cast.jeanne_patient, cast.jeanne)
    unread = tell(cast.jeanne_patient, cast.jeanne, NOW + timedelta(days=3))
    loose = photo(cast.jeanne_patient, cast.jeanne)
    aborted = make_encounter(cast.jeanne_patient, cast.vasseur, "aborted", planned_at=NOW - timedelta(days=9))
    part = photo(cast.jeanne_patient, cast.jeanne, wide=60)
    Attachment.objects.filter(pk=part.pk).update(encounter=aborted)
    measured(cast.jeanne_patient)
    read = measured(cast.jeanne_patient, encounter=visit)
    done = answer(cast, ask(cast.jeanne))
    assert done.done == {"people": 1, "tickets": 0, "summaries": 1, "photos": 2, "readings": 1, "account": 0}
    assert not HealthSummary.objects.filter(pk=unread.pk).exists()
    assert not Attachment.objects.filter(pk__in=[loose.pk, part.pk]).exists()
    assert [one.pk for one in Reading.objects.all()] == [read.pk]
    assert (Note.objects.count(), Attachment.objects.count(), HealthSummary.objects.count()) == (1, 1, 1)
    assert set(Encounter.objects.all()) == {visit, aborted}
    assert Account.objects.get(pk=cast.jeanne.pk).is_active
    assert not Patient.objects.filter(pk=cast.leo.pk).exists()  # a child of whom there is no record


def test_what_was_told_before_a_visit_stays(cast):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    again = tell(cast.jeanne_patient, cast.jeanne, NOW - timedelta(minutes=5))
    found = erasable(request=ask(cast.jeanne), now=NOW)
    own = next(one for one in found.people if one.patient == cast.jeanne_patient)
    first = HealthSummary.objects.order_by("told_at").first()
    assert (own.summaries, again.pk != first.pk) == ((first.pk,), True)


def test_what_was_told_during_a_visit_stays(cast):
    visit = fill_record(cast, cast.jeanne_patient, cast.jeanne)
    Encounter.objects.filter(pk=visit.pk).update(ended_at=NOW + timedelta(minutes=20))
    tell(cast.jeanne_patient, cast.jeanne, NOW + timedelta(minutes=10))
    found = erasable(request=ask(cast.jeanne), now=NOW)
    assert next(one for one in found.people if one.patient == cast.jeanne_patient).summaries == ()


def test_an_emergency_is_care_and_stays(cast):
    make_encounter(cast.jeanne_patient, cast.vasseur, "aborted", abort_reason="emergency")
    found = erasable(request=ask(cast.jeanne), now=NOW)
    assert next(one for one in found.people if one.patient == cast.jeanne_patient).has_record


def test_a_hold_keeps_everything(cast):
    place_hold(
        patient=cast.jeanne_patient, why="Recours", by=Actor(cast.compliance.id, "compliance"), now=NOW
    )
    left_line(cast.jeanne, cast.jeanne_patient)
    told = tell(cast.jeanne_patient, cast.jeanne)
    done = answer(cast, ask(cast.jeanne))
    assert (done.done["tickets"], done.done["summaries"], done.done["account"]) == (0, 0, 0)
    assert HealthSummary.objects.filter(pk=told.pk).exists()


def test_a_child_for_whom_another_acts_stays(cast):
    father = make_account()
    make_link(father, cast.leo, "parent")
    tell(cast.leo, father)
    mine = tell(cast.leo, cast.jeanne, NOW + timedelta(minutes=1))
    answer(cast, ask(cast.jeanne))
    assert Patient.objects.filter(pk=cast.leo.pk).exists()
    assert [row.told_by for row in HealthSummary.objects.filter(patient=cast.leo)] == [father.id]
    assert mine.told_by == cast.jeanne.id


def test_closing_the_account_on_request_leaves_the_record(cast):
    fill_record(cast, cast.jeanne_patient, cast.jeanne)
    done = answer(cast, ask(cast.jeanne, close=True))
    assert (done.done["account"], Note.objects.count()) == (1, 1)
    assert not Account.objects.get(pk=cast.jeanne.pk).is_active


def test_not_while_a_request_for_care_is_under_way(cast):
    left_line(cast.jeanne, cast.jeanne_patient, state="triaged", ended_at=None, arrived_at=None)
    with pytest.raises(NotErased, match="en cours"):
        answer(cast, ask(cast.jeanne, close=True))


def test_refused_with_reasons_nothing_goes_and_twice_is_once(cast):
    tell(cast.jeanne_patient, cast.jeanne)
    request = ask(cast.jeanne)
    with pytest.raises(NotErased, match="raisons"):
        answer(cast, request, granted=False, words="  ")
    refused = answer(cast, request, granted=False, words="Recours en cours.")
    assert (refused.answer, refused.words, refused.done) == ("refused", "Recours en cours.", {})
    assert answer(cast, request).answer == "refused"
    assert HealthSummary.objects.count() == 1
    assert JournalEntry.objects.filter(action="rights.erasure.answer").count() == 1


def test_an_account_is_closed_only_if_asked(cast):
    done = answer(cast, ask(cast.jeanne))
    assert (done.done["people"], done.done["account"]) == (2, 0)
    assert Account.objects.get(pk=cast.jeanne.pk).is_active


def test_a_hold_keeps_the_account_that_acts(cast):
    place_hold(patient=cast.leo, why="Recours", by=Actor(cast.compliance.id, "compliance"), now=NOW)
    with pytest.raises(NotErased, match="recours"):
        answer(cast, ask(cast.jeanne, close=True))
    assert Account.objects.get(pk=cast.jeanne.pk).email == "jeanne@exemple.test"


@pytest.mark.parametrize("reason", ["line_failed", "patient_left"])
def test_what_was_written_before_a_visit_broke_off_is_care(cast, reason):
    visit = make_encounter(cast.jeanne_patient, cast.vasseur, "aborted", abort_reason=reason)
    assert not has_record(patient_id=cast.jeanne_patient.pk)
    Note.objects.create(encounter=visit, **TEXTS, saved_at=NOW)
    assert has_record(patient_id=cast.jeanne_patient.pk)


def test_an_open_complaint_keeps_a_visit(cast):
    visit = make_encounter(cast.jeanne_patient, cast.vasseur, "aborted", abort_reason="line_failed")
    complaint = Complaint.objects.create(encounter=visit, text="Coupé", said_at=NOW, said_by=cast.jeanne.id)
    assert has_record(patient_id=cast.jeanne_patient.pk)
    Complaint.objects.filter(pk=complaint.pk).update(
        answered_at=NOW, answer="Pardon", answered_by=cast.jeanne.id
    )
    assert not has_record(patient_id=cast.jeanne_patient.pk)


def test_a_file_of_a_record_that_is_held_is_not_taken_back(cast):
    row = photo(cast.leo, cast.jeanne)
    hold = place_hold(
        patient=cast.leo, why="Assignation", by=Actor(cast.compliance.id, "compliance"), now=NOW
    )
    by = Actor(cast.jeanne.id, "patient")
    with pytest.raises(AttachmentKept, match="un recours garde ce dossier"):
        remove_attachment(attachment_id=row.id, by=by, now=NOW)
    assert Attachment.objects.get() == row
    lift_hold(hold_id=hold.id, by=by, now=NOW)
    remove_attachment(attachment_id=row.id, by=by, now=NOW)
    assert Attachment.objects.count() == 0


def test_a_copy_in_the_making_is_made_again_from_what_is_left(cast):
    begun = ask_copy(account=cast.jeanne, by=Actor(cast.jeanne.id, "patient"), now=NOW)
    answer(cast, ask(cast.jeanne))
    assert keep_copy(copy_id=begun.id, content=b"PK avant", now=NOW) is None
    again = DataCopy.objects.get()
    assert (again.id != begun.id, again.state, again.next_at) == (True, "asked", NOW)
