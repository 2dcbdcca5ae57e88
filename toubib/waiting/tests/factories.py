"""Scenes of the line: a pool open day and night, doctors on duty, people who wait.

scene = make_scene()                     # the constant people and a pool
duty = put_on_duty(scene, scene.cast.vasseur)
ticket = put_in_line(scene, now=NOW)     # a new patient each time
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from itertools import count
from typing import Any

from django.db import transaction

from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account, Patient, ProfessionalAccount
from toubib.people.tests.factories import NOW, Cast, make_account, make_cast, make_link, make_patient
from toubib.waiting.catalogue import signs
from toubib.waiting.enums import MedecinTraitant, TicketState
from toubib.waiting.models import Duty, Pool, Ticket
from toubib.waiting.operations import join_line, open_duty

_serial = count(1)
NO = dict.fromkeys([sign.key for sign in signs().signs], False)


@dataclass(frozen=True)
class Scene:
    cast: Cast
    pool: Pool


def make_pool(**over: Any) -> Pool:
    facts = {
        "key": "medecine-generale",
        "name": "Médecine générale",
        "opens_at": time(0),
        "closes_at": time(0),
        **over,
    }
    return Pool.objects.create(**facts)


def make_scene(**pool: Any) -> Scene:
    return Scene(make_cast(), make_pool(**pool))


def doctor_actor(professional: ProfessionalAccount) -> Actor:
    return Actor(professional.account_id, Role.PRACTITIONER)


def patient_actor(account: Account) -> Actor:
    return Actor(account.id, Role.PATIENT)


def put_on_duty(scene: Scene, professional: ProfessionalAccount, *, now: datetime = NOW, **over: Any) -> Duty:
    facts = {"pools": [scene.pool], "languages": ["fr"], **over}
    with transaction.atomic():
        return open_duty(
            account_id=professional.account_id,
            practitioner=professional.practitioner,
            by=doctor_actor(professional),
            now=now,
            **facts,
        )


def prepare_ticket(
    scene: Scene,
    *,
    now: datetime = NOW,
    account: Account | None = None,
    patient: Patient | None = None,
    **over: Any,
) -> Ticket:
    """A ticket with every step answered, not yet in line."""
    if account is None:
        account = make_account()
        patient = make_patient(birth_name=f"Attente{next(_serial)}")
        make_link(account, patient)
    facts: dict[str, Any] = {
        "state": TicketState.TRIAGED,
        "account": account,
        "patient": patient,
        "created_at": now,
        "touched_at": now,
        "signs_version": "2026-11-demo",
        "reason_key": "fever",
        "place_commune": scene.cast.vasseur.practitioner.practice_commune,
        "place_detail": "rue des Lavoirs",
        "callback_phone": "+33639980042",
        "medecin_traitant": MedecinTraitant.NONE,
        "patient_age": 36,
        "draft": {"who": "self", "done": ["sante", "consentements", "test"], "consentements": {"care": True}},
        **over,
    }
    return Ticket.objects.create(**facts)


def put_in_line(scene: Scene, *, now: datetime = NOW, **over: Any) -> Ticket:
    ticket = prepare_ticket(scene, now=now, **over)
    return join_line(ticket_id=ticket.id, by=patient_actor(ticket.account), now=now)
