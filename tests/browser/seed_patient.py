"""Patients in line, taken, in call and signed, for the tests of the patient's pages. Functions take and give JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.browser.seed import _scene, account_id, put_doctor_on_duty
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Room
from toubib.consultation.operations import admit_guest, end_room, invite_guest, open_room, sign_room
from toubib.consultation.queries import invites_of
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import own_patient
from toubib.record.enums import UNSIGNED_STATES, AbortReason, Attestation, Orientation
from toubib.record.models import Encounter
from toubib.record.operations import orient_patient, save_note, tell_health_summary
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import abort_call, dispatch_all, end_duty, leave_line, take_offer
from toubib.waiting.tests.factories import patient_actor, put_in_line


def busy_doctors(*, names: list[str]) -> None:
    """On duty, each with a patient already."""
    now = timezone.now()
    for name in names:
        put_doctor_on_duty(name=name)
        other = put_in_line(_scene(), now=now - timedelta(minutes=30))
        dispatch_all(now=now)
        offer = Offer.objects.get(ticket=other, state="pending")
        take_offer(offer_id=offer.id, by=_doctor(name), now=now)


def free_doctor(*, name: str) -> None:
    """On duty, and free: dispatch may offer."""
    if not Duty.objects.filter(account=account_id(name=name), closed_at__isnull=True).exists():
        put_doctor_on_duty(name=name)


def in_line(*, name: str = "jeanne", ahead: int = 0, behind: int = 0) -> dict[str, Any]:
    """A known person in line, with strangers around; ids of all."""
    now = timezone.now()
    account = Account.objects.get(pk=account_id(name=name))
    patient = own_patient(account=account, now=now)
    assert patient is not None
    content = {"allergies": "Aucune allergie connue", "treatments": "Aucun"}
    tell_health_summary(patient_id=patient.id, content=content, by=patient_actor(account), now=now)
    first = [put_in_line(_scene(), now=now - timedelta(minutes=20 - n)) for n in range(ahead)]
    mine = put_in_line(
        _scene(), now=now - timedelta(minutes=9), account=account, patient=patient,
        reason_text="Toux et fièvre depuis deux jours",
    )  # fmt: skip
    for n in range(behind):
        put_in_line(_scene(), now=now - timedelta(minutes=5 - n))
    return {"ticket": str(mine.id), "ahead": [str(one.id) for one in first]}


def leaves(*, ticket: str) -> None:
    row = Ticket.objects.get(pk=ticket)
    leave_line(ticket_id=row.id, by=patient_actor(row.account), now=timezone.now())


def empty_line() -> None:
    """Everyone goes home: patients first, then the doctors."""
    now = timezone.now()
    for encounter in Encounter.objects.filter(state__in=UNSIGNED_STATES):
        by = Actor(encounter.practitioner.professional.account_id, Role.PRACTITIONER)
        abort_call(encounter_id=encounter.id, reason=AbortReason.LINE_FAILED, by=by, now=now)
    for row in Ticket.objects.filter(state__in=LIVE_STATES).select_related("account"):
        leave_line(ticket_id=row.id, by=patient_actor(row.account), now=now)
    for duty in Duty.objects.filter(closed_at__isnull=True):
        end_duty(duty_id=duty.id, by=Actor(duty.account_id, Role.PRACTITIONER), now=now)


def take(*, ticket: str, name: str) -> str:
    """The doctor comes on duty and takes this case; the room."""
    free_doctor(name=name)
    dispatch_all(now=timezone.now())
    offer = Offer.objects.get(ticket=ticket, state="pending")
    encounter = take_offer(offer_id=offer.id, by=_doctor(name), now=timezone.now())
    return str(Room.objects.get(encounter=encounter).id)


def opens(*, room: str, name: str) -> None:
    open_room(room_id=room, by=_doctor(name), now=timezone.now())  # type: ignore[arg-type]


def ends(*, room: str, name: str) -> None:
    end_room(room_id=room, by=_doctor(name), now=timezone.now())  # type: ignore[arg-type]


def signs(*, room: str, name: str) -> str:
    """A note, an orientation, signed; the encounter."""
    by, now = _doctor(name), timezone.now()
    encounter = Room.objects.get(pk=room).encounter
    orient_patient(
        encounter_id=encounter.id,
        to=Orientation.MEDECIN_TRAITANT,
        note="Si la fièvre dure 3 jours.",
        by=by,
        now=now,
    )
    save_note(
        encounter_id=encounter.id, reason="Toux et fièvre depuis deux jours",
        findings="Gorge rouge, respiration calme, pas de signe de gravité.", conclusion="Angine virale probable.",
        advice="Boire souvent, se reposer, paracétamol si besoin.", base=0, by=by, now=now,
    )  # fmt: skip
    sign_room(room_id=room, attestation=Attestation.VIDEO, by=by, now=now)  # type: ignore[arg-type]
    return str(encounter.id)


def doctor_invites(*, ticket: str, name: str) -> str:
    """A colleague's link; its token."""
    role = ParticipantRole.COLLEAGUE
    _invite, token = invite_guest(ticket_id=ticket, role=role, by=_doctor(name), now=timezone.now())  # type: ignore[arg-type]
    return token


def admits(*, ticket: str, name: str) -> None:
    for invite in invites_of(ticket_id=ticket):  # type: ignore[arg-type]
        if invite.state == "knocking":
            admit_guest(invite_id=invite.id, by=_doctor(name), now=timezone.now())


def _doctor(name: str) -> Actor:
    from uuid import UUID

    return Actor(UUID(account_id(name=name)), Role.PRACTITIONER)
