"""Scenes of the call: a doctor on duty, a patient in line, a case taken, a room open.

scene = make_call()                 # taken; `opened=True` opens the room
sign_in(client, scene.doctor.account)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Invite, Participant, Room
from toubib.consultation.operations import admit_guest, agree_to_guest, invite_guest, open_room, use_invite
from toubib.ground.actors import Actor
from toubib.people.models import Account, Patient, ProfessionalAccount
from toubib.record.models import Encounter
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import take_offer
from toubib.waiting.tests.factories import (
    Scene,
    doctor_actor,
    make_scene,
    patient_actor,
    put_in_line,
    put_on_duty,
)


@dataclass(frozen=True)
class Call:
    scene: Scene
    doctor: ProfessionalAccount
    duty: Duty
    ticket: Ticket
    offer: Offer
    encounter: Encounter
    room: Room

    @property
    def by(self) -> Actor:
        return doctor_actor(self.doctor)

    @property
    def patient(self) -> Patient:
        return self.ticket.patient

    @property
    def account(self) -> Account:
        return self.ticket.account

    @property
    def by_patient(self) -> Actor:
        return patient_actor(self.account)

    def seat(self, role: ParticipantRole) -> Participant:
        return Participant.objects.get(room=self.room, role=role)


def make_offer(**over: Any) -> tuple[Scene, ProfessionalAccount, Duty, Offer]:
    """A doctor on duty and a patient offered to them, now (real clock: views read it)."""
    now = timezone.now()
    scene = make_scene()
    doctor = scene.cast.vasseur
    duty = put_on_duty(scene, doctor, now=now)
    put_in_line(scene, now=now, **over)
    return scene, doctor, duty, Offer.objects.get()


def make_call(*, opened: bool = False, now: datetime | None = None, **over: Any) -> Call:
    now = now or timezone.now()
    scene, doctor, duty, offer = make_offer(**over)
    encounter = take_offer(offer_id=offer.id, by=doctor_actor(doctor), now=now)
    if opened:
        open_room(room_id=encounter.room.id, by=doctor_actor(doctor), now=now)
    ticket = Ticket.objects.select_related("patient", "account", "place_commune__samu").get(
        encounter=encounter
    )
    duty.refresh_from_db()
    room = Room.objects.get(encounter=encounter)
    return Call(scene, doctor, duty, ticket, offer, Encounter.objects.get(pk=encounter.pk), room)


def make_guest(
    call: Call, *, role: str = ParticipantRole.RELATIVE, name: str = "Lucie Ferrand", agreed: bool = True
) -> Invite:
    """A guest who knocked; the patient agreed unless told otherwise."""
    now = timezone.now()
    invite, token = invite_guest(ticket_id=call.ticket.id, role=role, by=call.by, now=now)
    if agreed:
        agree_to_guest(invite_id=invite.id, given=True, by=call.by_patient, now=now)
    return use_invite(token=token, name=name, now=now)


def admit(call: Call, invite: Invite) -> Participant:
    return admit_guest(invite_id=invite.id, by=call.by, now=timezone.now())


def as_guest(client: Client, invite: Invite) -> None:
    session = client.session
    session["guest_invite"] = str(invite.id)
    session.save()
