"""A sick leave within the law: what the doctor writes is told to the rule book, whose refusal keeps it from being
signed, and which says what is possible instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.consultation.decisions import judge
from toubib.ground.actors import Actor
from toubib.ground.locks import transactional
from toubib.ground.prepared import read_one
from toubib.record.enums import LeaveKind, Orientation
from toubib.record.leaves import Notice, notice_of
from toubib.record.models import Encounter, SickLeave
from toubib.record.operations import drop_leave, orient_patient, write_leave
from toubib.record.queries import leave_of
from toubib.waiting.operations import MoveRefused, attest_in_consultation
from toubib.waiting.questions import QUESTIONS


class LeaveRefused(Exception):
    """The rule book refuses this leave; `sentences` are its reasons in the doctor's words."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(_("La règle ne permet pas cet arrêt."))
        self.sentences = sentences


def _facts(notice: Notice | None) -> dict[str, Any]:
    if notice is None:
        return {"leave_kind": "none", "leave_days": None}
    facts: dict[str, Any] = {
        "leave_kind": notice.kind,
        "leave_days": notice.days,
        "leave_motive_given": bool(notice.motive.strip()),
        "leave_over_ceiling_reason": bool(notice.above_ceiling.strip()),
    }
    if notice.kind == LeaveKind.PROLONGATION:
        facts["leave_running_days"] = notice.running_days
        facts["leave_justified"] = bool(notice.impossibility.strip())
    return facts


def _tell(encounter: Encounter, notice: Notice | None, *, by: Actor, now: datetime) -> None:
    said = {fact: (value, str(QUESTIONS[fact].doctor)) for fact, value in _facts(notice).items()}
    attest_in_consultation(encounter_id=encounter.id, said=said, by=by, now=now)


@transactional
def plan_leave(*, encounter: Encounter, notice: Notice, by: Actor, now: datetime) -> SickLeave:
    """Write the notice and tell its facts to the rule book. Raises the record's and the line's MoveRefused."""
    _tell(encounter, notice, by=by, now=now)
    return write_leave(encounter_id=encounter.id, notice=notice, by=by, now=now)


@transactional
def give_up_leave(*, encounter: Encounter, by: Actor, now: datetime) -> None:
    _tell(encounter, None, by=by, now=now)
    drop_leave(encounter_id=encounter.id, by=by, now=now)


@transactional
def shorten_leave(*, encounter: Encounter, by: Actor, now: datetime) -> None:
    """What the law allows instead: the days that it gives, and an appointment in person before they end."""
    row = leave_of(encounter=encounter)
    if row is None:
        raise MoveRefused(_("Aucun arrêt n’est écrit."))
    days = most_days(encounter=encounter, now=now)
    if days:
        plan_leave(encounter=encounter, notice=replace(notice_of(row.content), days=days), by=by, now=now)
    else:
        give_up_leave(encounter=encounter, by=by, now=now)
    words = encounter.orientation_note or ""
    orient_patient(
        encounter_id=encounter.id, to=Orientation.IN_PERSON, note=words, days=days or 3, by=by, now=now
    )


def verdict_on_leave(*, encounter: Encounter, now: datetime, channel: str = "video") -> dict[str, Any]:
    """What the rule book says of the leave that is written, the call being what the doctor is about to attest."""
    return dict(judge(encounter=encounter, now=now, channel=channel).decision["sick_leave"])


def most_days(*, encounter: Encounter, now: datetime) -> int | None:
    """The longest that this act may give; None: nothing bounds it, or nobody knows."""
    most = verdict_on_leave(encounter=encounter, now=now).get("max_days")
    return int(most) if most is not None else None


def check_leave(*, encounter_id: UUID, channel: str, now: datetime) -> None:
    """Before the signature. Only a « no » of the law refuses: what it cannot say is the doctor's to decide. Raises
    LeaveRefused."""
    rows = SickLeave.objects.select_related("encounter__patient", "encounter__practitioner")
    row = read_one(rows, encounter_id=encounter_id, signed_at__isnull=True)
    if row is None:
        return
    verdict = verdict_on_leave(encounter=row.encounter, now=now, channel=channel)
    if verdict["outcome"] == "NO":
        raise LeaveRefused([one["text_doctor"] for one in verdict["reasons"] if one["kind"] == "refusal"])
