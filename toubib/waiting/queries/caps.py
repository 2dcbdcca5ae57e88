"""What dispatch knows of the share of remote acts: whether an act of the line counts, and where each free doctor stands.

Both are kept in the process, so that a pairing asks the rule book for nothing. Unknown, or not ready: it weighs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone

from toubib.activity.queries import cap_outcomes
from toubib.rulebook import live
from toubib.waiting.models import Duty

FRESH_FOR = 60  # seconds: one more act changes the share by little


def line_counts(*, now: datetime) -> bool:
    """Whether an act of the line, by a doctor who is not the patient's own, is known to count on this day."""
    on = timezone.localtime(now).date()
    if not live.is_warm():
        live.warm_soon(on=on)
        return False
    return _counts(on)


@lru_cache(maxsize=8)
def _counts(on: date) -> bool:
    facts = {
        "act_kind": "teleconsultation",
        "act_date": on.isoformat(),
        "funding": "amo",
        "practitioner_profession": "doctor",
        "is_medecin_traitant": False,
    }
    return bool(live.decide(facts)["cap"]["outcome"] == "COUNTED")


def caps_of(*, duties: Iterable[Duty], now: datetime) -> dict[UUID, str]:
    """By practitioner, where they stand this year: two queries at most, for those not asked of late."""
    year = timezone.localtime(now).year
    doctors = {duty.practitioner_id: duty.practitioner for duty in duties}
    keys = {f"waiting.cap.{year}.{id}": id for id in doctors}
    known = {keys[key]: outcome for key, outcome in cache.get_many(keys).items()}
    lacking = [doctor for id, doctor in doctors.items() if id not in known]
    if lacking:
        found = {id: outcome.value for id, outcome in cap_outcomes(practitioners=lacking, year=year).items()}
        cache.set_many({f"waiting.cap.{year}.{id}": outcome for id, outcome in found.items()}, FRESH_FOR)
        known |= found
    return known
