"""What the tests of faults ask of the application's own settings. Functions take and give JSON."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.browser.seed import account_id
from toubib.consultation.models import Room
from toubib.ground.models import JournalEntry
from toubib.record.models import Encounter, Note
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.models import Offer, Ticket
from toubib.waiting.operations import lapse_offers


def offer_of(*, name: str) -> str:
    """The offer that waits for this doctor's answer."""
    found = Offer.objects.filter(duty__account=account_id(name=name), state="pending").first()
    return str(found.id) if found else ""


def lapse_all() -> int:
    """As if nobody had answered for two minutes."""
    return lapse_offers(now=timezone.now() + timedelta(minutes=2))


def truth(*, ticket: str) -> dict[str, Any]:
    """Of one request: its state, who holds it, and how often it was taken."""
    row = Ticket.objects.get(pk=ticket)
    taken = Offer.objects.filter(ticket=row, state="accepted").select_related("duty__practitioner")
    return {
        "state": row.state,
        "accepted": [offer.duty.practitioner.family_name for offer in taken],
        "pending": Offer.objects.filter(ticket=row, state="pending").count(),
        "encounters": Encounter.objects.filter(patient=row.patient_id).exclude(state="aborted").count(),
        "rooms": Room.objects.filter(encounter__patient=row.patient_id)
        .exclude(encounter__state="aborted")
        .count(),
    }


def census() -> dict[str, Any]:
    """Who is in line, in order; nobody may stand there twice."""
    live = Ticket.objects.filter(state__in=LIVE_STATES).order_by("-tier", "arrived_at", "id")
    patients = Counter(str(row.patient_id) for row in live)
    return {"line": [str(row.id) for row in live], "most": max(patients.values(), default=0)}


def note_of(*, room: str) -> list[str]:
    return [note.reason for note in Note.objects.filter(encounter__room=room).order_by("version")]


def takes(*, ticket: str) -> int:
    return JournalEntry.objects.filter(action="waiting.ticket.accepted", subject_id=ticket).count()
