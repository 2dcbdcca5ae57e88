"""The path's bar of steps, as a machine shows it."""

from __future__ import annotations

from django import template

from toubib.kiosk.steps import LABELS, from_path, kiosk_steps
from toubib.ui.steps import Step

CODE = "/consulter/identite/code"
register = template.Library()


@register.filter
def on_kiosk(steps: list[Step], path: str = "") -> list[Step]:
    """`path`: of the page; the code belongs with the number that it was sent to."""
    if path == CODE:
        return kiosk_steps("code")
    return steps if len(steps) == len(LABELS) else from_path(steps)
