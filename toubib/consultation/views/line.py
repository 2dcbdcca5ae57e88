"""Who waits: the read-only list of the desk. One fragment, few queries, little work per row: it is asked for often."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from toubib.consultation.forms import TierForm
from toubib.consultation.models import Room
from toubib.consultation.views.common import keep_message, tell
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace, trace_many
from toubib.ground.models import JournalEntry
from toubib.people.enums import Role
from toubib.people.models import ProfessionalAccount
from toubib.people.web import current_account, current_actor, role_required
from toubib.ui.formats import say_language
from toubib.ui.templatetags.ui import icon
from toubib.waiting.catalogue import reasons
from toubib.waiting.enums import IN_LINE_STATES, TicketState
from toubib.waiting.matching import out_of_reach
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations import MoveRefused, set_tier
from toubib.waiting.queries import WaitingRow, current_duty, waiting_rows

SHOWN = 50
SHOWN_KEPT = 24 * 3600  # seconds


def line_context(*, duty: Duty | None, now: datetime) -> dict[str, Any]:
    """The rows and the count, in four queries at most: lines of the duty, rows, count, names behind a priority.

    Two more, to journal it, when someone is shown to this doctor for the first time.
    """
    if duty is None:
        return {"on_duty": False}
    pools = list(duty.pools.values_list("id", flat=True))
    rows, count = waiting_rows(pool_ids=pools, practitioner_id=duty.practitioner_id, limit=SHOWN)
    _trace_rows(rows, duty=duty, now=now)
    context = {"on_duty": True, "count": count, "more": count - len(rows)}
    return {**context, "line_rows": _draw_rows(rows, duty=duty, now=now)}


def trace_line(*, duty: Duty | None, by: Actor, now: datetime) -> None:
    """One entry for each page that shows the line; the fragment that renews it adds none."""
    if duty is not None:
        trace(by=by, action="waiting.line.read", now=now, subject="duty", subject_id=duty.id)


def _trace_rows(rows: list[WaitingRow], *, duty: Duty, now: datetime) -> None:
    """One entry for each person shown, once a duty: the list itself is asked for many times a second."""
    key = f"line.shown.{duty.id}"
    known: frozenset[UUID] = cache.get(key, frozenset())
    new = [row.ticket_id for row in rows if row.ticket_id not in known]
    if not new:
        return
    by = Actor(duty.account_id, Role.PRACTITIONER)
    tickets = Ticket.objects.filter(pk__in=new).values_list("id", "patient_id")
    trace_many(_row_entry(ticket_id, patient_id, by=by, now=now) for ticket_id, patient_id in tickets)
    cache.set(key, known | frozenset(new), SHOWN_KEPT)


def trace_recent(rooms: list[Room], *, by: Actor, now: datetime) -> None:
    """One entry for each consultation named on the desk, once a day for each doctor."""
    key = f"recent.shown.{by.account_id}"
    known: frozenset[UUID] = cache.get(key, frozenset())
    new = [room.encounter for room in rooms if room.encounter_id not in known]
    if not new:
        return
    trace_many(
        entry_of(
            by=by,
            action="record.encounter.list",
            now=now,
            patient=encounter.patient_id,
            subject="encounter",
            subject_id=encounter.id,
        )
        for encounter in new
    )
    cache.set(key, known | {encounter.id for encounter in new}, SHOWN_KEPT)


def _row_entry(ticket_id: UUID, patient_id: UUID | None, *, by: Actor, now: datetime) -> JournalEntry:
    return entry_of(
        by=by, action="waiting.line.read", now=now, patient=patient_id, subject="ticket", subject_id=ticket_id
    )


def _draw_rows(rows: list[WaitingRow], *, duty: Duty, now: datetime) -> SafeString:
    """The rows as HTML: by hand, since a template costs eight times as much here. Names alone are typed by people."""
    labels = {reason.key: escape(reason.label) for reason in reasons()}
    names = _names({row.tier_set_by for row in rows if row.tier and row.tier_set_by})
    pictures = {name: icon(name) for name in PICTURES}
    words = {key: escape(word) for key, word in _words().items()}
    marks = {key: _reach(key[0], key[1], key[2], duty) for key in {_reach_key(row) for row in rows}}
    return SafeString(
        "".join(_draw(row, labels, names, pictures, words, marks[_reach_key(row)], now) for row in rows)
    )


PICTURES = ("flag", "door-exit", "alert-triangle", "stethoscope", "language", "x")
Mark = tuple[str, str, str]  # kind, picture, words


def _reach_key(row: WaitingRow) -> tuple[str, int | None, bool]:
    return row.language, row.age, row.refused


def _reach(language: str, age: int | None, refused: bool, duty: Duty) -> list[Mark]:
    """Why dispatch cannot offer such a person to this doctor; else the language, where it is not French."""
    spoken = say_language(language)
    against = out_of_reach(language=language, age=age, doctor=duty)
    why = [_("langue (%(language)s)") % {"language": spoken}] if "language" in against else []
    why += [_("âge")] if "age" in against else []
    why += [_("déjà refusé")] if refused else []
    if why:
        said = _("Ne peut pas vous être proposé : %(why)s") % {"why": ", ".join(why)}
        return [("unsure", "language" if "language" in against else "x", escape(said))]
    if language == "fr":
        return []
    return [("", "language", escape(_("Langue : %(language)s") % {"language": spoken}))]


def _words() -> dict[str, str]:
    return {
        "other": _("Autre raison"),
        "year": _("an"),
        "years": _("ans"),
        "minutes": _("min"),
        "change": _("Changer la priorité de"),
        "tier": _("Priorité"),
        "yes": _("A dit oui à un signe d’alerte"),
        "away": _("Sorti, rappel par message"),
        "offered": _("Proposé à un médecin"),
    }


def _draw(
    row: WaitingRow,
    labels: Mapping[str, str],
    names: Mapping[UUID | None, str],
    pictures: Mapping[str, str],
    words: Mapping[str, str],
    reach: list[Mark],
    now: datetime,
) -> str:
    name = escape(row.short_name)
    age = "" if row.age is None else f", {row.age}\u00a0{words['year' if row.age == 1 else 'years']}"
    minutes = max(0, int((now - row.arrived_at).total_seconds()) // 60)
    marks = [*reach]
    if row.tier:
        marks.append(("warning", "flag", f"{words['tier']}, {escape(names.get(row.tier_set_by, '?'))}"))
    if row.earlier_yes:
        marks.append(("warning", "alert-triangle", words["yes"]))
    if row.state == TicketState.AWAY:
        marks.append(("", "door-exit", words["away"]))
    elif row.state == TicketState.OFFERED:
        marks.append(("", "stethoscope", words["offered"]))
    badges = "".join(
        f'<br><span class="badge {kind}">{pictures[picture]}{text}</span>' for kind, picture, text in marks
    )
    return (
        f'<li><div class="row apart"><b>{row.rank}. {name}{age}</b>'
        f'<a class="tier" href="/cabinet/priorite/{row.ticket_id}" data-tier="{name}">{pictures["flag"]}'
        f'<span class="sr">{words["change"]} {name}</span></a></div>'
        f'<span class="soft">{labels.get(row.reason_key, words["other"])} · {minutes}\u00a0{words["minutes"]}</span>'
        f"{badges}</li>"
    )


def _names(ids: set[UUID]) -> dict[UUID | None, str]:
    """Names of the professionals who set a priority; no query when none did."""
    if not ids:
        return {}
    found = ProfessionalAccount.objects.filter(account_id__in=ids).select_related("practitioner")
    return {one.account_id: f"{one.practitioner.title} {one.practitioner.family_name}" for one in found}


@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def waiting_list(request: HttpRequest) -> HttpResponse:
    """The fragment that the desk renews at each change of the line."""
    duty = current_duty(account_id=current_account(request).id)
    context = line_context(duty=duty, now=timezone.now())
    return HttpResponse(render_to_string("consultation/_line.html", context))


@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "POST"])
def priority(request: HttpRequest, ticket: UUID) -> HttpResponse:
    """A named professional puts this patient first, with a reason, or takes that back."""
    row = _ticket_on_my_lines(request, ticket)
    back = _back_of(request)
    clearing = request.method == "POST" and "clear" in request.POST
    form = TierForm(request.POST if request.method == "POST" and not clearing else None)
    if request.method == "POST" and (clearing or form.is_valid()):
        reason = "" if clearing else form.cleaned_data["reason"]
        try:
            set_tier(
                ticket_id=row.id,
                tier=0 if clearing else 1,
                reason=reason,
                by=current_actor(request),
                now=timezone.now(),
            )
        except MoveRefused as error:
            keep_message(request, error)
        else:
            tell(request, _("La priorité est retirée.") if clearing else _("La priorité est enregistrée."))
        return redirect(back)
    trace(
        by=current_actor(request),
        action="waiting.line.read",
        now=timezone.now(),
        patient=row.patient_id,
        subject="ticket",
        subject_id=row.id,
    )
    context = {
        "form": form,
        "ticket": row,
        "name": row.patient.full_name if row.patient else "",
        "back": back,
    }
    return render(request, "consultation/priority.html", context)


def _ticket_on_my_lines(request: HttpRequest, ticket_id: UUID) -> Ticket:
    duty = current_duty(account_id=current_account(request).id)
    if duty is None:
        raise Http404
    rows = Ticket.objects.select_related("patient").filter(
        pool__in=duty.pools.all(), state__in=IN_LINE_STATES
    )
    ticket = rows.filter(pk=ticket_id).first()
    if ticket is None:
        raise Http404
    return ticket


def _back_of(request: HttpRequest) -> str:
    """Where the list stood: the desk, or the room that one must not leave."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    return wanted if wanted.startswith("/cabinet") and "\\" not in wanted else "/cabinet"
