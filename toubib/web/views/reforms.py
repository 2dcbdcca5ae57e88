"""`/observatoire/reformes`: levers on the cap and on reimbursement, from results computed ahead."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import condition, require_safe

from toubib.ground.sheets import write_sheet
from toubib.web.observatory import reform_files as files
from toubib.web.observatory import reforms as shown
from toubib.web.observatory.measures import COUNT, say
from toubib.web.observatory.pictures import alone, as_file, as_picture
from toubib.web.observatory.results import read_document

PERCENT = _("Un nombre entier, de 0 à 100.")


class AssumedForm(forms.Form):
    """Assumptions, never facts."""

    urgences = forms.IntegerField(
        label=_("Sur 100 actes, combien évitent un passage aux urgences ?"), min_value=0, max_value=100, required=False,
        error_messages={"invalid": PERCENT, "min_value": PERCENT, "max_value": PERCENT},
    )  # fmt: skip
    cout = forms.IntegerField(
        label=_("Coût d’un passage aux urgences, en euros"), min_value=0, max_value=10000, required=False,
        error_messages={"invalid": _("Un nombre entier d’euros.")}, help_text=_("250 € selon le livre blanc de la FMT : une hypothèse."),
    )  # fmt: skip
    cabinet = forms.IntegerField(
        label=_("Sur 100 actes, combien évitent une consultation au cabinet ?"), min_value=0, max_value=100, required=False,
        error_messages={"invalid": PERCENT, "min_value": PERCENT, "max_value": PERCENT},
    )  # fmt: skip


def _version(request: HttpRequest, **_kwargs: Any) -> str | None:
    """Files change with the results and the language."""
    found = read_document("reforms")
    return f'"{found[1]}-{request.LANGUAGE_CODE}"' if found else None  # type: ignore[attr-defined]


@login_not_required
@require_safe
def reforms(request: HttpRequest) -> HttpResponse:
    found = read_document("reforms")
    if found is None:
        return render(request, "web/observatory_empty.html")
    document = found[0]
    pulled, lone, case = _case(document, request.GET)
    paying = [one for one in document["paying"] if one in request.GET.getlist("paie")]
    form = AssumedForm({"urgences": "0", "cout": "250", "cabinet": "0", **_given(request)})
    form.is_valid()
    own = document["cases"][case]
    page = {
        "document": document, "computed_on": date.fromisoformat(document["computed_on"]), "form": form, "case": case, "is_law": case == shown.LAW,
        "combined": shown.levers(document, document["combined"], pulled if case != lone else []),
        "alone": shown.levers(document, document["alone"], [lone]), "paying": shown.levers(document, document["paying"], paying),
        "groups": shown.groups(document, case), "bars": (shown.bar(document, shown.LAW), shown.bar(document, case)),
        "practitioners": say(own["practitioners"], COUNT), "counted": say(own["counted_acts"], COUNT), "law_counted": say(document["cases"][shown.LAW]["counted_acts"], COUNT),
        "freed": shown.freed(document, case), "freed_acts": say((own.get("freed") or {"acts": 0})["acts"], COUNT), "unknown": say(own["unknown_acts"], COUNT),
        "scenarios": shown.sensitivity(document, case), "heads": shown.GROUPS.values(), "money": shown.money(document, case, _assumed(form)),
        "payments": shown.payments(document, "+".join(paying)), "pay_chosen": bool(paying),
        "file": _file_query(pulled, lone, case),
    }  # fmt: skip
    return render(request, "web/observatory_reforms.html", page)


@login_not_required
@require_safe
@condition(etag_func=_version)
def reforms_csv(request: HttpRequest) -> HttpResponse:
    """Every case of the document, under each supposition on activities."""
    out = io.StringIO()
    write_sheet(out, files.case_rows(_document()))
    return as_file(out.getvalue().encode(), "text/csv; charset=utf-8", "observatoire-reformes.csv")


@login_not_required
@require_safe
@condition(etag_func=_version)
def reforms_picture(request: HttpRequest, form: str) -> HttpResponse:
    """The law's groups of doctors beside those of the levers that the address pulls."""
    document = _document()
    _pulled, _alone, case = _case(document, request.GET)
    svg = alone(
        str(files.picture_of(document, case)),
        title=gettext("Médecins face au seuil"),
        foot=files.foot_of(document, case),
    )
    return as_picture(svg, form, f"reformes-{case.replace('+', '-')}")


def _document() -> Mapping[str, Any]:
    found = read_document("reforms")
    if found is None:
        raise Http404
    return found[0]


def _case(document: Mapping[str, Any], given: QueryDict) -> tuple[list[str], str, str]:
    """The levers that are pulled together, the one that is alone, and the case that they make."""
    pulled = [one for one in document["combined"] if one in given.getlist("levier")]
    lone = given.get("seule", "")
    return pulled, lone, lone if lone in document["alone"] else "+".join(pulled) or shown.LAW


def _file_query(pulled: list[str], lone: str, case: str) -> str:
    own = QueryDict(mutable=True)
    if case == lone:
        own["seule"] = lone
    else:
        own.setlist("levier", pulled)
    return own.urlencode()


def _given(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("urgences", "cout", "cabinet") if request.GET.get(name)}


def _assumed(form: AssumedForm) -> shown.Assumed:
    own: dict[str, Any] = form.cleaned_data
    cost = own.get("cout")
    return shown.Assumed(own.get("urgences") or 0, 250 if cost is None else cost, own.get("cabinet") or 0)
