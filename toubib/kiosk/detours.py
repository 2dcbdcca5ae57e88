"""Where a machine goes instead of a page of the path: to its own page for the same step, or for one that it adds."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.urls import reverse

from toubib.kiosk.guides import MEASURING
from toubib.kiosk.models import KioskSession
from toubib.waiting.enums import TicketState

MEASURED = "kiosk.measured"  # the request whose measures were taken, or passed over
VISIT = re.compile(r"/consultation/(?P<id>[0-9a-f-]{36})|/salle/[0-9a-f-]{36}/fin")


def detour(*, request: HttpRequest, session: KioskSession) -> str:
    """The address to go to, or nothing. Asked of a page that is opened, never of an answer."""
    if request.method not in {"GET", "HEAD"}:
        return ""
    if request.path == "/consulter/lieu":
        return reverse("kiosk:phone")
    if request.path == "/consulter/sante" and not session.presence:
        return reverse("kiosk:room")
    if request.path == "/consulter/consentements" and _has_measures_left(request, session):
        return reverse("kiosk:measures")
    ticket = session.ticket
    if VISIT.fullmatch(request.path) and ticket is not None and ticket.encounter_id is not None:
        here = VISIT.fullmatch(request.path)
        named = here.group("id") if here else None
        ended = ticket.state == TicketState.CLOSED
        return reverse("kiosk:leaving") if ended and named in {None, str(ticket.encounter_id)} else ""
    return ""


def _has_measures_left(request: HttpRequest, session: KioskSession) -> bool:
    devices = set(session.machine.place.devices) & set(MEASURING)
    return bool(devices) and request.session.get(MEASURED) != str(session.ticket_id)
