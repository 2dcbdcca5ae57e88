"""What changes the end of a record: a legal hold, a death. By the compliance officer, each with its paper."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.people.models import Patient
from toubib.rights.models import LegalHold, PatientDeath
from toubib.rights.operations.erasures import NotErased
from toubib.rulebook.days import day_of

NO_PAPER = _("Écrivez quel papier ou quel recours vous avez vu.")
NOT_YET = _("Ce jour n’est pas possible : ni avant la naissance, ni après aujourd’hui.")


@transactional
def place_hold(*, patient: Patient, why: str, by: Actor, now: datetime) -> LegalHold:
    """Nothing of this record goes from now on. Placed twice it is one. Raises NotErased."""
    said = why.strip()
    if not said:
        raise NotErased(NO_PAPER)
    hold_lock(f"rights.hold.{patient.pk}")
    standing = LegalHold.objects.filter(patient=patient, lifted_at__isnull=True).first()
    if standing is not None:
        return standing
    made = LegalHold.objects.create(patient=patient, why=said, placed_at=now, placed_by=by.account_id)
    _trace("rights.hold.place", patient.pk, made.pk, by=by, now=now)
    return made


@transactional
def lift_hold(*, hold_id: UUID, by: Actor, now: datetime) -> LegalHold:
    """The periods run on. Lifted twice it is lifted once."""
    row = LegalHold.objects.select_for_update().get(pk=hold_id)
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by = now, by.account_id
        row.save(update_fields=["lifted_at", "lifted_by"])
        _trace("rights.hold.lift", row.patient_id, row.pk, by=by, now=now)
    return row


@transactional
def tell_death(*, patient: Patient, died_on: date, known_by: str, by: Actor, now: datetime) -> PatientDeath:
    """The last day told holds. Raises NotErased."""
    if not known_by.strip():
        raise NotErased(NO_PAPER)
    if not patient.birth_date <= died_on <= day_of(now):
        raise NotErased(NOT_YET)
    hold_lock(f"rights.death.{patient.pk}")
    facts = {"died_on": died_on, "known_by": known_by.strip(), "told_at": now, "told_by": by.account_id}
    row, _new = PatientDeath.objects.update_or_create(patient=patient, defaults=facts)
    _trace("rights.death.tell", patient.pk, row.pk, by=by, now=now)
    return row


def _trace(action: str, patient_id: UUID, subject_id: UUID, *, by: Actor, now: datetime) -> None:
    trace(
        by=by, action=action, now=now, patient=patient_id, subject=action.split(".")[1], subject_id=subject_id
    )
