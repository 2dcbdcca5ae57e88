"""The demo's district, loaded once for a module of tests and undone after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction
from django.test import override_settings

from toubib.web.demo import load_demo_district

LOADED = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)  # a Friday, 14 h 30 in Paris
NAMES = (
    "patient",
    "medecin",
    "medecin2",
    "pharmacien",
    "regulateur",
    "directeur",
    "conformite",
    "analyste",
    "admin",
)


@contextmanager
def district(blocker, now: datetime = LOADED) -> Iterator[None]:
    """Inside, the district is there; tests run in savepoints of this transaction."""
    with blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        load_demo_district(now=now)
        try:
            yield
        finally:
            transaction.set_rollback(True)
