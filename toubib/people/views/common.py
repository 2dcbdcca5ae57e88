"""Small things that several views share."""

from __future__ import annotations

from django.conf import settings


def is_demo() -> bool:
    return bool(settings.DEMO)
