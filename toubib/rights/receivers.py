"""What rights does when an account acts for a patient no more, and when a file of a record that is held would go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver
from django.utils.translation import gettext as _

from toubib.people.events import link_ended
from toubib.record.events import attachment_leaving
from toubib.record.models import Attachment
from toubib.record.operations import AttachmentKept
from toubib.rights.operations import drop_copies
from toubib.rights.queries import is_held


@receiver(link_ended)
def drop_ready_copies(sender: Any, *, account_id: UUID, **kwargs: object) -> None:
    """A copy that is there may hold what this account may read no more."""
    drop_copies(accounts=[account_id])


@receiver(attachment_leaving)
def keep_under_hold(sender: Any, *, attachment: Attachment, **kwargs: object) -> None:
    """Nothing of a record under a legal hold goes, whoever asks."""
    if is_held(patient_id=attachment.patient_id):
        raise AttachmentKept(
            _("Ce fichier reste : un recours garde ce dossier en entier (CSP, art. R. 1112-7).")
        )
