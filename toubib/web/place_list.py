"""The list of places, drawn by hand: a page of twelve is asked by anyone, at any hour, and a template costs it three times this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from toubib.directory.queries import PlaceRow
from toubib.kiosk.queries import PlaceState
from toubib.ui.formats import say_hour, say_interval
from toubib.ui.templatetags.ui import icon

if TYPE_CHECKING:
    from toubib.web.views.start import LineNow

NOWHERE = UUID(int=0)


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
        return _state(is_open, self.is_silent, self.change, self.is_today, get_language() or "")


@lru_cache(maxsize=4096)
def _state(
    is_open: bool | None, is_silent: bool, change: datetime | None, is_today: bool, language: str
) -> SafeString:
    """Twelve places and twelve more say the same hours; `language` is that of this thread."""
    if is_open is None:
        return _badge(" unsure", "help-circle", _("heures inconnues"))
    if not is_open:
        return _badge("", "clock", _from(change, is_today))
    until = _("ouvert")
    if change and is_today:
        until = _("ouvert jusqu’à %(hour)s") % {"hour": say_hour(change)}
    return _badge(" warning", "wifi-off", until) if is_silent else _badge(" success", "check", until)


def _from(change: datetime | None, is_today: bool) -> str:
    if not change:
        return _("fermé")
    if is_today:
        return _("ouvre à %(hour)s") % {"hour": say_hour(change)}
    said = {"when": date_format(change, "l j F"), "hour": say_hour(change)}
    return _("ouvre %(when)s à %(hour)s") % said


@dataclass(frozen=True, slots=True)
class _Words:
    """What each item says again, escaped; `near`: a distance, `page`: an address, its id to be put in."""

    page: str
    closest: str
    near: str
    silent: str
    of_silent: str
    in_order: str
    no_device: str


@lru_cache(maxsize=8)
def _words(language: str) -> _Words:
    silent = _("La borne ne répond pas en ce moment : appelez avant de venir, ou consultez de chez vous.")
    return _Words(
        page=reverse("web:place", args=[NOWHERE]).replace(str(NOWHERE), "%s"),
        closest=escape(_("à moins de 1 km")),
        near=escape(_("à %(km)s km")),
        silent=f"<p>{icon('wifi-off')} <b>{escape(silent)}</b></p>",
        of_silent=escape(_("Appareils du lieu :")),
        in_order=escape(_("Appareils en ordre :")),
        no_device=escape(_("Aucun appareil")),
    )


@lru_cache(maxsize=1024)
def labels(kind: type[TextChoices], values: tuple[str, ...], language: str) -> tuple[str, ...]:
    """As people read them; `language` is that of this thread."""
    return tuple(str(kind(one).label) for one in values)


def draw_list(rows: Sequence[Shown], *, line: LineNow) -> SafeString:
    """The items, nearest first. `line`: the wait now, the same everywhere."""
    wait = _("Attente inconnue")
    if line.open and line.wait:
        low_high = say_interval(line.wait.low, line.wait.high)
        wait = _("Attente : %(low_high)s") % {"low_high": low_high}
    drawn = f"<p>{icon('clock')} {escape(wait)}</p>"
    words = _words(get_language() or "")
    return mark_safe("".join(_item(one, drawn, words) for one in rows))  # noqa: S308  each part is escaped there


def _item(one: Shown, wait: str, words: _Words) -> str:
    place, number, km = one.row.place, one.number, one.row.km
    where = f"{place.address}, {place.postal_code} {place.commune.name}"
    far = words.closest if km is None or km < 1 else words.near % {"km": f"{km:.0f}"}
    lines = [
        f'<li class="card stack tight" id="lieu-{number}"><div class="row apart"><h3><span class="disc place-number" '
        f'aria-hidden="true">{number}</span> <a href="{words.page % place.pk}">{escape(place.name)}</a>'
        f'</h3>{one.state}</div><p>{escape(where)} <span class="soft">· {far}</span></p>'
    ]
    if one.is_silent:
        lines.append(words.silent)
    elif one.row.opening.is_open:
        lines.append(wait)
    lines.append(f"<p>{icon('users')} {escape(capfirst(one.assistance))}</p>")
    in_order = words.of_silent if one.is_silent else words.in_order
    has = f"{in_order} {escape(', '.join(one.devices))}" if one.devices else words.no_device
    lines.append(f'<p class="small">{icon("heartbeat")} {has}</p>')
    if place.way_in:
        lines.append(f'<p class="small">{icon("door-enter")} {escape(place.way_in)}</p>')
    if one.access:
        lines.append(f'<p class="small soft">{escape(capfirst(", ".join(one.access)))}</p>')
    return "".join(lines) + "</li>"


def _badge(look: str, sign: str, words: str) -> SafeString:
    return mark_safe(f'<span class="badge{look}">{icon(sign)}{escape(words)}</span>')  # noqa: S308
