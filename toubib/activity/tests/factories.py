"""Rows of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from toubib.activity.enums import ActOutcome
from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.activity.operations import count_act, declare_activity
from toubib.directory.models import Practitioner
from toubib.ground.actors import Actor
from toubib.ground.ids import new_id
from toubib.people.tests.factories import NOW

DOCTOR = Actor(None, "practitioner")


def add_acts(doctor: Practitioner, number: int, **over: Any) -> list[CountedAct]:
    facts: dict[str, Any] = {
        "act_date": NOW.date(),
        "outcome": ActOutcome.COUNTED,
        "in_denominator": True,
        "own_patient": False,
        "law_version": "essai",
        **over,
    }
    ids = [new_id() for _one in range(number)]
    for id in ids:
        count_act(practitioner_id=doctor.pk, encounter_id=id, **facts)
    return list(CountedAct.objects.filter(encounter_id__in=ids))


def declare(doctor: Practitioner, **over: Any) -> DeclaredActivity:
    facts: dict[str, Any] = {
        "year": NOW.year,
        "conventioned_acts": 1000,
        "counted_acts": 100,
        "own_mt_acts": None,
        "declared_on": date(NOW.year, 11, 1),
        "by": DOCTOR,
        "now": NOW,
        **over,
    }
    return declare_activity(practitioner=doctor, **facts)
