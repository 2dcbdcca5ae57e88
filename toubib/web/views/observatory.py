"""`/observatoire`: the public figures, for anyone: pages, tables and pictures to take away."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from toubib.ground.sheets import write_sheet
from toubib.web.observatory.measures import (
    CHANNELS,
    COUNT,
    EUROS,
    MEASURES,
    RATE,
    SPECIALTIES,
    Measure,
    say,
    say_quarter,
)
from toubib.web.observatory.pages import Asked, Sheet
from toubib.web.observatory.pictures import alone, as_file, as_picture
from toubib.web.observatory.published import published_of
from toubib.web.observatory.results import FRANCE, Results, current_results
from toubib.web.observatory.steps import steps_of, unit_of

FIRST = "adoption"
LEVELS = ("region", "departement")


def _version(request: HttpRequest, **_kwargs: Any) -> str | None:
    """Files change with the results and the language."""
    results = current_results()
    return f'"{results.version}-{request.LANGUAGE_CODE}"' if results else None  # type: ignore[attr-defined]


@login_not_required
@require_safe
def observatory(request: HttpRequest) -> HttpResponse:
    results = current_results()
    if results is None:
        return render(request, "web/observatory_empty.html")
    sheet = _sheet(results, request.GET)
    page = {
        "sheet": sheet, "measure": sheet.measure, "asked": sheet.asked, "document": results.document, "measures": MEASURES.values(),
        "quarters": [(one, say_quarter(one)) for one in reversed(results.quarters)],
        "areas": [(level, [(one, results.names[one]) for one in results.areas(level)]) for level in LEVELS],
        "link": _links(request.GET), "heads": _heads(sheet, request.GET), "years": _years(results, sheet.measure),
        "specialties": _specialties(results, sheet), "published": published_of(results.document, sheet.measure.published),
        "rules": steps_of(results, sheet.measure, sheet.asked.quarter), "rules_unit": unit_of(sheet.measure), "channels": CHANNELS.values(), "before_said": say_quarter(sheet.asked.before),
        "first_year": results.quarters[0][:4], "computed_on": date.fromisoformat(results.document["computed_on"]), "file": _query(request.GET, ("indicator", "quarter", "from", "show", "map")),
        "serie_file": _query(request.GET, ("indicator", "quarter", "area")),
    }  # fmt: skip
    return render(request, "web/observatory.html", page)


@login_not_required
@require_safe
@condition(etag_func=_version)
def observatory_csv(request: HttpRequest) -> HttpResponse:
    """Every quarter and area of a measure, on one line each; what is not told is empty."""
    results = _results()
    measure = _measure(request.GET)
    rows = results.rows(measure.rows, measure.variant)
    columns = (measure.value, *(column for column, _name in measure.columns))
    out = io.StringIO()
    write_sheet(out, [("quarter", "area", "name", *columns, "synthetic", "source")])
    told = (
        (
            quarter,
            area,
            results.names[area],
            *(row.get(one) for one in columns),
            results.synthetic,
            results.document["source"],
        )
        for (quarter, area), row in rows.items()
    )
    write_sheet(out, told)
    return as_file(out.getvalue().encode(), "text/csv; charset=utf-8", f"observatoire-{measure.key}.csv")


@login_not_required
@require_safe
@condition(etag_func=_version)
def observatory_map(request: HttpRequest, form: str) -> HttpResponse:
    sheet = _sheet(_results(), request.GET, plain_area=True)
    svg = alone(str(sheet.picture), title=sheet.heading, foot=sheet.foot, legend=sheet.legend)
    return as_picture(svg, form, f"carte-{sheet.measure.key}-{sheet.asked.quarter}")


@login_not_required
@require_safe
@condition(etag_func=_version)
def observatory_curve(request: HttpRequest, form: str) -> HttpResponse:
    sheet = _sheet(_results(), request.GET)
    title = _("%(name)s, %(area)s") % {"name": sheet.measure.name, "area": sheet.area_name}
    return as_picture(
        alone(str(sheet.curve), title=title, foot=sheet.foot),
        form,
        f"courbe-{sheet.measure.key}-{sheet.asked.area}",
    )


def _results() -> Results:
    found = current_results()
    if found is None:
        raise Http404
    return found


def _measure(given: QueryDict) -> Measure:
    key = given.get("indicator", FIRST)
    if key not in MEASURES:
        raise Http404
    return MEASURES[key]


def _sheet(results: Results, given: QueryDict, *, plain_area: bool = False) -> Sheet:
    """404 for what the results do not know."""
    measure = _measure(given)
    quarters = results.quarters
    rows = results.rows(measure.rows, measure.variant)
    told = [one for one in quarters if (rows.get((one, FRANCE)) or {}).get(measure.value) is not None]
    quarter = given.get("quarter") or (told or quarters)[-1]
    area = given.get("area") or FRANCE
    if quarter not in quarters or area not in results.names:
        raise Http404
    before = given.get("from") or quarters[max(quarters.index(quarter) - 4, 0)]
    if before not in quarters:
        raise Http404
    columns = ("name", "value", "gap", *(column for column, _name in measure.columns))
    sort = given.get("sort", "value")
    asked = Asked(
        quarter=quarter, before=before, area=FRANCE if plain_area else area,
        level="departement" if given.get("level") == "departement" else "region",
        sort=sort if sort in columns else "value", up=given.get("order") == "up", words=given.get("q", "")[:50],
        equal=given.get("map") == "equal", gaps=given.get("show") == "gap",
    )  # fmt: skip
    return Sheet(results, measure, asked)


def _query(given: QueryDict, kept: tuple[str, ...]) -> str:
    own = QueryDict(mutable=True)
    for name in kept:
        value = given.get(name, "")
        if value:
            own[name] = value
    return own.urlencode()


def _without(given: QueryDict, **changed: str) -> str:
    own = QueryDict(mutable=True)
    for name in ("indicator", "quarter", "from", "show", "area", "map", "level", "sort", "order", "q"):
        value = changed.get(name, given.get(name, "")[:50])
        if value:
            own[name] = value
    return f"?{own.urlencode()}"


def _links(given: QueryDict) -> dict[str, Any]:
    return {
        "equal": _without(given, map="equal"), "contours": _without(given, map=""), "regions": _without(given, level="region") + "#tableau",
        "departements": _without(given, level="departement") + "#tableau", "value": _without(given, show=""), "gap": _without(given, show="gap"),
        "area": _without(given, area="") + "&area=",
    }  # fmt: skip


def _heads(sheet: Sheet, given: QueryDict) -> list[dict[str, Any]]:
    """The table's heads: each sorts by its column, the one that sorts turns it round."""
    asked, measure = sheet.asked, sheet.measure
    place = _("Région") if asked.level == "region" else _("Département")
    names = [
        ("name", place),
        ("value", _("Part") if measure.kind == RATE else measure.name),
        ("gap", _("Écart")),
        *measure.columns,
    ]
    return [
        {
            "name": name, "number": key != "name", "sorted": ("ascending" if asked.up else "descending") if key == asked.sort else "",
            "link": _without(given, sort=key, order="up" if (key == asked.sort and not asked.up) or (key != asked.sort and key == "name") else "down") + "#tableau",
        }
        for key, name in names
    ]  # fmt: skip


def _years(results: Results, measure: Measure) -> list[dict[str, Any]]:
    """France by year: acts, channels, amounts. What the source tells of no year is not calculated, not small."""
    document = results.document
    if measure.more != "years":
        return []
    shares, euros = document["share_by_channel"], document["euros_by_year"]

    def told(years: dict[str, dict[str, float | None]], year: str, name: str, kind: str) -> str:
        if all(own.get(name) is None for own in years.values()):
            return _("non calculé")
        return say(years.get(year, {}).get(name), kind)

    return [
        {
            "year": year, "acts": say(number, COUNT), "shares": [told(shares, year, channel, RATE) for channel in CHANNELS],
            "reimbursed": told(euros, year, "reimbursed", EUROS), "paid": told(euros, year, "paid", EUROS),
        }
        for year, number in document["acts_by_year"].items()
    ]  # fmt: skip


def _specialties(results: Results, sheet: Sheet) -> list[dict[str, Any]]:
    if sheet.measure.more != "specialties":
        return []
    rows = [row for row in results.document.get("specialties", []) if row["quarter"] == sheet.asked.quarter]
    rows.sort(key=lambda row: -(row["share"] or 0))
    return [
        {
            "name": SPECIALTIES.get(row["specialty"], row["specialty"]), "acts": say(row["teleconsultations"], COUNT),
            "activity": say(row["activity"], COUNT), "share": say(row["share"], RATE),
        }
        for row in rows
    ]  # fmt: skip
