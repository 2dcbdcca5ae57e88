"""Codes of who assisted: prepared once the act is paid, dropped when it is not, handed over in their own file."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from toubib.assistance.models import Presence
from toubib.assistance.queries import presences_at_act
from toubib.billing.assistance import Code, code_of, file_of
from toubib.billing.enums import AssistanceState, ClaimState
from toubib.billing.models import AssistanceLine, ClaimLine
from toubib.billing.queries.assistance import lines_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import entry_of, trace, trace_many
from toubib.ground.locks import hold_lock, transactional
from toubib.record.enums import Attestation
from toubib.record.models import Encounter

PAID = (ClaimState.READY, ClaimState.SENT)


@transactional
def prepare_assistance(*, line: ClaimLine, by: Actor, now: datetime) -> list[AssistanceLine]:
    """The codes due for this act, one by person who assisted; those that are not due any more are dropped. Idempotent.

    None under a minor's secrecy: the code would tell of the act."""
    hold_lock(f"assistance:{line.encounter_id}")
    due = _due(line)
    known = AssistanceLine.objects.filter(encounter=line.encounter_id).exclude(state=AssistanceState.DROPPED)
    for old in known:
        if old.helper_id not in due or due[old.helper_id][1].code != old.code:
            old.state, old.dropped_at = AssistanceState.DROPPED, now
            old.save(update_fields=["state", "dropped_at"])
            _tell(old, "billing.assistance.drop", by=by, now=now)
        else:
            del due[old.helper_id]
    return [_prepare(line, presence, code, by=by, now=now) for presence, code in due.values()]


def _due(line: ClaimLine) -> dict[UUID, tuple[Presence, Code]]:
    encounter: Encounter = line.encounter
    paid = line.state in PAID and line.said.get("reimbursement") == "YES"
    ticket = getattr(encounter, "ticket", None)
    if not paid or line.secret or encounter.attestation != Attestation.VIDEO or ticket is None:
        return {}
    found: dict[UUID, tuple[Presence, Code]] = {}
    for presence in presences_at_act(ticket_id=ticket.pk, accepted_at=ticket.accepted_at):
        code = code_of(presence=presence, on=line.act_on)
        if code is not None and presence.practitioner_id is not None:
            found.setdefault(presence.helper_id, (presence, code))
    return found


def _prepare(line: ClaimLine, presence: Presence, code: Code, *, by: Actor, now: datetime) -> AssistanceLine:
    if presence.practitioner is None:
        raise ValueError(f"presence {presence.pk} is nobody's who bills")
    row = AssistanceLine.objects.create(
        encounter=line.encounter,
        presence=presence,
        helper_id=presence.helper_id,
        practitioner=presence.practitioner,
        act_on=line.act_on,
        code=code.code,
        tariff_cents=code.cents,
        reference=code.reference,
        made_at=now,
    )
    _tell(row, "billing.assistance.prepare", by=by, now=now)
    return row


@transactional
def take_file(*, helper_id: UUID, first: date, last: date, by: Actor, now: datetime) -> bytes:
    """Their lines of those days, for their own billing software; what was taken before is in it again."""
    lines = lines_of(helper_id=helper_id, first=first, last=last)
    content, _digest = file_of(lines=lines)
    fresh = [one.pk for one in lines if one.state == AssistanceState.PREPARED]
    AssistanceLine.objects.filter(pk__in=fresh).update(state=AssistanceState.TAKEN, taken_at=now)
    trace(by=by, action="billing.assistance.take", now=now, subject="assistance_file", subject_id=helper_id)
    trace_many(
        entry_of(
            by=by,
            action="billing.assistance.read",
            now=now,
            patient=one.encounter.patient_id,
            subject="assistance_line",
            subject_id=one.pk,
        )
        for one in lines
    )
    return content


def _tell(row: AssistanceLine, action: str, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=action,
        now=now,
        patient=row.encounter.patient_id,
        subject="assistance_line",
        subject_id=row.pk,
        reason=row.code,
    )
    publish(f"account:{row.helper_id}", "counter")
