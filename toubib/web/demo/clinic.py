"""Sessions of consultations, played event by event over the weeks before today."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db import transaction
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.ground.models import Beat
from toubib.people.enums import Role
from toubib.people.identity import local_day
from toubib.people.models import ProfessionalAccount
from toubib.people.queries import evidence_states
from toubib.record.models import Encounter
from toubib.waiting.enums import IN_LINE_STATES, OfferState, RefusalReason, TicketState
from toubib.waiting.models import Duty, Offer, Pool, Ticket
from toubib.waiting.operations import (
    come_back,
    decline_doctor,
    dispatch_pool,
    end_duty,
    end_unserved,
    hand_over,
    leave_line,
    open_duty,
    patient_absent,
    refuse_offer,
    set_tier,
    take_offer,
)
from toubib.web.demo.families import Household
from toubib.web.demo.papers import prescribe
from toubib.web.demo.staff import Staff
from toubib.web.demo.texts import TIER_REASON
from toubib.web.demo.visit import (
    Wish,
    doctor_actor,
    end_visit,
    enter_line,
    open_call,
    rate_visit,
    sign_visit,
    story_for,
    wish_of,
)
from toubib.web.demo.world import World, dice

MARK = "demo.sessions"
PAST = timedelta(weeks=8)
PLAYED = timedelta(weeks=3)  # the last weeks, played; those before are written at once (archive.py)
LASTS = timedelta(hours=3)  # a session and its last note, at the most
GENERAL = ("medecin", "medecin2", "benali", "ferreira", "roux")


@dataclass(frozen=True, slots=True)
class Plan:
    start: datetime
    skin: bool


@dataclass
class Session:
    """Doctors on duty over one line, and the events still to come."""

    world: World
    pool: Pool
    households: dict[str, Household]
    rng: Random
    duties: list[Duty] = field(default_factory=list)
    wishes: dict[object, Wish] = field(default_factory=dict)
    queue: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    serial: Iterator[int] = field(default_factory=count)

    def later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heapq.heappush(self.queue, (at, next(self.serial), what))

    def run(self, start: datetime) -> datetime:
        """Play everything; the time of the last event."""
        at = start
        while self.queue:
            at, _serial, what = heapq.heappop(self.queue)
            what(at)
        return at

    def after(self, low: float, high: float) -> timedelta:
        """A length between two numbers of seconds."""
        return timedelta(seconds=self.rng.uniform(low, high))

    def arrive(self, wish: Wish, now: datetime) -> None:
        ticket = enter_line(wish, world=self.world, rng=self.rng, now=now)
        self.wishes[ticket.id] = wish
        if self.rng.random() < 0.03:
            self.later(now + self.after(240, 600), lambda at: self.leave(ticket, at))
        if ticket.patient_age and ticket.patient_age < 15 and self.rng.random() < 0.12 and self.duties:
            doctor = Actor(self.duties[0].account_id, Role.PRACTITIONER.value)
            set_tier(ticket_id=ticket.id, tier=1, reason=TIER_REASON, by=doctor, now=now)
        self.dispatch(now)

    def leave(self, ticket: Ticket, now: datetime) -> None:
        if Ticket.objects.filter(pk=ticket.pk, state__in=IN_LINE_STATES).exists():
            leave_line(ticket_id=ticket.id, by=self.wishes[ticket.id].household.actor, now=now)
            self.dispatch(now)

    def dispatch(self, now: datetime) -> None:
        for offer in dispatch_pool(pool_id=self.pool.id, now=now):
            self.later(now + self.after(6, 45), lambda at, offer=offer: self.answer(offer, at))  # type: ignore[misc]

    def answer(self, offer: Offer, now: datetime) -> None:
        current = Offer.objects.select_related("duty").get(pk=offer.pk)
        if current.state != OfferState.PENDING:
            return
        by = Actor(current.duty.account_id, Role.PRACTITIONER.value)
        first = not Offer.objects.filter(ticket=current.ticket_id, state=OfferState.REFUSED).exists()
        if len(self.duties) > 1 and first and self.rng.random() < 0.06:
            why = self.rng.choice((RefusalReason.KNOWN, RefusalReason.SKILL, RefusalReason.IN_PERSON))
            refuse_offer(offer_id=current.id, reason=why, note="", by=by, now=now)
            self.dispatch(now)
            return
        encounter = take_offer(offer_id=current.id, by=by, now=now)
        self.later(now + self.after(15, 60), lambda at: self.call(encounter, at))

    def call(self, encounter: Encounter, now: datetime) -> None:
        ticket = Ticket.objects.get(encounter=encounter)
        by, wish, chance = doctor_actor(encounter), self.wishes[ticket.id], self.rng.random()
        if chance < 0.015:
            patient_absent(encounter_id=encounter.id, by=by, now=now + timedelta(minutes=2))
            self.later(now + self.after(240, 420), lambda at: self.return_from_away(ticket, at))
        elif chance < 0.025 and not ticket.decline_used and len(self.duties) > 1:
            decline_doctor(ticket_id=ticket.id, by=wish.household.actor, now=now)
        else:
            self.talk(encounter, ticket, wish, now)
            return
        self.dispatch(now + timedelta(minutes=2))

    def return_from_away(self, ticket: Ticket, now: datetime) -> None:
        come_back(ticket_id=ticket.id, by=self.wishes[ticket.id].household.actor, now=now)
        self.dispatch(now)

    def talk(self, encounter: Encounter, ticket: Ticket, wish: Wish, now: datetime) -> None:
        open_call(encounter, now=now)
        handed = ticket.declined.exists()
        if len(self.duties) > 1 and not handed and self.rng.random() < 0.02:
            self.later(now + self.after(90, 240), lambda at: self.hand_over(encounter, at))
            return
        story = story_for(wish.reason, self.rng)
        until = now + self.after(60 * story.low, 60 * story.high)
        self.later(until, lambda at: self.end(encounter, wish, story, now, at))

    def hand_over(self, encounter: Encounter, now: datetime) -> None:
        hand_over(encounter_id=encounter.id, by=doctor_actor(encounter), now=now)
        self.dispatch(now)

    def end(self, encounter: Encounter, wish: Wish, story: object, began: datetime, now: datetime) -> None:
        video = end_visit(encounter, reason=wish.reason, story=story, rng=self.rng, began=began, now=now)  # type: ignore[arg-type]
        self.later(now + self.after(25, 140), lambda at: self.sign(encounter, wish, video, at))

    def sign(self, encounter: Encounter, wish: Wish, video: bool, now: datetime) -> None:
        prescribe(encounter, wish, now=now)
        sign_visit(encounter, video=video, now=now)
        rate_visit(encounter, household=wish.household, rng=self.rng, now=now + timedelta(minutes=3))
        self.dispatch(now)


def hold_missing_sessions(
    *, world: World, staff: Staff, families: dict[str, Household], now: datetime
) -> int:
    """Play the sessions of the last weeks that were not yet; returns how many. Each is one transaction."""
    mark = Beat.objects.filter(name=MARK).first()
    since = max(mark.at, now - PLAYED) if mark else now - PLAYED
    plans = [plan for plan in plans_between(since, now) if plan.start > since]
    for plan in plans:
        with transaction.atomic():
            hold_session(plan, world=world, staff=staff, families=families)
            Beat.objects.update_or_create(name=MARK, defaults={"at": plan.start})
    return len(plans)


def plans_between(since: datetime, now: datetime) -> Iterator[Plan]:
    """Sessions in order: twice a day on weekdays, once at week-ends, and dermatology on Wednesdays."""
    day = local_day(since)
    while day <= local_day(now):
        hours = ("09:30", "17:45") if day.weekday() < 5 else ("10:00",) if day.weekday() == 5 else ("19:00",)
        wanted = [(hour, False) for hour in hours]
        if day.weekday() == 2:
            wanted.insert(1, ("14:00", True))
        for hour, skin in wanted:
            start = timezone.make_aware(datetime.fromisoformat(f"{day} {hour}"))
            if start + LASTS <= now:
                yield Plan(start, skin)
        day += timedelta(days=1)


def hold_session(plan: Plan, *, world: World, staff: Staff, families: dict[str, Household]) -> None:
    rng = dice(plan.start.isoformat(), plan.skin)
    pool = pool_of(plan, world)
    session = Session(world, pool, families, rng)
    doctors = doctors_for(plan, staff, rng)
    if not doctors:
        return
    for doctor in doctors:
        session.duties.append(open_shift(doctor, pool, now=plan.start))
    for wish in wishes_of(plan, families, languages_of(doctors), rng):
        at = plan.start + session.after(30, 2700)
        session.later(at, lambda now, wish=wish: session.arrive(wish, now))  # type: ignore[misc]
    over = session.run(plan.start) + timedelta(minutes=2)
    for ticket in Ticket.objects.filter(pool=pool, state__in=[TicketState.WAITING, TicketState.AWAY]):
        session.leave(ticket, over)
    for duty in session.duties:
        end_duty(duty_id=duty.id, by=Actor(duty.account_id, Role.PRACTITIONER.value), now=over)
    if plan.skin:
        _come_too_late(session, plan)


def pool_of(plan: Plan, world: World) -> Pool:
    return world.skin if plan.skin else world.general


def doctors_for(plan: Plan, staff: Staff, rng: Random) -> list[ProfessionalAccount]:
    if plan.skin:
        return [one for one in [staff.doctors["cazals"]] if _may_serve(one, plan.start)]
    able = [staff.doctors[key] for key in GENERAL if _may_serve(staff.doctors[key], plan.start)]
    return rng.sample(able, min(len(able), 2 if rng.random() < 0.6 else 1))


def _may_serve(doctor: ProfessionalAccount, at: datetime) -> bool:
    """As people.perms.may_go_on_duty, but asked for a moment of the past."""
    if doctor.suspended_at is not None and doctor.suspended_at <= at:
        return False
    return all(state.valid_until for state in evidence_states(professional=doctor, on=local_day(at)))


def open_shift(doctor: ProfessionalAccount, pool: Pool, *, now: datetime) -> Duty:
    return open_duty(
        account_id=doctor.account_id,
        practitioner=doctor.practitioner,
        pools=[pool],
        languages=list(doctor.practitioner.languages),
        by=Actor(doctor.account_id, Role.PRACTITIONER.value),
        now=now,
    )


def languages_of(doctors: list[ProfessionalAccount]) -> set[str]:
    return {language for doctor in doctors for language in doctor.practitioner.languages}


def wishes_of(plan: Plan, families: dict[str, Household], spoken: set[str], rng: Random) -> list[Wish]:
    """Who comes to a session: families whom a doctor there understands; the newcomer's own now and then."""
    able = [one for one in families.values() if one.family.language in spoken and one.patients]
    chosen = rng.sample(able, min(len(able), rng.randint(2, 3) if plan.skin else rng.randint(2, 4)))
    mine = families["patient"]
    if mine.patients and mine not in chosen and not plan.skin and rng.random() < 0.09:
        chosen.append(mine)
    return [wish_of(one, rng.randrange(3), rng=rng, now=plan.start, skin=plan.skin) for one in chosen]


def _come_too_late(session: Session, plan: Plan) -> None:
    """Dermatology, a Wednesday evening: two people whom nobody could receive before closing time."""
    late = plan.start.replace(hour=17, minute=20)
    families = [
        one for one in session.households.values() if one.family.language == "fr" and len(one.patients) > 1
    ]
    for rank, household in enumerate(session.rng.sample(families, 2)):
        wish = wish_of(household, 1 - rank, rng=session.rng, now=late, skin=True)
        enter_line(wish, world=session.world, rng=session.rng, now=late + timedelta(minutes=9 * rank))
    end_unserved(now=late.replace(hour=18, minute=1))
