"""Tags and filters of every template (a builtin: no `load` needed). Words come from `toubib.ui.formats`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from toubib.ui import fields, formats

register = template.Library()
SPRITE = Path(__file__).resolve().parent.parent / "static" / "ui" / "icons.svg"


class UnknownDrawing(ValueError):
    """The sprite has no such icon or portrait: add it to scripts/build_icons.py and run that."""


@lru_cache(maxsize=1)
def sprite_names() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text()))


def _address(name: str) -> str:
    if name not in sprite_names():
        raise UnknownDrawing(name)
    return f"{static('ui/icons.svg')}#{name}"


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """{% icon "check" %}: always beside a word, so hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', _address(f"i-{name}"))


LOOKS = {"refusal": "no", "warning": "may"}
REASON_ICONS = {"no": "x", "may": "help-circle", "yes": "circle-check"}


@register.filter
def look(kind: str) -> str:
    """The class of a reason by its kind: `yes`, `no` or `may`; one of these stays as it is."""
    return LOOKS.get(kind, kind if kind in REASON_ICONS else "yes")


@register.simple_tag
def reason_icon(kind: str) -> SafeString:
    """{% reason_icon reason.kind %}: the drawing of a reason, the same on each page."""
    return icon(REASON_ICONS[look(kind)])


@register.simple_tag
def portrait(name: str, drawing: str = "", css: str = "", labelled: bool = False) -> SafeString:
    """{% portrait doctor.name drawing="salome" css="xl you" labelled=True %}

    A drawing where there is one and the person agreed, initials otherwise. Hidden from screen readers unless
    `labelled`, since the name nearly always stands beside it.
    """
    known = drawing and f"p-{drawing}" in sprite_names()
    inside: SafeString | str = formats.initials(name)
    if known:
        inside = format_html(
            '<svg viewBox="0 0 200 200" aria-hidden="true"><use href="{}"/></svg>', _address(f"p-{drawing}")
        )
    said = format_html('role="img" aria-label="{}"', name) if labelled else SafeString('aria-hidden="true"')
    return format_html('<span class="{}" {}>{}</span>', f"disc {css}".strip(), said, inside)


@register.simple_tag
def field(bound: BoundField, optional: bool = True) -> SafeString:
    """{% field form.name %}: label, hint, input, error. Radios and boxes become choice cards."""
    return fields.render_field(bound=bound, mark_optional=optional)


@register.simple_tag
def choices(bound: BoundField, css: str = "stack tight", optional: bool = True) -> SafeString:
    """{% choices form.name css="grid" %}: radios or boxes as choice cards in a fieldset."""
    return fields.render_choices(bound=bound, css=css, mark_optional=optional)


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """{% error_summary form %} at the top of a form: links to the fields; the focus goes there."""
    return {"errors": fields.list_errors(form=form)}


@register.filter
def heure(moment: datetime | time | str | None) -> str:
    """A moment kept as text among answers is read first."""
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) and moment else moment or None
    return formats.say_hour(moment) if moment else ""


@register.filter
def jour(day: date | datetime | None) -> str:
    return formats.say_day(day) if day else ""


@register.filter
def jour_court(day: date | datetime | None) -> str:
    return formats.say_short_day(day) if day else ""


@register.filter
def moment(value: datetime | None) -> str:
    return formats.say_moment(value) if value else ""


@register.filter
def intervalle(low: int, high: int) -> str:
    """{{ wait.low|intervalle:wait.high }}: minutes."""
    return formats.say_interval(int(low), int(high))


@register.filter
def duree(length: int | float | timedelta | None) -> str:
    return "" if length is None else formats.say_length(length)


@register.filter
def depuis(start: datetime | None) -> str:
    """Minutes gone by."""
    return formats.say_since(start, now=timezone.now()) if start else ""


@register.filter
def poids(size: int) -> str:
    """Of a file."""
    return formats.say_size(size)


@register.filter
def langue(code: str) -> str:
    return formats.say_language(code)


@register.filter
def age(birth: date | None, on: date | None = None) -> str:
    return formats.say_age(birth, on=on or timezone.localdate()) if birth else ""


@register.filter
def rang(rank: int) -> SafeString:
    return formats.say_rank(int(rank))


@register.filter
def telephone(number: str | None) -> str:
    return formats.say_phone(number or "")


@register.filter
def nbsp(text: object) -> str:
    return formats.keep_together(text)


@register.filter
def initiales(name: str) -> str:
    return formats.initials(name)


@register.filter
def naissance(patient: Any) -> str:
    """« née le 4 mars 1988 » of who has a `birth_date` and a `sex`."""
    return formats.say_birth(patient.birth_date, sex=patient.sex)


@register.filter
def euros(amount: str | None) -> str:
    return formats.say_euros(amount)


@register.filter
def centimes(cents: int | None) -> str:
    """« 25,00 € » from 2500."""
    return "" if cents is None else formats.say_euros(f"{Decimal(cents) / 100:.2f}")
