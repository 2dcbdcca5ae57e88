"""A doctor who is gone, guests who come at once, agreements that are taken back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Participant
from toubib.consultation.operations import CannotAdmit, NotInRoom, agree_to_guest, end_deserted, open_room
from toubib.consultation.tests.factories import admit, make_call, make_guest
from toubib.ground.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_that_its_doctor_left_ends_and_the_note_stays_to_be_signed():
    call = make_call(opened=True)
    opened = call.encounter.room.opened_at
    doctor = call.seat(ParticipantRole.PRACTITIONER)
    Participant.objects.filter(pk=doctor.pk).update(last_seen_at=opened + timedelta(minutes=30))
    seen = []
    for minutes in (59, 89, 90, 91):
        seen.append(end_deserted(now=opened + timedelta(minutes=minutes)))
    call.encounter.refresh_from_db()
    call.ticket.refresh_from_db()
    call.duty.refresh_from_db()
    assert (seen, call.encounter.state, call.ticket.state, call.duty.state) == (
        [0, 0, 1, 0],
        "to_sign",
        "closed",
        "writing",
    )
    open_room(room_id=call.room.id, by=call.by, now=opened + timedelta(minutes=95))
    call.ticket.refresh_from_db()
    assert call.ticket.state == "in_call"


def test_only_the_account_of_the_request_agrees_to_a_guest_and_a_refused_one_goes_with_a_trace():
    call = make_call(opened=True)
    invite = make_guest(call, agreed=False)
    with pytest.raises(NotInRoom):
        agree_to_guest(invite_id=invite.id, given=True, by=call.by, now=timezone.now())
    agree_to_guest(invite_id=invite.id, given=True, by=call.by_patient, now=timezone.now())
    guest = admit(call, invite)
    agree_to_guest(invite_id=invite.id, given=False, by=call.by_patient, now=timezone.now())
    guest.refresh_from_db()
    entry = JournalEntry.objects.get(action="consultation.participant.remove")
    assert (guest.removed_at is None, entry.account, entry.patient) == (
        False,
        call.account.id,
        call.patient.id,
    )


@pytest.mark.postgres
def test_two_guests_admitted_at_once_leave_room_for_four():
    call = make_call(opened=True)
    admit(call, make_guest(call))
    invites, outcomes = [make_guest(call, name=f"Invité {n}") for n in range(3)], []

    def let_in(invite):
        try:
            admit(call, invite)
            outcomes.append("in")
        except CannotAdmit:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=let_in, args=(invite,)) for invite in invites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    inside = Participant.objects.filter(room=call.room, removed_at__isnull=True).count()
    assert (sorted(outcomes), inside) == (["full", "full", "in"], 4)
