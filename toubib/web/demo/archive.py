"""The oldest weeks, written as rows at once, since playing them through the operations takes too long at a start.

Only calm visits: arrive, wait, be seen, note signed. Rows are those that the operations leave; the later weeks, which
the estimate of the wait and the director's pages look at, are played (clinic.py).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Feedback, Measurement, Participant, Room
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace_many
from toubib.ground.models import Beat, JournalEntry
from toubib.people.enums import Role
from toubib.people.identity import age_on, local_day
from toubib.record.enums import Attestation, ConsentScope, EncounterState
from toubib.record.models import Consent, Encounter, Note
from toubib.waiting import catalogue
from toubib.waiting.enums import DutyState, ExitReason, MedecinTraitant, OfferState, TicketState
from toubib.waiting.models import Attestation as Said
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.web.demo.clinic import Plan, doctors_for, languages_of, plans_between, pool_of, wishes_of
from toubib.web.demo.families import Household
from toubib.web.demo.law import attested
from toubib.web.demo.staff import Staff
from toubib.web.demo.texts import INVENTED, WORDS
from toubib.web.demo.visit import Wish, for_whom, story_for
from toubib.web.demo.world import World, dice

MARK = "demo.archive"
ORDER: tuple[type[Model], ...] = (
    Duty,
    Duty.pools.through,
    Encounter,
    Ticket,
    Said,
    Offer,
    Note,
    Room,
    Participant,
    Measurement,
    Consent,
    Feedback,
)


@dataclass
class Box:
    """Rows to write, by table."""

    world: World
    rows: dict[type[Model], list[Model]] = field(default_factory=lambda: defaultdict(list))
    traces: list[JournalEntry] = field(default_factory=list)

    def add(self, row: Model) -> None:
        self.rows[type(row)].append(row)

    def trace(
        self, by: Actor, action: str, now: datetime, row: Model | None, patient: UUID, reason: str = ""
    ) -> None:
        thing = action.split(".")[1]
        self.traces.append(
            entry_of(
                by=by,
                action=action,
                now=now,
                patient=patient,
                subject=thing,
                subject_id=row.pk if row else "",
                reason=reason,
            )
        )

    def write(self) -> None:
        for table in ORDER:
            table._default_manager.bulk_create(self.rows[table], batch_size=200)
        trace_many(sorted(self.traces, key=lambda entry: entry.at))


def keep_older_weeks(
    *, world: World, staff: Staff, families: dict[str, Household], since: datetime, until: datetime
) -> None:
    with transaction.atomic():
        if Beat.objects.filter(name=MARK).exists():
            return
        box = Box(world)
        for plan in plans_between(since, until):
            if plan.start > since:
                _hold(plan, box, staff, families)
        box.write()
        Beat.objects.create(name=MARK, at=until)


def _hold(plan: Plan, box: Box, staff: Staff, families: dict[str, Household]) -> None:
    rng = dice(plan.start.isoformat(), plan.skin)
    doctors = doctors_for(plan, staff, rng)[:1]
    if not doctors:
        return
    practitioner, pool = doctors[0].practitioner, pool_of(plan, box.world)
    duty = Duty(
        practitioner=practitioner,
        account_id=doctors[0].account_id,
        state=DutyState.OFF,
        languages=list(practitioner.languages),
        opened_at=plan.start,
    )
    box.add(duty)
    box.add(Duty.pools.through(duty=duty, pool=pool))
    free = plan.start + timedelta(seconds=20)
    arrivals = sorted(plan.start + timedelta(seconds=rng.uniform(0, 2400)) for _turn in range(9))
    for at, wish in zip(arrivals, wishes_of(plan, families, languages_of(doctors), rng), strict=False):
        free = _visit(box, duty, wish, rng, at=at, free=free)
    duty.closed_at = free + timedelta(minutes=2)


def _visit(box: Box, duty: Duty, wish: Wish, rng: Random, *, at: datetime, free: datetime) -> datetime:
    """One calm visit; the moment at which the doctor is free again."""
    taken = max(at, free) + timedelta(seconds=rng.uniform(8, 40))
    called, story = taken + timedelta(seconds=rng.uniform(15, 60)), story_for(wish.reason, rng)
    over = called + timedelta(minutes=rng.uniform(story.low, story.high))
    signed = over + timedelta(seconds=rng.uniform(25, 140))
    seconds = int((over - called).total_seconds()) - rng.randint(5, 25)
    encounter = Encounter(
        patient=wish.patient,
        practitioner=duty.practitioner,
        state=EncounterState.SIGNED,
        planned_at=taken,
        arrived_at=taken,
        started_at=called,
        ended_at=over,
        signed_at=signed,
        attestation=Attestation.VIDEO,
        orientation=story.orientation,
        orientation_note=f"{story.orientation_note} {INVENTED}".strip(),
        video_seconds_patient=seconds,
        video_seconds_practitioner=seconds - rng.randint(0, 6),
        identity_checked=True,
        place_checked=True,
    )
    box.add(encounter)
    ticket = _ticket(box, wish, rng, encounter, at=at, taken=taken, called=called, over=over)
    made = max(at, free)
    box.add(
        Offer(
            ticket=ticket,
            duty=duty,
            state=OfferState.ACCEPTED,
            made_at=made,
            expires_at=made + timedelta(seconds=90),
            answered_at=taken,
            why=[{"rule": "arrival"}, {"rule": "language", "value": ticket.language}, {"rule": "idle"}],
        )
    )
    doctor = Actor(duty.account_id, Role.PRACTITIONER.value)
    note = Note(
        encounter=encounter,
        reason=WORDS[wish.reason],
        findings=story.findings,
        conclusion=story.conclusion,
        advice=f"{story.advice}\n{INVENTED}",
        saved_at=over,
        saves=1,
        signed_at=signed,
        signed_by=duty.account_id,
    )
    box.add(note)
    _room(box, duty, wish, encounter, called=called, over=over)
    _say(box, wish, rng, encounter, ticket, at=at, signed=signed)
    _trace(box, wish, encounter, ticket, note, doctor, at=at)
    return signed


def _ticket(
    box: Box,
    wish: Wish,
    rng: Random,
    encounter: Encounter,
    *,
    at: datetime,
    taken: datetime,
    called: datetime,
    over: datetime,
) -> Ticket:
    home = wish.household
    low, high = _told(taken - at, rng)
    ticket = Ticket(
        state=TicketState.CLOSED,
        exit_reason=ExitReason.SEEN,
        account=home.account,
        patient=wish.patient,
        pool=box.world.skin if wish.reason == "dermatology" else box.world.general,
        encounter=encounter,
        created_at=at - timedelta(minutes=6),
        touched_at=over,
        arrived_at=at,
        accepted_at=taken,
        called_at=called,
        ended_at=over,
        signs_version=catalogue.signs().version,
        reason_key=wish.reason,
        place_commune=box.world.communes[home.family.home],
        place_detail=home.family.street,
        callback_phone=home.phone,
        medecin_traitant=MedecinTraitant.UNAVAILABLE,
        language=home.family.language,
        patient_age=age_on(wish.patient.birth_date, on=local_day(at)),
        told_low=low,
        told_high=high,
        draft={
            "who": for_whom(wish, now=at),
            "done": ["sante", "consentements", "test"],
            "consentements": {"care": True, "send_to_mt": rng.random() < 0.7},
            "sante": {},
            "test": {"done": True},
        },
    )
    box.add(ticket)
    for fact, (value, words) in attested(dice("said", at.isoformat())).items():
        box.add(
            Said(
                ticket=ticket,
                fact=fact,
                value=value,
                words=words,
                said_at=at,
                said_by=home.account.id,
                role=Role.PATIENT.value,
            )
        )
    return ticket


def _told(wait: timedelta, rng: Random) -> tuple[int, int]:
    """An interval that held about eight times of ten."""
    minutes = wait.total_seconds() / 60
    if rng.random() < 0.8:
        return int(minutes * 0.6), int(minutes * 1.5) + 3
    return 0, max(2, int(minutes * 0.7))


def _room(
    box: Box, duty: Duty, wish: Wish, encounter: Encounter, *, called: datetime, over: datetime
) -> None:
    room = Room(encounter=encounter, created_at=called, opened_at=called, closed_at=over)
    is_self = wish.patient == wish.household.patients[0]
    name = wish.patient.full_name
    other = f"{wish.household.account.display_name}, avec {name}"
    came = {"room": room, "added_at": called, "joined_at": called, "last_seen_at": over}
    patient = Participant(
        account=wish.household.account,
        role=ParticipantRole.PATIENT if is_self else ParticipantRole.ACCOMPANYING,
        name=name if is_self else other[:120],
        **came,
    )
    doctor = Participant(
        account_id=duty.account_id,
        role=ParticipantRole.PRACTITIONER,
        name=duty.practitioner.full_name,
        rpps=duty.practitioner.rpps,
        **came,
    )
    for row in (room, patient, doctor):
        box.add(row)
    got = {patient: encounter.video_seconds_patient, doctor: encounter.video_seconds_practitioner}
    for receiver, sender in ((patient, doctor), (doctor, patient)):
        box.add(
            Measurement(
                room=room,
                receiver=receiver,
                sender=sender,
                video_seconds=got[receiver] or 0,
                audio_seconds=got[receiver] or 0,
                first_at=called,
                last_at=over,
            )
        )


def _say(
    box: Box, wish: Wish, rng: Random, encounter: Encounter, ticket: Ticket, *, at: datetime, signed: datetime
) -> None:
    said = {
        "patient": wish.patient,
        "encounter": encounter,
        "said_at": at,
        "said_by": wish.household.account.id,
    }
    for scope in (ConsentScope.CARE, ConsentScope.SEND_TO_MT):
        box.add(Consent(scope=scope, given=ticket.draft["consentements"][scope.value], **said))
    if rng.random() < 0.62:
        box.add(
            Feedback(
                encounter=encounter,
                helped=rng.choice((5, 5, 4, 4, 3)),
                call_quality=rng.choice((5, 5, 4, 3)),
                said_at=signed + timedelta(minutes=3),
            )
        )


def _trace(
    box: Box, wish: Wish, encounter: Encounter, ticket: Ticket, note: Note, doctor: Actor, *, at: datetime
) -> None:
    by, patient = wish.household.actor, wish.patient.id
    times = (
        encounter.arrived_at or at,
        encounter.started_at or at,
        encounter.ended_at or at,
        encounter.signed_at or at,
    )
    taken, called, over, signed = times
    box.trace(by, "waiting.ticket.waiting", at, ticket, patient)
    box.trace(by, "record.consent.say", at, None, patient, "care:yes")
    box.trace(doctor, "record.encounter.create", taken, encounter, patient)
    box.trace(doctor, "waiting.ticket.accepted", taken, ticket, patient)
    box.trace(doctor, "waiting.ticket.in_call", called, ticket, patient)
    box.trace(doctor, "record.note.save", over, note, patient)
    box.trace(doctor, "record.encounter.to_sign", over, encounter, patient)
    box.trace(doctor, "record.encounter.signed", signed, encounter, patient)
