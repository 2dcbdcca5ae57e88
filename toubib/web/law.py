"""What `/regles` shows of the rule book on a day, ready for its page."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from toubib.rulebook.parameters import Parameter, all_parameters, history, in_force
from toubib.rulebook.unread import UNREAD
from toubib.web.rule_words import SUBJECTS, say_doubt, say_grounds, say_period, say_value

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PeriodShown:
    value: str
    period: str
    reference: str
    is_shown: bool  # the one of the day that was asked


@dataclass(frozen=True, slots=True)
class AlternativeShown:
    value: str
    period: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleShown:
    row: Parameter
    value: str
    period: str
    doubt: str
    grounds: str
    alternatives: tuple[AlternativeShown, ...]
    history: tuple[PeriodShown, ...]
    search: str
    fits: bool  # holds the words that were sought

    @property
    def is_choice(self) -> bool:
        """A reading of ours, among rules that are the law's."""
        return self.row.confidence == "choice" and not self.doubt and self.row.subject != "platform"

    @property
    def is_for_information(self) -> bool:
        """No rule asks for it: it changes no answer."""
        return self.row.id in UNREAD


@dataclass(frozen=True, slots=True)
class SubjectShown:
    key: str
    title: str
    rules: tuple[RuleShown, ...]

    @property
    def fits(self) -> bool:
        return any(rule.fits for rule in self.rules)


def subjects_on(*, on: date, words: str = "") -> tuple[SubjectShown, ...]:
    """The rules in force on a day, by subject; `words`: those that hold them all are marked as fitting."""
    wanted = plain(words).split()
    rules = [_rule(row, on, wanted) for row in sorted(in_force(on=on), key=lambda row: row.rank)]
    order = [*SUBJECTS, *sorted({rule.row.subject for rule in rules} - set(SUBJECTS))]
    found = (
        SubjectShown(key, str(SUBJECTS.get(key, key)), tuple(r for r in rules if r.row.subject == key))
        for key in order
    )
    return tuple(subject for subject in found if subject.rules)


def changes() -> tuple[tuple[date, int], ...]:
    """The days on which a rule of law began or ended, the latest first, with how many."""
    days: Counter[date] = Counter()
    for row in all_parameters():
        if row.subject != "platform":
            days[row.starts] += 1
            if row.ends and not any(other.starts == row.ends for other in history(id=row.id)):
                days[row.ends] += 1
    return tuple(sorted(days.items(), reverse=True))


def plain(text: str) -> str:
    """Without accents or capitals, as rules.js does it."""
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(one for one in parts if not unicodedata.combining(one)).replace("’", "'")


def _rule(row: Parameter, on: date, wanted: list[str]) -> RuleShown:
    value = say_value(value=row.value, unit=row.unit)
    search = plain(" ".join((row.label, row.id, row.reference, value, row.note, say_doubt(row=row))))
    return RuleShown(
        row=row, value=value, period=say_period(starts=row.starts, last=_last(row.ends)), doubt=say_doubt(row=row),
        grounds=say_grounds(row=row),
        alternatives=tuple(
            AlternativeShown(
                say_value(value=one.value, unit=row.unit), say_period(starts=one.starts, last=_last(one.ends)),
                one.source, one.note,
            )
            for one in row.alternatives
        ),
        history=tuple(
            PeriodShown(
                say_value(value=period.value, unit=period.unit),
                say_period(starts=period.starts, last=_last(period.ends)), period.reference, period.covers(on),
            )
            for period in history(id=row.id)
        ),
        search=search, fits=all(word in search for word in wanted),
    )  # fmt: skip


def _last(ends: date | None) -> date | None:
    return ends - ONE_DAY if ends else None
