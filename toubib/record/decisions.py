"""Writes of what the rule book said of an act: an operation like those of operations.py, apart for its length."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.prepared import insert, read
from toubib.record.models import Encounter, EncounterDecision


@transactional
def keep_decision(
    *,
    encounter: Encounter,
    facts: Mapping[str, Any],
    decision: Mapping[str, Any],
    estimate: Mapping[str, Any],
    law_version: str,
    by: Actor,
    now: datetime,
) -> EncounterDecision:
    """Add what holds now to what was said before; the encounter's row is locked by who signs or amends it."""
    row = EncounterDecision(
        encounter=encounter,
        version=1 + len(read(EncounterDecision.objects.only("id"), encounter=encounter)),
        facts=dict(facts),
        decision=dict(decision),
        estimate=dict(estimate),
        law_version=law_version,
        decided_at=now,
        decided_by=by.account_id,
    )
    insert([row])
    trace(
        by=by,
        action="record.decision.keep",
        now=now,
        patient=encounter.patient_id,
        subject="decision",
        subject_id=row.id,
    )
    return row
