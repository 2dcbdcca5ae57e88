"""A doctor who loses the right to practise while on duty: suspended, account closed, role ended."""

from datetime import timedelta

import pytest

from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account, ProfessionalAccount, RoleGrant
from toubib.people.operations import revoke_role
from toubib.people.tests.factories import NOW
from toubib.record.models import Encounter
from toubib.waiting.enums import DutyState, OfferState, TicketState
from toubib.waiting.models import Offer
from toubib.waiting.operations import MoveRefused, leave_line, take_offer
from toubib.waiting.tests.factories import doctor_actor, make_scene, patient_actor, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    return make_scene()


def minutes(n: float):
    return NOW + timedelta(minutes=n)


def take(scene):
    offer = Offer.objects.get(state=OfferState.PENDING)
    return take_offer(offer_id=offer.id, by=doctor_actor(scene.cast.vasseur), now=NOW)


RIGHTS = {
    "suspended": lambda one: ProfessionalAccount.objects.filter(pk=one.pk).update(suspended_at=NOW),
    "closed": lambda one: Account.objects.filter(pk=one.account_id).update(is_active=False),
    "no role": lambda one: RoleGrant.objects.filter(account=one.account_id).update(ends_at=NOW),
    "not activated": lambda one: ProfessionalAccount.objects.filter(pk=one.pk).update(activated_at=None),
}


@pytest.mark.parametrize("lost", RIGHTS)
def test_nobody_is_offered_to_a_doctor_without_the_right_whatever_the_duty_says(scene, lost):
    put_on_duty(scene, scene.cast.vasseur)
    RIGHTS[lost](scene.cast.vasseur)
    ticket = put_in_line(scene)
    ticket.refresh_from_db()
    assert (ticket.state, Offer.objects.count()) == (TicketState.WAITING, 0)


@pytest.mark.parametrize("lost", RIGHTS)
def test_an_offer_is_not_taken_once_the_right_is_lost(scene, lost):
    put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    RIGHTS[lost](scene.cast.vasseur)
    with pytest.raises(MoveRefused):
        take(scene)
    ticket.refresh_from_db()
    assert (ticket.state, Encounter.objects.count()) == (TicketState.OFFERED, 0)


@pytest.mark.parametrize("with_a_patient", [False, True])
def test_a_revoked_role_ends_the_duty_as_a_suspension_does(scene, with_a_patient):
    duty = put_on_duty(scene, scene.cast.vasseur)
    ticket = put_in_line(scene)
    if with_a_patient:
        take(scene)
    administrator = Actor(scene.cast.administrator.id, Role.ADMINISTRATOR)
    revoke_role(account=scene.cast.vasseur.account, role=Role.PRACTITIONER, by=administrator, now=minutes(1))
    if with_a_patient:
        leave_line(ticket_id=ticket.id, by=patient_actor(ticket.account), now=minutes(2))
    duty.refresh_from_db()
    assert duty.state == DutyState.OFF
