"""Who assists in the district's places, all invented: the pharmacist at the kiosk, an orthoptist at the health house with
an ophthalmologist who delegates the slit lamp under an invented protocol."""

from __future__ import annotations

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
from toubib.billing.enums import ClaimState
from toubib.billing.models import AssistanceLine, ClaimLine
from toubib.billing.operations import prepare_assistance
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
from toubib.people.operations import activate_professional, create_professional
from toubib.people.queries import find_account, professional_of
from toubib.record.enums import Attestation
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
AT_THE_KIOSK = "mohamed-benkirane"  # waits near the pharmacy, out of the cabin


def man_the_counters(*, world: World, staff: Staff, families: dict[str, Household], now: datetime) -> None:
    """Once: people, assignments, a protocol, a machine in each place. At each start: somebody waits by the kiosk."""
    with transaction.atomic():
        if find_account(email=address_of("orthoptiste")) is None:
            _hire(world, staff, now=now)
        pharmacy = Place.objects.filter(name__contains=PHARMACY).first()
        if pharmacy is None:
            return
        _assisted_once(pharmacy)
        home = families[AT_THE_KIOSK]
        Ticket.objects.filter(account=home.account, state__in=IN_LINE_STATES).update(place_of_care=pharmacy)


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


def _assisted_once(pharmacy: Place) -> None:
    """Once: the last paid visit of these weeks was made at the pharmacy, with its pharmacist beside the patient."""
    account = find_account(email=address_of("pharmacien"))
    if account is None or AssistanceLine.objects.filter(helper=account).exists():
        return
    rows = ClaimLine.objects.filter(state=ClaimState.READY, encounter__attestation=Attestation.VIDEO)
    rows = rows.select_related("encounter__ticket", "encounter__patient").order_by("-act_on", "-id")
    line = next((one for one in rows if not one.secret and one.said.get("reimbursement") == "YES"), None)
    ticket = line.encounter.ticket if line is not None else None
    if line is None or ticket is None or ticket.accepted_at is None or ticket.account_id is None:
        return
    at, by = ticket.accepted_at, Actor(account.pk, Role.ASSISTANT)
    Ticket.objects.filter(pk=ticket.pk).update(place_of_care=pharmacy)
    patient = line.encounter.patient_id
    presence = begin_presence(
        ticket_id=ticket.pk, patient_id=patient, place_id=pharmacy.pk, account=account, by=by, now=at
    )
    answer_presence(
        presence_id=presence.pk,
        agreed=True,
        patient_id=patient,
        encounter_id=line.encounter_id,
        by=Actor(ticket.account_id, Role.PATIENT),
        now=at,
    )
    end_presence(presence_id=presence.pk, by=by, now=line.encounter.ended_at or at + timedelta(minutes=8))
    prepare_assistance(line=line, by=DEMO, now=line.encounter.signed_at or at)
