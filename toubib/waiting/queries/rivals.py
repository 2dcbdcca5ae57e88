"""Who competes with whom: two people of a line do when one doctor on duty may receive both.

A place, and the wait told with it, count those alone: who waits for another language or another age takes no doctor
from this person. Refusals are left out: they concern one doctor and one person, and show in the wait itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from toubib.ground.prepared import read
from toubib.waiting.matching import out_of_reach
from toubib.waiting.models import Duty

Want = tuple[str, int | None]  # language, age


@dataclass(frozen=True, slots=True)
class Doctors:
    """The duties of one line, paused ones included: they are expected back."""

    duties: tuple[Duty, ...]

    def circle(self, want: Want) -> frozenset[object]:
        """What someone competes for: the duties that may receive them; the language itself where none may. Equal or
        meeting circles compete. Nobody on duty: all wait for the same."""
        language, age = want
        if not self.duties:
            return frozenset({"anyone"})
        able: list[object] = [
            one.id for one in self.duties if not out_of_reach(language=language, age=age, doctor=one)
        ]
        return frozenset(able or [language])


def doctors_of(*, pool_id: UUID) -> Doctors:
    """In one query."""
    rows = Duty.objects.only("id", "state", "languages", "min_age", "max_age")
    return Doctors(tuple(read(rows, pools=pool_id, closed_at__isnull=True)))


def count_ahead(circles: Iterable[frozenset[object]]) -> Iterator[int]:
    """For each, in order, how many of those before compete with it; few circles, whatever the length of the line."""
    seen: Counter[frozenset[object]] = Counter()
    for mine in circles:
        yield sum(count for circle, count in seen.items() if not mine.isdisjoint(circle))
        seen[mine] += 1
