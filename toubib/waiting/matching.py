"""Who may take a request, and who among them: pure functions over plain values, so that the rule can be read.

Design §4: 3. who may (pool, age, language, the doctor's own choices, refusals); 4. among those free, the
patient's own médecin traitant, then the same territory, then the one on whose cap this act weighs least, then the
longest idle. It only orders those who are free: nobody stays idle for a cap while someone waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from toubib.activity.enums import CapOutcome
from toubib.territory.queries import around
from toubib.waiting.models import Duty, Ticket


@dataclass(frozen=True, slots=True)
class Request:
    language: str
    age: int | None
    specialties: tuple[str, ...]
    own_practitioner: UUID | None
    commune: UUID | None
    refused_by: frozenset[UUID]
    counts: bool = (
        False  # known to count in the share of remote acts of a doctor who is not the patient's own
    )

    @classmethod
    def of(cls, ticket: Ticket, *, refused_by: frozenset[UUID], counts: bool = False) -> Request:
        return cls(
            language=ticket.language,
            age=ticket.patient_age,
            specialties=tuple(ticket.pool.specialties) if ticket.pool else (),
            own_practitioner=ticket.own_practitioner_id,
            commune=ticket.place_commune_id,
            refused_by=refused_by,
            counts=counts,
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    duty_id: UUID
    practitioner_id: UUID
    specialty: str
    languages: tuple[str, ...]
    min_age: int
    max_age: int
    communes: frozenset[UUID]
    idle_since: datetime
    cap: str = ""  # of activity.enums.CapOutcome; unknown weighs nothing

    @classmethod
    def of(cls, duty: Duty, *, cap: str = "") -> Candidate:
        return cls(
            duty_id=duty.id,
            practitioner_id=duty.practitioner_id,
            specialty=duty.practitioner.specialty,
            languages=tuple(duty.languages),
            min_age=duty.min_age,
            max_age=duty.max_age,
            communes=around(commune_id=duty.practitioner.practice_commune_id),
            idle_since=duty.idle_since or duty.opened_at,
            cap=cap,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    duty_id: UUID
    why: list[dict[str, str]]


def may_take(*, request: Request, candidate: Candidate) -> list[str]:
    """The rules that keep this doctor from this request; empty when none does."""
    against = []
    if candidate.practitioner_id in request.refused_by:
        against.append("refused")
    if request.specialties and candidate.specialty not in request.specialties:
        against.append("specialty")
    return against + out_of_reach(language=request.language, age=request.age, doctor=candidate)


class Reach(Protocol):
    """What a doctor on duty says of whom they receive: a Duty, or a Candidate."""

    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def min_age(self) -> int: ...
    @property
    def max_age(self) -> int: ...


def out_of_reach(*, language: str, age: int | None, doctor: Reach) -> list[str]:
    """The part of the rule that depends on the duty alone; empty when this doctor may receive this person."""
    against = []
    if age is not None and not doctor.min_age <= age <= doctor.max_age:
        against.append("age")
    if language not in doctor.languages:
        against.append("language")
    return against


def choose(*, request: Request, candidates: list[Candidate]) -> Choice | None:
    """The doctor for this request among those free, with the reasons in order; None when nobody may take it."""
    able = [one for one in candidates if not may_take(request=request, candidate=one)]
    if not able:
        return None
    best = min(able, key=lambda one: (*_preference(request, one), one.idle_since, one.duty_id))
    mine = _preference(request, best)
    own, near, weight = not mine[0], not mine[1], mine[2]
    why = [{"rule": "arrival"}, {"rule": "language", "value": request.language}]
    why += [{"rule": "medecin_traitant"}] if own else []
    why += [{"rule": "territory"}] if near else []
    heavier = any(other[:2] == mine[:2] and other[2] > weight for other in map(_prefer(request), able))
    why += [{"rule": "cap"}] if heavier else []
    return Choice(best.duty_id, [*why, {"rule": "idle"}])


WEIGHTS = {CapOutcome.NEAR: 1, CapOutcome.ABOVE: 2}  # below the cap, or unknown: nothing


def _preference(request: Request, one: Candidate) -> tuple[bool, bool, int]:
    own = one.practitioner_id == request.own_practitioner  # an act by the médecin traitant does not count
    weight = WEIGHTS.get(CapOutcome(one.cap), 0) if one.cap and request.counts and not own else 0
    return not own, request.commune not in one.communes, weight


def _prefer(request: Request) -> Callable[[Candidate], tuple[bool, bool, int]]:
    return lambda one: _preference(request, one)
