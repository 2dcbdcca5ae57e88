"""`{% load devices %}{% measure_panel ticket %}`: the devices beside the patient, to measure with and to light.

The page loads <script type="module" src="{% static 'kiosk/measure.js' %}"> beside it.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from toubib.ground.ids import new_id
from toubib.kiosk.queries.devices import device_rows
from toubib.waiting.models import Ticket

register = template.Library()


@register.inclusion_tag("kiosk/_measure.html", takes_context=True)
def measure_panel(context: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    """Rows by number; the card of the first one that gave nothing yet stands open."""
    rows = device_rows(ticket=ticket, now=timezone.now())
    measuring = [one for one in rows if one.measures]
    first = next((one for one in measuring if not one.values), measuring[0] if measuring else None)
    return {
        "ticket": ticket,
        "rows": rows,
        "first": first.key if first else "",
        "here": context["request"].get_full_path(),
        "csrf_token": context.get("csrf_token"),
        "client_ids": {one.key: str(new_id()) for one in rows},
        "at_home": ticket.place_of_care_id is None,
        "page": context.get("page"),
    }


@register.simple_tag
def client_id(ids: dict[str, str], key: str) -> str:
    """Of one form: a second sending is the first."""
    return ids[key]
