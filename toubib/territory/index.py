"""Communes held in memory and searched as one types. Built once by process, again when communes came or a list was taken in.

Accents, case, hyphens and apostrophes do not count; « st », « ste » and « s/ » stand for saint, sainte and sur. Order: the
name itself, a name that begins so, a name with words that begin so; in each, the most people first. An article before the
name may be left out. By a postal code of Paris, Lyon or Marseille the arrondissement comes before the whole.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from uuid import UUID

from toubib.ground.tables import plain
from toubib.territory.models import Commune, TerritoryImport

LEAST = 2  # letters typed
AFTER_ALL = "\uffff"
MEANT = {"st": "saint", "ste": "sainte", "s": "sur"}
ARTICLES = ("le ", "la ", "les ", "l ")
EXACT, BEGINS, WORDS = 0, 1 << 24, 2 << 24


@dataclass(frozen=True, slots=True)
class Entry:
    key: UUID
    code: str
    name: str
    postal_codes: Sequence[str]
    population: int | None
    part_of: str


class CommuneIndex:
    def __init__(self, entries: Iterable[Entry]) -> None:
        """Places number the communes, the most peopled first."""
        ranked = sorted(entries, key=lambda one: (-(one.population or 0), one.name, one.code))
        self.keys = [one.key for one in ranked]
        self.codes = {one.code: place for place, one in enumerate(ranked)}
        self.wholes = {self.codes[one.part_of] for one in ranked if one.part_of in self.codes}
        self.names = [plain(one.name) for one in ranked]
        self.bare = [_without_article(name) for name in self.names]
        self.by_name = sorted(
            {(name, place) for names in (self.names, self.bare) for place, name in enumerate(names)}
        )
        self.by_word = sorted(
            (word, place)
            for place, name in enumerate(self.names)
            for word in {*name.split(), name.replace(" ", "")}
        )
        self.by_postal = sorted(
            (code, place) for place, one in enumerate(ranked) for code in one.postal_codes
        )

    def find(self, text: str, limit: int) -> list[UUID]:
        typed = plain(text[:120])
        if len(typed.replace(" ", "")) < LEAST:
            return []
        if typed.replace(" ", "").isdigit():
            return self._numbered(typed.replace(" ", ""), limit)
        found: dict[int, int] = {}
        for meant in _meanings(typed):
            for place, cost in self._named(meant, limit).items():
                found[place] = min(cost, found.get(place, cost))
        best = nsmallest(limit, (cost + place for place, cost in found.items()))
        return [self.keys[one & (BEGINS - 1)] for one in best]

    def _numbered(self, digits: str, limit: int) -> list[UUID]:
        """By postal code; by INSEE code where no postal code begins so."""
        places = set(_begun(self.by_postal, digits))
        if not places and digits in self.codes:
            places = {self.codes[digits]}
        return [self.keys[place] for place in nsmallest(limit, places, key=self._parts_first)]

    def _parts_first(self, place: int) -> tuple[bool, int]:
        return place in self.wholes, place

    def _named(self, typed: str, limit: int) -> dict[int, int]:
        """Words are asked only where too few names begin so: what they find comes after."""
        begun = _begun(self.by_name, typed)
        found = dict.fromkeys(begun, BEGINS)
        for place in _begun(self.by_name, typed, whole=True):
            found[place] = EXACT
        if len(found) < limit:
            sets = sorted((set(_begun(self.by_word, word)) for word in typed.split()), key=len)
            for place in set.intersection(*sets) if sets else ():
                found.setdefault(place, WORDS)
        return found


def _without_article(name: str) -> str:
    return next((name.removeprefix(one) for one in ARTICLES if name.startswith(one)), name)


def _begun(pairs: Sequence[tuple[str, int]], start: str, *, whole: bool = False) -> list[int]:
    first = bisect_left(pairs, (start, -1))
    last = bisect_left(pairs, (start + ("" if whole else AFTER_ALL), 1 << 24 if whole else -1))
    return [place for _text, place in pairs[first:last]]


def _meanings(typed: str) -> list[str]:
    """What was typed, and the same with the usual short forms written out."""
    words = typed.split()
    out = [MEANT.get(word, word) for word in words]
    return [typed] if out == words else [typed, " ".join(out)]


class _Held:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now: tuple[object, CommuneIndex] | None = None


_held = _Held()


def held_index() -> CommuneIndex:
    """That of this process. While one thread builds it anew, the others go on with the one before."""
    version, held = _version(), _held.now
    if held is not None and held[0] == version:
        return held[1]
    if not _held.lock.acquire(blocking=held is None):
        assert held is not None
        return held[1]
    try:
        if _held.now is None or _held.now[0] != version:
            _held.now = (version, CommuneIndex(_entries()))
        return _held.now[1]
    finally:
        _held.lock.release()


def _version() -> tuple[UUID | None, UUID | None]:
    """Keys are made in order of time: the last of each tells whether anything came."""
    commune = Commune.objects.order_by("-id").values_list("id", flat=True).first()
    taken_in = TerritoryImport.objects.order_by("-id").values_list("id", flat=True).first()
    return commune, taken_in


def _entries() -> Iterable[Entry]:
    rows = Commune.objects.filter(gone_on__isnull=True)
    fields = ("id", "code_insee", "name", "postal_codes", "population", "part_of")
    return (Entry(*row) for row in rows.values_list(*fields).iterator(chunk_size=5000))
