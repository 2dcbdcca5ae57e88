"""A pharmacy with its kiosk, for browser tests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations import make_enrolment_code, write_states
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.tests.factories import BY, make_machine, make_open_place
from toubib.people.models import PatientLink
from toubib.territory.models import Commune


def pharmacy() -> dict[str, str]:
    """The key of a machine in the pharmacy of Valbrune, and the code of another; one more stands in the town hall."""
    now, commune = timezone.now(), Commune.objects.filter(name="Valbrune").first()
    devices = (Device.BLOOD_PRESSURE, Device.OXIMETER, Device.STETHOSCOPE, Device.OTOSCOPE)
    place = Place.objects.filter(name="Borne de la pharmacie").first() or make_open_place(
        now=now, name="Borne de la pharmacie", commune=commune, devices=devices, lat=44.41, lon=2.65
    )
    hall = Place.objects.filter(name="Borne de la mairie").first() or make_open_place(
        now=now, name="Borne de la mairie", host=place.host, commune=commune, lat=44.47, lon=2.65
    )
    rank = Machine.objects.count()
    make_machine(place=hall, name=f"Borne {rank}", now=now)
    _machine, key = make_machine(place=place, name=f"Borne {rank}", now=now)
    _row, code = make_enrolment_code(place=place, name=f"Borne {rank} bis", by=BY, now=now)
    return {"key": key, "code": code}


def session() -> dict[str, Any]:
    """The last session opened."""
    row = KioskSession.objects.order_by("-opened_at").first()
    if row is None:
        return {}
    return {
        "state": row.state,
        "reason": row.wipe_reason,
        "ticket": str(row.ticket_id or ""),
        "id": str(row.id),
    }


def printer(*, result: str) -> None:
    """What the launchers say of every printer."""
    now = timezone.now()
    write_states(
        reported=[
            Reported(one, now, {"printer": result}, "")
            for one in Machine.objects.values_list("id", flat=True)
        ]
    )


def who() -> dict[str, Any]:
    """Who is to be seen in the last session, who speaks for them, and what proves it."""
    row = KioskSession.objects.select_related("ticket__patient", "ticket__account").latest("opened_at")
    ticket = row.ticket
    assert ticket is not None
    patient, account = ticket.patient, ticket.account
    assert patient is not None
    assert account is not None
    link = PatientLink.objects.filter(account=account, patient=patient).first()
    return {
        "patient": [patient.birth_given_names, str(patient.birth_date), patient.ins_status],
        "adult": [account.display_name, link.kind if link else "", link.proof if link else ""],
        "presence": row.presence,
        "vouched": account.vouched_by is not None,
        "reachable": bool(account.phone or account.email),
        "state": ticket.state,
    }
