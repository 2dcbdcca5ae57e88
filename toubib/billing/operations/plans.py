"""Contracts that pay acts, whom they cover, and the choice of one before the line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from toubib.billing.enums import PlanKind
from toubib.billing.models import Cover, Plan
from toubib.billing.queries.plans import CHOSEN, acts_promised, chosen_cover, covers_for
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.people.models import Patient
from toubib.rulebook.days import day_of
from toubib.waiting.models import Ticket
from toubib.waiting.operations import attest_on_path
from toubib.waiting.queries.facts import PAID_BY

PAYING = (CHOSEN, *PAID_BY)
QUESTION = "Qui paie cet acte ?"


class NotCovered(Exception):
    """A contract cannot be kept or used as asked; str() says why."""


@transactional
def add_plan(
    *, name: str, kind: PlanKind, payer: str, acts_cap: int | None, starts_on: date, by: Actor, now: datetime
) -> Plan:
    """Raises NotCovered where the name is taken."""
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                name=name, kind=kind, payer=payer, acts_cap=acts_cap, starts_on=starts_on
            )
    except IntegrityError:
        raise NotCovered(_("Un contrat porte déjà ce nom.")) from None
    trace(by=by, action="billing.plan.add", now=now, subject="plan", subject_id=plan.pk)
    return plan


@transactional
def add_cover(
    *, plan_id: UUID, patient: Patient, number: str, starts_on: date, by: Actor, now: datetime
) -> Cover:
    """Idempotent for the same number. Raises NotCovered where this person has the contract under another one."""
    open_one = Cover.objects.filter(plan=plan_id, patient=patient, ends_on__isnull=True).first()
    if open_one is not None:
        if open_one.number == number:
            return open_one
        raise NotCovered(_("Cette personne a déjà ce contrat."))
    cover = Cover.objects.create(plan_id=plan_id, patient=patient, number=number, starts_on=starts_on)
    _trace(cover, "add", by=by, now=now)
    return cover


@transactional
def end_cover(*, cover_id: UUID, by: Actor, now: datetime) -> Cover | None:
    """From today on; one that began today never was. Idempotent."""
    cover = Cover.objects.select_for_update().filter(pk=cover_id, ends_on__isnull=True).first()
    if cover is None:
        return None
    today = day_of(now)
    cover.ends_on = today if cover.starts_on < today else date.fromordinal(cover.starts_on.toordinal() + 1)
    cover.save(update_fields=["ends_on"])
    _trace(cover, "end", by=by, now=now)
    return cover


@transactional
def choose_payer(*, ticket: Ticket, cover_id: UUID | None, by: Actor, now: datetime) -> Ticket:
    """The contract that pays this request, or None: the Assurance maladie as usual. Raises NotCovered.

    What a contract promised before the act holds: its cap is read here, not after, one request at a time, and what it
    promised to another request under way counts.
    """
    if ticket.patient_id is None:
        raise NotCovered(_("Dites d’abord qui est soigné."))
    if cover_id is None:
        chosen = chosen_cover(ticket=ticket)
        nothing: dict[str, tuple[Any, str]] = dict.fromkeys(PAYING, (None, QUESTION))
        return attest_on_path(ticket_id=ticket.pk, said=nothing if chosen else {}, by=by, now=now)
    hold_lock(f"billing.payer:{ticket.patient_id}")
    known = covers_for(patient_id=ticket.patient_id, on=day_of(now))
    found = next((one for one in known if one.cover.pk == cover_id), None)
    if found is None:
        raise NotCovered(_("Ce contrat n’est pas en cours pour cette personne."))
    used = found.used + acts_promised(cover=found.cover, but=ticket, now=now)
    if found.cap is not None and used >= found.cap:
        raise NotCovered(
            _(
                "Ce contrat ne paie plus d’acte cette année : l’Assurance maladie reste possible, comme d’habitude."
            )
        )
    said: dict[str, tuple[Any, str]] = {
        CHOSEN: (str(found.cover.pk), QUESTION),
        "funding": (found.cover.plan.kind, QUESTION),
        "plan_acts_used": (used, QUESTION),
        "plan_acts_cap": (found.cap if found.cap is not None else 10000, QUESTION),
    }
    return attest_on_path(ticket_id=ticket.pk, said=said, by=by, now=now)


def _trace(cover: Cover, verb: str, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"billing.cover.{verb}",
        now=now,
        patient=cover.patient_id,
        subject="cover",
        subject_id=cover.pk,
    )
