"""A signed sheet taken up again: a new version of it, edited like a draft, signed apart. The versions before stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.record.enums import SheetKind
from toubib.record.models import Encounter, Prescription, PrescriptionLine
from toubib.record.operations.encounters import MoveRefused, PrescriptionIncomplete, lock_encounter
from toubib.record.prescribed import reach_lacks
from toubib.record.queries import READABLE, marked, prescription_lacks, rework_of


@transactional
def rework_sheet(*, encounter_id: UUID, sheet: SheetKind, by: Actor, now: datetime) -> Prescription:
    """Begin a new version of a signed sheet from its last one. Begun twice is begun once. Raises MoveRefused."""
    encounter = _lock_signed(encounter_id)
    begun = rework_of(encounter=encounter)
    if begun is not None and begun.row.sheet == sheet:
        return begun.row
    if begun is not None:
        raise MoveRefused(_("Une autre ordonnance est déjà reprise : émettez-la, ou abandonnez-la d’abord."))
    last = Prescription.objects.filter(encounter=encounter, sheet=sheet).order_by("-version").first()
    if last is None:
        raise MoveRefused(_("Cette ordonnance n’a pas de ligne à reprendre."))
    made = Prescription.objects.create(
        encounter=encounter, sheet=sheet, weight=last.weight, made_at=now, version=last.version + 1
    )
    PrescriptionLine.objects.bulk_create(
        PrescriptionLine(prescription=made, position=old.position, content=old.content, renews=old.renews)
        for old in last.lines.all()
    )
    _trace("rework", made, by=by, now=now)
    return made


@transactional
def drop_rework(*, encounter_id: UUID, by: Actor, now: datetime) -> None:
    """What was signed stands as it was. Idempotent."""
    begun = rework_of(encounter=_lock_signed(encounter_id))
    if begun is not None:
        _trace("drop", begun.row, by=by, now=now)
        begun.row.lines.all().delete()
        begun.row.delete()


@transactional
def sign_rework(*, encounter_id: UUID, by: Actor, now: datetime) -> Prescription | None:
    """Freeze the new version, which holds what any ordonnance must; None where none is begun. Raises
    PrescriptionIncomplete, MoveRefused."""
    encounter, on = _lock_signed(encounter_id), timezone.localdate(now)
    begun = rework_of(encounter=encounter)
    if begun is None:
        return None
    lacks = prescription_lacks(sheets=marked([begun], encounter=encounter, on=on), on=on)
    lacks += reach_lacks(encounter.practitioner)
    if not begun.lines:
        lacks.append(_("Écrivez au moins une ligne."))
    if lacks:
        raise PrescriptionIncomplete(_("L’ordonnance n’est pas complète."), lacks)
    begun.row.signed_at = now
    begun.row.save(update_fields=["signed_at"])
    _trace("sign", begun.row, by=by, now=now)
    return begun.row


def _lock_signed(encounter_id: UUID) -> Encounter:
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in READABLE:
        raise MoveRefused(_("La consultation n’est pas signée : changez son ordonnance elle-même."))
    return encounter


def _trace(verb: str, row: Prescription, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"record.prescription.{verb}",
        now=now,
        patient=row.encounter.patient_id,
        subject="prescription",
        subject_id=row.id,
    )
