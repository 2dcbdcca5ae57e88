"""What a copy of the database shows of tables of health is named, column by column, with its reason."""

import re

from django.apps import apps
from django.db import models

from tests.project import tree
from toubib.ground.models import DataNote

TEXT = (models.CharField, models.TextField, models.JSONField)


def in_clear():
    for model in apps.get_models():
        note = getattr(model, "data", None)
        if isinstance(note, DataNote) and note.health:
            yield from (
                f"{model._meta.label}.{field.name}"
                for field in model._meta.concrete_fields
                if isinstance(field, TEXT)
            )


def test_each_text_in_clear_of_a_table_of_health_is_named_with_its_reason():
    part = tree.read("docs/security.md").split("## What stands in clear")[1]
    rows = [row for row in part.splitlines() if row.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+\.\w+\.\w+)`", row)]
    found = set(in_clear())
    assert {"not named": found - set(named), "not there": set(named) - found} == {
        "not named": set(),
        "not there": set(),
    }
    assert all(len(row.split(" | ")[1]) > 20 for row in rows)
