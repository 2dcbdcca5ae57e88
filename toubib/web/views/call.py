"""The call page of the patient's side and of admitted guests. The doctor's stands at the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.assistance.operations import answer_gesture, answer_presence
from toubib.assistance.queries import gestures_of, presences_of
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Room
from toubib.consultation.operations import PATIENT_SIDE, agree_to_guest
from toubib.consultation.perms import Seat
from toubib.consultation.queries import get_room, people_in
from toubib.consultation.web import GUEST_INVITE, seat_of
from toubib.kiosk.queries.devices import device_rows, shown_units
from toubib.kiosk.web import kiosk_of
from toubib.people.web import current_account
from toubib.record.perms import may_read_encounter
from toubib.ui.posting import part_of_page
from toubib.waiting.enums import ENDED_STATES
from toubib.waiting.models import Ticket
from toubib.waiting.queries import live_ticket_of
from toubib.web.assisted import assisted_of
from toubib.web.company import guests_of, kept_link


@login_not_required
@never_cache
@require_GET
def call(request: HttpRequest, room: UUID) -> HttpResponse:
    """In the call while the room is open; before and after it, the page that knows what to say."""
    seat = seat_of(request, room)
    if seat is None:
        return _nobody(request)
    if seat.participant.role == ParticipantRole.PRACTITIONER:
        return redirect(f"/cabinet/salle/{room}")
    row = _room(room)
    if row.opened_at is None or row.closed_at is not None:
        return _not_open(request, row, seat)
    return render(request, "web/call.html", _context(request, row, seat))


def _nobody(request: HttpRequest) -> HttpResponse:
    """Whoever is not signed in is asked to, whatever the room; anyone else learns nothing."""
    if request.user.is_authenticated or request.session.get(GUEST_INVITE):
        raise Http404
    return redirect_to_login(request.get_full_path())


def _room(room_id: UUID) -> Room:
    row = get_room(room_id=room_id)
    if row is None:
        raise Http404
    return row


def _ticket(room: Room, seat: Seat) -> Ticket | None:
    """The request behind this call; once handed over, the one that went back to the line."""
    found = getattr(room.encounter, "ticket", None)
    if found is None and seat.participant.invite is not None:
        found = Ticket.objects.filter(pk=seat.participant.invite.ticket_id).first()
    if found is None and seat.participant.account_id is not None:
        live = live_ticket_of(account_id=seat.participant.account_id)
        found = live if live and live.patient_id == room.encounter.patient_id else None
    return found


def _not_open(request: HttpRequest, room: Room, seat: Seat) -> HttpResponse:
    is_guest = seat.participant.role not in PATIENT_SIDE
    ticket = _ticket(room, seat)
    if ticket is not None and ticket.state not in ENDED_STATES:
        return redirect("web:guest_door") if is_guest else redirect("web:waiting_room", ticket.id)
    return redirect("web:call_over", room.id)


def _context(request: HttpRequest, room: Room, seat: Seat) -> dict[str, Any]:
    ticket, people = _ticket(room, seat), people_in(room_id=room.id)
    is_patient_side = seat.participant.role in PATIENT_SIDE
    guests = guests_of(ticket_id=ticket.id, now=timezone.now()) if ticket and is_patient_side else []
    return {
        "room": room,
        "seat": seat.participant,
        "people": people,
        "doctor": room.encounter.practitioner,
        "is_patient_side": is_patient_side,
        "ticket": ticket if is_patient_side else None,
        "call_units": shown_units(device_rows(ticket=ticket, now=timezone.now()))
        if ticket and is_patient_side
        else [],
        "accept_requests": kiosk_of(request) is not None,
        "guests": guests,
        **(assisted_of(room=room, ticket=ticket) if ticket and is_patient_side else {}),
        "invite_link": kept_link(request, guests=guests),
        "credentials_url": reverse("consultation:credentials", args=[room.id]),
        "measures_url": reverse("consultation:measures", args=[room.id]),
        "messages_url": reverse("consultation:messages", args=[room.id]),
        "after_url": reverse("web:call_over", args=[room.id]),
    }


@part_of_page
@never_cache
@require_GET
def guest_list(request: HttpRequest, room: UUID) -> HttpResponse:
    """Who was invited, for the patient's side: asked anew when someone knocks or leaves."""
    row, _seat, ticket = _patient_side(request, room)
    guests = guests_of(ticket_id=ticket.id, now=timezone.now())
    shown = {
        "room": row,
        "guests": guests,
        "ticket": ticket,
        "invite_link": kept_link(request, guests=guests),
        **assisted_of(room=row, ticket=ticket),
    }
    return render(request, "web/_call_guests.html", shown)


@require_POST
def answer_guest(request: HttpRequest, room: UUID, invite: UUID) -> HttpResponse:
    """The patient's side agrees to a third person, or takes it back: the guest leaves at once."""
    _row, seat, ticket = _patient_side(request, room)
    now = timezone.now()
    known = {guest.invite.id for guest in guests_of(ticket_id=ticket.id, now=now)}
    answer = request.POST.get("answer")
    if invite not in known or answer not in {"yes", "no"}:
        raise Http404
    agree_to_guest(invite_id=invite, given=answer == "yes", by=seat.by, now=now)
    return redirect("web:call", room)


@require_POST
def answer_assisted(request: HttpRequest, room: UUID, kind: str, about: UUID) -> HttpResponse:
    """The patient's side agrees to who assists or to a gesture, or takes it back: it stops at once."""
    row, seat, ticket = _patient_side(request, room)
    answer = request.POST.get("answer")
    if answer not in {"yes", "no"}:
        raise Http404
    agreed, now = answer == "yes", timezone.now()
    if kind == "geste" and any(one.pk == about for one in gestures_of(encounter_id=row.encounter_id)):
        answer_gesture(gesture_id=about, agreed=agreed, by=seat.by, now=now)
    elif kind == "presence" and any(one.pk == about for one in presences_of(ticket_id=ticket.pk)):
        answer_presence(
            presence_id=about,
            patient_id=ticket.person.id,
            encounter_id=row.encounter_id,
            agreed=agreed,
            by=seat.by,
            now=now,
        )
    else:
        raise Http404
    return redirect("web:call", room)


def _patient_side(request: HttpRequest, room_id: UUID) -> tuple[Room, Seat, Ticket]:
    current_account(request)
    seat, row = seat_of(request, room_id), get_room(room_id=room_id)
    ticket = _ticket(row, seat) if row and seat else None
    if seat is None or row is None or ticket is None or seat.participant.role not in PATIENT_SIDE:
        raise Http404
    return row, seat, ticket


@login_not_required
@never_cache
@require_GET
def over(request: HttpRequest, room: UUID) -> HttpResponse:
    """After hanging up or the end: the visit for whoever may read it, thanks for a guest."""
    seat = seat_of(request, room)
    if seat is None:
        return _nobody(request)
    row = _room(room)
    if seat.participant.role not in PATIENT_SIDE:
        still_open = row.closed_at is None and row.opened_at is not None
        ticket = _ticket(row, seat)
        if not still_open and ticket is not None and ticket.state not in ENDED_STATES:
            return redirect("web:guest_door")
        return render(request, "web/guest_over.html", {"room": row, "still_open": still_open})
    ticket = _ticket(row, seat)
    if row.closed_at is not None and ticket is not None and ticket.state not in ENDED_STATES:
        return redirect("web:waiting_room", ticket.id)
    access = may_read_encounter(account=current_account(request), encounter=row.encounter, now=timezone.now())
    return redirect("web:visit", row.encounter_id) if access.allowed else redirect("web:space")
