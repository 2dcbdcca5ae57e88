"""The publishers' own files, where a machine has them: `TOUBIB_TEST_DATA` names the folder (geo, zonage, finess inside)."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from toubib.directory.enums import RegisterKind
from toubib.directory.models import RegisterPlace
from toubib.directory.operations import import_register
from toubib.territory.enums import ListKind
from toubib.territory.operations import import_list

DATA = Path(os.environ.get("TOUBIB_TEST_DATA", ""))
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("TOUBIB_TEST_DATA"), reason="TOUBIB_TEST_DATA is not set"),
]


def test_communes_and_their_zones():
    files = {
        ListKind.COMMUNES: "geo/communes.json",
        ListKind.ZONAGE: "zonage/zonage_mg_par_commune_derive.csv",
    }
    done = {
        kind: import_list(kind=kind, file=DATA / name, files_on=date(2025, 5, 16), now=NOW)
        for kind, name in files.items()
    }
    assert done[ListKind.COMMUNES].row.counts == {"communes": 35014, "new": 35014, "gone": 0}
    assert done[ListKind.ZONAGE].row.counts == {
        "ZIP": 13606,
        "ZAC": 16693,
        "ZV": 0,
        "none": 3050 + 1502,
        "unknown": 26,
    }
    assert done[ListKind.ZONAGE].unknown == ()


def test_establishments_of_one_region():
    file, told = DATA / "finess" / "finess_occitanie2.csv", []
    done = import_register(
        kind=RegisterKind.FINESS, file=file, files_on=date(2026, 1, 1), now=NOW, refuse=told.append
    )
    assert (done.row.counts, told) == ({"rows": 10004, "others": 3743, "refused": 0}, [])
    counts = {
        one: RegisterPlace.objects.filter(category=one, lat__isnull=False).count()
        for one in ("620", "603", "124", "604")
    }
    assert counts == {"620": 1888, "603": 372, "124": 280, "604": 82}
