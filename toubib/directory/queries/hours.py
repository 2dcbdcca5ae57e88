"""Opening hours in the syntax of OpenStreetMap (opening_hours), exceptions and public holidays included, in local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

# The clock of each département overseas; Paris elsewhere
CLOCKS = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip
LONGEST = 500
FAR = 366  # days: what changes later is said not to change


@dataclass(frozen=True, slots=True)
class Opening:
    """`next_change`: when it opens or closes next; None where it does not within a year. `is_open` None: the hours do not say."""

    is_open: bool | None
    next_change: datetime | None


def are_hours(text: str) -> bool:
    """The syntax is right."""
    return bool(text.strip()) and len(text) <= LONGEST and validate(text)


def clock_of(departement: str) -> ZoneInfo:
    return ZoneInfo(CLOCKS.get(departement, "Europe/Paris"))


@lru_cache(maxsize=4096)
def _parsed(hours: str, departement: str) -> OpeningHours:
    return OpeningHours(hours, timezone=clock_of(departement), country="FR", max_interval_days=FAR)


def opening_at(*, hours: str, departement: str, now: datetime) -> Opening:
    """Whether it is open, and until or from when, on the clock of the place. PH are the public holidays of France."""
    parsed = _parsed(hours, departement)
    here = now.astimezone(clock_of(departement))
    is_open = None if parsed.is_unknown(here) else parsed.is_open(here)
    return Opening(is_open, parsed.next_change(here))
