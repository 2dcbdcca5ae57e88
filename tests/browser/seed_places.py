"""Two places of care near Rodez, one open day and night with somebody to help."""

from __future__ import annotations

from django.utils import timezone

from toubib.directory.enums import Assistance
from toubib.directory.operations import open_place
from toubib.directory.tests.factories import BY, NOW, make_place
from toubib.territory.operations import load_shipped_communes
from toubib.territory.queries import commune_of


def two_places() -> None:
    load_shipped_communes(now=NOW)
    rodez = commune_of(code_insee="12202")
    where = {"commune": rodez, "postal_code": "12000", "seen": True, "access": ("step_free", "wheelchair")}
    first = make_place(
        name="Borne du Port", lat=44.352, lon=2.575, hours="24/7", way_in="Sonnez à droite.", **where
    )
    second = make_place(
        name="Salle du Marché",
        lat=44.40,
        lon=2.61,
        hours="2030 Jan 01 10:00-11:00",
        assistance=Assistance.NONE,
        **where,
    )
    for place in (first, second):
        open_place(place=place, on=timezone.localdate(), by=BY, now=NOW)
