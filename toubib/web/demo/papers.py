"""Ordonnances of the demo's past: what one may renew, read and print. Medicines of the short invented list."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from toubib.ground.ids import new_id
from toubib.nomenclature.queries import search_medicines
from toubib.people.identity import age_on, local_day
from toubib.record.enums import SheetKind
from toubib.record.models import Encounter
from toubib.record.operations import put_line
from toubib.record.prescribed import Item, reach_lacks
from toubib.web.demo.visit import Wish, doctor_actor

PAIN = ("paracétamol 500", "1 comprimé 3 fois par jour au plus", 5, 0)
LINES = {
    "renewal": (("amlodipine", "1 gélule le matin", 28, 2), PAIN),
    "back": (PAIN,),
    "fever": (PAIN,),
}
NEWCOMER = "patient"
GROWN = 18


def prescribe(encounter: Encounter, wish: Wish, *, now: datetime) -> None:
    """Before the signature: for grown patients, by the reason of the visit; the newcomer's visits always have one."""
    lines = LINES.get(wish.reason, (PAIN,) if wish.household.family.key == NEWCOMER else ())
    if age_on(wish.patient.birth_date, on=local_day(now)) < GROWN or reach_lacks(encounter.practitioner):
        return
    for words, directions, days, renewals in lines:
        found = search_medicines(text=words, on=timezone.localdate(now), limit=1)[0]
        item = Item(found.inn, cis=found.cis, directions=directions, duration_days=days, renewals=renewals)
        put_line(
            encounter_id=encounter.id,
            line_id=new_id(),
            sheet=SheetKind.MEDICINES,
            item=item,
            by=doctor_actor(encounter),
            now=now,
        )
