"""What a copy of the database shows of tables of health is named, column by column, with its reason."""

import re

from django.apps import apps
from django.db import models

from tests.project import tree

TEXT = (models.CharField, models.TextField, models.JSONField)


def in_clear():
    for model in apps.get_models():
        note = getattr(model, "data", None)
        if note is not None and note.health:
            yield from (
                f"{model._meta.label}.{field.name}"
                for field in model._meta.concrete_fields
                if isinstance(field, TEXT)
            )


def test_each_text_in_clear_of_a_table_of_health_is_named_with_its_reason():
    part = tree.read("docs/security.md").split("## What stands in clear")[1]
    rows = [row for row in part.splitlines() if row.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+\.\w+\.\w+)`", row)]
    assert (sorted(named), all(len(row.split(" | ")[1]) > 20 for row in rows)) == (sorted(in_clear()), True)
