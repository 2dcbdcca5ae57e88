"""`/observatoire/reformes`: levers on the cap and on reimbursement, from results computed ahead."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from toubib.web.observatory import reforms as shown
from toubib.web.observatory.measures import COUNT, say
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


@login_not_required
@require_safe
def reforms(request: HttpRequest) -> HttpResponse:
    found = read_document("reforms")
    if found is None:
        return render(request, "web/observatory_empty.html")
    document = found[0]
    pulled = [one for one in document["combined"] if one in request.GET.getlist("levier")]
    alone = request.GET.get("seule", "")
    case = alone if alone in document["alone"] else "+".join(pulled) or shown.LAW
    paying = [one for one in document["paying"] if one in request.GET.getlist("paie")]
    form = AssumedForm({"urgences": "0", "cout": "250", "cabinet": "0", **_given(request)})
    form.is_valid()
    own = document["cases"][case]
    page = {
        "document": document, "computed_on": date.fromisoformat(document["computed_on"]), "form": form, "case": case, "is_law": case == shown.LAW,
        "combined": shown.levers(document, document["combined"], pulled if case != alone else []),
        "alone": shown.levers(document, document["alone"], [alone]), "paying": shown.levers(document, document["paying"], paying),
        "groups": shown.groups(document, case), "bars": (shown.bar(document, shown.LAW), shown.bar(document, case)),
        "practitioners": say(own["practitioners"], COUNT), "counted": say(own["counted_acts"], COUNT), "law_counted": say(document["cases"][shown.LAW]["counted_acts"], COUNT),
        "freed": shown.freed(document, case), "freed_acts": say((own.get("freed") or {"acts": 0})["acts"], COUNT), "unknown": say(own["unknown_acts"], COUNT),
        "scenarios": shown.sensitivity(document, case), "heads": shown.GROUPS.values(), "money": shown.money(document, case, _assumed(form)),
        "payments": shown.payments(document, "+".join(paying)), "pay_chosen": bool(paying),
    }  # fmt: skip
    return render(request, "web/observatory_reforms.html", page)


def _given(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("urgences", "cout", "cabinet") if request.GET.get(name)}


def _assumed(form: AssumedForm) -> shown.Assumed:
    own: dict[str, Any] = form.cleaned_data
    cost = own.get("cout")
    return shown.Assumed(own.get("urgences") or 0, 250 if cost is None else cost, own.get("cabinet") or 0)
