"""For whom a list is shown: oneself, a child, someone one acts for. `?pour=` names the person by an id alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest

from toubib.consultation.web import read_uuid
from toubib.people.models import Account, PatientLink
from toubib.people.queries import links_of

NAME = "pour"


@dataclass(frozen=True, slots=True)
class Whom:
    """`chosen` is None for everyone; `query` goes on to the next page of a list."""

    links: tuple[PatientLink, ...]
    chosen: PatientLink | None

    @property
    def patient_id(self) -> UUID | None:
        return self.chosen.patient_id if self.chosen else None

    @property
    def query(self) -> str:
        return f"&{NAME}={self.chosen.patient_id}" if self.chosen else ""


def whom_of(request: HttpRequest, *, account: Account, now: datetime) -> Whom:
    """404 for a person whom this account does not act for, as for one who does not exist."""
    links, wanted = tuple(links_of(account=account, now=now)), request.GET.get(NAME, "")
    if not wanted:
        return Whom(links, None)
    chosen = next((link for link in links if link.patient_id == read_uuid(wanted)), None)
    if chosen is None:
        raise Http404
    return Whom(links, chosen)
