from __future__ import annotations

import pytest

from toubib.territory.models import Commune
from toubib.territory.queries import find_communes
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes() -> list[Commune]:
    return [
        make_commune(code_insee="12202", name="Rodez", postal_codes=["12000"]),
        make_commune(code_insee="12208", name="Saint-Affrique", postal_codes=["12400"]),
        make_commune(code_insee="12176", name="Onet-le-Château", postal_codes=["12000", "12850"]),
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("rodez", ["Rodez"]),
        (" RO", ["Rodez"]),
        ("saint affrique", ["Saint-Affrique"]),
        ("onet le chateau", ["Onet-le-Château"]),
        ("12000", ["Onet-le-Château", "Rodez"]),
        ("r", []),
        ("", []),
        ("😀😀", []),
        ("x" * 10_000, []),
        ("%%", []),
    ],
)
def test_find_communes_takes_names_and_postal_codes(communes, typed: str, found: list[str]) -> None:
    assert [commune.name for commune in find_communes(text=typed)] == found
