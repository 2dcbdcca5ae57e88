"""The receipt: a document like the others, issued when the amount is settled, replaced when it changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine
from toubib.billing.receipt import receipt_of
from toubib.documents.enums import DocumentKind, DocumentState
from toubib.documents.models import Document
from toubib.documents.operations import cancel_document, issue_document
from toubib.ground.actors import Actor
from toubib.ground.locks import hold_lock, transactional

SETTLED = (ClaimState.READY, ClaimState.SENT)


@transactional
def keep_receipt(*, line_id: UUID, by: Actor, now: datetime) -> Document | None:
    """Issue the receipt of the version that holds, once; cancel the one of a version that no longer does.

    None for a minor's secret act (L. 1111-5 CSP): no paper tells of it. Raises documents.NotIssued, seal.NoSeal.
    """
    rows = ClaimLine.objects.select_related(
        "encounter__patient", "encounter__practitioner__practice_commune", "receipt"
    )
    line = rows.get(pk=line_id)
    hold_lock(f"claim:{line.encounter_id}")
    if ClaimLine.objects.filter(encounter=line.encounter_id, version__gt=line.version).exists():
        return None
    before = Document.objects.filter(
        encounter=line.encounter_id, kind=DocumentKind.RECEIPT, state=DocumentState.ISSUED
    ).first()
    with translation.override("fr"):
        if line.secret or line.state not in SETTLED:
            _cancel(before, by=by, now=now)
            return None
        if line.receipt_id is not None:
            return line.receipt
        content = receipt_of(line)
        document = issue_document(encounter=line.encounter, content=content, replaces=before, by=by, now=now)
    ClaimLine.objects.filter(pk=line.pk).update(receipt=document)
    return document


def _cancel(before: Document | None, *, by: Actor, now: datetime) -> None:
    if before is not None:
        cancel_document(document=before, reason=_("Le montant a été revu."), by=by, now=now)
