"""A place with a kiosk, somebody posted there, and a patient of the town in it. Functions take and give JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.browser.seed import account_id
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.tests.factories import make_helper, make_protocol, post
from toubib.billing.models import AssistanceLine
from toubib.consultation.models import Room
from toubib.directory.enums import Device, Profession, Specialty
from toubib.directory.models import Place, Practitioner
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.kiosk.models import KioskSession, Machine
from toubib.kiosk.operations import put_unit
from toubib.kiosk.operations.sessions import open_session
from toubib.kiosk.tests.factories import BY, make_machine, make_open_place
from toubib.kiosk.web import SESSION
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.session_store import SessionStore
from toubib.record.models import Consent
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import facts_of


def pharmacy() -> dict[str, str]:
    """Karim Haddad's pharmacy with a machine; Lise Aubert, orthoptist, is posted there too."""
    now = timezone.now()
    place = make_open_place(
        now=now,
        name="Borne de la pharmacie",
        phone="+33536490011",
        devices=(Device.OTOSCOPE, Device.OXIMETER, Device.SLIT_LAMP, Device.PRINTER),
    )
    for number, kind in enumerate((Device.OXIMETER, Device.OTOSCOPE, Device.SLIT_LAMP), start=1):
        serial = f"VIRT-{number:03}" if kind == Device.OXIMETER else ""
        put_unit(
            place=place,
            number=number,
            kind=kind,
            model="virtual",
            serial=serial,
            virtual=True,
            by=BY,
            now=now,
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
        ticket=ticket, state="waiting", presence="", touched_at=timezone.now()
    )
    return str(session.pk)


def hold(*, cookie: str, session: str) -> None:
    """The browser of this cookie is the one that began this session at its machine."""
    store = SessionStore(session_key=cookie)
    store[SESSION] = session
    store.save()


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


def proof(*, room: str) -> dict[str, Any]:
    """Of the last gesture of this room: who did what, under what, and the facts of the act that follow."""
    encounter = Room.objects.select_related("encounter").get(pk=room).encounter
    ticket = Ticket.objects.get(encounter_id=encounter.pk)
    row = Gesture.objects.select_related("protocol", "presence__practitioner").latest("asked_at")
    facts = facts_of(encounter=encounter, ticket=ticket, now=timezone.now())
    actions = JournalEntry.objects.filter(subject_id=str(row.pk), action__startswith="assistance.gesture.")
    return {
        "state": row.state,
        "by": row.presence.profession if row.presence else "",
        "protocol": row.protocol.reference if row.protocol else "",
        "timed": row.started_at is not None and row.ended_at is not None and row.started_at <= row.ended_at,
        "traced": [one.rpartition(".")[2] for one in actions.order_by("id").values_list("action", flat=True)],
        "agreed": Consent.objects.filter(about=f"gesture:{row.pk}", withdrawn_at__isnull=True).count(),
        "assisted_by": facts["assisted_by"],
        "equipment_on_site": facts["equipment_on_site"],
    }


def codes() -> list[list[Any]]:
    return [list(one) for one in AssistanceLine.objects.values_list("code", "tariff_cents")]


def places() -> int:
    return Place.objects.count()
