"""What the patient tells and agrees to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.prepared import insert
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent, HealthSummary


@transactional
def tell_health_summary(
    *, patient_id: UUID, content: dict[str, str], by: Actor, now: datetime
) -> HealthSummary:
    """What the patient says of their health, by the keys of `told.QUESTIONS`; earlier rows are kept."""
    summary = HealthSummary.objects.create(
        patient_id=patient_id, content=content, told_at=now, told_by=by.account_id
    )
    trace(
        by=by,
        action="record.summary.tell",
        now=now,
        patient=patient_id,
        subject="summary",
        subject_id=summary.id,
    )
    return summary


@transactional
def say_consents(
    *,
    patient_id: UUID,
    answers: dict[ConsentScope, bool],
    by: Actor,
    now: datetime,
    encounter_id: UUID | None = None,
    about: str = "",
) -> list[Consent]:
    """One row a scope, given or refused."""
    rows = [
        Consent(
            patient_id=patient_id,
            encounter_id=encounter_id,
            scope=scope,
            given=given,
            about=about,
            said_at=now,
            said_by=by.account_id,
        )
        for scope, given in answers.items()
    ]
    if rows:
        insert(rows)
    trace(
        by=by,
        action="record.consent.say",
        now=now,
        patient=patient_id,
        subject="consent",
        reason=",".join(f"{scope}:{'yes' if given else 'no'}" for scope, given in answers.items())[:60],
    )
    return rows


@transactional
def withdraw_consent(*, consent_id: UUID, by: Actor, now: datetime) -> Consent:
    """Take a consent back; the row stays with its time. Idempotent."""
    consent = Consent.objects.select_for_update().get(pk=consent_id)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
        trace(
            by=by,
            action="record.consent.withdraw",
            now=now,
            patient=consent.patient_id,
            subject="consent",
            subject_id=consent.id,
        )
    return consent
