"""The medical director's list: doctors near their share of remote acts, above it, or of whom nothing can be said."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from toubib.activity.queries import Standing, to_watch
from toubib.consultation.views.cap import Reading, percent, reading_of
from toubib.ground.journal import trace
from toubib.ground.sheets import write_sheet
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required

director_only = role_required(Role.MEDICAL_DIRECTOR)
HEAD = (
    "rpps", "family_name", "given_name", "specialty", "year", "outcome", "share_low", "share_high", "rate",
    "remaining_acts", "in_person_needed", "counted_here", "acts_here", "declared_on", "other_reading",
    "other_outcome", "other_share_low", "other_share_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    standing: Standing
    reading: Reading
    low: str
    high: str
    other: Reading | None  # in the reading of the activity that the law of the day does not take


def _year() -> int:
    return timezone.localdate().year


@director_only
@never_cache
@require_safe
def caps(request: HttpRequest) -> HttpResponse:
    found = to_watch(year=_year())
    _trace(request, "read")
    return render(
        request, "web/staff/caps.html", {"rows": [_row(one) for one in found], "year": _year(), "tab": "caps"}
    )


@director_only
@never_cache
@require_safe
def caps_csv(request: HttpRequest) -> HttpResponse:
    _trace(request, "export")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = _("seuils")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate():%Y-%m-%d}.csv"'
    write_sheet(answer, [HEAD, *(_line(one) for one in to_watch(year=_year()))])
    return answer


def _row(one: Standing) -> Row:
    status = one.status
    other = None if status.other is None else reading_of(status.other)
    return Row(one, reading_of(status), percent(status.lowest), percent(status.highest), other)


def _line(one: Standing) -> list[object]:
    doctor, status = one.practitioner, one.status
    return [
        doctor.rpps,
        doctor.family_name,
        doctor.given_name,
        doctor.specialty,
        one.year,
        status.outcome,
        f"{float(status.lowest):.4f}",
        f"{float(status.highest):.4f}",
        None if status.rate is None else f"{float(status.rate):.2f}",
        status.remaining_acts,
        status.in_person_needed,
        one.counts.counted,
        one.counts.acts,
        one.declared.declared_on if one.declared else None,
        *_other(one),
    ]


def _other(one: Standing) -> tuple[object, ...]:
    other = one.status.other
    if other is None:
        return (None,) * 4
    return other.reading, other.outcome, f"{float(other.lowest):.4f}", f"{float(other.highest):.4f}"


def _trace(request: HttpRequest, how: str) -> None:
    trace(
        by=current_actor(request),
        action=f"activity.caps.{how}",
        now=timezone.now(),
        subject="declared_activity",
    )
