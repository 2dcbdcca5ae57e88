"""Who may read or cancel a document, with the reasons."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from toubib.documents.models import Document
from toubib.people.models import Account
from toubib.people.perms import Access, Reason
from toubib.record.perms import IS_DOCTOR, NO_LINK, may_read_note

NOT_YET = Reason("DOCUMENT.NO_RECEIPT", _("L’Assurance maladie n’a pas encore accusé réception de cet avis."))


def may_read_document(*, account: Account, document: Document, now: datetime) -> Access:
    """As the signed note of its encounter: a minor's secrecy closes it to parents as it does there. The specimen of a
    sick leave is the doctor's alone until the receipt of the Cnam is entered."""
    access = may_read_note(account=account, encounter=document.encounter, now=now)
    if access.allowed and not document.for_patient and IS_DOCTOR not in access.reasons:
        return Access(False, (NOT_YET,))
    return access


def may_cancel_document(*, account: Account, document: Document, now: datetime) -> Access:
    """The doctor of its encounter alone."""
    access = may_read_note(account=account, encounter=document.encounter, now=now)
    return access if IS_DOCTOR in access.reasons else Access(False, (NO_LINK,))
