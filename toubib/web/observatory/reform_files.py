"""What one takes away from the reform page: its cases as a table, its groups as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from toubib.web.observatory.reforms import BAR, GROUPS, LAW, SCENARIOS, groups, spans

ACTS = ("counted_acts", "uncounted_acts", "unknown_acts")
PAID = ("acts", "acts_no_longer_payable", "acts_undetermined")
EUROS = ("amo_for_newly_payable_acts", "amo_difference_for_other_acts", "amo_difference")
SHADES = {"above": "q5", "near": "q3", "below": "q1", "exempt": "q2", "undetermined": "q0"}
LINE, TOP = 28, 150  # of the table under the bars
ENDS = (400, 510, 625)
HATCH = mark_safe(
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 0h8v8H0z"/>'
    '<path fill="none" stroke="#4e5b54" d="M-2 2l4-4M0 8l8-8M6 10l4-4"/></pattern></defs>'
)


def case_rows(document: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A head, then a line for each case and each supposition on activities; then the cases of payment. What is not told is empty."""
    yield ("case", "label", "scenario", "practitioners", *GROUPS, *ACTS, "freed_acts", *(f"newly_payable_{one}" for one in PAID), *EUROS, "year", "synthetic", "source")  # fmt: skip
    last = (document["year"], document["synthetic"], document["source"])
    none = ("",) * (len(PAID) + len(EUROS))
    for case, own in document["cases"].items():
        freed = (own.get("freed") or {}).get("acts", 0)
        for scenario in SCENARIOS:
            people = own["sensitivity"][scenario]
            counts = [people[one] for one in ("practitioners", *GROUPS)]
            acts = [own[one] for one in ACTS]
            yield (case, label_of(document, case), scenario, *counts, *acts, freed, *none, *last)
    blank = ("",) * (1 + 1 + len(GROUPS) + len(ACTS) + 1)
    for case, own in document["payments"].items():
        told = [_large(own[one]) for one in PAID]
        yield (case, label_of(document, case), *blank, *told, *(own[one] for one in EUROS), *last)


def label_of(document: Mapping[str, Any], case: str) -> str:
    if case == LAW:
        return _("Le droit")
    return " + ".join(document["policies"][one]["label"] for one in case.split("+"))


def _large(number: int) -> int | str:
    return "" if 0 < number < 11 else number


def picture_of(document: Mapping[str, Any], case: str) -> SafeString:
    """The law's bar over the case's, and the numbers of both, to stand alone."""
    heads = (_("Le droit"), _("Vos leviers"), _("Écart"))
    bars = format_html_join(
        "", '<text class="ink" x="8" y="{}">{}</text>{}',
        ((y, name, _bar(document, one, y + 8)) for y, name, one in ((16, heads[0], LAW), (76, heads[1], case))),
    )  # fmt: skip
    top = format_html_join(
        "", '<text class="faint" x="{}" y="{}" text-anchor="end">{}</text>',
        ((x, TOP, name) for x, name in zip(ENDS, heads, strict=True)),
    )  # fmt: skip
    lines = format_html_join(
        "", "{}", ((_line(row, TOP + LINE * i),) for i, row in enumerate(groups(document, case), 1))
    )
    height = TOP + LINE * len(GROUPS) + 16
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">{}{}{}{}</svg>', BAR, height, HATCH, bars, top, lines
    )  # fmt: skip


def _bar(document: Mapping[str, Any], case: str, y: int) -> SafeString:
    parts = ((SHADES[key], x, y, width) for key, x, width in spans(document, case, BAR - 16, 8.0))
    return format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="24"/>', parts)


def _line(row: Mapping[str, Any], y: int) -> SafeString:
    cells = zip(ENDS, (row["law"], row["case"], row["gap"]), strict=True)
    told = format_html_join("", '<text class="ink" x="{}" y="{}" text-anchor="end">{}</text>', ((x, y, text) for x, text in cells))  # fmt: skip
    return format_html(
        '<rect class="{}" x="8" y="{}" width="22" height="16" stroke="#9aa59e" stroke-width=".5"/><text class="ink" x="40" y="{}">{}</text>{}',
        SHADES[row["key"]], y - 13, y, row["name"], told,
    )  # fmt: skip


def foot_of(document: Mapping[str, Any], case: str) -> str:
    """Levers, day, mark and source: what the picture must say where it stands alone."""
    mark = _("DONNÉES SYNTHÉTIQUES : aucun médecin, aucun patient réel. ") if document["synthetic"] else ""
    day = date.fromisoformat(document["computed_on"])
    told = _("Calculé le %(day)s. Aucune case de 1 à 10.") % {
        "day": f"{day.day:02}/{day.month:02}/{day.year}"
    }
    names = (
        [_("Le droit")] if case == LAW else [document["policies"][one]["label"] for one in case.split("+")]
    )
    return "\n".join([*names, f"{mark}{told}", document["source"]])
