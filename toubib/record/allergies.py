"""Where the words of a line are like those of a noted allergy. A comparison of words, never of medicine: no
cross-reaction is judged, and what resembles nothing may harm all the same. The badge of allergies stays in view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from toubib.nomenclature.queries import SALTS, search_medicines
from toubib.nomenclature.words import is_nearly, words_of
from toubib.record.prescribed import Item
from toubib.record.told import allergy_of

SHORTEST, SHORTEST_BRAND, MOST_WORDS = 4, 5, 12
HEAD, TAIL = (
    6,
    7,
)  # letters that two words share: « sulfamide » and « sulfaméthoxazole »; « pénicilline » and « amoxicilline »
# What stands in such a sentence, or in the name of a medicine, and names no substance.
ASIDE = SALTS | frozenset({
    "acide", "aucun", "aucune", "autre", "autres", "avec", "allergie", "allergies", "allergique", "antibiotique", "antibiotiques",
    "boutons", "choc", "comprime", "comprimes", "connue", "crise", "dans", "depuis", "enfance", "eruption", "gelule", "gelules",
    "grave", "grosse", "huile", "injection", "jours", "mais", "matin", "medicament", "medicaments", "none", "orale", "plaques",
    "plus", "pommade", "pour", "poudre", "quand", "reaction", "sachet", "sauf", "sirop", "soir", "solution", "sont", "sous",
    "toujours", "tous", "toutes", "tres", "urticaire", "voie",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """`noted`: the word of the allergy, as it was noted; `like`: the word of the line that it resembles."""

    noted: str
    like: str

    @property
    def words(self) -> str:
        said = {"noted": self.noted, "like": self.like}
        return _("L’allergie notée « %(noted)s » ressemble à « %(like)s ».") % said


def marks_of(items: Sequence[Item], *, content: dict[str, Any], on: date) -> list[Mark | None]:
    """For each line, the first noted word that one of its own resembles. `content`: of the health summary."""
    if not items or allergy_of(content).kind != "known":
        return [None] * len(items)
    noted = [one for one in words_in(str(content["allergies"])) if one not in ASIDE][:MOST_WORDS]
    known = [(one, [one, *_composition(one, on=on)]) for one in noted]
    return [_mark(item, known) for item in items]


def is_answered(item: Item, mark: Mark | None) -> bool:
    """A reason answers for the word that it was written for, and no other."""
    return mark is None or (bool(item.allergy_reason.strip()) and item.allergy == mark.noted)


def words_in(text: str) -> list[str]:
    return [one for one in dict.fromkeys(words_of(text)) if len(one) >= SHORTEST and one.isalpha()]


def _mark(item: Item, known: Sequence[tuple[str, list[str]]]) -> Mark | None:
    own = [one for one in words_in(f"{item.text} {item.brand}") if one not in ASIDE]
    found = (Mark(noted, mine) for noted, meant in known for mine in own if _any_like(mine, meant))
    return next(found, None)


def _any_like(mine: str, meant: Sequence[str]) -> bool:
    return any(is_like(mine, one) for one in meant)


def is_like(one: str, other: str) -> bool:
    """The same word but for a slip or a plural, or six letters alike at the head, seven at the tail."""
    one, other = one.removesuffix("s"), other.removesuffix("s")
    if is_nearly(one, other):
        return True
    shorter = min(len(one), len(other))
    return (shorter >= HEAD and one[:HEAD] == other[:HEAD]) or (
        shorter >= TAIL and one[-TAIL:] == other[-TAIL:]
    )


def _composition(word: str, *, on: date) -> Iterator[str]:
    """The substances that the BDPM gives to a brand of this name: an allergy to « Doliprane » names paracétamol."""
    if len(word) < SHORTEST_BRAND:
        return
    found = search_medicines(text=word, on=on, limit=1)
    if found and words_of(found[0].name)[:1] == [word]:
        yield from (one for one in words_in(found[0].inn) if one not in ASIDE)
