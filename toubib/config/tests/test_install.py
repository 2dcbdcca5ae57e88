"""The steps of docs/install.md that fill an empty server."""

import pytest
from django.core.management import call_command

from tests.project.tree import ROOT
from toubib.territory.models import Commune
from toubib.waiting.models import Pool


@pytest.mark.django_db
def test_the_example_of_places_and_lines_loads():
    call_command("loaddata", str(ROOT / "deploy" / "territory.example.json"), verbosity=0)
    assert list(Pool.objects.values_list("key", flat=True)) == ["medecine-generale"]
    assert Commune.objects.get().samu.name == "SAMU de votre département"
