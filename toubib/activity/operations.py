"""The only writer of the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.activity.enums import ActOutcome
from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.directory.models import Practitioner
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.prepared import insert


class CannotDeclare(ValueError):
    """Figures that cannot be; `field` and a sentence for the user."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@transactional
def declare_activity(
    *,
    practitioner: Practitioner,
    year: int,
    conventioned_acts: int,
    counted_acts: int,
    own_mt_acts: int | None,
    declared_on: date,
    by: Actor,
    now: datetime,
) -> DeclaredActivity:
    """Add a declaration; the same figures twice in a row are one. Raises CannotDeclare."""
    _check(conventioned_acts, counted_acts, own_mt_acts)
    hold_lock(f"activity.declare.{practitioner.pk}")
    facts = {
        "practitioner": practitioner,
        "year": year,
        "conventioned_acts": conventioned_acts,
        "counted_acts": counted_acts,
        "own_mt_acts": own_mt_acts,
        "declared_on": declared_on,
    }
    rows = DeclaredActivity.objects.filter(practitioner=practitioner, year=year)
    last = rows.order_by("said_at", "id").last()
    if last is not None and all(getattr(last, name) == value for name, value in facts.items()):
        return last
    row = DeclaredActivity.objects.create(**facts, said_at=now, said_by=by.account_id)
    trace(by=by, action="activity.declare", now=now, subject="declared_activity", subject_id=row.id)
    return row


def _check(acts: int, counted: int, own: int | None) -> None:
    if counted > acts:
        raise CannotDeclare("counted_acts", _("Les actes à distance font partie de tous vos actes."))
    if own is not None and own > acts:
        raise CannotDeclare("own_mt_acts", _("Les actes pour vos patients font partie de tous vos actes."))


def count_act(
    *,
    practitioner_id: UUID,
    encounter_id: UUID,
    act_date: date,
    outcome: ActOutcome,
    in_denominator: bool | None,
    own_patient: bool | None,
    law_version: str,
) -> None:
    """Write one signed act in the ledger. Signed again or amended, it is not written twice: a new answer on it takes
    the place of the first. Call inside the transaction of the signature, which holds the encounter's row."""
    facts: dict[str, Any] = {
        "practitioner_id": practitioner_id,
        "act_date": act_date,
        "outcome": outcome,
        "in_denominator": in_denominator,
        "own_patient": own_patient,
        "law_version": law_version,
    }
    insert([CountedAct(encounter_id=encounter_id, **facts)], of="encounter_id", or_update=facts)
