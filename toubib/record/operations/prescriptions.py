"""The ordonnance: lines put, moved, renewed while the encounter is unsigned, frozen by its signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.record.allergies import marks_of
from toubib.record.enums import SheetKind
from toubib.record.models import Encounter, Prescription, PrescriptionLine
from toubib.record.operations.encounters import OPEN, MoveRefused, lock_encounter
from toubib.record.prescribed import Item, item_of, medicine_item, verdict_on
from toubib.record.queries import is_weighed, latest_summary, rework_of

SIGNED = gettext_lazy("La consultation est signée : l’ordonnance ne change plus.")
MOST_LINES, LONGEST_REASON = 40, 300


class NotPrescribable(Exception):
    """This line may not stand on an ordonnance: str() says why, `reference` by which text."""

    def __init__(self, sentence: str, reference: str = "") -> None:
        super().__init__(sentence)
        self.reference = reference


def _lock_open(encounter_id: UUID, *, sheet: SheetKind | None = None) -> Encounter:
    """An unsigned encounter, or a signed one whose sheet is taken up again (`rework`): that sheet alone."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state in OPEN:
        return encounter
    begun = rework_of(encounter=encounter)
    if begun is None:
        raise MoveRefused(SIGNED)
    if sheet is not None and begun.row.sheet != sheet:
        raise MoveRefused(
            _("Vous reprenez l’ordonnance « %(sheet)s » : les autres ne changent pas.")
            % {"sheet": begun.row.get_sheet_display()}
        )
    return encounter


@transactional
def put_line(
    *, encounter_id: UUID, line_id: UUID, sheet: SheetKind, item: Item, by: Actor, now: datetime
) -> PrescriptionLine:
    """Add the line of this id, or write over it: sent twice it is one line. It may still lack parts: the signature
    asks for them. Raises NotPrescribable, MoveRefused."""
    encounter = _lock_open(encounter_id, sheet=sheet)
    checked = _checked(item, sheet=sheet, now=now)
    row = PrescriptionLine.objects.select_related("prescription").filter(pk=line_id).first()
    if row is not None and (row.prescription.encounter_id != encounter.id or row.prescription.signed_at):
        raise MoveRefused(_("Cette ligne est signée, ou d’une autre consultation."))
    prescription = _sheet(encounter, sheet, now=now)
    if row is None:
        count = PrescriptionLine.objects.filter(prescription=prescription).count()
        if count >= MOST_LINES:
            raise MoveRefused(_("Cette feuille est pleine."))
        row = PrescriptionLine(pk=line_id, prescription=prescription, position=_next(prescription))
    left = row.prescription if row.prescription_id != prescription.id else None
    if left is not None:
        row.prescription, row.position = prescription, _next(prescription)
    row.content = _carried(checked, row.content).as_kept()
    row.save()
    if left is not None:
        _drop_if_empty(left)
    _trace("put", row, encounter, by=by, now=now)
    return row


def _carried(item: Item, before: Mapping[str, Any] | None) -> Item:
    """What was said of an allergy stays while the line names the same thing."""
    old = item_of(before or {"text": ""})
    if (old.text, old.cis, old.brand) != (item.text, item.cis, item.brand):
        return item
    return replace(item, allergy=old.allergy, allergy_reason=old.allergy_reason)


def _checked(item: Item, *, sheet: SheetKind, now: datetime) -> Item:
    """The line as the list names it. Raises NotPrescribable."""
    on = timezone.localdate(now)
    if item.is_medicine and sheet == SheetKind.MEDICINES:
        known = medicine_item(item, on=on)
        if known is None:
            raise NotPrescribable(_("Ce médicament n’est plus dans la liste. Cherchez-le de nouveau."))
        item = known
    elif item.cis:
        item = replace(item, cis="", brand="", cip13="", form="")
    refused = verdict_on(item, sheet=sheet, on=on)
    if refused is not None:
        raise NotPrescribable(refused.text_doctor, refused.reference)
    return item


def _sheet(encounter: Encounter, sheet: SheetKind, *, now: datetime) -> Prescription:
    """The sheet of this kind; a child's begins with the weight that was told."""
    found = _draft(encounter, sheet)
    if found is not None:
        return found
    weight = ""
    if sheet == SheetKind.MEDICINES and is_weighed(encounter=encounter):
        summary = latest_summary(patient_id=encounter.patient_id)
        weight = str(summary.content.get("weight") or "") if summary else ""
    return Prescription.objects.create(encounter=encounter, sheet=sheet, weight=weight, made_at=now)


def _draft(encounter: Encounter, sheet: SheetKind) -> Prescription | None:
    return Prescription.objects.filter(encounter=encounter, sheet=sheet, signed_at__isnull=True).first()


def _next(prescription: Prescription) -> int:
    last = PrescriptionLine.objects.filter(prescription=prescription).order_by("-position").first()
    return last.position + 1 if last else 1


def _drop_if_empty(prescription: Prescription) -> None:
    """A sheet taken up again stays, for the line that takes the place of the last."""
    if prescription.version == 1 and not PrescriptionLine.objects.filter(prescription=prescription).exists():
        prescription.delete()


def _line(encounter: Encounter, line_id: UUID) -> PrescriptionLine | None:
    rows = PrescriptionLine.objects.select_related("prescription")
    return rows.filter(
        pk=line_id, prescription__encounter=encounter, prescription__signed_at__isnull=True
    ).first()


@transactional
def remove_line(*, encounter_id: UUID, line_id: UUID, by: Actor, now: datetime) -> None:
    """Idempotent: a line that is gone stays gone. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = _line(encounter, line_id)
    if row is None:
        return
    _trace("remove", row, encounter, by=by, now=now)
    sheet = row.prescription
    row.delete()
    _drop_if_empty(sheet)


@transactional
def move_line(*, encounter_id: UUID, line_id: UUID, up: bool, by: Actor, now: datetime) -> None:
    """One place up or down, within its sheet. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = _line(encounter, line_id)
    if row is None:
        return
    rows = list(PrescriptionLine.objects.filter(prescription=row.prescription))
    here = [one.id for one in rows].index(row.id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for position, one in enumerate(rows, start=1):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])
    _trace("move", row, encounter, by=by, now=now)


@transactional
def renew_lines(*, encounter_id: UUID, lines: Sequence[UUID], by: Actor, now: datetime) -> list[str]:
    """Take lines of the patient's earlier signed ordonnances anew; answers why one of them may not be. A line renewed
    here already is left as it is. Raises MoveRefused."""
    encounter = lock_encounter(encounter_id=encounter_id)
    if encounter.state not in OPEN:
        raise MoveRefused(SIGNED)
    earlier = PrescriptionLine.objects.select_related("prescription").filter(
        pk__in=lines,
        prescription__encounter__patient_id=encounter.patient_id,
        prescription__signed_at__isnull=False,
        prescription__encounter__planned_at__lte=encounter.planned_at,
    )
    refusals = []
    for old in earlier.order_by("prescription__signed_at", "position"):
        if PrescriptionLine.objects.filter(prescription__encounter=encounter, renews=old).exists():
            continue
        item, sheet = _anew(old), SheetKind(old.prescription.sheet)
        try:
            item = _checked(item, sheet=sheet, now=now)
        except NotPrescribable as error:
            refusals.append(f"{item.name} : {error}")
            continue
        into = _sheet(encounter, sheet, now=now)
        row = PrescriptionLine.objects.create(
            prescription=into, position=_next(into), content=item.as_kept(), renews=old
        )
        _trace("renew", row, encounter, by=by, now=now)
    return refusals


def _anew(old: PrescriptionLine) -> Item:
    """What was said of an allergy is asked again each time."""
    return replace(item_of(old.content), allergy="", allergy_reason="")


@transactional
def confirm_line(*, encounter_id: UUID, line_id: UUID, reason: str, by: Actor, now: datetime) -> None:
    """Keep with the line why it is prescribed where its words are like a noted allergy. The word is kept too: another
    allergy noted since asks again. Raises MoveRefused."""
    encounter = _lock_open(encounter_id)
    row = _line(encounter, line_id)
    if row is None:
        return
    item, said = item_of(row.content), reason.strip()
    summary = latest_summary(patient_id=encounter.patient_id)
    mark = marks_of([item], content=summary.content if summary else {}, on=timezone.localdate(now))[0]
    if mark is None or (item.allergy, item.allergy_reason) == (mark.noted, said):
        return
    if not 3 <= len(said) <= LONGEST_REASON:
        raise MoveRefused(_("Écrivez en quelques mots pourquoi vous prescrivez cette ligne."))
    row.content = replace(item, allergy=mark.noted, allergy_reason=said).as_kept()
    row.save(update_fields=["content"])
    _trace("confirm", row, encounter, by=by, now=now)


@transactional
def say_weight(*, encounter_id: UUID, weight: str, by: Actor, now: datetime) -> None:
    """The weight on the sheet of medicines, as typed; the signature checks it. Raises MoveRefused."""
    encounter = _lock_open(encounter_id, sheet=SheetKind.MEDICINES)
    sheet = _draft(encounter, SheetKind.MEDICINES)
    if sheet is None or sheet.weight == weight.strip():
        return
    sheet.weight = weight.strip()
    sheet.save(update_fields=["weight"])
    trace(
        by=by,
        action="record.prescription.weight",
        now=now,
        patient=encounter.patient_id,
        subject="prescription",
        subject_id=sheet.id,
    )


def _trace(verb: str, row: PrescriptionLine, encounter: Encounter, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"record.prescription.{verb}",
        now=now,
        patient=encounter.patient_id,
        subject="prescription_line",
        subject_id=row.id,
    )
