"""Who may enter a room with a pass that still holds."""

import pytest
from django.utils import timezone

from toubib.config.subscriptions import room_admits
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.tests.factories import make_call
from toubib.consultation.tokens import PATIENT, RoomPass
from toubib.people.models import RoleGrant

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pass_of_a_doctor_who_is_none_any_more_admits_nobody(settings):
    settings.DEMO = True
    call = make_call(opened=True)

    def admitted() -> list[bool]:
        seats = [call.seat(role) for role in (ParticipantRole.PRACTITIONER, ParticipantRole.PATIENT)]
        now = timezone.now()
        passes = [
            RoomPass(str(call.room.id), str(one.id), one.role, one.name, one.rpps, PATIENT, now)
            for one in seats
        ]
        return [room_admits(one) for one in passes]

    before = admitted()
    RoleGrant.objects.filter(account=call.doctor.account).update(ends_at=timezone.now())
    assert (before, admitted()) == ([True, True], [False, True])
