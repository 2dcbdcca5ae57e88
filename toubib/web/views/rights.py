"""The compliance officer answers what people ask of their data, and says what keeps a record: a dispute, a death."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.ground.journal import entry_of, trace, trace_many
from toubib.people.enums import Role
from toubib.people.models import Account, Patient
from toubib.people.web import current_actor, role_required
from toubib.rights.enums import Answer
from toubib.rights.models import ErasureRequest
from toubib.rights.operations import NotErased, answer_erasure, lift_hold, place_hold, tell_death
from toubib.rights.periods import years_told
from toubib.rights.queries import end_of, erasable, get_erasure, has_record
from toubib.web.staff_forms import DeathForm, ErasureAnswerForm, HoldForm

compliance_only = role_required(Role.COMPLIANCE)


@compliance_only
@never_cache
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """What the law keeps, person by person, and what would go; then the answer, with its reasons."""
    row = get_erasure(request_id=erasure_id)
    if row is None:
        raise Http404
    if request.method != "POST":
        return _show(request, row, ErasureAnswerForm())
    form = ErasureAnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form)
    try:
        answer_erasure(
            request_id=row.id,
            granted=form.cleaned_data["decision"] == Answer.DONE,
            words=form.cleaned_data["words"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except NotErased as error:
        form.add_error(None, str(error))
        return _show(request, row, form)
    messages.success(request, _("Votre réponse est partie. Ce qui pouvait s’effacer est effacé."))
    return redirect("web:compliance_erasure", row.id)


def _show(request: HttpRequest, row: ErasureRequest, form: ErasureAnswerForm) -> HttpResponse:
    by, now = current_actor(request), timezone.now()
    waiting = row.answer == Answer.WAITING
    found = erasable(request=row, now=now) if waiting else None
    trace(by=by, action="rights.erasure.read", now=now, subject="account", subject_id=row.account_id)
    trace_many(
        entry_of(
            by=by,
            action="rights.record.read",
            now=now,
            patient=one.patient.id,
            subject="patient",
            subject_id=one.patient.id,
        )
        for one in (found.people if found else ())
    )
    names = dict(Account.objects.filter(pk__in=[row.answered_by]).values_list("pk", "display_name"))
    context: dict[str, Any] = {
        "row": row,
        "found": found,
        "form": form,
        "by_whom": names.get(row.answered_by, "") if row.answered_by else "",
        "tab": "rights",
    }
    return render(request, "web/staff/erasure.html", context, status=422 if form.is_bound else 200)


FORMS = {"hold": HoldForm, "death": DeathForm}


@compliance_only
@never_cache
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Until when a record is kept, and why; a hold to place or to lift, a death to tell. Nothing of what it holds."""
    patient = Patient.objects.filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    forms: dict[str, Any] = {name: form(prefix=name) for name, form in FORMS.items()}
    if request.method == "POST":
        kind = request.POST.get("do", "")
        if kind in FORMS:
            forms[kind] = FORMS[kind](request.POST, prefix=kind)
        if _done(request, patient, kind, forms.get(kind)):
            return redirect("web:compliance_record", patient.id)
    return _show_record(request, patient, forms)


def _done(request: HttpRequest, patient: Patient, kind: str, form: Any) -> bool:
    by, now = current_actor(request), timezone.now()
    hold = patient.holds.filter(lifted_at__isnull=True).first()
    if kind == "lift":
        if hold is not None:
            lift_hold(hold_id=hold.id, by=by, now=now)
        messages.success(request, _("Les durées de garde courent de nouveau."))
        return True
    if form is None or not form.is_valid():
        return form is None
    try:
        if kind == "hold":
            place_hold(patient=patient, why=form.cleaned_data["why"], by=by, now=now)
        else:
            tell_death(patient=patient, by=by, now=now, **form.cleaned_data)
    except NotErased as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("C’est enregistré."))
    return True


def _show_record(request: HttpRequest, patient: Patient, forms: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    trace(
        by=current_actor(request),
        action="rights.record.read",
        now=now,
        patient=patient.id,
        subject="patient",
        subject_id=patient.id,
    )
    context = {
        "patient": patient,
        "end": end_of(patient=patient, now=now) if has_record(patient_id=patient.id) else None,
        "law": years_told(on=timezone.localdate(now)),
        "hold": patient.holds.filter(lifted_at__isnull=True).first(),
        "death": getattr(patient, "death", None),
        "forms": forms,
        "tab": "rights",
    }
    bound = any(form.is_bound for form in forms.values())
    return render(request, "web/staff/record.html", context, status=422 if bound else 200)
