"""What one does from the waiting room: form in, operation, back to the room."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.operations import InviteDead, agree_to_guest, invite_guest
from toubib.consultation.queries import invites_of
from toubib.ground.actors import Actor
from toubib.record.images import MAX_BYTES, BadFile
from toubib.record.operations import add_attachment, bind_to_encounter
from toubib.ui.formats import say_phone
from toubib.waiting.enums import NotifyWhen
from toubib.waiting.forms import SignsForm
from toubib.waiting.operations import (
    MoveRefused,
    change_place,
    come_back,
    decline_doctor,
    go_away,
    leave_line,
    worsen,
)
from toubib.web.company import keep_link
from toubib.web.forms import GoOutForm, InviteForm, PhotoForm, PlaceForm
from toubib.web.line import phase_of
from toubib.web.posting import posted_from
from toubib.web.views.waiting_room import back_to, my_ticket, show_room

MOST_INVITES = 6


@posted_from("web:waiting_room", whose=my_ticket)
def go_out(request: HttpRequest, ticket: UUID) -> HttpResponse:
    row, by = my_ticket(request, ticket)
    form, now = GoOutForm(request.POST), timezone.now()
    if not form.is_valid():
        return show_room(request, row, now=now, go_out_form=form) if _in_line(row) else back_to(ticket)
    when, phone = NotifyWhen(form.cleaned_data["notify_when"]), form.cleaned_data["phone"]
    try:
        go_away(
            ticket_id=ticket,
            notify_when=when,
            phone=phone,
            reads=(get_language() or "fr")[:2],
            by=by,
            now=now,
        )
    except MoveRefused:
        messages.info(request, _("Un médecin regarde votre demande en ce moment. Restez encore un peu."))
    return back_to(ticket)


def _in_line(row: object) -> bool:
    return phase_of(row) in {"waiting", "away"}  # type: ignore[arg-type]


@posted_from("web:waiting_room", whose=my_ticket)
def return_to_line(request: HttpRequest, ticket: UUID) -> HttpResponse:
    _row, by = my_ticket(request, ticket)
    come_back(ticket_id=ticket, by=by, now=timezone.now())
    return back_to(ticket)


@posted_from("web:waiting_room", whose=my_ticket)
def leave(request: HttpRequest, ticket: UUID) -> HttpResponse:
    _row, by = my_ticket(request, ticket)
    try:
        leave_line(ticket_id=ticket, by=by, now=timezone.now())
    except MoveRefused as refused:
        messages.info(request, str(refused))
    return back_to(ticket)


@posted_from("web:waiting_room", whose=my_ticket)
def decline(request: HttpRequest, ticket: UUID) -> HttpResponse:
    _row, by = my_ticket(request, ticket)
    try:
        decline_doctor(ticket_id=ticket, by=by, now=timezone.now())
    except MoveRefused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, _("Votre place est gardée. Un autre médecin vous sera proposé."))
    return back_to(ticket)


@never_cache
@require_http_methods(["GET", "POST"])
def worsening(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """The warning signs asked again; a yes ends the ticket and says whom to call."""
    row, by = my_ticket(request, ticket)
    if phase_of(row) not in {"waiting", "away", "accepted"}:
        return back_to(ticket)
    form = SignsForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "web/worsening.html", {"ticket": row, "form": form}, status=status)
    try:
        said = worsen(ticket_id=ticket, answers=form.answers(), by=by, now=timezone.now())
    except MoveRefused as refused:
        messages.info(request, str(refused))
        return back_to(ticket)
    if not said:
        messages.info(
            request,
            _("Votre place n’a pas changé. Si un signe apparaît, appelez le 15 sans attendre le médecin."),
        )
    return back_to(ticket)


@never_cache
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, ticket: UUID) -> HttpResponse:
    row, by = my_ticket(request, ticket)
    if phase_of(row) in {"ended", "preparing"}:
        return back_to(ticket)
    given = {"callback_phone": say_phone(row.callback_phone or "")}
    form = PlaceForm(request.POST if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_place(
                ticket_id=ticket,
                commune_id=data["commune"].id,
                detail=data["detail"],
                callback_phone=data["callback_phone"],
                by=by,
                now=timezone.now(),
            )
        except MoveRefused as refused:
            messages.info(request, str(refused))
        else:
            messages.success(request, _("Le lieu est noté. Le médecin le verra."))
        return back_to(ticket)
    return render(
        request, "web/waiting_place.html", {"ticket": row, "form": form}, status=422 if form.is_bound else 200
    )


@never_cache
@require_http_methods(["GET", "POST"])
def photo(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """Add a photo or an old ordonnance while waiting."""
    row, by = my_ticket(request, ticket)
    if phase_of(row) in {"ended", "preparing"} or row.patient_id is None:
        return back_to(ticket)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    if form.is_bound and form.is_valid():
        now, file = timezone.now(), form.cleaned_data["file"]
        try:
            content = file.read(MAX_BYTES + 1)
            title = form.cleaned_data["title"] or _("Photo ajoutée dans la file")
            add_attachment(
                patient_id=row.patient_id, ticket_id=row.id, title=title, content=content, by=by, now=now
            )
        except BadFile as bad:
            form.add_error("file", str(bad))
        else:
            if row.encounter_id:
                bind_to_encounter(
                    patient_id=row.patient_id,
                    since=row.created_at,
                    encounter_id=row.encounter_id,
                    account_id=row.account_id,
                    ticket_id=row.id,
                )
            messages.success(request, _("Le médecin verra cette image."))
            return back_to(ticket)
    return render(
        request, "web/waiting_photo.html", {"ticket": row, "form": form}, status=422 if form.is_bound else 200
    )


@posted_from("web:waiting_room", whose=my_ticket)
def invite(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """A link for a relative or an interpreter, from the waiting room or from the call."""
    row, by = my_ticket(request, ticket)
    form, now = InviteForm(request.POST), timezone.now()
    if phase_of(row) not in {"waiting", "away", "accepted", "in_call"}:
        return back_to(ticket)
    if not form.is_valid():
        return show_room(request, row, now=now, invite_form=form)
    if len(invites_of(ticket_id=ticket)) >= MOST_INVITES:
        messages.info(request, _("Six liens au plus pour une visite. Envoyez un de ceux que vous avez."))
        return back_to(ticket)
    try:
        made, token = invite_guest(
            ticket_id=ticket, role=ParticipantRole(form.cleaned_data["role"]), by=by, now=now
        )
    except InviteDead as dead:
        messages.info(request, str(dead))
    else:
        link = settings.PUBLIC_URL + reverse("web:invitation", args=[token])
        keep_link(request, invite=made, link=link)
    return redirect(f"{reverse('web:waiting_room', args=[ticket])}#invites")


def _my_invite(request: HttpRequest, ticket: UUID, invite: UUID) -> Actor:
    row, by = my_ticket(request, ticket)
    if all(one.id != invite for one in invites_of(ticket_id=row.id)):
        raise Http404
    return by


@posted_from("web:waiting_room", whose=_my_invite)
def withdraw_invite(request: HttpRequest, ticket: UUID, invite: UUID) -> HttpResponse:
    """Take back one's agreement to a third person."""
    by = _my_invite(request, ticket, invite)
    agree_to_guest(invite_id=invite, given=False, by=by, now=timezone.now())
    messages.success(request, _("Cette personne ne pourra pas entrer."))
    return back_to(ticket)
