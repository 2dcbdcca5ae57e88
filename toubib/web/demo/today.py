"""A fresh handful: two doctors in consultation, four people who wait for a language only these two speak.

So the pages are alive, and a newcomer is never kept behind invented people: Dre Vasseur and Dr Lenoir, whom the
newcomer plays, speak French and English; dispatch offers them the newcomer at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from toubib.consultation.operations import end_room
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.waiting.enums import IN_LINE_STATES, LIVE_STATES, DutyState, NotifyWhen, TicketState
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations import dispatch_pool, end_duty, go_away, leave_line, take_offer
from toubib.web.demo.clinic import open_shift
from toubib.web.demo.families import Household
from toubib.web.demo.staff import DEMO, Staff
from toubib.web.demo.visit import (
    Wish,
    doctor_actor,
    enter_line,
    measure,
    open_call,
    sign_visit,
    story_for,
    write_note,
)
from toubib.web.demo.world import World, dice

STALE = timedelta(hours=2)
FORGOTTEN = timedelta(hours=12)
IN_CONSULTATION = (("benali", "samira-haddou", 1, "ear"), ("ferreira", "rui-carvalho", 0, "back"))
# family, rank in the family, reason, minutes since arrival
WAITING = (
    ("fatima-zerrouki", 1, "fever", 21),
    ("joao-pereira", 0, "renewal", 16),
    ("mohamed-benkirane", 0, "skin", 9),
    ("lucinda-marques", 0, "urine", 4),
)
GONE_OUT = "lucinda-marques"


def refresh_today(*, world: World, staff: Staff, families: dict[str, Household], now: datetime) -> None:
    with transaction.atomic():
        if _handful(families).exists():
            return
        rng = dice("today")
        _busy_doctors(world, staff, families, rng, now=now)
        for key, rank, reason, minutes in WAITING:
            home = families[key]
            then = now - timedelta(minutes=minutes)
            wish = Wish(home, home.patients[min(rank, len(home.patients) - 1)], reason)
            ticket = enter_line(wish, world=world, rng=rng, now=then)
            if key == GONE_OUT:
                away = then + timedelta(minutes=1)
                go_away(
                    ticket_id=ticket.id,
                    notify_when=NotifyWhen.MY_TURN,
                    phone=home.phone,
                    by=home.actor,
                    now=away,
                )


def _busy_doctors(
    world: World, staff: Staff, families: dict[str, Household], rng: Random, *, now: datetime
) -> None:
    for turn, (doctor_key, family_key, rank, reason) in enumerate(IN_CONSULTATION):
        doctor, home = staff.doctors[doctor_key], families[family_key]
        if Duty.objects.filter(practitioner=doctor.practitioner, closed_at__isnull=True).exists():
            continue
        began = now - timedelta(minutes=40 - 4 * turn)
        duty = open_shift(doctor, world.general, now=began - timedelta(minutes=30))
        spoken = list(duty.languages)
        duty.languages = [home.family.language]  # until the call: the newcomer is for the newcomer's doctor
        duty.save(update_fields=["languages"])
        wish = Wish(home, home.patients[min(rank, len(home.patients) - 1)], reason)
        enter_line(wish, world=world, rng=rng, now=began)
        # Dispatch sees the whole line: with a newcomer on duty the offers it makes are of now.
        others = Duty.objects.filter(state=DutyState.OPEN).exclude(pk=duty.pk).exists()
        offered = now if others else began
        for offer in dispatch_pool(pool_id=world.general.id, now=offered):
            if offer.duty_id == duty.id:
                by = Actor(doctor.account_id, Role.PRACTITIONER.value)
                encounter = take_offer(offer_id=offer.id, by=by, now=offered + timedelta(seconds=20))
                called = now + timedelta(minutes=1) if others else now - timedelta(minutes=9 - 4 * turn)
                open_call(encounter, now=called)
        Duty.objects.filter(pk=duty.pk).update(languages=spoken)


def end_stale_day(*, staff: Staff, families: dict[str, Household], now: datetime) -> None:
    """End properly what an earlier start left: its handful, then what a newcomer left for half a day."""
    with transaction.atomic():
        stale = _handful(families).filter(arrived_at__lt=now - STALE)
        for ticket in stale.select_related("encounter__practitioner__professional", "account"):
            _finish(ticket, families, now=now)
        forgotten = Ticket.objects.filter(state__in=[*IN_LINE_STATES, TicketState.ACCEPTED])
        for ticket in forgotten.filter(touched_at__lt=now - FORGOTTEN):
            leave_line(ticket_id=ticket.id, by=DEMO, now=now)
        old = Q(opened_at__lt=now - FORGOTTEN) | Q(practitioner__in=_hired(staff), opened_at__lt=now - STALE)
        idle = Duty.objects.filter(old, state__in=[DutyState.OPEN, DutyState.PAUSED, DutyState.OFFERED])
        for duty in idle:
            end_duty(duty_id=duty.id, by=DEMO, now=now)


def somebody_is_there() -> bool:
    """A duty is open or a ticket lives: then the past is not added to."""
    busy = Duty.objects.filter(closed_at__isnull=True).exists()
    return busy or Ticket.objects.filter(state__in=LIVE_STATES).exists()


def _finish(ticket: Ticket, families: dict[str, Household], *, now: datetime) -> None:
    if ticket.state != TicketState.IN_CALL or ticket.encounter is None:
        home = next(one for one in families.values() if one.account.id == ticket.account_id)
        leave_line(ticket_id=ticket.id, by=home.actor, now=now)
        return
    rng, encounter = dice("end"), ticket.encounter
    began = encounter.started_at or now
    over = began + timedelta(minutes=11)
    if not encounter.notes.exists():
        write_note(encounter, reason=ticket.reason_key, story=story_for(ticket.reason_key, rng), now=over)
    measure(encounter, seconds=600, video=True, rng=rng, now=over)
    end_room(room_id=encounter.room.id, by=doctor_actor(encounter), now=over)
    sign_visit(encounter, video=True, now=over + timedelta(minutes=1))


def _handful(families: dict[str, Household]) -> QuerySet[Ticket]:
    keys = {key for key, *_rest in WAITING} | {key for _doctor, key, *_rest in IN_CONSULTATION}
    mine = [families[key].account.id for key in keys]
    return Ticket.objects.filter(account_id__in=mine, state__in=LIVE_STATES)


def _hired(staff: Staff) -> list[UUID]:
    return [staff.doctors[key].practitioner_id for key, *_rest in IN_CONSULTATION]
