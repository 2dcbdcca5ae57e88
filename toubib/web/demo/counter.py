"""Who assists in the district's places, all invented: the pharmacist at the kiosk, an orthoptist at the health house with
an ophthalmologist who delegates the slit lamp under an invented protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from toubib.assistance.enums import Ground
from toubib.assistance.operations import (
    answer_presence,
    begin_presence,
    end_presence,
    file_protocol,
    post_helper,
)
from toubib.consultation.decisions import judge
from toubib.directory.enums import Profession, Specialty, Title
from toubib.directory.models import Place
from toubib.directory.operations import PractitionerFacts
from toubib.ground.actors import Actor
from toubib.kiosk.models import CabinCheck, Machine, MachineState
from toubib.kiosk.operations import enrol_machine, make_enrolment_code
from toubib.kiosk.queries.counter import CLEANABLE
from toubib.kiosk.queries.machines import DEMO_AT_REST
from toubib.people.enums import EvidenceKind, Role
from toubib.people.identity import local_day
from toubib.people.models import Account
from toubib.people.operations import activate_professional, create_professional
from toubib.people.queries import find_account, professional_of
from toubib.record.enums import Attestation
from toubib.record.models import Encounter
from toubib.record.queries import READABLE
from toubib.waiting.enums import IN_LINE_STATES
from toubib.waiting.models import Ticket
from toubib.web.demo.families import Household
from toubib.web.demo.law import SINCE
from toubib.web.demo.places import HEALTH_HOUSE, INVENTED, PHARMACY
from toubib.web.demo.staff import (
    DEMO,
    HIRED_BEFORE,
    Post,
    Staff,
    address_of,
    create_doctor,
    give_password,
    prove,
    rpps,
)
from toubib.web.demo.world import World

EYE = Post(
    "ophtalmologue", Title.DR_F, "Claire", "Noguès", Specialty.OPHTHALMOLOGY, "Centre du Marché", 0, ("fr",)
)
TRIED = 50  # visits, the last first
AT_THE_KIOSK = "mohamed-benkirane"  # waits near the pharmacy, out of the cabin


def post_helpers(*, world: World, staff: Staff, now: datetime) -> None:
    """Once: people, assignments, a protocol, a machine in each place."""
    with transaction.atomic():
        if find_account(email=address_of("orthoptiste")) is None:
            _hire(world, staff, now=now)


def let_one_wait_outside(*, families: dict[str, Household]) -> None:
    """At each start: somebody waits by the kiosk."""
    pharmacy = Place.objects.filter(name__contains=PHARMACY).first()
    if pharmacy is not None:
        account = families[AT_THE_KIOSK].account
        Ticket.objects.filter(account=account, state__in=IN_LINE_STATES).update(place_of_care=pharmacy)


def _hire(world: World, staff: Staff, *, now: datetime) -> None:
    hired, by = now - HIRED_BEFORE, staff.directing
    doctor = create_doctor(EYE, 8, world, now=hired)
    prove(doctor, EYE, tuple(EvidenceKind), by=by, today=local_day(now), now=hired + timedelta(days=1))
    activate_professional(professional=doctor, by=by, now=hired + timedelta(days=1, hours=1))
    facts = PractitionerFacts(
        rpps=rpps(21),
        title=Title.MME,
        given_name="Lise",
        family_name="Aubert",
        profession=Profession.ORTHOPTIST,
        practice_name=HEALTH_HOUSE,
        practice_commune=world.communes[5],
        languages=("fr",),
    )
    orthoptist = create_professional(
        email=address_of("orthoptiste"), facts=facts, role=Role.ASSISTANT, by=DEMO, now=hired
    )
    give_password(orthoptist.account)
    pharmacist = find_account(email=address_of("pharmacien"))
    for account, name in ((pharmacist, PHARMACY), (orthoptist.account, HEALTH_HOUSE)):
        place = Place.objects.filter(name__contains=name).first()
        if account is None or place is None or professional_of(account=account) is None:
            continue
        post_helper(
            account=account,
            place=place,
            starts_on=local_day(hired),
            secrecy_reference=f"Engagement écrit, {INVENTED}",
            by=by,
            now=hired,
        )
        _machine(place, now=now)
    file_protocol(
        ground=Ground.ORGANISATIONAL,
        reference=f"Protocole lampe à fente n° 1 ({INVENTED})",
        delegator=doctor.practitioner,
        delegate=orthoptist.practitioner,
        gestures=["slit_lamp"],
        starts_on=SINCE,
        ends_on=None,
        by=by,
        now=hired,
    )


def _machine(place: Place, *, now: datetime) -> None:
    """Enrolled, unless one stands there already; the cabin was seen this morning."""
    machine = Machine.objects.filter(place=place, revoked_at__isnull=True).first()
    if machine is None:
        _row, code = make_enrolment_code(place=place, name="Cabine (inventée)", by=DEMO, now=now)
        machine, _key = enrol_machine(code=code, now=now)
    MachineState.objects.get_or_create(
        machine=machine, defaults={"at": now, "checks": {}, "version": DEMO_AT_REST}
    )
    cleaned = sorted(one for one in place.devices if one in CLEANABLE)
    CabinCheck.objects.create(
        machine=machine, room_ready=True, door_closes=True, cleaned=cleaned, checked_at=now
    )


def assist_one_visit() -> None:
    """The last paid visit of the older weeks was made at the pharmacy, its pharmacist beside the patient. Before it is judged,
    as in life: who was there stands in the decision, and the claim with its code follows from that."""
    account, pharmacy = (
        find_account(email=address_of("pharmacien")),
        Place.objects.filter(name__contains=PHARMACY).first(),
    )
    if account is None or pharmacy is None:
        return
    with transaction.atomic():
        encounter = next((one for one in _seen_lately() if _is_paid(one)), None)
        if encounter is not None:
            _assist(encounter, account, pharmacy)


def _seen_lately() -> Iterator[Encounter]:
    rows = Encounter.objects.filter(
        state__in=READABLE,
        decisions__isnull=True,
        attestation=Attestation.VIDEO,
        minor_secrecy=False,
        signed_at__isnull=False,
        ticket__accepted_at__isnull=False,
        ticket__account__isnull=False,
    )
    rows = rows.select_related("ticket", "patient", "practitioner__practice_commune")
    return rows.order_by("-signed_at", "-id")[:TRIED].iterator()


def _is_paid(encounter: Encounter) -> bool:
    assert encounter.signed_at is not None
    said = judge(encounter=encounter, now=encounter.signed_at).decision["reimbursement"]
    return bool(said["outcome"] == "YES")


def _assist(encounter: Encounter, account: Account, pharmacy: Place) -> None:
    ticket, by = encounter.ticket, Actor(account.pk, Role.ASSISTANT)
    at, patient = ticket.accepted_at, encounter.patient_id
    assert at is not None and ticket.account_id is not None
    Ticket.objects.filter(pk=ticket.pk).update(place_of_care=pharmacy)
    presence = begin_presence(
        ticket_id=ticket.pk, patient_id=patient, place_id=pharmacy.pk, account=account, by=by, now=at
    )
    answer_presence(
        presence_id=presence.pk,
        agreed=True,
        patient_id=patient,
        encounter_id=encounter.pk,
        by=Actor(ticket.account_id, Role.PATIENT),
        now=at,
    )
    end_presence(presence_id=presence.pk, by=by, now=encounter.ended_at or at + timedelta(minutes=8))
