"""What rights does when an account acts for a patient no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from toubib.people.events import link_ended
from toubib.rights.operations import drop_copies


@receiver(link_ended)
def drop_ready_copies(sender: Any, *, account_id: UUID, **kwargs: object) -> None:
    """A copy that is there may hold what this account may read no more."""
    drop_copies(accounts=[account_id])
