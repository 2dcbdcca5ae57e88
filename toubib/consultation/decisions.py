"""What the rule book says of a consultation: live in the room, kept at the signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from toubib.activity.enums import ActOutcome
from toubib.activity.operations import count_act
from toubib.consultation.queries import measured_seconds, room_of_encounter
from toubib.ground.actors import Actor
from toubib.record.decisions import keep_decision
from toubib.record.models import Encounter, EncounterDecision
from toubib.rulebook import live
from toubib.waiting.queries.facts import facts_of
from toubib.waiting.queries.line import ticket_of
from toubib.waiting.queries.price import Estimate, estimate_of


@dataclass(frozen=True, slots=True)
class Judged:
    facts: dict[str, Any]
    decision: dict[str, Any]
    estimate: Estimate


def judge(*, encounter: Encounter, now: datetime, channel: str = "") -> Judged:
    """What holds at this moment. `channel`: what the doctor is about to attest."""
    if not encounter.attestation:
        _measure(encounter)
    facts = facts_of(encounter=encounter, ticket=ticket_of(encounter=encounter), now=now, channel=channel)
    return Judged(facts, live.decide(facts), estimate_of(facts=facts, before_the_call=False))


def _measure(encounter: Encounter) -> None:
    """While the call runs the seconds are the room's; the row itself is left as it is."""
    room = room_of_encounter(encounter_id=encounter.pk)
    if room is not None:
        encounter.video_seconds_patient, encounter.video_seconds_practitioner = measured_seconds(
            room_id=room.pk
        )


def keep_judged(*, encounter: Encounter, by: Actor, now: datetime) -> EncounterDecision:
    """Facts, decisions and the version of the law with the encounter; the act in the doctor's ledger. Inside the
    transaction of the signature or of the amendment."""
    found = judge(encounter=encounter, now=now)
    version = live.law_version()
    cap = found.decision["cap"]
    count_act(
        practitioner_id=encounter.practitioner_id,
        encounter_id=encounter.pk,
        act_date=date.fromisoformat(found.facts["act_date"]),
        outcome=ActOutcome(cap["outcome"]),
        in_denominator=cap["in_denominator"],
        own_patient=found.facts.get("is_medecin_traitant"),
        law_version=version,
    )
    return keep_decision(
        encounter=encounter,
        facts=found.facts,
        decision=found.decision,
        estimate=found.estimate.as_kept(),
        law_version=version,
        by=by,
        now=now,
    )
