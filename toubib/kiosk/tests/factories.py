"""A machine in an open pharmacy, and browsers that hold its key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from toubib.directory.models import Place
from toubib.directory.tests.factories import BY, make_place
from toubib.kiosk.models import Machine
from toubib.kiosk.operations import enrol_machine, make_enrolment_code
from toubib.people.tests.factories import NOW
from toubib.ui.context import KIOSK_COOKIE


def make_open_place(*, now: datetime = NOW, **over: Any) -> Place:
    """In service for long: what the checklist asks is not the point here."""
    place = make_place(**over)
    place.opened_on = now.date() - timedelta(days=90)
    place.save()
    return place


def make_machine(
    *, place: Place | None = None, name: str = "Borne du comptoir", now: datetime = NOW
) -> tuple[Machine, str]:
    """The machine and its key."""
    place = place or make_open_place(now=now)
    _row, code = make_enrolment_code(place=place, name=name, by=BY, now=now)
    return enrol_machine(code=code, now=now)


def browser_of_machine(key: str) -> Client:
    client = Client()
    client.cookies[KIOSK_COOKIE] = key
    return client
