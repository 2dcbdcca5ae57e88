"""When a line is open, in local time; midnight and both changes of summer time included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.ground.prepared import read_one
from toubib.waiting.catalogue import is_signed
from toubib.waiting.enums import DutyState
from toubib.waiting.models import Duty, Pool


@dataclass(frozen=True, slots=True)
class Admission:
    """May someone enter this line now? `reason` is a sentence when not."""

    open: bool
    reason: str
    next_opening: datetime | None


def pool_for(*, key: str) -> Pool | None:
    return read_one(Pool.objects.all(), key=key)


def is_open_at(*, pool: Pool, now: datetime) -> bool:
    """Local wall time in [opens_at, closes_at); equal times: day and night; a close before the open is the morrow's."""
    time = timezone.localtime(now).time()
    if pool.opens_at == pool.closes_at:
        return True
    if pool.opens_at < pool.closes_at:
        return pool.opens_at <= time < pool.closes_at
    return time >= pool.opens_at or time < pool.closes_at


def next_opening(*, pool: Pool, now: datetime) -> datetime:
    """The next moment at which the line opens (now when open)."""
    if is_open_at(pool=pool, now=now):
        return now
    local = timezone.localtime(now)
    day = local.date() if local.time() < pool.opens_at else local.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, pool.opens_at))


def awaits_committee() -> bool:
    """A production server keeps its lines closed until a medical committee has signed the signs and the reasons."""
    return not settings.DEMO and not is_signed()


def admission_to(*, pool: Pool, now: datetime) -> Admission:
    """Open hours or a doctor still there; and, outside the demo, a list of signs that a committee has signed."""
    if awaits_committee():
        why = _(
            "La file est fermée : les questions de sécurité ne sont pas encore validées par un comité médical."
        )
        return Admission(False, why, None)
    if is_open_at(pool=pool, now=now) or doctors_on_duty(pool_id=pool.id):
        return Admission(True, "", now)
    opening = next_opening(pool=pool, now=now)
    hour = timezone.localtime(opening).strftime("%H h %M").lstrip("0").replace(" 00", "")
    return Admission(False, _("Aucun médecin n’est là avant %(hour)s.") % {"hour": hour}, opening)


def outside_ages(*, pool: Pool, age: int | None) -> str:
    """Why this line does not receive someone of that age; "" when it does, or when the age is not known."""
    if age is None or pool.min_age <= age <= pool.max_age:
        return ""
    return _("Cette file reçoit de %(low)s à %(high)s ans.") % {"low": pool.min_age, "high": pool.max_age}


def doctors_on_duty(*, pool_id: UUID) -> list[Duty]:
    """Duties that serve this line now, paused ones left out."""
    rows = Duty.objects.filter(pools=pool_id, closed_at__isnull=True).exclude(state=DutyState.PAUSED)
    return list(rows.select_related("practitioner").order_by("opened_at"))
