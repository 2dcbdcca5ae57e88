"""« Mes données »: agreements taken back, a copy of everything, the request to erase."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.consultation.operations import agree_to_guest
from toubib.consultation.queries import get_invite
from toubib.consultation.web import read_uuid
from toubib.people.enums import Role
from toubib.people.queries import own_patient
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.models import Consent
from toubib.record.operations import withdraw_consent
from toubib.web.forms import ErasureForm
from toubib.web.journal_words import accesses_to
from toubib.web.own_data import ask_erasure, consent_for, copy_of, erasure_asked

INVITE = "invite:"


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
            withdraw_consent(consent_id=row.id, by=by, now=now)
    messages.success(request, _("Votre accord est retiré."))
    return redirect("web:space")


def _invite_of(row: Consent) -> UUID | None:
    invite_id = read_uuid(row.about.removeprefix(INVITE)) if row.about.startswith(INVITE) else None
    return invite_id if invite_id and get_invite(invite_id=invite_id) else None


@role_required(Role.PATIENT)
@never_cache
@require_GET
def my_data(request: HttpRequest) -> HttpResponse:
    return _show(request, ErasureForm())


def _show(request: HttpRequest, form: ErasureForm) -> HttpResponse:
    account, now = current_account(request), timezone.now()
    own = own_patient(account=account, now=now)
    context = {
        "form": form,
        "asked_at": erasure_asked(account=account, now=now),
        "accesses": accesses_to(patient_id=own.id, me=account.id) if own else [],
    }
    return render(request, "web/my_data.html", context, status=422 if form.is_bound else 200)


@role_required(Role.PATIENT)
@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    content = copy_of(account=current_account(request), by=current_actor(request), now=timezone.now())
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="mes-donnees-toubib.zip"'
    return answer


@role_required(Role.PATIENT)
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    ask_erasure(account=current_account(request), by=current_actor(request), now=timezone.now())
    messages.success(request, _("Votre demande d’effacement est enregistrée. Réponse sous un mois."))
    return redirect("web:my_data")
