"""A clean town between two tests of the doctor's side: nobody waits, nobody is on duty, no note is open."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.browser.seed import account_id
from tests.browser.seed_patient import empty_line
from toubib.directory.models import Practitioner
from toubib.ground.actors import Actor
from toubib.nomenclature.operations import load_demo_lists
from toubib.nomenclature.queries import search_medicines
from toubib.people.enums import Role
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.queries import own_patient
from toubib.record.enums import UNSIGNED_STATES, AbortReason, ConsentScope, EncounterState, SheetKind
from toubib.record.models import Encounter, Prescription, PrescriptionLine
from toubib.record.operations import say_consents
from toubib.record.prescribed import Item
from toubib.record.tests.factories import make_encounter
from toubib.waiting.enums import MedecinTraitant, TicketState
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import abort_call, end_duty, lapse_offers, pause_duty


def clean() -> None:
    now = timezone.now()
    for duty in Duty.objects.filter(closed_at__isnull=True):
        pause_duty(duty_id=duty.id, by=_by(duty), now=now)
    for offer in Offer.objects.filter(state="pending").select_related("duty"):
        end_duty(duty_id=offer.duty_id, by=_by(offer.duty), now=now)
    for encounter in Encounter.objects.filter(state__in=UNSIGNED_STATES):
        by = Actor(encounter.practitioner.professional.account_id, Role.PRACTITIONER)
        abort_call(encounter_id=encounter.id, reason=AbortReason.LINE_FAILED, by=by, now=now)
    empty_line()
    for duty in Duty.objects.filter(closed_at__isnull=True):
        end_duty(duty_id=duty.id, by=_by(duty), now=now)


def _by(duty: Duty) -> Actor:
    return Actor(duty.account_id, Role.PRACTITIONER)


def lapse() -> None:
    """Every offer made so far went unanswered."""
    lapse_offers(now=timezone.now() + timedelta(minutes=10))


def lists() -> None:
    """The short invented lists of medicines and diagnoses."""
    load_demo_lists(now=timezone.now())


def known_for_long(*, name: str = "jeanne", doctor: str = "vasseur") -> None:
    """A patient with a signed ordonnance of last month, to renew from."""
    then = timezone.now() - timedelta(days=30)
    patient = own_patient(account=Account.objects.get(pk=account_id(name=name)), now=then)
    professional = ProfessionalAccount.objects.get(account_id=account_id(name=doctor))
    assert patient is not None
    visit = make_encounter(patient, professional, EncounterState.SIGNED, planned_at=then, signed_at=then)
    sheet = Prescription.objects.create(
        encounter=visit, sheet=SheetKind.MEDICINES, made_at=then, signed_at=then
    )
    found = search_medicines(text="paracétamol", on=timezone.localdate(), limit=1)[0]
    item = Item(
        found.inn, cis=found.cis, dose="500 mg", directions="1 comprimé 3 fois par jour", duration_days=5
    )
    PrescriptionLine.objects.create(prescription=sheet, position=1, content=item.as_kept())


def treated_by(*, doctor: str = "lenoir") -> None:
    """Who is in the call named their médecin traitant, and agreed that the report goes there."""
    now, practitioner = (
        timezone.now(),
        Practitioner.objects.get(professional__account=account_id(name=doctor)),
    )
    ticket = Ticket.objects.select_related("account").get(state=TicketState.IN_CALL)
    ticket.medecin_traitant, ticket.own_practitioner = MedecinTraitant.UNAVAILABLE, practitioner
    ticket.save(update_fields=["medecin_traitant", "own_practitioner"])
    say_consents(
        patient_id=ticket.patient_id,
        encounter_id=ticket.encounter_id,
        answers={ConsentScope.SEND_TO_MT: True},
        by=Actor(ticket.account_id, Role.PATIENT),
        now=now,
    )
