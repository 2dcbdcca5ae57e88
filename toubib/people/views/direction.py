"""The medical director's professionals: evidence, activation, suspension."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from toubib.directory.operations import BadPractice, Practice, say_practice
from toubib.people.enums import EvidenceKind, Role
from toubib.people.forms import EvidenceForm, Form, PracticeForm, ReasonForm
from toubib.people.identity import BadInput, local_day
from toubib.people.models import ProfessionalAccount
from toubib.people.operations import (
    CannotActivate,
    MayNotJudge,
    activate_professional,
    add_evidence,
    suspend_professional,
)
from toubib.people.queries import evidence_states, list_professionals, open_grant_requests
from toubib.people.web import current_actor, role_required
from toubib.ui.formats import say_phone

A_PAGE = 50


@role_required(Role.MEDICAL_DIRECTOR)
@never_cache
@require_safe
def professionals(request: HttpRequest) -> HttpResponse:
    page = Paginator(list_professionals(), A_PAGE).get_page(request.GET.get("page"))
    today = local_day(timezone.now())
    rows = [_row(one, today) for one in page]
    shown = {"page_obj": page, "rows": rows, "waiting": open_grant_requests().count()}
    return render(request, "people/professionals.html", shown)


@role_required(Role.MEDICAL_DIRECTOR)
@never_cache
@require_http_methods(["GET", "POST"])
def professional(request: HttpRequest, professional_id: UUID) -> HttpResponse:
    one = list_professionals().filter(pk=professional_id).first()
    if one is None:
        raise Http404
    forms: dict[str, Form] = {
        "evidence": EvidenceForm(),
        "suspend": ReasonForm(),
        "practice": PracticeForm(initial=_known_practice(one)),
    }
    do = request.POST.get("do", "")
    if do in forms:
        forms[do] = type(forms[do])(request.POST)
    if (
        request.method == "POST"
        and (do not in forms or forms[do].is_valid())
        and _act(request, one, do, forms)
    ):
        return redirect("people:professional", one.pk)
    page = {
        **_row(one, local_day(timezone.now())),
        "evidence_form": forms["evidence"],
        "suspend_form": forms["suspend"],
        "practice_form": forms["practice"],
    }
    return render(request, "people/professional.html", page)


def _known_practice(one: ProfessionalAccount) -> dict[str, str]:
    known = {name: getattr(one.practitioner, name) for name in PracticeForm.base_fields}
    return {**known, "practice_phone": say_phone(known["practice_phone"])}


def _row(one: ProfessionalAccount, today: Any) -> dict[str, Any]:
    states = [
        {"label": EvidenceKind(state.kind).label, "valid_until": state.valid_until}
        for state in evidence_states(professional=one, on=today)
    ]
    ends = [state["valid_until"] for state in states if state["valid_until"]]
    return {
        "professional": one,
        "states": states,
        "complete": len(ends) == len(states),
        "missing": [state["label"] for state in states if not state["valid_until"]],
        "until": min(ends, default=None),
    }


def _act(request: HttpRequest, one: ProfessionalAccount, do: str, forms: dict[str, Form]) -> bool:
    by, now = current_actor(request), timezone.now()
    try:
        if do == "evidence":
            add_evidence(professional=one, by=by, now=now, **forms[do].cleaned_data)
            messages.success(request, _("Le justificatif est enregistré."))
        elif do == "activate":
            activate_professional(professional=one, by=by, now=now)
            messages.success(request, _("Le compte est actif."))
        elif do == "suspend":
            suspend_professional(professional=one, reason=forms[do].cleaned_data["reason"], by=by, now=now)
            messages.success(request, _("Le compte est suspendu. Les messages sont partis."))
        elif do == "practice":
            said = Practice(**forms[do].cleaned_data)
            say_practice(practitioner=one.practitioner, practice=said, by=by, now=now)
            messages.success(
                request, _("Le lieu d’exercice est enregistré. Les prochains documents le portent.")
            )
        else:
            raise Http404
    except BadInput as error:
        forms[do].refuse(error)
        return False
    except BadPractice as error:
        forms[do].add_error(error.field, error.sentence)
        return False
    except CannotActivate as error:
        messages.error(request, " ".join(str(reason.sentence) for reason in error.reasons))
    except MayNotJudge as error:
        messages.error(request, str(error.sentence))
    return True
