"""« Mes données »: agreements taken back, a copy of everything, the request to erase."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.assistance.operations import answer_gesture, answer_presence
from toubib.consultation.operations import agree_to_guest
from toubib.consultation.queries import get_invite
from toubib.consultation.web import read_uuid
from toubib.ground.actors import Actor
from toubib.people.enums import LinkKind, Role
from toubib.people.models import PatientLink
from toubib.people.queries import links_of, own_patient
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.models import Consent
from toubib.record.operations import withdraw_consent
from toubib.rights.enums import Answer
from toubib.rights.operations import NotErased, ask_copy, ask_erasure, take_copy
from toubib.rights.periods import years_told
from toubib.rights.queries import copies_of, copy_of, end_of, erasures_of, has_record, is_held
from toubib.web.forms import ErasureForm
from toubib.web.own_data import consent_for, consents_for

INVITE = "invite:"
PER_PAGE = 20


@role_required(Role.PATIENT)
@require_POST
def withdraw(request: HttpRequest, consent: UUID) -> HttpResponse:
    """Take a consent back; the presence of a guest ends at once with it."""
    by, now = current_actor(request), timezone.now()
    row = consent_for(account=current_account(request), consent_id=consent, now=now)
    if row is None:
        raise Http404
    if row.withdrawn_at is None:
        invite_id = _invite_of(row)
        if invite_id:
            agree_to_guest(invite_id=invite_id, given=False, by=by, now=now)
        else:
            _stop_assistance(row, by=by, now=now)
            withdraw_consent(consent_id=row.id, by=by, now=now)
    messages.success(request, _("Votre accord est retiré."))
    return redirect("web:consents" if request.POST.get("from") == "consents" else "web:space")


def _stop_assistance(row: Consent, *, by: Actor, now: datetime) -> None:
    """Who assists leaves, or the gesture stops, with the agreement to it."""
    kind, _colon, name = row.about.partition(":")
    about = read_uuid(name)
    if about is not None and kind == "presence":
        answer_presence(presence_id=about, agreed=False, patient_id=row.patient_id, by=by, now=now)
    elif about is not None and kind == "gesture":
        answer_gesture(gesture_id=about, agreed=False, by=by, now=now)


def _invite_of(row: Consent) -> UUID | None:
    invite_id = read_uuid(row.about.removeprefix(INVITE)) if row.about.startswith(INVITE) else None
    return invite_id if invite_id and get_invite(invite_id=invite_id) else None


@role_required(Role.PATIENT)
@never_cache
@require_GET
def consents(request: HttpRequest) -> HttpResponse:
    """Every agreement and refusal, with its sentence and its hour; each taken back alone."""
    account, now = current_account(request), timezone.now()
    page = Paginator(consents_for(account=account, now=now, limit=None), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request, "web/consents.html", {"page_obj": page, "own": own_patient(account=account, now=now)}
    )


@role_required(Role.PATIENT)
@never_cache
@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    return _show(request, ErasureForm())


def _show(request: HttpRequest, form: ErasureForm, *, refusal: str = "") -> HttpResponse:
    account, now = current_account(request), timezone.now()
    asked = erasures_of(account=account)
    context = {
        "form": form,
        "copies": copies_of(account=account, now=now),
        "waiting": next((one for one in asked if one.answer == Answer.WAITING), None),
        "answered": [one for one in asked if one.answer != Answer.WAITING],
        "kept": [_kept_words(link, now=now) for link in links_of(account=account, now=now)],
        "law": years_told(on=timezone.localdate(now)),
        "refusal": refusal,
    }
    status = 422 if form.is_bound or refusal else 200
    return render(request, "web/my_data.html", context, status=status)


def _kept_words(link: PatientLink, *, now: datetime) -> dict[str, Any]:
    """Until when the law keeps one's own record, if there is one. Of anyone else the rule alone: a date would tell of a
    minor's secret visit (L. 1111-5 CSP)."""
    own = link.kind == LinkKind.SELF
    kept = own and has_record(patient_id=link.patient_id)
    until = end_of(patient=link.patient, now=now).on if kept else None
    held = own and is_held(patient_id=link.patient_id)
    return {"patient": link.patient, "own": own, "until": until, "held": held}


@role_required(Role.PATIENT)
@never_cache
@require_GET
def copies(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes when a copy is there."""
    account, now = current_account(request), timezone.now()
    return render(request, "web/_copies.html", {"copies": copies_of(account=account, now=now)})


@role_required(Role.PATIENT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for the copy: the worker makes it, a message tells when it is there."""
    ask_copy(account=current_account(request), by=current_actor(request), now=timezone.now())
    messages.success(request, _("Votre copie se prépare. Un message vous dira quand la prendre."))
    return redirect("web:my_data")


@role_required(Role.PATIENT)
@never_cache
@require_GET
def download(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """The archive, for its account alone, while it is kept."""
    account, now = current_account(request), timezone.now()
    copy = copy_of(account=account, copy_id=copy_id, now=now)
    if copy is None:
        raise Http404
    content = take_copy(copy=copy, by=current_actor(request), now=now)
    answer = HttpResponse(content, content_type="application/zip")
    day = timezone.localdate(copy.asked_at)
    answer["Content-Disposition"] = f'attachment; filename="mes-donnees-toubib-{day:%Y-%m-%d}.zip"'
    return answer


@role_required(Role.PATIENT)
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    try:
        ask_erasure(
            account=current_account(request),
            close_account=form.cleaned_data["close_account"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except NotErased as error:
        return _show(request, form, refusal=str(error))
    messages.success(request, _("Votre demande d’effacement est enregistrée. Réponse sous un mois."))
    return redirect("web:my_data")
