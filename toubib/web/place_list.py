"""The list of places, drawn by hand: a page of twelve is asked by anyone, at any hour, and a template costs it three times this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from toubib.directory.queries import PlaceRow
from toubib.kiosk.queries import PlaceState
from toubib.ui.formats import say_hour, say_interval
from toubib.ui.templatetags.ui import icon

if TYPE_CHECKING:
    from toubib.web.views.start import LineNow


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as pages say it. `change`: when it opens or closes next, on its own clock."""

    row: PlaceRow
    number: int
    change: datetime | None
    is_today: bool
    assistance: str
    devices: tuple[str, ...]
    access: tuple[str, ...]
    kiosk: PlaceState | None = None  # of its machines; told only where the place is open

    @property
    def is_silent(self) -> bool:
        """Open, and none of its machines answers: going there would be for nothing."""
        return self.kiosk == "away" and self.row.opening.is_open is not False

    @property
    def state(self) -> SafeString:
        """Open until, or shut until, with its icon."""
        is_open = self.row.opening.is_open
        if is_open is None:
            return _badge(" unsure", "help-circle", _("heures inconnues"))
        if is_open and self.is_silent:
            return _badge(" warning", "wifi-off", self._until())
        if is_open:
            return _badge(" success", "check", self._until())
        return _badge("", "clock", self._from())

    def _until(self) -> str:
        if self.change and self.is_today:
            return _("ouvert jusqu’à %(hour)s") % {"hour": say_hour(self.change)}
        return _("ouvert")

    def _from(self) -> str:
        if not self.change:
            return _("fermé")
        if self.is_today:
            return _("ouvre à %(hour)s") % {"hour": say_hour(self.change)}
        said = {"when": date_format(self.change, "l j F"), "hour": say_hour(self.change)}
        return _("ouvre %(when)s à %(hour)s") % said


def draw_list(rows: Sequence[Shown], *, line: LineNow) -> SafeString:
    """The items, nearest first. `line`: the wait now, the same everywhere."""
    wait = _("Attente inconnue")
    if line.open and line.wait:
        low_high = say_interval(line.wait.low, line.wait.high)
        wait = _("Attente : %(low_high)s") % {"low_high": low_high}
    return mark_safe("".join(_item(one, wait) for one in rows))  # noqa: S308  each part is escaped there


def _item(one: Shown, wait: str) -> str:
    place, number = one.row.place, one.number
    where = f"{place.address}, {place.postal_code} {place.commune.name}"
    lines = [
        f'<li class="card stack tight" id="lieu-{number}"><div class="row apart"><h3><span class="disc place-number" '
        f'aria-hidden="true">{number}</span> <a href="{reverse("web:place", args=[place.pk])}">{escape(place.name)}</a>'
        f'</h3>{one.state}</div><p>{escape(where)} <span class="soft">· {escape(_distance(one.row.km))}</span></p>'
    ]
    if one.is_silent:
        lines.append(f"<p>{icon('wifi-off')} <b>{escape(_silent())}</b></p>")
    elif one.row.opening.is_open:
        lines.append(f"<p>{icon('clock')} {escape(wait)}</p>")
    lines.append(f"<p>{icon('users')} {escape(capfirst(one.assistance))}</p>")
    in_order = _("Appareils du lieu :") if one.is_silent else _("Appareils en ordre :")
    has = f"{in_order} {', '.join(one.devices)}" if one.devices else _("Aucun appareil")
    lines.append(f'<p class="small">{icon("heartbeat")} {escape(has)}</p>')
    if place.way_in:
        lines.append(f'<p class="small">{icon("door-enter")} {escape(place.way_in)}</p>')
    if one.access:
        lines.append(f'<p class="small soft">{escape(capfirst(", ".join(one.access)))}</p>')
    return "".join(lines) + "</li>"


def _silent() -> str:
    return _("La borne ne répond pas en ce moment : appelez avant de venir, ou consultez de chez vous.")


def _distance(km: float | None) -> str:
    if km is None or km < 1:
        return _("à moins de 1 km")
    return _("à %(km)s km") % {"km": f"{km:.0f}"}


def _badge(look: str, sign: str, words: str) -> SafeString:
    return mark_safe(f'<span class="badge{look}">{icon(sign)}{escape(words)}</span>')  # noqa: S308
