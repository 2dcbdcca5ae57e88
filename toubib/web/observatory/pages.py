"""What the page of a measure shows, ready for its template and its downloads."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from toubib.web.observatory.maps import Cell, Classes, classes_of, draw_map
from toubib.web.observatory.measures import (
    EUROS,
    RATE,
    SMALL,
    Measure,
    say,
    say_gap,
    say_quarter,
    short_quarter,
)  # fmt: skip
from toubib.web.observatory.plots import draw_series
from toubib.web.observatory.results import FRANCE, Results

TARGET_WORDS = "35"
UNTOLD = "untold"


@dataclass(frozen=True)
class Asked:
    """What the address asks for, all of it known to the results."""

    quarter: str
    before: str
    area: str
    level: str = "region"
    sort: str = "value"
    up: bool = False
    words: str = ""
    equal: bool = False
    gaps: bool = False


@dataclass(frozen=True)
class Line:
    """One row of the table; `cells`: as said."""

    area: str
    name: str
    cells: tuple[str, ...]
    value: str
    gap: str
    number: float | None
    order: tuple[Any, ...]
    chosen: bool


class Sheet:
    """A measure at a quarter, beside another."""

    def __init__(self, results: Results, measure: Measure, asked: Asked) -> None:
        self.results, self.measure, self.asked = results, measure, asked
        self.rows = results.rows(measure.rows, measure.variant)

    def number(self, area: str, quarter: str | None = None, column: str = "") -> float | None:
        row = self.rows.get((quarter or self.asked.quarter, area))
        return None if row is None else row.get(column or self.measure.value)

    def gap(self, area: str) -> float | None:
        now, then = self.number(area), self.number(area, self.asked.before)
        return None if now is None or then is None else now - then

    def say(self, area: str, column: str = "") -> str:
        """A cell that is hidden, or a quarter that the source does not cover."""
        found = self.number(area, column=column)
        if found is None and self.number(FRANCE, column=column) is None:
            return _("non calculé")
        kind = self.measure.kind if column in ("", self.measure.value) else self._kind_of(column)
        return say(found, kind)

    def _kind_of(self, column: str) -> str:
        return EUROS if column == "paid" else "count"

    @cached_property
    def france(self) -> dict[str, Any]:
        gap = self.gap(FRANCE)
        parts = [(name, self.say(FRANCE, column)) for column, name in self.measure.columns[:2]]
        return {"value": self.say(FRANCE), "gap": say_gap(gap, self.measure.kind), "parts": parts}

    @cached_property
    def chosen(self) -> dict[str, Any] | None:
        area = self.asked.area
        if area == FRANCE:
            return None
        own = self.number(area)
        peers = [self.number(one) for one in self.results.areas(self.results.levels[area])]
        told = sorted((one for one in peers if one is not None), reverse=True)
        rank = told.index(own) + 1 if own is not None else None
        return {"name": self.results.names[area], "value": self.say(area), "rank": rank, "of": len(told), "gap": say_gap(self.gap(area), self.measure.kind)}  # fmt: skip

    @cached_property
    def target(self) -> dict[str, Any] | None:
        found = self.results.document.get("target")
        if not self.measure.has_target or not found:
            return None
        own = self.number(FRANCE)
        gap = None if own is None else own - found["rate"]
        counts = found["departements"].get(self.asked.quarter) if self.measure.key == "adoption" else None
        return {
            "rate": found["rate"], "said": say(found["rate"], RATE), "gap": None if gap is None else say_gap(abs(gap), RATE).lstrip("+"),
            "reached": gap is not None and gap >= 0, "counts": counts,
        }  # fmt: skip

    @cached_property
    def lines(self) -> list[Line]:
        wanted = plain(self.asked.words)
        found = [
            self._line(area) for area in self.results.areas(self.asked.level)
            if wanted in plain(f"{area} {self.results.names[area]}")
        ]  # fmt: skip
        found.sort(key=lambda line: line.order, reverse=not self.asked.up)
        return [one for one in found if one.number is not None] + [one for one in found if one.number is None]

    def _line(self, area: str) -> Line:
        columns = self.measure.columns
        number, gap, name = self.number(area), self.gap(area), self.results.names[area]
        by = {
            "name": plain(name),
            "value": number,
            "gap": gap,
            **{column: self.number(area, column=column) for column, _name in columns},
        }
        key = by.get(self.asked.sort)
        chosen = self.asked.area in (area,) or self.results.regions.get(self.asked.area) == area
        return Line(
            area, name, tuple(self.say(area, column) for column, _name in columns), self.say(area),
            say_gap(gap, self.measure.kind), number, (key is not None, key if key is not None else 0, plain(name)), chosen,
        )  # fmt: skip

    @cached_property
    def classes(self) -> Classes:
        values = [one for one in map(self._mapped, self.results.areas("departement")) if one is not None]
        step = 0.01 if self.measure.kind == RATE else _step(values)
        return classes_of(values, 0.005 if self.asked.gaps and self.measure.kind == RATE else step)

    def _mapped(self, area: str) -> float | None:
        return self.gap(area) if self.asked.gaps else self.number(area)

    def _say_mapped(self, value: float | None) -> str:
        return (
            say_gap(value, self.measure.kind)
            if self.asked.gaps and value is not None
            else say(value, self.measure.kind)
        )

    @cached_property
    def legend(self) -> tuple[tuple[int, str], ...]:
        bounds = [self._say_mapped(bound) for bound in self.classes.bounds]
        if not bounds:
            return ((0, _("non diffusé")),)
        words = [_("moins de %(n)s") % {"n": bounds[0]}]
        words += [_("%(low)s à %(high)s") % {"low": low, "high": high} for low, high in pairwise(bounds)]
        words.append(_("%(n)s et plus") % {"n": bounds[-1]})
        return (*((i, text) for i, text in enumerate(words, 1)), (0, _("non diffusé")))

    @cached_property
    def picture(self) -> SafeString:
        cells = {}
        for area in self.results.areas("departement"):
            value = self._mapped(area)
            told = (
                self._say_mapped(value)
                if value is not None
                else _("non diffusé (%(small)s)") % {"small": SMALL}
            )
            cells[area] = Cell(
                self.classes.shade(value),
                _("%(name)s : %(value)s") % {"name": self.results.names[area], "value": told},
            )
        hidden = sum(cell.shade == 0 for cell in cells.values())
        words = _(
            "Le tableau « Par département » donne les mêmes chiffres. Départements non diffusés : %(n)s."
        ) % {"n": hidden}
        return draw_map(
            cells, title=self.heading, words=words, chosen=self.asked.area, equal=self.asked.equal
        )

    @cached_property
    def heading(self) -> str:
        if self.asked.gaps:
            ends = {"from": short_quarter(self.asked.before), "to": short_quarter(self.asked.quarter)}
            return _("%(name)s, écart de %(from)s à %(to)s") % {"name": self.measure.name, **ends}
        return _("%(name)s, %(quarter)s") % {
            "name": self.measure.name,
            "quarter": say_quarter(self.asked.quarter),
        }

    @cached_property
    def series(self) -> list[tuple[str, float | None]]:
        return [(quarter, self.number(self.asked.area, quarter)) for quarter in self.results.quarters]

    @cached_property
    def curve(self) -> SafeString:
        told = [(quarter, value) for quarter, value in self.series if value is not None]
        title = _("%(name)s, %(area)s") % {"name": self.measure.name, "area": self.area_name}
        if told:
            ends = {
                "a": say(told[0][1], self.measure.kind),
                "from": say_quarter(told[0][0]),
                "b": say(told[-1][1], self.measure.kind),
                "to": say_quarter(told[-1][0]),
            }
            title += _(" : %(a)s au %(from)s, %(b)s au %(to)s") % ends
        aim = None
        if self.target:
            aim = (self.target["rate"], _("repère : %(n)s") % {"n": self.target["said"]})
        return draw_series(
            self.series, say=lambda value: _axis(value, self.measure.kind), title=title, target=aim
        )

    @cached_property
    def series_lines(self) -> list[tuple[str, str]]:
        return [
            (say_quarter(quarter), say(value, self.measure.kind) if value is not None or self._is_covered(quarter) else _("non calculé"))
            for quarter, value in self.series
        ]  # fmt: skip

    def _is_covered(self, quarter: str) -> bool:
        return self.number(FRANCE, quarter) is not None

    @property
    def area_name(self) -> str:
        return self.results.names[self.asked.area]

    @property
    def foot(self) -> str:
        """Of each picture and file: source, day, mark."""
        document = self.results.document
        mark = (
            _("DONNÉES SYNTHÉTIQUES : aucun médecin, aucun patient réel. ") if self.results.synthetic else ""
        )
        day = date.fromisoformat(document["computed_on"])
        told = _("Calculé le %(day)s. Aucune case de 1 à 10.") % {
            "day": f"{day.day:02}/{day.month:02}/{day.year}"
        }
        return f"{mark}{told}\n{document['source']}"


def _axis(value: float, kind: str) -> str:
    """Short, for the ends and the lines of a curve."""
    if kind == RATE:
        text = say(value, kind)
        return text.replace(",0\u00a0%", "\u00a0%").replace(".0\u00a0%", "\u00a0%")
    for size, word in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}".replace(".", ",") + f"\u00a0{word}"
    return f"{value:g}"


def _step(values: list[float]) -> float:
    middle = sorted(values)[len(values) // 2] if values else 1
    size = 10 ** max(0, len(str(int(abs(middle)))) - 2)
    return float(size)


def plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", str(text).lower())
    return "".join(one for one in parts if not unicodedata.combining(one)).replace("’", "'")
