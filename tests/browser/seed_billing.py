"""Acts signed and settled for browser tests. Functions take and give JSON."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from toubib.billing.enums import PlanKind
from toubib.billing.operations import add_cover, add_plan, export_claims
from toubib.billing.tests.factories import SYSTEM, make_signed
from toubib.people.models import Account
from toubib.waiting.tests.factories import make_scene

NAMES = ("vasseur", "jeanne", "directrice")


def acts() -> dict[str, Any]:
    """One act sent and corrected since, one held, one that owes nothing; a contract. Ids of the visits and rooms."""
    scene = make_scene()
    for name in NAMES:
        Account.objects.filter(email=f"{name}@exemple.test").update(email=f"{name}@demo.toubib.test")
    jeanne = {"account": scene.cast.jeanne, "patient": scene.cast.jeanne_patient}
    sent = make_signed(scene=scene, **jeanne)
    held = make_signed(scene=scene, said={"c2s": None})
    none = make_signed(scene=scene, attestation="none")
    lines = [one.settle() for one in (sent, held, none)]
    today, now = timezone.localdate(), timezone.now()
    export_claims(first=today - timedelta(days=1), last=today, by=SYSTEM, now=now)
    plan = add_plan(name="Abonnement", kind=PlanKind.SUBSCRIPTION, payer="X", acts_cap=20,
                    starts_on=date(2026, 1, 1), by=SYSTEM, now=now)  # fmt: skip
    who = {"patient": scene.cast.jeanne_patient, "number": "7", "starts_on": date(2026, 1, 1)}
    add_cover(plan_id=plan.pk, **who, by=SYSTEM, now=now)
    return {
        "visit": str(sent.encounter_id),
        "room": str(held.encounter.room.pk),
        "sent": str(lines[0].pk),
        "held": str(lines[1].pk),
    }
