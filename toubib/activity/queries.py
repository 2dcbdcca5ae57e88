"""How many acts of a year count, and where a doctor stands with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q

from toubib.activity.enums import ActOutcome, CapOutcome
from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.directory.enums import Profession
from toubib.directory.models import Practitioner
from toubib.rulebook import live

if TYPE_CHECKING:
    from toubib.rulebook.cap_status import CapStatus


@dataclass(frozen=True, slots=True)
class YearCounts:
    """Acts of the platform in a year: those that count, those in the denominator, those of own patients among them,
    and those of which the rule book could not say."""

    counted: int = 0
    acts: int = 0
    own_mt: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one doctor stands: the rule book's answer, what it was computed from, and the last declaration."""

    practitioner: Practitioner
    year: int
    counts: YearCounts
    declared: DeclaredActivity | None
    status: CapStatus


def year_counts(*, practitioner_ids: Iterable[UUID], year: int) -> dict[UUID, YearCounts]:
    """One query, however many doctors."""
    days = {"act_date__gte": date(year, 1, 1), "act_date__lt": date(year + 1, 1, 1)}
    rows = CountedAct.objects.filter(practitioner_id__in=list(practitioner_ids), **days)
    known = rows.values("practitioner_id").annotate(
        counted=Count("pk", filter=Q(outcome=ActOutcome.COUNTED)),
        acts=Count("pk", filter=Q(in_denominator=True)),
        own_mt=Count("pk", filter=Q(in_denominator=True, own_patient=True)),
        unsure=Count("pk", filter=Q(outcome=ActOutcome.UNDETERMINED)),
    )
    return {
        row["practitioner_id"]: YearCounts(row["counted"], row["acts"], row["own_mt"], row["unsure"])
        for row in known
    }


def last_declared(*, practitioner_ids: Iterable[UUID], year: int) -> dict[UUID, DeclaredActivity]:
    """One query; the last one said counts."""
    rows = DeclaredActivity.objects.filter(practitioner_id__in=list(practitioner_ids), year=year)
    return {row.practitioner_id: row for row in rows.order_by("said_at", "id")}


def declarations_of(*, practitioner_id: UUID, year: int) -> list[DeclaredActivity]:
    """The last one first."""
    rows = DeclaredActivity.objects.filter(practitioner_id=practitioner_id, year=year)
    return list(rows.order_by("-said_at", "-id"))


def cap_of(*, practitioner: Practitioner, year: int) -> Standing:
    return standings(practitioners=[practitioner], year=year)[0]


def standings(*, practitioners: Iterable[Practitioner], year: int) -> list[Standing]:
    """In two queries, in the order given."""
    doctors = list(practitioners)
    ids = [doctor.pk for doctor in doctors]
    counts = year_counts(practitioner_ids=ids, year=year)
    declared = last_declared(practitioner_ids=ids, year=year)
    return [
        _standing(doctor, year, counts.get(doctor.pk, YearCounts()), declared.get(doctor.pk))
        for doctor in doctors
    ]


def _standing(
    practitioner: Practitioner, year: int, counts: YearCounts, declared: DeclaredActivity | None
) -> Standing:
    return Standing(practitioner, year, counts, declared, status_of(practitioner, year, counts, declared))


def status_of(
    practitioner: Practitioner, year: int, counts: YearCounts, declared: DeclaredActivity | None
) -> CapStatus:
    """The rule book's answer on these counts."""
    outside = (declared.conventioned_acts, declared.counted_acts, declared.own_mt_acts) if declared else None
    return live.cap_status(
        year=year,
        specialty=practitioner.specialty,
        counted=counts.counted,
        acts_here=counts.acts,
        own_mt_here=counts.own_mt,
        unsure=counts.unsure,
        outside=outside,
    )


def cap_outcomes(*, practitioners: Iterable[Practitioner], year: int) -> dict[UUID, CapOutcome]:
    """What dispatch weighs, by practitioner, in two queries."""
    return {
        one.practitioner.pk: CapOutcome(one.status.outcome)
        for one in standings(practitioners=practitioners, year=year)
    }


def to_watch(*, year: int) -> list[Standing]:
    """Doctors who act or declared this year and are near the cap, above it, or undetermined; the highest first."""
    acting = Q(counted_acts__act_date__year=year) | Q(declared_activity__year=year)
    doctors = Practitioner.objects.filter(acting, profession=Profession.DOCTOR).distinct()
    found = standings(practitioners=doctors.order_by("family_name", "given_name", "id"), year=year)
    watched = [one for one in found if one.status.outcome != CapOutcome.BELOW]
    return sorted(watched, key=_heavier_first)


def _heavier_first(one: Standing) -> tuple[int, Any]:
    order = (CapOutcome.ABOVE, CapOutcome.NEAR, CapOutcome.UNDETERMINED)
    return order.index(CapOutcome(one.status.outcome)), -one.status.lowest
