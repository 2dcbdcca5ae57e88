"""The demo's district, Valbrune and around: everything in it is invented. Made by code, the same each time.

`load_demo_district(now=)` is called at each start of the demo. The first time it makes the places, the people and
eight weeks of consultations, through the operations, dated in the past. Later it adds the sessions since, ends
what was left waiting since an earlier day, and lets a fresh handful wait. docs/demo.md says who is who.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation

from toubib.nomenclature.operations import load_demo_lists
from toubib.territory.operations import load_shipped_communes
from toubib.web.demo.archive import keep_older_weeks
from toubib.web.demo.billing import settle_past_claims
from toubib.web.demo.clinic import PAST, PLAYED, hold_missing_sessions
from toubib.web.demo.counter import assist_one_visit, let_one_wait_outside, post_helpers
from toubib.web.demo.families import settle_families
from toubib.web.demo.law import declare_year, draw_zones, judge_older_visits
from toubib.web.demo.past import tell_afterwards
from toubib.web.demo.places import draw_directory
from toubib.web.demo.staff import hire_staff
from toubib.web.demo.today import end_stale_day, refresh_today, somebody_is_there
from toubib.web.demo.world import draw_world


class NotADemo(RuntimeError):
    """Invented people are loaded in a demo only."""


def load_demo_district(*, now: datetime) -> None:
    """Idempotent; takes seconds the first time. Raises NotADemo."""
    if not settings.DEMO:
        raise NotADemo("TOUBIB_DEMO is not set")
    with translation.override("fr"):
        load_demo_lists(now=now)
        world = draw_world()
        load_shipped_communes(now=now)
        draw_zones(world.communes)
        staff = hire_staff(world=world, now=now)
        draw_directory(world=world, staff=staff, now=now)
        post_helpers(world=world, staff=staff, now=now)
        families = settle_families(world=world, staff=staff, now=now)
        end_stale_day(staff=staff, families=families, now=now)
        if not somebody_is_there():
            keep_older_weeks(
                world=world, staff=staff, families=families, since=now - PAST, until=now - PLAYED
            )
            assist_one_visit()
            judge_older_visits()
            hold_missing_sessions(world=world, staff=staff, families=families, now=now)
            tell_afterwards(staff=staff, families=families, now=now)
        declare_year(staff=staff, now=now)
        settle_past_claims(staff=staff, families=families, now=now)
        refresh_today(world=world, staff=staff, families=families, now=now)
        let_one_wait_outside(families=families)
