"""The sick-leave notice: written with the encounter, signed with it, then waiting for the receipt of the Cnam."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import lock_row, transactional
from toubib.record.events import leave_received
from toubib.record.leaves import Notice
from toubib.record.models import Encounter, SickLeave
from toubib.record.operations.encounters import OPEN, MoveRefused, lock_encounter

LONGEST_RECEIPT = 60


class ReceiptRefused(Exception):
    """str() is a sentence for the doctor."""


@transactional
def write_leave(*, encounter_id: UUID, notice: Notice, by: Actor, now: datetime) -> SickLeave:
    """Write the notice, whatever it still lacks; the last words hold. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = SickLeave.objects.filter(encounter=encounter).first() or SickLeave(encounter=encounter)
    if row.content == notice.as_kept():
        return row
    row.content, row.written_at = notice.as_kept(), now
    row.save()
    _trace("write", row, encounter, by=by, now=now)
    return row


@transactional
def drop_leave(*, encounter_id: UUID, by: Actor, now: datetime) -> None:
    """No leave after all; nothing was signed. Idempotent. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = SickLeave.objects.filter(encounter=encounter).first()
    if row is not None:
        _trace("drop", row, encounter, by=by, now=now)
        row.delete()


@transactional
def enter_receipt(*, encounter_id: UUID, number: str, by: Actor, now: datetime) -> SickLeave:
    """The number that the Cnam's online service gave: only then does the patient see the leave. The same number twice
    is once; another one is refused. Raises ReceiptRefused, SickLeave.DoesNotExist."""
    encounter = lock_encounter(encounter_id=encounter_id)
    row = lock_row(SickLeave.objects.all(), encounter_id=encounter_id)
    said = " ".join(number.split())
    if row.signed_at is None:
        raise ReceiptRefused(_("Signez d’abord la consultation."))
    if not said or len(said) > LONGEST_RECEIPT:
        raise ReceiptRefused(_("Écrivez le numéro que le téléservice a donné."))
    if row.receipt is not None:
        if row.receipt != said:
            raise ReceiptRefused(
                _("Un accusé de réception est déjà enregistré : %(n)s.") % {"n": row.receipt}
            )
        return row
    row.receipt, row.receipt_at = said, now
    row.save(update_fields=["receipt", "receipt_at"])
    _trace("receipt", row, encounter, by=by, now=now)
    leave_received.send(sender=SickLeave, encounter=encounter, leave=row, by=by, now=now)
    return row


def _lock_open(encounter_id: UUID) -> Encounter:
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(_("La consultation est signée : l’arrêt ne change plus."))
    return encounter


def _trace(verb: str, row: SickLeave, encounter: Encounter, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"record.leave.{verb}",
        now=now,
        patient=encounter.patient_id,
        subject="leave",
        subject_id=row.id,
    )
