"""Dated zones, and what is near."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from toubib.territory.enums import ZoneKind
from toubib.territory.models import Zone
from toubib.territory.operations import join_communes, set_zone
from toubib.territory.queries import departements_around, same_territory, zone_of
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
START, CHANGE = date(2025, 1, 1), date(2026, 3, 1)
ARRETE = "arrêté d’essai"


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (START - timedelta(days=1), None),
        (START, "ZAC"),
        (CHANGE - timedelta(days=1), "ZAC"),
        (CHANGE, "ZIP"),
        (date(2030, 1, 1), "ZIP"),
    ],
)
def test_zone_of_a_day_at_each_boundary(on, kind):
    commune = make_commune()
    for _twice in range(2):
        set_zone(commune_id=commune.id, kind=ZoneKind.ZAC, arrete=ARRETE, starts_on=START)
        set_zone(commune_id=commune.id, kind=ZoneKind.ZIP, arrete=ARRETE, starts_on=CHANGE)
    assert zone_of(commune_id=commune.id, on=on) == kind


def test_zone_out_of_any_is_not_unknown():
    commune = make_commune()
    set_zone(commune_id=commune.id, kind=ZoneKind.NONE, arrete=ARRETE, starts_on=START)
    assert zone_of(commune_id=commune.id, on=CHANGE) == "none"


def test_database_refuses_two_zones_at_once_and_a_period_turned_round():
    commune = make_commune()
    facts = {"commune": commune, "kind": "ZIP", "arrete": ARRETE}
    Zone.objects.create(**facts, starts_on=START)
    for bad in ({"starts_on": CHANGE}, {"starts_on": START}, {"starts_on": CHANGE, "ends_on": START}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Zone.objects.create(**facts, **bad)


def test_same_territory_is_the_same_departement_or_one_that_touches_it():
    departements_around.cache_clear()
    home = make_commune()
    near = make_commune(code_insee="46001", name="Voisine", departement="46")
    far = make_commune(code_insee="75056", name="Loin", departement="75")
    elsewhere = make_commune(code_insee="12203", name="Autre bout", departement="12")
    join_communes(one=home, two=near)
    asked = [(home, elsewhere), (home, near), (near, home), (home, far)]
    assert [same_territory(home=one, practice=two) for one, two in asked] == [True, True, True, False]
    departements_around.cache_clear()
