"""No cell under 11 leaves, nor one that totals would give back (the confidentiality rule of the SNDS)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from toubib.observatory.indicators.areas import FRANCE, UNKNOWN, Areas

LEAST = 11


def is_small(number: int) -> bool:
    """1 to 10; 0 is shown."""
    return 0 < number < LEAST


def shown(number: int | None) -> int | None:
    """The number, or None where it is small."""
    return None if number is None or is_small(number) else number


def hidden_areas(
    cells: Mapping[str, int], areas: Areas, is_secret: Callable[[str], bool] | None = None
) -> frozenset[str]:
    """The areas whose cell may not be shown: the small ones, or those that `is_secret`, and what protects them.

    A lone hidden part of a shown total takes the next smallest with it; a hidden total with shown parts hides one of them.
    """
    secret = is_secret or (lambda area: is_small(cells[area]))
    hidden = {area for area in (FRANCE, *areas.regions, *areas.departements) if secret(area)}
    unknown = {UNKNOWN} if is_small(cells.get(UNKNOWN, 0)) else set()
    while True:
        before = len(hidden)
        for region, parts in areas.parts.items():
            _protect(cells, hidden, region, parts, set())
        _protect(cells, hidden, FRANCE, areas.regions, unknown)
        if len(hidden) == before:
            return frozenset(hidden)


def _protect(
    cells: Mapping[str, int], hidden: set[str], total: str, parts: Iterable[str], unseen: set[str]
) -> None:
    """`unseen`: small parts of the total that have no cell of their own."""
    secret = [part for part in parts if part in hidden]
    candidates = sorted((cells[part], part) for part in parts if part not in hidden and cells[part] > 0)
    if total not in hidden and len(secret) + len(unseen) == 1:
        hidden.add(candidates[0][1] if candidates else total)
    elif total in hidden and not secret and not unseen and candidates:
        hidden.add(candidates[0][1])


def hidden_shares(counts: Mapping[str, int]) -> frozenset[str]:
    """Of parts whose total is shown: the small ones, and the next smallest where one would stand alone."""
    hidden = {name for name, count in counts.items() if is_small(count)}
    if len(hidden) == 1:
        left = sorted((count, name) for name, count in counts.items() if name not in hidden and count > 0)
        hidden |= {left[0][1]} if left else set()
    return frozenset(hidden)
