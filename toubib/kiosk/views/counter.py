"""« /comptoir »: the post of whoever assists, beside the cabin. Nothing of a record is read here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from toubib.assistance.models import Presence
from toubib.assistance.operations import NotPosted, end_presence
from toubib.assistance.queries import places_of
from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.kiosk.forms_counter import CabinForm, VoucherForm
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations.beside import stand_beside
from toubib.kiosk.operations.counter import (
    CounterRefused,
    VoucherDead,
    call_15,
    call_back,
    check_cabin,
    open_from_counter,
    stop_from_counter,
    use_voucher,
    vouch,
)
from toubib.kiosk.operations.sessions import PlaceShut, place_ticket
from toubib.kiosk.queries.counter import CLEANABLE, post_of
from toubib.kiosk.steps import kiosk_steps
from toubib.kiosk.web import SESSION, kiosk_actor, kiosk_required, session_of
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.sessions import open_session
from toubib.people.web import current_account, current_actor, role_required
from toubib.ui.posting import part_of_page
from toubib.waiting.enums import TicketState
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, attach_account
from toubib.waiting.perms import may_hold_ticket
from toubib.waiting.views.common import TICKET
from toubib.waiting.views.identity import CARRIED

assistant_only = role_required(Role.ASSISTANT)
REFUSALS = (CounterRefused, NotPosted, PlaceShut)
Act = Callable[[Account, Actor, datetime], object]


@assistant_only
@never_cache
@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """Each cabin of each place where this account assists today, live."""
    return render(request, "kiosk/counter.html", _context(request))


@part_of_page
@assistant_only
@never_cache
@require_safe
def part(request: HttpRequest) -> HttpResponse:
    return render(request, "kiosk/_counter.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    account, now = current_account(request), timezone.now()
    posts = [post_of(place=place, now=now) for place in places_of(account=account, now=now)]
    trace(by=current_actor(request), action="kiosk.counter.read", now=now, subject="counter")
    return {
        "tab": "counter",
        "posts": posts,
        "account": account,
        "mine": {one.pk for post in posts for one in post.presences if one.helper_id == account.pk},
        "inside": {one.session.ticket_id for post in posts for one in post.cabins if one.session},
        "beside": {one.ticket_id for post in posts for one in post.presences if one.helper_id == account.pk},
    }


def own_place(request: HttpRequest, place_id: UUID) -> Place:
    """A place where this account assists today. Any other does not exist: 404."""
    places = places_of(account=current_account(request), now=timezone.now())
    found = next((one for one in places if one.pk == place_id), None)
    if found is None:
        raise Http404
    return found


def _machine(request: HttpRequest, machine_id: object) -> Machine:
    rows = Machine.objects.select_related("place").filter(revoked_at__isnull=True)
    row = rows.filter(pk=machine_id).first() if isinstance(machine_id, UUID) else None
    if row is None:
        raise Http404
    own_place(request, row.place_id)
    return row


def _session(request: HttpRequest, session_id: UUID) -> KioskSession:
    rows = KioskSession.objects.select_related("machine__place", "ticket")
    row = rows.filter(pk=session_id).first()
    if row is None:
        raise Http404
    own_place(request, row.machine.place_id)
    return row


def carry_out(request: HttpRequest, act: Act) -> bool:
    """Do it, or keep the refusal's sentence for the page."""
    try:
        act(current_account(request), current_actor(request), timezone.now())
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return False
    return True


@assistant_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cabin(request: HttpRequest, machine: UUID) -> HttpResponse:
    """Room, door, and each device cleaned: the list of this place."""
    row = _machine(request, machine)
    devices = [one for one in row.place.devices if one in CLEANABLE]
    form = CabinForm(request.POST or None, devices=devices)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            check_cabin(
                machine=row,
                account=current_account(request),
                room_ready=typed["room_ready"],
                door_closes=typed["door_closes"],
                cleaned=typed["cleaned"],
                by=current_actor(request),
                now=timezone.now(),
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("La cabine est prête."))
            return redirect("counter:counter")
    return render(request, "kiosk/cabin.html", {"machine": row, "form": form})


@assistant_only
@never_cache
@require_POST
def start(request: HttpRequest, machine: UUID) -> HttpResponse:
    row = _machine(request, machine)
    if carry_out(
        request, lambda account, by, now: open_from_counter(machine=row, account=account, by=by, now=now)
    ):
        messages.success(request, _("La borne est ouverte : la personne peut commencer."))
    return redirect("counter:counter")


@assistant_only
@never_cache
@require_POST
def stop(request: HttpRequest, session: UUID) -> HttpResponse:
    row = _session(request, session)
    if carry_out(
        request,
        lambda account, by, now: stop_from_counter(session_id=row.pk, account=account, by=by, now=now),
    ):
        messages.success(request, _("Séance arrêtée : l’écran est effacé. Il reste à nettoyer la cabine."))
    return redirect("counter:counter")


@assistant_only
@never_cache
@require_POST
def vouch_for(request: HttpRequest, session: UUID) -> HttpResponse:
    """The code, shown once: it stands in no address and comes back on no page."""
    row = _session(request, session)
    try:
        voucher, code = vouch(
            session_id=row.pk, account=current_account(request), by=current_actor(request), now=timezone.now()
        )
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return redirect("counter:counter")
    return render(request, "kiosk/voucher.html", {"code": code, "until": voucher.expires_at})


@assistant_only
@never_cache
@require_POST
def beside(request: HttpRequest, session: UUID) -> HttpResponse:
    row = _session(request, session)
    carry_out(request, lambda account, by, now: stand_beside(session=row, helper=account, by=by, now=now))
    return redirect("counter:counter")


@assistant_only
@never_cache
@require_POST
def leave(request: HttpRequest, presence: UUID) -> HttpResponse:
    """One's own presence alone."""
    row = Presence.objects.filter(pk=presence, helper=current_account(request)).first()
    if row is None:
        raise Http404
    end_presence(presence_id=row.pk, by=current_actor(request), now=timezone.now())
    messages.success(request, _("Vous êtes sorti : le patient est seul avec le médecin."))
    return redirect("counter:counter")


@assistant_only
@never_cache
@require_POST
def fifteen(request: HttpRequest, place: UUID) -> HttpResponse:
    """The number, and what to say: the call itself is by telephone."""
    found = own_place(request, place)
    session = read_id(request.POST.get("session"))
    row = _session(request, session) if session else None
    call_15(
        place=found,
        account=current_account(request),
        session_id=row.pk if row else None,
        by=current_actor(request),
        now=timezone.now(),
    )
    return render(request, "kiosk/fifteen.html", {"place": found, "session": row})


@assistant_only
@never_cache
@require_POST
def back(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """Somebody outside comes back into the cabin."""
    row = Ticket.objects.filter(pk=ticket, place_of_care__isnull=False).first()
    if row is None or row.place_of_care_id is None:
        raise Http404
    own_place(request, row.place_of_care_id)
    machine = _machine(request, read_id(request.POST.get("machine")))
    try:
        code = call_back(
            ticket_id=row.pk,
            machine=machine,
            account=current_account(request),
            by=current_actor(request),
            now=timezone.now(),
        )
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return redirect("counter:counter")
    if code:
        return render(request, "kiosk/voucher.html", {"code": code})
    messages.success(request, _("La borne est ouverte : la personne y reprend sa place par son propre code."))
    return redirect("counter:counter")


def read_id(value: str | None) -> UUID | None:
    try:
        return UUID(value or "")
    except ValueError:
        return None


# On the machine


@sensitive_post_parameters("code")
@kiosk_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """« Je n’ai pas de téléphone »: the code of the counter opens the person's own session on this machine."""
    session = session_of(request)
    if session is None:
        raise Http404
    form = VoucherForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = use_voucher(session=session, code=form.cleaned_data["code"], now=timezone.now())
        except VoucherDead as error:
            form.add_error("code", str(error))
        else:
            return _let_in(request, session, account)
    page = {"form": form, "machine": session.machine, "steps": kiosk_steps("phone")}
    return render(request, "kiosk/enter.html", page, status=422 if form.errors else 200)


def _let_in(request: HttpRequest, session: KioskSession, account: Account) -> HttpResponse:
    """Signed in under a fresh key, with the request under way and the machine's session. Whom to call back: the place."""
    now = timezone.now()
    kept = {name: request.session[name] for name in (*CARRIED, SESSION) if name in request.session}
    open_session(request, account, how="voucher", now=now, strong=False)
    request.session.update(kept)
    ticket_id = read_id(kept.get(TICKET))
    ticket = Ticket.objects.filter(pk=ticket_id).first() if ticket_id else None
    if ticket is None or not may_hold_ticket(ticket=ticket, account_id=account.id):
        return redirect("waiting:path")
    try:
        if ticket.state == TicketState.TRIAGED:
            phone = session.machine.place.phone
            place_ticket(session=session, ticket=ticket, phone=phone, by=kiosk_actor(request), now=now)
        attach_account(ticket_id=ticket.id, account_id=account.id, now=now)
    except MoveRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("waiting:path")
    return redirect("waiting:path")
