"""A place with a kiosk, somebody posted there, and a patient of the town in it. Functions take and give JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.browser.seed import account_id
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.tests.factories import make_helper, make_protocol, post
from toubib.billing.models import AssistanceLine
from toubib.directory.enums import Device, Profession, Specialty
from toubib.directory.models import Place, Practitioner
from toubib.ground.actors import Actor
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations.sessions import open_session
from toubib.kiosk.tests.factories import make_machine, make_open_place
from toubib.people.models import Account, ProfessionalAccount
from toubib.waiting.models import Ticket


def pharmacy() -> dict[str, str]:
    """Karim Haddad's pharmacy with a machine; Lise Aubert, orthoptist, is posted there too."""
    now = timezone.now()
    place = make_open_place(
        now=now,
        name="Borne de la pharmacie",
        phone="+33536490011",
        devices=(Device.OTOSCOPE, Device.OXIMETER, Device.SLIT_LAMP, Device.PRINTER),
    )
    machine, key = make_machine(place=place, now=now)
    post(_professional("haddad"), place)
    orthoptist = make_helper(Profession.ORTHOPTIST)
    Account.objects.filter(pk=orthoptist.account_id).update(
        email="orthoptiste@demo.toubib.test", display_name="Lise Aubert"
    )
    post(orthoptist, place)
    return {"place": str(place.pk), "machine": str(machine.pk), "key": key}


def _professional(name: str) -> ProfessionalAccount:
    rows = ProfessionalAccount.objects.select_related("account", "practitioner")
    return rows.get(account=account_id(name=name))


def in_the_cabin(*, ticket: str, machine: str) -> str:
    """The request is made from the machine: as the kiosk's own pages bind it."""
    row = Machine.objects.select_related("place").get(pk=machine)
    Ticket.objects.filter(pk=ticket).update(place_of_care=row.place)
    session = KioskSession.objects.filter(machine=row, wiped_at__isnull=True).first()
    if session is None:
        session = open_session(machine=row, by=Actor.system("test"), now=timezone.now())
    KioskSession.objects.filter(pk=session.pk).update(
        ticket=ticket, state="waiting", touched_at=timezone.now()
    )
    return str(session.pk)


def ophthalmologist(*, name: str) -> None:
    Practitioner.objects.filter(professional__account=account_id(name=name)).update(
        specialty=Specialty.OPHTHALMOLOGY
    )


def protocol(*, doctor: str) -> None:
    make_protocol(_professional(doctor), _professional("orthoptiste"), "slit_lamp")


def gestures() -> list[dict[str, Any]]:
    return list(Gesture.objects.order_by("asked_at").values("key", "state", "image"))


def helpers() -> list[list[Any]]:
    return [
        [one.profession, one.agreed, one.ended_at is None] for one in Presence.objects.order_by("began_at")
    ]


def codes() -> list[list[Any]]:
    return [list(one) for one in AssistanceLine.objects.values_list("code", "tariff_cents")]


def places() -> int:
    return Place.objects.count()
