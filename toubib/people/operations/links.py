"""Who acts for whom: recorded with its proof, revocable, and for a child ended at eighteen."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.people.enums import LinkKind, LinkProof
from toubib.people.events import link_ended
from toubib.people.identity import Identity, check_identity, local_day, majority_at
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.operations.patients import create_patient

ENDS_AT_MAJORITY = frozenset({LinkKind.PARENT, LinkKind.CHILD_PROTECTION})


class NotAMinor(Exception):
    """A parent's link is asked for someone who is eighteen or more."""

    sentence = _("Cette personne est majeure. Choisissez « proche aidant », avec son accord.")


class LinkExists(Exception):
    """A live link of another kind binds the account to the patient."""

    sentence = _("Vous êtes déjà lié à cette personne.")


def link_person(
    *,
    account: Account,
    patient: Patient,
    kind: LinkKind,
    proof: LinkProof,
    by: Actor,
    now: datetime,
    note: str = "",
) -> PatientLink:
    """Record that the account acts for the patient. The same link asked twice is one link.

    Raises NotAMinor, LinkExists.
    """
    ends_at = majority_at(patient.birth_date) if kind in ENDS_AT_MAJORITY else None
    if ends_at is not None and ends_at <= now:
        raise NotAMinor
    with transaction.atomic():
        hold_lock(f"people.links.{account.id}")
        open_link = PatientLink.objects.filter(
            account=account, patient=patient, revoked_at__isnull=True
        ).first()
        if open_link is not None:
            if open_link.ends_at is None or now < open_link.ends_at:
                if open_link.kind != kind:
                    raise LinkExists
                return open_link
            PatientLink.objects.filter(pk=open_link.pk).update(revoked_at=now)
        link = PatientLink.objects.create(
            account=account,
            patient=patient,
            kind=kind,
            proof=proof,
            proof_note=note.strip()[:200],
            starts_at=now,
            ends_at=ends_at,
        )
        trace(
            by=by,
            action="people.link.create",
            now=now,
            patient=patient.id,
            subject="link",
            subject_id=link.id,
            reason=kind,
        )
    return link


def add_relative(
    *,
    account: Account,
    identity: Identity,
    kind: LinkKind,
    proof: LinkProof,
    by: Actor,
    now: datetime,
    note: str = "",
) -> PatientLink:
    """A child or a relative with a provisional identity of their own, linked to the account.

    The same traits sent twice (a double click) answer the link that is there. Raises BadInput, NotAMinor.
    """
    right = check_identity(identity, today=local_day(now))
    with transaction.atomic():
        hold_lock(f"people.links.{account.id}")
        open_links = PatientLink.objects.filter(account=account, revoked_at__isnull=True).select_related(
            "patient"
        )
        for link in open_links:  # begun a moment after `now`, too: a second click waits here for the first
            if link.kind == kind and _same_person(link.patient, right) and not _ended(link, now=now):
                return link
        if kind in ENDS_AT_MAJORITY and majority_at(right.birth_date) <= now:
            raise NotAMinor
        patient = create_patient(identity=right, by=by, now=now)
        return link_person(
            account=account, patient=patient, kind=kind, proof=proof, by=by, now=now, note=note
        )


def revoke_link(*, link: PatientLink, by: Actor, now: datetime, reason: str = "") -> PatientLink:
    """End a link at once; for the withdrawal of parental authority too. Doing it twice changes nothing."""
    with transaction.atomic():
        kept = PatientLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
        if kept.revoked_at is None:
            kept.revoked_at, kept.revoked_by = now, by.account_id
            kept.save(update_fields=["revoked_at", "revoked_by"])
            trace(
                by=by,
                action="people.link.revoke",
                now=now,
                patient=kept.patient_id,
                subject="link",
                subject_id=kept.id,
                reason=reason[:60],
            )
            link_ended.send(
                sender=PatientLink, account_id=kept.account_id, patient_id=kept.patient_id, by=by, now=now
            )
    return kept


def _ended(link: PatientLink, *, now: datetime) -> bool:
    return link.ends_at is not None and link.ends_at <= now


def _same_person(patient: Patient, identity: Identity) -> bool:
    return (
        patient.birth_name.casefold() == identity.birth_name.casefold()
        and patient.birth_given_names.casefold() == identity.birth_given_names.casefold()
        and patient.birth_date == identity.birth_date
        and patient.sex == identity.sex
    )
