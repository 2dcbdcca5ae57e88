"""« /cabinet »: a doctor's duty, the offer that dispatch makes, and what is left to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.consultation.forms import DutyForm, RefuseForm
from toubib.consultation.operations import open_room
from toubib.consultation.queries import day_of, recent_rooms, room_of_encounter, unsigned_rooms
from toubib.consultation.views.common import keep_message, tell, wants_fragment
from toubib.consultation.views.line import line_context, trace_line, trace_recent
from toubib.consultation.views.rights import may_practise
from toubib.consultation.views.words import why_sentences
from toubib.directory.models import Practitioner
from toubib.ground.journal import trace
from toubib.ground.prepared import read_one
from toubib.people.enums import Role
from toubib.people.models import ProfessionalAccount
from toubib.people.perms import may_go_on_duty
from toubib.people.queries import professional_of
from toubib.people.web import current_account, current_actor, role_required
from toubib.ui.posting import part_of_page
from toubib.waiting.catalogue import reason, signs
from toubib.waiting.enums import DutyState, OfferState
from toubib.waiting.models import Duty, Offer, Pool
from toubib.waiting.operations import (
    MoveRefused,
    OfferGone,
    end_duty,
    open_duty,
    pause_duty,
    refuse_offer,
    resume_duty,
    take_offer,
)
from toubib.waiting.queries import current_duty, pending_offer


def own_professional(request: HttpRequest) -> ProfessionalAccount:
    """The practitioner behind the account; a role without a practitioner has no desk: 404."""
    professional = professional_of(account=current_account(request))
    if professional is None:
        raise Http404
    return professional


def pools_for(practitioner: Practitioner) -> list[Pool]:
    """Lines that this specialty may serve."""
    return [
        pool
        for pool in Pool.objects.order_by("name")
        if not pool.specialties or practitioner.specialty in pool.specialties
    ]


@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Off duty: the form. On duty: the offer or the wait, the line, what is to sign, the day."""
    now = timezone.now()
    professional = own_professional(request)
    duty = current_duty(account_id=professional.account_id)
    trace_line(duty=duty, by=current_actor(request), now=now)
    return render(request, "consultation/desk.html", _desk_context(request, professional, duty, now=now))


def _desk_context(
    request: HttpRequest, professional: ProfessionalAccount, duty: Duty | None, *, now: datetime
) -> dict[str, Any]:
    practitioner = professional.practitioner
    recent = recent_rooms(practitioner_id=practitioner.id)
    trace_recent(recent, by=current_actor(request), now=now)
    context = {
        "practitioner": practitioner,
        **panel_context(request, professional, duty, now=now),
        **line_context(duty=duty, now=now),
        "recent": recent,
        "day": day_of(practitioner_id=practitioner.id, now=now),
    }
    if duty is None:
        context["access"] = may_go_on_duty(account=professional.account, now=now)
        context["duty_form"] = DutyForm(practitioner=practitioner, pools=pools_for(practitioner))
    return context


def panel_context(
    request: HttpRequest, professional: ProfessionalAccount, duty: Duty | None, *, now: datetime
) -> dict[str, Any]:
    """The middle of the desk: held consultation, offer, pause or wait."""
    context: dict[str, Any] = {
        "duty": duty,
        "unsigned": unsigned_rooms(practitioner_id=professional.practitioner_id),
        "topic": f"account:{professional.account_id}",
    }
    if duty is None:
        return context
    offer = pending_offer(duty=duty) if duty.state == DutyState.OFFERED else None
    if offer is not None:
        context |= _offer_context(request, offer, now=now)
    elif duty.state == DutyState.PAUSED:
        context["was_absent"] = _last_offer_lapsed(duty)
    return context


def _offer_context(request: HttpRequest, offer: Offer, *, now: datetime) -> dict[str, Any]:
    ticket = offer.ticket
    trace(
        by=current_actor(request),
        action="waiting.offer.read",
        now=now,
        patient=ticket.patient_id,
        subject="offer",
        subject_id=offer.id,
    )
    known = reason(ticket.reason_key)
    return {
        "offer": offer,
        "offer_left": max(0, int((offer.expires_at - now).total_seconds())),
        "ticket": ticket,
        "reason": known.label if known else _("Autre raison"),
        "earlier_yes": signs().named(list(ticket.signs_yes)),
        "why": why_sentences(offer.why, ticket=ticket),
        "refuse_form": RefuseForm(prefix="refuse"),
    }


def _last_offer_lapsed(duty: Duty) -> bool:
    last = Offer.objects.filter(duty=duty).order_by("-made_at", "-id").values_list("state", flat=True).first()
    return last == OfferState.LAPSED


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def panel(request: HttpRequest) -> HttpResponse:
    """The fragment that news of one's own account renews."""
    professional = own_professional(request)
    duty = current_duty(account_id=professional.account_id)
    if duty is None:
        return HttpResponse(headers={"HX-Redirect": "/cabinet"})
    context = panel_context(request, professional, duty, now=timezone.now())
    return render(request, "consultation/_panel.html", context)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def start_duty(request: HttpRequest) -> HttpResponse:
    """Go on duty, today's evidence asked anew; refused with every reason."""
    now = timezone.now()
    professional = own_professional(request)
    access = may_go_on_duty(account=professional.account, now=now)
    form = DutyForm(
        request.POST, practitioner=professional.practitioner, pools=pools_for(professional.practitioner)
    )
    if access.allowed and form.is_valid():
        with transaction.atomic():
            open_duty(
                account_id=professional.account_id,
                practitioner=professional.practitioner,
                pools=list(form.cleaned_data["pools"]),
                languages=form.cleaned_data["languages"],
                min_age=form.cleaned_data["min_age"],
                max_age=form.cleaned_data["max_age"],
                by=current_actor(request),
                now=now,
            )
        return redirect("consultation:desk")
    duty = current_duty(account_id=professional.account_id)
    if duty is not None:
        return redirect("consultation:desk")
    context = _desk_context(request, professional, None, now=now) | {"access": access, "duty_form": form}
    return render(request, "consultation/desk.html", context, status=422 if access.allowed else 403)


DUTY_ACTS = {"pause": pause_duty, "reprendre": resume_duty, "finir": end_duty}


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def change_duty(request: HttpRequest, act: str) -> HttpResponse:
    """Pause (at once, or after this patient), resume, end. A duty ended elsewhere is no error."""
    if act not in DUTY_ACTS:
        raise Http404
    duty = current_duty(account_id=current_account(request).id)
    if duty is None:
        keep_message(request, MoveRefused(_("Votre garde est déjà finie.")))
        return redirect("consultation:desk")
    try:
        changed = DUTY_ACTS[act](duty_id=duty.id, by=current_actor(request), now=timezone.now())
    except MoveRefused as error:
        keep_message(request, error)
        changed = duty
    if wants_fragment(request):
        return render(request, "consultation/_pause_after.html", {"duty": changed})
    return redirect("consultation:desk")


def _own_offer(request: HttpRequest, offer_id: UUID) -> Offer:
    offer = read_one(
        Offer.objects.select_related("duty"), pk=offer_id, duty__account_id=current_account(request).id
    )
    if offer is None:
        raise Http404
    return offer


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def take(request: HttpRequest, offer: UUID) -> HttpResponse:
    """Take the case, and open the room at once where asked: one room, whatever the number of clicks and tabs."""
    found = _own_offer(request, offer)
    try:
        encounter = take_offer(offer_id=found.id, by=current_actor(request), now=timezone.now())
    except (OfferGone, MoveRefused) as error:
        keep_message(request, error)
        return redirect("consultation:desk")
    room = room_of_encounter(encounter_id=encounter.id)
    if room is None:
        return redirect("consultation:desk")
    if request.POST.get("ouvrir") and room.closed_at is None and may_practise(request):
        open_room(room_id=room.id, by=current_actor(request), now=timezone.now())
    return redirect("consultation:room", room=room.id)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def refuse(request: HttpRequest, offer: UUID) -> HttpResponse:
    """Refuse with a reason; the patient keeps the place and goes to another doctor."""
    found = _own_offer(request, offer)
    form = RefuseForm(request.POST, prefix="refuse")
    if not form.is_valid():
        return _refuse_again(request, form)
    if found.state != OfferState.PENDING:
        keep_message(request, MoveRefused(_("Cette proposition a déjà sa réponse.")))
        return redirect("consultation:desk")
    refuse_offer(
        offer_id=found.id,
        reason=form.cleaned_data["reason"],
        note=form.cleaned_data["note"],
        by=current_actor(request),
        now=timezone.now(),
    )
    tell(request, _("Refus enregistré. La file propose cette personne à un autre médecin."))
    return redirect("consultation:desk")


def _refuse_again(request: HttpRequest, form: RefuseForm) -> HttpResponse:
    """The desk with what was typed and what is missing."""
    now = timezone.now()
    professional = own_professional(request)
    duty = current_duty(account_id=professional.account_id)
    context = _desk_context(request, professional, duty, now=now)
    return render(
        request, "consultation/desk.html", {**context, "refuse_form": form, "refusing": True}, status=422
    )
