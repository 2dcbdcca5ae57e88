"""What the rule book needs in the demo, all invented: zones, what patients attest, what doctors declare."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from toubib.activity.operations import declare_activity
from toubib.activity.queries import YearCounts, declarations_of, year_counts
from toubib.consultation.decisions import keep_judged
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.record.models import Encounter
from toubib.record.queries import READABLE
from toubib.territory.enums import ZoneKind
from toubib.territory.models import Commune
from toubib.territory.operations import set_zone
from toubib.waiting.questions import AT_HOME_WORDS, COVER_FACTS, LIVES_HERE, PLACE_TYPE, QUESTIONS
from toubib.web.demo.staff import Staff

ARRETE = "Arrêté de zonage inventé pour la démonstration, n° 2025-000"
SINCE = date(2025, 1, 1)
KINDS = (ZoneKind.NONE, ZoneKind.ZAC, ZoneKind.NONE, ZoneKind.ZIP, ZoneKind.ZV, ZoneKind.NONE, ZoneKind.ZIP)
# doctor, acts elsewhere, share wanted over all; the others declared nothing
DECLARED = (("medecin", 2_400, 0.19), ("medecin2", 2_100, 0.08), ("ferreira", 1_900, 0.23))


def draw_zones(communes: tuple[Commune, ...]) -> None:
    for commune, kind in zip(communes, KINDS, strict=True):
        set_zone(commune_id=commune.id, kind=kind, arrete=ARRETE, starts_on=SINCE)


def attested(rng: Random) -> dict[str, tuple[Any, str]]:
    """What one patient says on the way: each is at home and lives there; most have nothing of the list."""
    said: dict[str, tuple[Any, str]] = {}
    if rng.random() < 0.85:
        yes = rng.choice(("c2s", "patient_ald", "", "", "", ""))
        said = {fact: (fact == yes, str(QUESTIONS[fact].patient)) for fact in COVER_FACTS}
    return said | at_home()


def at_home() -> dict[str, tuple[Any, str]]:
    return {
        LIVES_HERE: (True, str(QUESTIONS[LIVES_HERE].patient)),
        PLACE_TYPE: ("home", str(AT_HOME_WORDS)),
    }


def judge_older_visits() -> None:
    """The visits written at once have no decision yet: the ones that a signature leaves."""
    rows = Encounter.objects.filter(state__in=READABLE, decisions__isnull=True)
    with transaction.atomic():
        for encounter in rows.select_related(
            "patient", "practitioner__practice_commune", "practitioner__professional"
        ):
            if encounter.signed_at is not None:
                by = Actor(encounter.practitioner.professional.account_id, Role.PRACTITIONER.value)
                keep_judged(encounter=encounter, by=by, now=encounter.signed_at)


def declare_year(*, staff: Staff, now: datetime) -> None:
    """One doctor near the share, one with room, one above; once a year."""
    today = timezone.localtime(now).date()
    doctors = {key: staff.doctors[key] for key, *_rest in DECLARED}
    counts = year_counts(
        practitioner_ids=[doctor.practitioner_id for doctor in doctors.values()], year=today.year
    )
    for key, acts, share in DECLARED:
        doctor = doctors[key]
        if declarations_of(practitioner_id=doctor.practitioner_id, year=today.year):
            continue
        here = counts.get(doctor.practitioner_id, YearCounts())
        declare_activity(
            practitioner=doctor.practitioner,
            year=today.year,
            conventioned_acts=acts,
            counted_acts=max(0, round(share * (acts + here.acts)) - here.counted),
            own_mt_acts=acts // 2,
            declared_on=today,
            by=Actor(doctor.account_id, Role.PRACTITIONER.value),
            now=now,
        )
