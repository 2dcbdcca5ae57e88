"""Writes of the territory."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from toubib.territory.enums import ZoneKind
from toubib.territory.models import Zone


def set_zone(*, commune_id: UUID, kind: ZoneKind, arrete: str, starts_on: date) -> Zone:
    """The zone of a commune from a day on, until the next one known; the one before ends that day. Idempotent. Call inside a transaction."""
    rows = Zone.objects.filter(commune_id=commune_id)
    rows.filter(starts_on__lt=starts_on, ends_on__isnull=True).update(ends_on=starts_on)
    after = (
        rows.filter(starts_on__gt=starts_on).order_by("starts_on").values_list("starts_on", flat=True).first()
    )
    zone, _made = Zone.objects.update_or_create(
        commune_id=commune_id,
        starts_on=starts_on,
        defaults={"kind": kind, "arrete": arrete, "ends_on": after},
    )
    return zone
