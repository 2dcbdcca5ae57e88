"""The line played at random: whatever comes in whatever order, nobody is lost, nobody is twice, the order holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from toubib.ground.journal import seal_journal
from toubib.people.tests.factories import NOW
from toubib.record.enums import HELD_STATES, UNSIGNED_STATES, AbortReason, Attestation, EncounterState
from toubib.record.models import Encounter
from toubib.record.operations import MoveRefused as RecordMoveRefused
from toubib.record.operations import NoteIncomplete, StaleNote, save_note
from toubib.waiting.enums import (
    ENDED_STATES,
    IN_LINE_STATES,
    LIVE_STATES,
    DutyState,
    NotifyWhen,
    OfferState,
    RefusalReason,
    TicketState,
)
from toubib.waiting.matching import Candidate, Request, may_take
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import (
    MoveRefused,
    OfferGone,
    abort_call,
    come_back,
    decline_doctor,
    end_call,
    end_duty,
    go_away,
    hand_over,
    leave_line,
    patient_absent,
    pause_duty,
    refuse_offer,
    resume_duty,
    sign_call,
    start_call,
    take_offer,
)
from toubib.waiting.operations.dispatch import _refusals
from toubib.waiting.tasks import sweep, tidy
from toubib.waiting.tests.factories import (
    doctor_actor,
    make_pool,
    make_scene,
    patient_actor,
    put_in_line,
    put_on_duty,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

S, D = TicketState, DutyState
ANY = st.integers(0, 10**6)
REFUSED = (MoveRefused, OfferGone, RecordMoveRefused, NoteIncomplete, StaleNote)
BY_TICKET = {  # what each state of a ticket asks of its encounter
    S.WAITING: None,
    S.AWAY: None,
    S.OFFERED: None,
    S.ACCEPTED: {EncounterState.ARRIVED},
    S.IN_CALL: {EncounterState.IN_PROGRESS},
}


class Line(RuleBasedStateMachine):
    """One line and a second one, three doctors of whom one serves both; every act may come from a stale page."""

    @initialize(people=st.integers(0, 5))
    def begin(self, people: int) -> None:
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            _empty(cursor)
        self.now = NOW
        self.scene = make_scene()
        self.other = make_pool(key="dermatologie", name="Peau")
        self.doctors = [self.scene.cast.vasseur, self.scene.cast.lenoir, self.scene.cast.benali]
        self.tickets = 0
        self.arrivals: dict = {}
        for n in range(people):
            self.join(arabic=n == 1, child=n == 2)
        self.on_duty(0)
        self.on_duty(2)
        self.answer(0, take=True, stale=False)

    def tick(self, seconds: int = 7):
        self.now += timedelta(seconds=seconds)
        return self.now

    def one(self, rows, n: int):
        found = list(rows.order_by("id"))
        return found[n % len(found)] if found else None

    def attempt(self, act, **facts) -> None:
        try:
            act(now=self.tick(), **facts)
        except REFUSED as refused:
            assert str(refused)

    # Patients

    @precondition(lambda self: self.tickets < 16)
    @rule(arabic=st.booleans(), child=st.booleans())
    def join(self, arabic: bool, child: bool) -> None:
        ticket = put_in_line(
            self.scene, now=self.tick(), language="ar" if arabic else "fr", patient_age=5 if child else 40
        )
        self.tickets += 1
        self.arrivals[ticket.id] = ticket.arrived_at

    @rule(n=ANY, act=st.sampled_from(["away", "back", "leave", "decline"]))
    def patient(self, n: int, act: str) -> None:
        ticket = self.one(Ticket.objects.select_related("account").exclude(state__in=ENDED_STATES), n)
        if ticket is None:
            return
        facts = {"ticket_id": ticket.id, "by": patient_actor(ticket.account)}
        if act == "away":
            self.attempt(go_away, notify_when=NotifyWhen.MY_TURN, phone="", **facts)
        else:
            self.attempt({"back": come_back, "leave": leave_line, "decline": decline_doctor}[act], **facts)

    @rule(n=ANY, act=st.sampled_from([leave_line, decline_doctor]))
    def patient_who_was_taken(self, n: int, act) -> None:
        ticket = self.one(Ticket.objects.select_related("account").filter(state=S.ACCEPTED), n)
        if ticket:
            self.attempt(act, ticket_id=ticket.id, by=patient_actor(ticket.account))

    # Doctors

    @rule(n=st.integers(0, 2))
    def on_duty(self, n: int) -> None:
        pools = [self.scene.pool, self.other] if n == 2 else [self.scene.pool]
        languages = ["fr", "ar"] if n == 2 else ["fr"]
        put_on_duty(
            self.scene,
            self.doctors[n],
            now=self.tick(),
            pools=pools,
            languages=languages,
            min_age=18 if n == 1 else 0,
        )

    @rule(n=ANY, act=st.sampled_from([pause_duty, resume_duty, end_duty]))
    def duty(self, n: int, act) -> None:
        duty = self.one(Duty.objects.all(), n)
        if duty:
            self.attempt(act, duty_id=duty.id, by=self.actor(duty.account_id))

    @rule(n=ANY, take=st.sampled_from([True, True, False]), stale=st.sampled_from([False, False, True]))
    def answer(self, n: int, take: bool, stale: bool) -> None:
        rows = Offer.objects.all() if stale else Offer.objects.filter(state=OfferState.PENDING)
        offer = self.one(rows.select_related("duty"), n)
        if offer is None:
            return
        facts = {"offer_id": offer.id, "by": self.actor(offer.duty.account_id)}
        if take:
            self.attempt(take_offer, **facts)
        else:
            self.attempt(refuse_offer, reason=RefusalReason.OTHER, note="", **facts)

    @rule(
        n=ANY,
        act=st.sampled_from(["start", "end", "sign", "sign", "hand", "absent", "sos"]),
        stale=st.sampled_from([False, False, True]),
    )
    def call(self, n: int, act: str, stale: bool) -> None:
        rows = Encounter.objects.all() if stale else Encounter.objects.filter(state__in=UNSIGNED_STATES)
        encounter = self.one(rows.select_related("practitioner__professional"), n)
        if encounter is None:
            return
        facts = {
            "encounter_id": encounter.id,
            "by": self.actor(encounter.practitioner.professional.account_id),
        }
        if act == "sos":
            self.attempt(abort_call, reason=AbortReason.EMERGENCY, **facts)
        elif act == "sign":
            texts = dict.fromkeys(("reason", "findings", "conclusion", "advice"), "vu")
            self.attempt(save_note, base=0, **texts, **facts)
            self.attempt(sign_call, attestation=Attestation.VIDEO, **facts)
        else:
            acts = {"start": start_call, "end": end_call, "hand": hand_over, "absent": patient_absent}
            self.attempt(acts[act], **facts)

    # The worker, and time

    @rule(seconds=st.sampled_from([1, 1, 1, 60, 100, 1000, 4000]))
    def worker(self, seconds: int) -> None:
        self.tick(seconds)
        sweep(self.now)
        tidy(self.now)

    def actor(self, account_id):
        return doctor_actor(next(one for one in self.doctors if one.account_id == account_id))

    # What always holds

    @invariant()
    def tickets_agree(self) -> None:
        if not hasattr(self, "now"):
            return
        tickets = list(Ticket.objects.select_related("encounter"))
        assert len(tickets) == self.tickets
        open_offers = Counter(
            Offer.objects.filter(state__in=[OfferState.PENDING, OfferState.ACCEPTED]).values_list(
                "ticket_id", "state"
            )
        )
        for ticket in tickets:
            if ticket.state in ENDED_STATES:
                assert ticket.exit_reason and ticket.ended_at, ticket.state
                assert not open_offers[ticket.id, OfferState.PENDING]
                continue
            assert (ticket.exit_reason, ticket.ended_at, ticket.arrived_at) == (
                "",
                None,
                self.arrivals[ticket.id],
            )
            wanted = BY_TICKET[ticket.state]
            assert (ticket.encounter and ticket.encounter.state) in (wanted or {None})
            pending, accepted = [
                open_offers[ticket.id, state] for state in (OfferState.PENDING, OfferState.ACCEPTED)
            ]
            assert (pending, accepted) == (int(ticket.state == S.OFFERED), int(ticket.encounter is not None))

    @invariant()
    def doctors_agree(self) -> None:
        if not hasattr(self, "now"):
            return
        for duty in Duty.objects.all():
            pending = Offer.objects.filter(duty=duty, state=OfferState.PENDING).count()
            unsigned = Encounter.objects.filter(practitioner=duty.practitioner_id, state__in=UNSIGNED_STATES)
            states = [one.state for one in unsigned] if duty.closed_at is None else []
            assert pending == int(duty.state == D.OFFERED), duty.state
            assert len(states) == int(duty.state in {D.BUSY, D.WRITING}), (duty.state, states)
            if duty.state == D.WRITING:
                assert states == [EncounterState.TO_SIGN]
            if duty.state == D.BUSY:
                assert states[0] in {EncounterState.ARRIVED, EncounterState.IN_PROGRESS}
        aborted = Encounter.objects.filter(state=EncounterState.ABORTED)
        assert not aborted.filter(room__isnull=False, room__closed_at=None).exists()
        held = Counter(
            Encounter.objects.filter(state__in=HELD_STATES).values_list("practitioner_id", flat=True)
        )
        assert all(count == 1 for count in held.values())

    @invariant()
    def nobody_is_passed_over(self) -> None:
        """No doctor is free while someone waits whom they may take; an offer never went to a later arrival first."""
        if not hasattr(self, "now"):
            return
        waiting = list(Ticket.objects.filter(state=S.WAITING).select_related("pool"))
        refusals = _refusals(waiting)
        free = Duty.objects.filter(state=D.OPEN).select_related("practitioner").prefetch_related("pools")
        offered = Offer.objects.filter(state=OfferState.PENDING, made_at=self.now).select_related(
            "ticket", "duty__practitioner"
        )
        for ticket in waiting:
            request = Request.of(ticket, refused_by=refusals.get(ticket.id, frozenset()))
            for duty in free:
                able = ticket.pool in duty.pools.all() and not may_take(
                    request=request, candidate=Candidate.of(duty)
                )
                assert not able, "a free doctor and someone they may take"
            for offer in offered:
                if offer.ticket.pool_id == ticket.pool_id and offer.ticket.arrived_at > ticket.arrived_at:
                    assert may_take(request=request, candidate=Candidate.of(offer.duty)), "passed over"

    def teardown(self) -> None:
        """In the end everybody is told: the doctors gone, the line ends whom nobody could serve."""
        if not hasattr(self, "now"):
            return
        for encounter in Encounter.objects.filter(state__in=UNSIGNED_STATES):
            who = self.actor(encounter.practitioner.professional.account_id)
            self.attempt(abort_call, encounter_id=encounter.id, reason=AbortReason.LINE_FAILED, by=who)
        for duty in Duty.objects.filter(closed_at=None):
            end_duty(duty_id=duty.id, by=self.actor(duty.account_id), now=self.tick())
        self.tick(13 * 3600)
        tidy(self.now)
        assert not Ticket.objects.filter(state__in=LIVE_STATES).exists()
        assert not Ticket.objects.filter(state__in=IN_LINE_STATES).exists()
        seal_journal()


def _empty(cursor) -> None:
    """Between two plays: everything but the journal, which refuses."""
    kept = {"ground_journalentry", "django_migrations", "django_content_type", "auth_permission"}
    tables = [name for name in connection.introspection.table_names(cursor) if name not in kept]
    if connection.vendor == "postgresql":
        cursor.execute("TRUNCATE {} CASCADE".format(", ".join(f'"{name}"' for name in tables)))
    else:
        for name in tables:
            cursor.execute(f'DELETE FROM "{name}"')


def test_the_line_at_random():
    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=12,
            stateful_step_count=45,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
