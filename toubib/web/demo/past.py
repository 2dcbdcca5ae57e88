"""What is said and done after the visits: complaints, amendments, follow-ups, consents withdrawn, stops by a sign."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from toubib.consultation.operations import answer_complaint, complain
from toubib.ground.actors import Actor
from toubib.ground.models import Beat
from toubib.people.enums import Role
from toubib.record.enums import ConsentScope, EncounterState
from toubib.record.models import Consent, Encounter
from toubib.record.operations import amend_note, withdraw_consent
from toubib.rights.operations import ask_erasure, place_hold
from toubib.waiting import catalogue
from toubib.waiting.models import FollowUp
from toubib.waiting.operations import answer_signs, close_follow_up
from toubib.web.demo.families import Household
from toubib.web.demo.staff import Staff
from toubib.web.demo.texts import AMENDMENT, COMPLAINTS, INVENTED, OUTCOMES
from toubib.web.demo.visit import doctor_actor
from toubib.web.demo.world import dice

MARK = "demo.afterwards"
STOPS = 34


def tell_afterwards(*, staff: Staff, families: dict[str, Household], now: datetime) -> None:
    """Once, after the first weeks were played."""
    with transaction.atomic():
        if Beat.objects.filter(name=MARK).exists():
            return
        rng = dice("afterwards")
        _complain(staff, families, now=now)
        _amend(now=now)
        _close_old_follow_ups(staff, now=now)
        _withdraw(families, now=now)
        _stop_at_signs(rng, now=now)
        _ask_of_data(staff, families, now=now)
        Beat.objects.create(name=MARK, at=now)


def _signed(now: datetime, *, days: int) -> list[Encounter]:
    rows = Encounter.objects.filter(state=EncounterState.SIGNED, signed_at__lte=now - timedelta(days=days))
    return list(
        rows.select_related("patient", "practitioner__professional", "ticket__account").order_by("-signed_at")
    )


def _complain(staff: Staff, families: dict[str, Household], *, now: datetime) -> None:
    seen = [row for row in _signed(now, days=2) if row.ticket.account_id != families["patient"].account.id]
    for encounter, (text, answer) in zip(seen[20:0:-15], COMPLAINTS, strict=False):
        said = encounter.signed_at + timedelta(hours=2) if encounter.signed_at else now
        by = Actor(encounter.ticket.account_id, Role.PATIENT.value)
        row = complain(encounter=encounter, text=f"{text} {INVENTED}", by=by, now=said)
        if answer:
            when = min(now, said + timedelta(days=1))
            answer_complaint(complaint_id=row.id, answer=f"{answer} {INVENTED}", by=staff.directing, now=when)


def _amend(*, now: datetime) -> None:
    for encounter in _signed(now, days=4)[7:120:40]:
        then = (encounter.signed_at or now) + timedelta(days=2)
        amend_note(encounter_id=encounter.id, text=AMENDMENT, by=doctor_actor(encounter), now=then)


def _close_old_follow_ups(staff: Staff, *, now: datetime) -> None:
    """The director closed all but the last three."""
    rows = list(FollowUp.objects.filter(done_at__isnull=True).order_by("created_at"))
    for rank, row in enumerate(rows[:-3]):
        then = row.created_at + timedelta(hours=2)
        close_follow_up(follow_up_id=row.id, outcome=OUTCOMES[rank % 2], by=staff.directing, now=then)


def _withdraw(families: dict[str, Household], *, now: datetime) -> None:
    given = Consent.objects.filter(
        scope=ConsentScope.SEND_TO_MT,
        given=True,
        withdrawn_at__isnull=True,
        said_at__lt=now - timedelta(days=9),
    )
    for key in ("sylvie-marty", "omar-diallo", "paul-castan"):
        home = families[key]
        mine = [patient.id for patient in home.patients]
        consent = given.filter(patient__in=mine).order_by("-said_at").first()
        if consent:
            withdraw_consent(consent_id=consent.id, by=home.actor, now=consent.said_at + timedelta(days=3))


def _ask_of_data(staff: Staff, families: dict[str, Household], *, now: datetime) -> None:
    """A request to erase waits for the compliance officer; a dispute keeps another family's record."""
    asks, sues = families["sylvie-marty"], families["paul-castan"]
    ask_erasure(account=asks.account, close_account=False, by=asks.actor, now=now - timedelta(days=3))
    why = f"Assignation devant le tribunal judiciaire, copie reçue. {INVENTED}"
    place_hold(patient=sues.patients[0], why=why, by=staff.complying, now=now - timedelta(days=6))


def _stop_at_signs(rng: Random, *, now: datetime) -> None:
    keys = [sign.key for sign in catalogue.signs().signs]
    for _turn in range(STOPS):
        yes = rng.choice((*keys, *keys[:2], keys[0]))
        then = now - timedelta(days=rng.randint(0, 27), minutes=rng.randint(0, 600))
        answers = {key: key == yes for key in keys}
        answer_signs(answers=answers, earlier_yes=[], language="fr", by=Actor(None, "visitor"), now=then)
