"""Claims of the demo's past: a line for each signed visit, a file that left, a contract. All invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from toubib.billing.enums import ClaimState, PlanKind
from toubib.billing.models import ClaimDue, ClaimLine, Plan
from toubib.billing.operations import add_cover, add_plan, ask_for_claim, export_claims, settle_claim
from toubib.ground.actors import Actor
from toubib.ground.models import Beat
from toubib.record.models import Encounter
from toubib.record.queries import READABLE
from toubib.web.demo.families import Household
from toubib.web.demo.staff import Staff

MARK = "demo.claims"
PLAN = "Ma Téléconsultation (inventé)"
WITH_RECEIPT = 3  # the newcomer's last visits: the worker makes their receipts, which takes its time
SENT_UNTIL = timedelta(days=21)
SYSTEM = Actor.system("demo")


def settle_past_claims(*, staff: Staff, families: dict[str, Household], now: datetime) -> None:
    """Each visit that has no line yet; the oldest weeks went to the billing system, once."""
    rows = Encounter.objects.filter(state__in=READABLE, claim_lines__isnull=True).order_by("signed_at")
    with transaction.atomic():
        for encounter in list(rows.only("pk", "signed_at")):
            settle_claim(encounter_id=encounter.pk, by=SYSTEM, now=encounter.signed_at or now)
            ClaimDue.objects.filter(encounter=encounter.pk).delete()
    with transaction.atomic():
        if Beat.objects.filter(name=MARK).exists():
            return
        _receipts_of(families["patient"], now=now)
        _send_old_weeks(staff, now=now)
        _contract(families["patient"], staff, now=now)
        Beat.objects.create(name=MARK, at=now)


def _receipts_of(home: Household, *, now: datetime) -> None:
    mine = [patient.id for patient in home.patients]
    rows = Encounter.objects.filter(state__in=READABLE, patient__in=mine).order_by("-signed_at")
    for encounter in rows[:WITH_RECEIPT]:
        ask_for_claim(encounter_id=encounter.pk, now=now)


def _send_old_weeks(staff: Staff, *, now: datetime) -> None:
    first = ClaimLine.objects.order_by("act_on").values_list("act_on", flat=True).first()
    last = timezone.localdate(now - SENT_UNTIL)
    ready = ClaimLine.objects.filter(state=ClaimState.READY, act_on__lte=last)
    if first is not None and ready.exists():
        export_claims(first=first, last=last, by=staff.directing, now=now - timedelta(days=20))


def _contract(home: Household, staff: Staff, *, now: datetime) -> None:
    if Plan.objects.exists():
        return
    start = timezone.localdate(now) - timedelta(days=90)
    plan = add_plan(
        name=PLAN,
        kind=PlanKind.SUBSCRIPTION,
        payer="Assureur inventé",
        acts_cap=20,
        starts_on=start,
        by=staff.directing,
        now=now,
    )
    add_cover(
        plan_id=plan.pk,
        patient=home.patients[0],
        number="MT-0042",
        starts_on=start,
        by=staff.directing,
        now=now,
    )
