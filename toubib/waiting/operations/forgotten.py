"""What the worker ends or gives back: tickets that nobody could serve, cases taken and left, people called back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.mail import is_plugged_in, queue_message
from toubib.people.identity import MAJORITY, takes_sms
from toubib.record.enums import AbortReason
from toubib.rulebook.days import value_at
from toubib.waiting.enums import IN_LINE_STATES, DutyState, ExitReason, NotifyWhen, TicketState
from toubib.waiting.matching import Candidate, Request, may_take
from toubib.waiting.models import Duty, FollowUp, Pool, Ticket
from toubib.waiting.operations.call import give_back_untouched
from toubib.waiting.operations.dispatch import _refusals, withdraw_offer
from toubib.waiting.operations.moves import lock_ticket, move_ticket, tell_ticket
from toubib.waiting.queries.line import line_of
from toubib.waiting.queries.opening import is_open_at

WORKER = Actor.system("worker")


def _minutes(id: str, now: datetime) -> timedelta:
    return timedelta(minutes=value_at(id=id, now=now))


def _serving(*, now: datetime) -> Q:
    """Duties that still serve their lines; one paused for long does not: its doctor may have gone without a word."""
    short = now - _minutes("waiting.pause_minutes", now)
    return Q(closed_at__isnull=True) & (~Q(state=DutyState.PAUSED) | Q(idle_since__gt=short))


def end_unserved(*, now: datetime) -> int:
    """End, never silently, who is left after closing time when no doctor of the line is on duty any more, and, by day
    and by night, who has waited longer than anyone should. A line costs two queries, whatever its length."""
    count = 0
    waited = now - _minutes("waiting.longest_minutes", now)
    for pool in Pool.objects.filter(tickets__state__in=IN_LINE_STATES).distinct():
        left = Ticket.objects.filter(pool=pool, state__in=IN_LINE_STATES)
        if is_open_at(pool=pool, now=now) or Duty.objects.filter(_serving(now=now), pools=pool).exists():
            left = left.filter(arrived_at__lt=waited).exclude(state=TicketState.OFFERED)
        for ticket_id in list(left.order_by("arrived_at", "id").values_list("id", flat=True)):
            with transaction.atomic():
                count += _end_unserved(lock_ticket(ticket_id=ticket_id), now=now)
    return count


def _end_unserved(ticket: Ticket, *, now: datetime) -> int:
    if ticket.state not in IN_LINE_STATES:
        return 0
    if ticket.state == TicketState.OFFERED:
        withdraw_offer(ticket=ticket, now=now)
    move_ticket(ticket=ticket, to=TicketState.UNSERVED, by=WORKER, now=now, exit_reason=ExitReason.NO_DOCTOR)
    is_child = ticket.patient_age is not None and ticket.patient_age < MAJORITY
    FollowUp.objects.get_or_create(
        ticket=ticket, defaults={"call_back": is_child or bool(ticket.signs_yes), "created_at": now}
    )
    return 1


def return_untouched(*, now: datetime) -> int:
    """Give back, at their place, people whose case was taken and whose room was never opened; the doctor is paused."""
    limit = now - _minutes("waiting.untouched_minutes", now)
    rows = Ticket.objects.filter(state=TicketState.ACCEPTED, accepted_at__lte=limit, encounter__isnull=False)
    taken = list(rows.order_by("arrived_at", "id").values_list("encounter_id", flat=True))
    return sum(
        give_back_untouched(encounter_id=id, reason=AbortReason.NO_DOCTOR, limit=limit, by=WORKER, now=now)
        for id in taken
        if id is not None
    )


def call_back_away(*, now: datetime) -> int:
    """Message those who went out and whose turn comes; end those who did not come back for long. How many told.

    Four queries a line that has someone out, and the tickets that change. Where no doctor serves the line nobody is
    called back, and nobody loses a place for not having come.
    """
    told = 0
    for pool_id in list(
        Ticket.objects.filter(state=TicketState.AWAY, pool__isnull=False)
        .order_by("pool_id").values_list("pool_id", flat=True).distinct()
    ):  # fmt: skip
        rows = Duty.objects.filter(_serving(now=now), pools=pool_id).select_related("practitioner")
        if serving := list(rows):
            told += _call_back_pool(pool_id, serving, now=now)
    return told


def _call_back_pool(pool_id: UUID, serving: list[Duty], *, now: datetime) -> int:
    told = 0
    for ticket_id, ahead in list(_due(pool_id, serving, now=now)):
        with transaction.atomic():
            ticket = lock_ticket(ticket_id=ticket_id)
            if ticket.state == TicketState.AWAY:
                told += _call_back(ticket, ahead=ahead, now=now)
    return told


def _due(pool_id: UUID, serving: list[Duty], *, now: datetime) -> Iterable[tuple[UUID, int]]:
    """Who is out and to be told or ended, with how many are served before. Someone who was called back and is late
    holds up nobody; several doctors free call several people."""
    gone = now - _minutes("waiting.gone_minutes", now)
    free = frozenset(duty.id for duty in serving if duty.state == DutyState.OPEN)
    line = list(line_of(pool_id=pool_id).select_related("pool"))
    able = _able(line, serving)
    before: list[Ticket] = []
    for ticket in line:
        out = ticket.state == TicketState.AWAY
        if out and ticket.notified_at is None:
            ahead = _ahead(able[ticket.id], [(one, able[one.id]) for one in before], free=free)
            if ahead is not None and _is_turn(ticket.notify_when, ahead):
                yield ticket.id, ahead
        elif ticket.notified_at is not None and out and ticket.notified_at <= gone:
            yield ticket.id, len(before)
        if not (out and ticket.back_before is not None and ticket.back_before <= now):
            before.append(ticket)


def _able(line: list[Ticket], serving: list[Duty]) -> dict[UUID, frozenset[UUID]]:
    """By ticket, the duties that may take it, as dispatch asks it."""
    candidates, refusals = [Candidate.of(duty) for duty in serving], _refusals(line)
    found = {}
    for ticket in line:
        request = Request.of(ticket, refused_by=refusals.get(ticket.id, frozenset()))
        found[ticket.id] = frozenset(
            one.duty_id for one in candidates if not may_take(request=request, candidate=one)
        )
    return found


def _ahead(
    mine: frozenset[UUID], before: list[tuple[Ticket, frozenset[UUID]]], *, free: frozenset[UUID]
) -> int | None:
    """How many pass before, with the doctors who may take me: those free, else the next to be. None: nobody may."""
    doctors = mine & free or mine
    if not doctors:
        return None
    rivals = [one for one, theirs in before if not doctors.isdisjoint(theirs)]
    if not mine & free:
        return len(rivals)
    held = sum(one.state == TicketState.OFFERED for one in rivals)  # by another doctor, who answers
    return len(rivals) - held - len(doctors) + 1


def _is_turn(notify_when: str, ahead: int) -> bool:
    return ahead <= (1 if notify_when == NotifyWhen.ONE_AHEAD else 0)


def _call_back(ticket: Ticket, *, ahead: int, now: datetime) -> int:
    if ticket.notified_at is None and _is_turn(ticket.notify_when, ahead):
        ticket.notified_at = now
        ticket.back_before = now + _minutes("waiting.back_minutes", now)
        ticket.save(update_fields=["notified_at", "back_before"])
        _send_call_back(ticket, now=now)
        tell_ticket(ticket=ticket, event="called_back")
        return 1
    if ticket.notified_at is not None and now >= ticket.notified_at + _minutes("waiting.gone_minutes", now):
        move_ticket(ticket=ticket, to=TicketState.LEFT, by=WORKER, now=now, exit_reason=ExitReason.NOT_BACK)
    return 0


def _send_call_back(ticket: Ticket, *, now: datetime) -> None:
    with translation.override(_reads(ticket)):
        _queue_call_back(ticket, now=now)


def _reads(ticket: Ticket) -> str:
    """The language of the pages when this person went out; else the one they speak, where we write it."""
    known = {code for code, _name in settings.LANGUAGES}
    return next((one for one in (ticket.draft.get("reads"), ticket.language) if one in known), "fr")


def _queue_call_back(ticket: Ticket, *, now: datetime) -> None:
    link = f"{settings.PUBLIC_URL}/attente/{ticket.id}"
    body = _("Toubib : c’est bientôt à vous. Revenez ici : %(link)s") % {"link": link}
    if ticket.callback_phone and takes_sms(ticket.callback_phone) and is_plugged_in(Channel.SMS):
        queue_message(channel=Channel.SMS, to=ticket.callback_phone, body=body, now=now)
    elif ticket.account and ticket.account.email:
        queue_message(
            channel=Channel.EMAIL,
            to=ticket.account.email,
            subject=_("C’est bientôt à vous"),
            body=body,
            now=now,
        )
