"""What open pages hear of a session that ends."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from toubib.ground.hub import publish


@receiver(user_logged_out)
def end_streams(sender: object, *, user: Any = None, **kwargs: object) -> None:
    """The account's streams end; those of its other sessions come back by themselves (`/sse`)."""
    if user is not None:
        publish(f"account:{user.pk}", "signed_out")
