"""At the start of a process the lists are read aside, so that the first search costs what the others do."""

import pytest
from django.db import OperationalError
from django.utils import timezone

from toubib.nomenclature import queries
from toubib.nomenclature.index import Held
from toubib.nomenclature.operations import load_demo_lists
from toubib.nomenclature.warm import warm_soon

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def built(monkeypatch):
    """Empty memories, and how often each list is read into them."""
    counts = {"medicines": 0, "diagnoses": 0}

    def counting(name, rows):
        def build():
            counts[name] += 1
            return queries.Index(rows())

        return Held(build)

    monkeypatch.setattr(queries, "_MEDICINES", counting("medicines", queries._medicine_rows))
    monkeypatch.setattr(queries, "_DIAGNOSES", counting("diagnoses", queries._diagnosis_rows))
    return counts


def test_a_search_after_the_start_reads_no_list(built):
    load_demo_lists(now=timezone.now())
    queries.hold_lists()
    assert built == {"medicines": 1, "diagnoses": 1}
    assert queries.search_medicines(text="parac", on=timezone.localdate())
    assert queries.search_diagnoses(text="grippe")
    assert built == {"medicines": 1, "diagnoses": 1}


def test_without_a_list_or_with_a_database_away_the_start_goes_on(built, caplog, monkeypatch):
    queries.hold_lists()
    assert built == {"medicines": 0, "diagnoses": 0}

    def away():
        raise OperationalError("away")

    monkeypatch.setattr(queries, "hold_lists", away)
    warm_soon().join(timeout=5)
    assert "the first search does it" in caplog.text
