"""A clean town between two tests of the doctor's side: nobody waits, nobody is on duty, no note is open."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from tests.browser.seed_patient import empty_line
from toubib.ground.actors import Actor
from toubib.nomenclature.operations import load_demo_lists
from toubib.people.enums import Role
from toubib.record.enums import UNSIGNED_STATES, AbortReason
from toubib.record.models import Encounter
from toubib.waiting.models import Duty, Offer
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
