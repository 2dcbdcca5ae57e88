"""Acts signed and settled, with the facts that one wants.

act = make_signed()                     # everything known, reimbursed, picture measured
act = make_signed(said={"c2s": True})   # facts said before the signature
act = make_signed(said={"c2s": None})   # unknown: the line is held
line = act.settle()
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from toubib.billing.models import ClaimLine
from toubib.billing.operations import settle_claim
from toubib.ground.actors import Actor
from toubib.people.models import Account, Patient, ProfessionalAccount
from toubib.record.enums import Attestation, ConsentScope
from toubib.record.models import Encounter
from toubib.record.operations import save_note, say_consents
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import attest_in_consultation, sign_call, start_call, take_offer
from toubib.waiting.questions import COVER_FACTS, LIVES_HERE
from toubib.waiting.tests.factories import (
    Scene,
    doctor_actor,
    make_scene,
    patient_actor,
    put_in_line,
    put_on_duty,
)

KNOWN: dict[str, Any] = {
    **dict.fromkeys(COVER_FACTS, False),
    LIVES_HERE: True,
    "is_medecin_traitant": True,
    "has_medecin_traitant": True,
}
TEXTS = {"reason": "Toux", "findings": "Rien", "conclusion": "Virose", "advice": "Repos"}
SYSTEM = Actor.system("test")


@dataclass
class Signed:
    scene: Scene
    professional: ProfessionalAccount
    ticket: Ticket
    encounter_id: UUID

    @property
    def encounter(self) -> Encounter:
        return Encounter.objects.select_related("patient", "practitioner").get(pk=self.encounter_id)

    @property
    def patient(self) -> Patient:
        return self.ticket.person

    @property
    def account(self) -> Account:
        return self.ticket.asker

    @property
    def doctor(self) -> Actor:
        return doctor_actor(self.professional)

    def settle(self, *, now: datetime | None = None) -> ClaimLine:
        line = settle_claim(encounter_id=self.encounter_id, by=SYSTEM, now=now or timezone.now())
        assert line is not None
        return line

    def lines(self) -> list[tuple[int, str]]:
        rows = ClaimLine.objects.filter(encounter=self.encounter_id).order_by("version")
        return list(rows.values_list("version", "state"))


def make_taken(scene: Scene | None = None, **over: Any) -> Signed:
    """A call that runs. `over`: of the ticket."""
    scene, now = scene or make_scene(), timezone.now()
    professional = scene.cast.vasseur
    doctor = professional.practitioner
    doctor.sector, doctor.employer, doctor.country = "s1", "liberal", "FR"
    doctor.save()
    if not Duty.objects.filter(practitioner=doctor, closed_at__isnull=True).exists():
        put_on_duty(scene, professional, now=now)
    ticket = put_in_line(scene, now=now, **over)
    by = doctor_actor(professional)
    encounter = take_offer(offer_id=Offer.objects.get(ticket=ticket, state="pending").pk, by=by, now=now)
    start_call(encounter_id=encounter.pk, by=by, now=now)
    ticket = Ticket.objects.select_related("patient", "account").get(pk=ticket.pk)
    return Signed(scene, professional, ticket, encounter.pk)


def make_signed(
    *,
    said: dict[str, Any] | None = None,
    attestation: Attestation = Attestation.VIDEO,
    seconds: int = 300,
    secret: bool = False,
    scene: Scene | None = None,
    **over: Any,
) -> Signed:
    """`seconds`: of picture measured on both sides. A doctor of sector 1, liberal, in France."""
    act = make_taken(scene, **over)
    now = timezone.now()
    facts = {name: (value, name) for name, value in {**KNOWN, **(said or {})}.items()}
    attest_in_consultation(encounter_id=act.encounter_id, said=facts, by=act.doctor, now=now)
    say_consents(
        patient_id=act.patient.pk,
        encounter_id=act.encounter_id,
        answers={ConsentScope.CARE: True},
        by=patient_actor(act.account),
        now=now,
    )
    measured = {"video_seconds_patient": seconds, "video_seconds_practitioner": seconds}
    row = Encounter.objects.filter(pk=act.encounter_id)
    row.update(identity_checked=True, minor_secrecy=secret, **measured)
    save_note(encounter_id=act.encounter_id, **TEXTS, base=0, by=act.doctor, now=now)
    sign_call(
        encounter_id=act.encounter_id, attestation=attestation, by=act.doctor, now=now + timedelta(seconds=1)
    )
    row.update(**measured)
    return act
