"""Patients' identities. The matricule INS has one writer here, and it takes the INSi service's answer only."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.people.enums import InsStatus, LinkKind, LinkProof, Role
from toubib.people.identity import (
    INS_OIDS,
    OID_TEST,
    Identity,
    check_identity,
    check_name,
    has_valid_ins_key,
    local_day,
)
from toubib.people.insi import InsiAnswer
from toubib.people.models import Account, Patient, PatientLink

TRAITS = ("birth_name", "birth_given_names", "birth_date", "sex", "birth_place_code")
MAY_VALIDATE = frozenset({Role.PRACTITIONER.value, Role.MEDICAL_DIRECTOR.value})


class IdentityLocked(Exception):
    """The traits come from the INSi service or from a document that was seen: typing does not change them."""

    sentence = _("Cette identité a été vérifiée. Demandez au médecin de la corriger.")


class BadInsiAnswer(Exception):
    """The matricule's key or its OID does not stand; nothing is kept of it."""


class MayNotValidate(Exception):
    """Only a practitioner who saw the document validates an identity; an assistant's voucher never does."""


def create_patient(*, identity: Identity, by: Actor, now: datetime) -> Patient:
    """A new patient with a provisional identity. Raises BadInput."""
    right = check_identity(identity, today=local_day(now))
    with transaction.atomic():
        patient = Patient(created_at=now, **_columns(right))
        patient.save(force_insert=True)
        trace(
            by=by,
            action="people.identity.create",
            now=now,
            patient=patient.id,
            subject="patient",
            subject_id=patient.id,
        )
    return patient


def update_identity(*, patient: Patient, identity: Identity, by: Actor, now: datetime) -> Patient:
    """Change what was typed. A NIR left out keeps the one known. Raises BadInput, IdentityLocked."""
    right = check_identity(identity, today=local_day(now))
    with transaction.atomic():
        kept = Patient.objects.select_for_update().get(pk=patient.pk)
        changed = any(getattr(kept, trait) != getattr(right, trait) for trait in TRAITS)
        if changed and kept.ins_status != InsStatus.PROVISOIRE:
            raise IdentityLocked
        columns = _columns(right)
        if right.nir_assure is None:
            del columns["nir_assure"]
        for name, value in columns.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(columns))
        trace(
            by=by,
            action="people.identity.update",
            now=now,
            patient=kept.id,
            subject="patient",
            subject_id=kept.id,
        )
    return kept


def say_own_name(*, account: Account, name: str) -> None:
    """How someone who asks for another person is called in the call; kept once said. Raises BadInput("adult_name")."""
    shown = check_name(name, field="adult_name", longest=120)
    if not account.display_name:
        account.display_name = shown
        account.save(update_fields=["display_name"])


def set_own_identity(*, account: Account, identity: Identity, by: Actor, now: datetime) -> Patient:
    """The account's own patient, made and linked the first time, changed the next. Raises as the two above."""
    check_identity(identity, today=local_day(now))
    with transaction.atomic():
        hold_lock(f"people.links.{account.id}")
        mine = PatientLink.objects.filter(
            account=account, kind=LinkKind.SELF, revoked_at__isnull=True
        ).first()
        if mine is not None:  # begun a moment after `now`, too: a second click waits here for the first
            return update_identity(patient=mine.patient, identity=identity, by=by, now=now)
        patient = create_patient(identity=identity, by=by, now=now)
        PatientLink.objects.create(
            account=account, patient=patient, kind=LinkKind.SELF, proof=LinkProof.DECLARED, starts_at=now
        )
        name = patient.full_name
        if not account.display_name:
            account.display_name = name[:120]
            account.save(update_fields=["display_name"])
        trace(
            by=by,
            action="people.link.create",
            now=now,
            patient=patient.id,
            subject="link",
            reason=LinkKind.SELF,
        )
    return patient


def record_ins_from_insi(*, patient: Patient, answer: InsiAnswer, by: Actor, now: datetime) -> Patient:
    """Keep the matricule and OID that the INSi service answered. Raises BadInsiAnswer.

    Provisoire becomes récupérée, validée becomes qualifiée (RNIV). A test OID is kept in a demo only.
    """
    known = answer.oid in INS_OIDS and (answer.oid != OID_TEST or settings.DEMO)
    if not known or not has_valid_ins_key(answer.matricule):
        raise BadInsiAnswer
    with transaction.atomic():
        kept = Patient.objects.select_for_update().get(pk=patient.pk)
        proven = kept.ins_status in (InsStatus.VALIDEE, InsStatus.QUALIFIEE)
        kept.ins_status = InsStatus.QUALIFIEE if proven else InsStatus.RECUPEREE
        kept.ins_matricule, kept.ins_oid = answer.matricule, answer.oid
        kept.save(update_fields=["ins_status", "ins_matricule", "ins_oid"])
        trace(
            by=by,
            action="people.ins.record",
            now=now,
            patient=kept.id,
            subject="patient",
            subject_id=kept.id,
            reason=kept.ins_status,
        )
    return kept


def validate_identity(*, patient: Patient, by: Actor, now: datetime) -> Patient:
    """A practitioner saw a document of high trust: provisoire becomes validée, récupérée qualifiée. Raises MayNotValidate."""
    if by.role not in MAY_VALIDATE:
        raise MayNotValidate
    with transaction.atomic():
        kept = Patient.objects.select_for_update().get(pk=patient.pk)
        after = {InsStatus.PROVISOIRE: InsStatus.VALIDEE, InsStatus.RECUPEREE: InsStatus.QUALIFIEE}
        kept.ins_status = after.get(InsStatus(kept.ins_status), kept.ins_status)
        kept.save(update_fields=["ins_status"])
        trace(
            by=by,
            action="people.identity.validate",
            now=now,
            patient=kept.id,
            subject="patient",
            subject_id=kept.id,
            reason=kept.ins_status,
        )
    return kept


def _columns(identity: Identity) -> dict[str, object]:
    return {
        **{trait: getattr(identity, trait) for trait in TRAITS},
        "used_name": identity.used_name,
        "used_given_name": identity.used_given_name,
        "nir_assure": identity.nir_assure,
    }
