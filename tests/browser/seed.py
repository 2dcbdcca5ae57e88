"""A small town for browser tests, made through the operations where they exist. Functions take and give JSON.

Names of `small_town`: doctors vasseur, lenoir, benali (active), patients jeanne (child Léo) and paul, directrice,
admin; each enters by POST /demo/entrer/<name>.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from toubib.ground.actors import Actor
from toubib.ground.models import OutboundMessage
from toubib.people.models import Account, Patient, ProfessionalAccount
from toubib.people.queries import find_account
from toubib.people.tests.factories import make_cast
from toubib.record.models import Attachment, Consent
from toubib.territory.operations import join_communes
from toubib.territory.tests.factories import make_commune
from toubib.waiting.models import Offer, Pool, Ticket
from toubib.waiting.operations import take_offer
from toubib.waiting.tests.factories import Scene, make_pool, put_in_line, put_on_duty

NAMES = {
    "vasseur": "vasseur", "lenoir": "lenoir", "benali": "benali", "haddad": "haddad", "jeanne": "jeanne",
    "paul": "paul", "directrice": "directrice", "conformite": "conformite", "regulateur": "regulateur",
    "analyste": "analyste", "admin": "admin",
}  # fmt: skip


def small_town(
    *, on_duty: list[str] | None = None, busy: list[str] | None = None, waiting: int = 0, past: int = 0
) -> dict[str, str]:
    """People, communes and two lines open day and night; people who wait, visits of the past.

    Doctors `busy` have a patient with them and stay on duty; those `on_duty` are free, so dispatch offers them who
    waits, and pauses one who lets the offer lapse.
    """
    with transaction.atomic():
        make_cast()
        for name in NAMES:
            Account.objects.filter(email=f"{name}@exemple.test").update(email=f"{name}@demo.toubib.test")
        communes()
        make_pool()
        make_pool(key="dermatologie", name="Dermatologie", specialties=["dermatology"])
    visits_of_the_past(count=past)
    for name in busy or []:
        give_patient(name=name)
    for name in on_duty or []:
        put_doctor_on_duty(name=name)
    people_in_line(count=waiting)
    return {name: str(account_id(name=name)) for name in NAMES}


def communes() -> None:
    town = make_commune()
    for code, name, postal in (
        ("12903", "Valbrune", "12900"),
        ("12904", "Saint-Orens-le-Vieux", "12910"),
        ("12905", "Valdieu", "12905"),
    ):
        other = make_commune(code_insee=code, name=name, postal_codes=[postal])
        join_communes(one=town, two=other)


def account_id(*, name: str) -> str:
    account = find_account(email=f"{name}@demo.toubib.test")
    return str(account.pk) if account else ""


def put_doctor_on_duty(*, name: str) -> str:
    """Open the doctor's duty on general practice; the duty's id."""
    professional = ProfessionalAccount.objects.select_related("practitioner").get(
        account=account_id(name=name)
    )
    return str(put_on_duty(_scene(), professional, now=timezone.now()).id)


def give_patient(*, name: str) -> str:
    """The doctor goes on duty, is offered a new patient and takes the offer; the ticket's id."""
    now, duty_id = timezone.now(), put_doctor_on_duty(name=name)
    put_in_line(_scene(), now=now)
    offer = Offer.objects.select_related("duty").get(duty=duty_id, state="pending")
    with transaction.atomic():
        take_offer(offer_id=offer.id, by=Actor(offer.duty.account_id, "practitioner"), now=now)
    return str(offer.ticket_id)


def people_in_line(*, count: int) -> list[str]:
    """Tickets of new patients, a minute apart, the first the longest there."""
    now = timezone.now()
    return [
        str(put_in_line(_scene(), now=now - timedelta(minutes=count - index)).id) for index in range(count)
    ]


def visits_of_the_past(*, count: int) -> None:
    """Tickets served of late, eight minutes each, so that the wait is computed and not guessed."""
    from toubib.waiting.tests.factories import prepare_ticket

    now, scene = timezone.now(), _scene()
    for index in range(count):
        start = now - timedelta(hours=2 + index)
        prepare_ticket(
            scene, now=start, state="closed", pool=scene.pool, arrived_at=start, accepted_at=start,
            ended_at=start + timedelta(minutes=6 + index % 6), exit_reason="seen",
        )  # fmt: skip


def last_message(*, to: str) -> str:
    """The body; the address is encrypted, so the rows are read."""
    rows = OutboundMessage.objects.order_by("-created_at", "-id")[:50]
    return next((row.body for row in rows if row.to == to), "")


def forget_codes() -> None:
    """As if every code had been asked for long ago, so that a new one may be."""
    from toubib.people.models import SignInCode

    SignInCode.objects.all().delete()


def what_is_there_of(*, birth_name: str) -> dict[str, int]:
    """How many of each thing one patient has."""
    mine = {"patient__birth_name": birth_name}
    return {
        "patients": Patient.objects.filter(birth_name=birth_name).count(),
        "tickets": Ticket.objects.filter(**mine).count(),
        "attachments": Attachment.objects.filter(**mine).count(),
        "consents": Consent.objects.filter(**mine).count(),
    }


def ticket(*, id: str = "") -> dict[str, Any]:
    """One ticket as plain values; without an id the last made."""
    rows = Ticket.objects.order_by("created_at")
    found = rows.get(pk=id) if id else rows.last()
    assert found is not None
    names = ("state", "signs_yes", "reason_key", "reason_text", "place_detail", "callback_phone", "draft")
    return {"id": str(found.pk), **{name: getattr(found, name) for name in names}}


def close_line(*, key: str = "medecine-generale") -> None:
    """Hours that are over, whatever the hour."""
    now = timezone.localtime()
    Pool.objects.filter(key=key).update(
        opens_at=(now + timedelta(hours=2)).time(), closes_at=(now + timedelta(hours=3)).time()
    )


def born(*, years: int) -> str:
    """A birth date, as typed, of someone of that age today."""
    today = timezone.localdate()
    return f"{date(today.year - years, 1, 15):%d/%m/%Y}"


def _scene() -> Scene:
    from types import SimpleNamespace

    home = SimpleNamespace(practitioner=SimpleNamespace(practice_commune=make_commune()))
    return Scene(SimpleNamespace(vasseur=home), Pool.objects.get(key="medecine-generale"))  # type: ignore[arg-type]
