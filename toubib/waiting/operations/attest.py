"""What somebody says of an act for the rule book: asked once, kept with the words, who said it and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.record.enums import UNSIGNED_STATES, EncounterState
from toubib.record.operations import lock_encounter
from toubib.waiting.models import Attestation, Ticket
from toubib.waiting.operations.moves import MoveRefused, lock_ticket
from toubib.waiting.operations.path import lock_preparing
from toubib.waiting.queries.facts import said_of
from toubib.waiting.questions import PLACE_TYPE

Said = Mapping[str, tuple[Any, str]]  # fact → value (None: unknown), the words of the question


@transactional
def attest_on_path(*, ticket_id: UUID, said: Said, by: Actor, now: datetime) -> Ticket:
    """What the patient's side says before the line. What does not change is not written again."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    done = ticket.draft.get("done", [])
    ticket.draft = {**ticket.draft, "done": done if "prix" in done else [*done, "prix"]}
    ticket.save()
    _keep(ticket, said, by=by, now=now)
    return ticket


@transactional
def attest_place(*, ticket_id: UUID, place_type: str, words: str, by: Actor, now: datetime) -> Ticket:
    """Whether the patient is at home, said with the place. Nothing said changes nothing."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    _keep(ticket, {PLACE_TYPE: (place_type or None, words)}, by=by, now=now)
    return ticket


@transactional
def attest_in_consultation(*, encounter_id: UUID, said: Said, by: Actor, now: datetime) -> Ticket:
    """What the doctor says while the encounter is theirs to sign. Raises MoveRefused."""
    ticket = lock_ticket(ticket_id=Ticket.objects.only("id").get(encounter_id=encounter_id).pk)
    encounter = lock_encounter(encounter_id=encounter_id)
    if EncounterState(encounter.state) not in UNSIGNED_STATES:
        raise MoveRefused(_("La note est signée : complétez-la par un ajout."))
    _keep(ticket, said, by=by, now=now)
    return ticket


def _keep(ticket: Ticket, said: Said, *, by: Actor, now: datetime) -> None:
    known = said_of(ticket=ticket)
    rows = [
        Attestation(
            ticket=ticket,
            fact=fact,
            value=value,
            words=words,
            said_at=now,
            said_by=by.account_id,
            role=by.role,
        )
        for fact, (value, words) in said.items()
        if (fact in known or value is not None) and (fact not in known or known[fact].value != value)
    ]
    if not rows:
        return
    Attestation.objects.bulk_create(rows)
    trace(
        by=by,
        action="waiting.ticket.attest",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.id,
    )
