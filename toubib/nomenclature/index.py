"""A list held in memory and searched as one types. Built once by process, again after an import.

Each thing has an order of its own (the best first) and words, each of a class: 0 begins name and substance, 1 begins
the name, 2 begins the substance, 3 anywhere else; 4 more where the thing is to come after the others. What is found
is ranked by how each typed word fits, then by that order.
"""

from __future__ import annotations

import heapq
import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from toubib.nomenclature.words import slips, sound, words_of

LEAST, LEAST_TO_FORGIVE = 2, 4
AFTER_ALL = "\uffff"
ASIDE, LAST, BITS = 4, 7, 3
BY_SOUND, BY_SLIP = 16, 32  # what a word costs that is not as it was typed

Words = Sequence[tuple[str, int]]


class Index:
    """`rows`: key and words of each thing, in the order in which equals are shown."""

    def __init__(self, rows: Iterable[tuple[str, Words]]) -> None:
        self.keys: list[str] = []
        self.words: list[Words] = []
        places: dict[str, array[int]] = {}
        shared: dict[tuple[str, int], tuple[str, int]] = {}  # a third of the memory of one pair by thing
        for key, words in rows:
            place = len(self.keys)
            self.keys.append(key)
            best: dict[str, int] = {}
            for word, kind in words:
                best[word] = min(kind, best.get(word, LAST))
            self.words.append(tuple(shared.setdefault(pair, pair) for pair in best.items()))
            for word, kind in best.items():
                places.setdefault(word, array("L")).append(place << BITS | kind)
        self.vocabulary = sorted(places)
        self.places = [places[word] for word in self.vocabulary]
        self.weights = array("L", [0])
        for found in self.places:
            self.weights.append(self.weights[-1] + len(found))
        self.in_order = sorted(self.keys)
        self.sounds = sorted((sound(word), number) for number, word in enumerate(self.vocabulary))

    def find(self, text: str, limit: int) -> list[str]:
        """Keys of what fits every word typed, the best first; the words may be begun only."""
        typed = words_of(text)
        if sum(map(len, typed)) < LEAST:
            return []
        meant = [self._meant(word) for word in dict.fromkeys(typed)]
        if not all(meant):
            return []
        rarest = min(meant, key=self._weight)
        found = self._candidates(rarest)
        for others in meant:
            if others is not rarest:
                found = self._narrow(found, others)
        best = heapq.nsmallest(limit, ((cost, place) for place, cost in found.items()))
        return [self.keys[place] for _cost, place in best]

    def beginning(self, start: str, limit: int) -> list[str]:
        """The first keys that begin so."""
        first = bisect_left(self.in_order, start)
        return [key for key in self.in_order[first : first + limit] if key.startswith(start)]

    def _meant(self, typed: str) -> dict[str, int]:
        """Words of the vocabulary that begin so and what each costs; failing that, that sound so or are a slip away."""
        begun = self._begun(typed)
        if begun or len(typed) < LEAST_TO_FORGIVE or not typed.isalpha():
            return {word: int(word != typed) for word in begun}
        heard = sound(typed)
        alike = self._sounding(heard)
        if alike:
            return dict.fromkeys(alike, BY_SOUND)
        near = [word for slip in slips(heard) for word in self._sounding(slip)]
        return dict.fromkeys(near, BY_SLIP)

    def _begun(self, start: str) -> list[str]:
        first = bisect_left(self.vocabulary, start)
        return self.vocabulary[first : bisect_left(self.vocabulary, start + AFTER_ALL)]

    def _sounding(self, start: str) -> list[str]:
        place = bisect_left(self.sounds, (start, -1))
        found = []
        while place < len(self.sounds) and self.sounds[place][0].startswith(start):
            found.append(self.vocabulary[self.sounds[place][1]])
            place += 1
        return found

    def _weight(self, meant: dict[str, int]) -> int:
        numbers = (bisect_left(self.vocabulary, word) for word in meant)
        return sum(self.weights[number + 1] - self.weights[number] for number in numbers)

    def _candidates(self, meant: dict[str, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for word, cost in meant.items():
            for packed in self.places[bisect_left(self.vocabulary, word)]:
                place, total = packed >> BITS, (packed & LAST) * 2 + cost
                if total < found.get(place, 99):
                    found[place] = total
        return found

    def _narrow(self, found: dict[int, int], meant: dict[str, int]) -> dict[int, int]:
        left = {}
        for place, cost in found.items():
            costs = [kind * 2 + meant[word] for word, kind in self.words[place] if word in meant]
            if costs:
                left[place] = cost + min(costs)
        return left


class Held:
    """The index of one list in this process, with the import it was built from."""

    def __init__(self, build: Callable[[], Index]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._held: tuple[UUID | None, Index] | None = None

    def get(self, version: UUID | None) -> Index:
        """That of an import. While one thread builds it anew, the others go on with the one before."""
        held = self._held
        if held is not None and held[0] == version:
            return held[1]
        if not self._lock.acquire(blocking=held is None):
            assert held is not None
            return held[1]
        try:
            if self._held is None or self._held[0] != version:
                self._held = (version, self._build())
            return self._held[1]
        finally:
            self._lock.release()
