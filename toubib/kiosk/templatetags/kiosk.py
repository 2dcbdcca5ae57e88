"""The path's bar of steps, as a machine shows it."""

from __future__ import annotations

from django import template

from toubib.kiosk.steps import LABELS, from_path
from toubib.ui.steps import Step

register = template.Library()


@register.filter
def on_kiosk(steps: list[Step]) -> list[Step]:
    return steps if len(steps) == len(LABELS) else from_path(steps)
