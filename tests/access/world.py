"""Everyone who may knock at an address, and what each of two patients has there.

Léo's case: asked for by Jeanne, his mother (OWNER); his father Olivier is linked too (PARENT); Dre Vasseur is in call
with him (DOCTOR); Lucie came by link (GUEST). Paul's case, with Dr Lenoir, is the other patient's. Camille has not
reached the line yet (PREPARING).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from toubib.assistance.operations import begin_presence
from toubib.assistance.tests.factories import post
from toubib.billing.enums import ClaimState, Funding, PlanKind
from toubib.billing.models import ClaimLine, Cover, Plan
from toubib.billing.operations import export_claims
from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Complaint, Room
from toubib.consultation.operations import (
    admit_guest,
    agree_to_guest,
    complain,
    invite_guest,
    open_room,
    use_invite,
)
from toubib.consultation.web import GUEST_INVITE, TICKET
from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.directory.operations import open_place
from toubib.directory.tests.factories import TODAY, make_place
from toubib.documents import pace
from toubib.documents.contents import Report
from toubib.documents.operations import issue_document
from toubib.documents.samples import CERTIFICATE
from toubib.exchange.enums import DeliveryState
from toubib.exchange.models import Delivery
from toubib.ground.actors import Actor
from toubib.ground.ids import new_id
from toubib.kiosk.operations import open_session, put_unit
from toubib.kiosk.tests.factories import make_machine
from toubib.people.enums import LinkKind, Role
from toubib.people.models import Account, Patient, PatientLink, ProfessionalAccount
from toubib.people.tests.factories import make_account, make_link, make_patient, sign_in
from toubib.record.enums import ConsentScope, EncounterState, SheetKind, TaskKind, TaskState
from toubib.record.models import Consent, Encounter, EncounterDecision, PatientTask
from toubib.record.operations import (
    add_attachment,
    keep_template,
    put_line,
    say_consents,
    tell_health_summary,
)
from toubib.record.prescribed import Item
from toubib.record.tests.factories import make_encounter
from toubib.rights.operations import ask_copy, ask_erasure, keep_copy
from toubib.waiting.models import FollowUp, Offer, Ticket
from toubib.waiting.operations import dispatch_all, take_offer
from toubib.waiting.tests.factories import (
    Scene,
    doctor_actor,
    make_scene,
    patient_actor,
    prepare_ticket,
    put_in_line,
    put_on_duty,
)
from toubib.waiting.tests.walk import photo

ANONYMOUS, PREPARING, OWNER, PARENT, STRANGER, GUEST = (
    "anonymous", "preparing", "owner", "parent", "stranger", "guest",
)  # fmt: skip
DOCTOR, OTHER_DOCTOR, ASSISTANT, REGULATOR = "doctor", "other_doctor", "assistant", "regulator"
DIRECTOR, COMPLIANCE, ANALYST, ADMINISTRATOR = "director", "compliance", "analyst", "administrator"
REPORT = Report(reason="Mal de gorge", findings="38,4 °C", assessment="Angine", decision="Résolue")
PATIENTS = {PREPARING, OWNER, PARENT, STRANGER}
DOCTORS = {DOCTOR, OTHER_DOCTOR}
STAFF = {ASSISTANT, REGULATOR, DIRECTOR, COMPLIANCE, ANALYST, ADMINISTRATOR}
SIGNED_IN = PATIENTS | DOCTORS | STAFF
EVERYONE = SIGNED_IN | {ANONYMOUS, GUEST}


@dataclass
class World:
    """`leo` and `paul`: the ids of a case by the name of the argument in the address."""

    scene: Scene
    accounts: dict[str, Account]
    leo: dict[str, Any]
    paul: dict[str, Any]
    patients: dict[str, UUID]
    invite_of_guest: UUID
    keys: dict[str, str] = field(default_factory=dict)

    def client(self, who: str, *, checks: bool = False, second_factor: bool = True) -> Client:
        """A new browser with the session of this person: what a request did to its cookies is not kept."""
        client = Client(enforce_csrf_checks=checks, raise_request_exception=False)
        if who in self.accounts:
            sign_in(client, self.accounts[who], second_factor=second_factor)
        session = client.session
        if who == GUEST:
            session[GUEST_INVITE] = str(self.invite_of_guest)
        if who == PREPARING:
            session[TICKET] = str(self.leo["draft"])
        if who in (GUEST, PREPARING):
            session.save()
            client.cookies["sessionid"] = session.session_key
        return client


def addresses() -> dict[str, tuple[str, list[str]]]:
    """Of each named address: its route and the names of its arguments, read from the resolver."""
    found: dict[str, tuple[str, list[str]]] = {}

    def walk(resolver: URLResolver, names: str, route: str) -> None:
        for one in resolver.url_patterns:
            here = route + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one, f"{names}{one.namespace}:" if one.namespace else names, here)
            elif isinstance(one, URLPattern):
                assert one.name, f"{here} has no name"
                assert names + one.name not in found, f"two addresses are named {one.name}"
                found[names + one.name] = (here, list(one.pattern.converters))

    walk(get_resolver(), "", "")
    return found


def make_world() -> World:
    pace.forget_all()
    scene, now = make_scene(), timezone.now()
    cast = scene.cast
    father = make_account(email="olivier@exemple.test", display_name="Olivier Morel")
    make_link(father, cast.leo, LinkKind.PARENT)
    camille = make_account(email="camille@exemple.test", display_name="Camille Durand")
    own = make_patient(birth_name="Durand", birth_given_names="Camille")
    make_link(camille, own)
    accounts = {
        PREPARING: camille, OWNER: cast.jeanne, PARENT: father, STRANGER: cast.stranger,
        DOCTOR: cast.vasseur.account, OTHER_DOCTOR: cast.lenoir.account, ASSISTANT: cast.haddad.account,
        REGULATOR: cast.regulator, DIRECTOR: cast.director, COMPLIANCE: cast.compliance, ANALYST: cast.analyst,
        ADMINISTRATOR: cast.administrator,
    }  # fmt: skip
    leo = _case(scene, cast.jeanne, cast.leo, cast.vasseur, age=6)
    paul = _case(scene, cast.stranger, cast.stranger_patient, cast.lenoir, age=36)
    draft = prepare_ticket(scene, now=now, account=camille, patient=own)
    vasseur = cast.vasseur.account
    vasseur.email = "vasseur@demo.toubib.test"
    vasseur.save()
    shared = {
        "name": "vasseur", "act": "pause", "leaving": "confier", "account_token": _token_of(cast.benali.account),
        "waiting_ticket": put_in_line(scene, now=now).id, "professional_id": cast.benali.pk, "account_id": cast.analyst.pk,
        "uid": urlsafe_b64encode(str(cast.benali.account_id).encode()).decode().rstrip("="),
    }  # fmt: skip
    shared["draft"] = draft.id
    shared["open_place"] = _open_place()
    shared["unit"] = put_unit(
        place=Place.objects.get(pk=shared["open_place"]),
        number=1,
        kind=Device.SCALE,
        by=Actor.system("test"),
        now=now,
    ).id
    shared["machine_id"] = make_machine(now=now)[0].id
    shared |= _counter(cast.haddad, Place.objects.get(pk=shared["open_place"]), now)
    for case in (leo, paul):
        case["presence"] = _beside(case, cast.haddad.account, shared["open_place"], now)
    leo = {**leo, **shared, "attachment_id": _attach(own, camille)}
    child = make_link(
        cast.stranger, make_patient(birth_name="Étranger", birth_date=date(2019, 2, 3)), LinkKind.PARENT
    )
    paul = {**paul, **shared, "attachment_id": paul["attachment"], "link_id": child.id}
    patients = {"leo": cast.leo.id, "paul": cast.stranger_patient.id, "camille": own.id}
    return World(scene, accounts, leo, paul, patients, leo["guest_invite"])


def _counter(helper: ProfessionalAccount, place: Place, now: datetime) -> dict[str, Any]:
    """Who assists is posted at the place; its cabin is in use."""
    cabin, _key = make_machine(name="Cabine du lieu", place=place, now=now)
    session = open_session(machine=cabin, by=Actor.system("test"), now=now)
    posting = post(helper, place)
    return {"cabin": cabin.id, "kiosk_session": session.id, "posting": posting.id, "kind": "presence"}


def _beside(case: dict[str, Any], helper: Account, place_id: UUID, now: datetime) -> UUID:
    return begin_presence(
        ticket_id=case["ticket"],
        patient_id=case["patient"],
        place_id=place_id,
        account=helper,
        by=Actor(helper.id, Role.ASSISTANT.value),
        now=now,
    ).id


def _open_place() -> UUID:
    place = make_place(seen=True)
    return open_place(place=place, on=TODAY, by=Actor.system("test"), now=timezone.now()).id


def _case(
    scene: Scene, account: Account, patient: Patient, doctor: ProfessionalAccount, *, age: int
) -> dict[str, Any]:
    """A call under way with a guest in it and another at the door; a file, a consent, an offer, a complaint."""
    now, by, by_doctor = timezone.now(), patient_actor(account), doctor_actor(doctor)
    duty = put_on_duty(scene, doctor, now=now)
    ticket = put_in_line(scene, now=now, account=account, patient=patient, patient_age=age)
    tell_health_summary(patient_id=patient.id, content={"allergies": "Arachide"}, by=by, now=now)
    dispatch_all(now=now)
    offer = Offer.objects.get(ticket=ticket, duty=duty)
    encounter = take_offer(offer_id=offer.id, by=by_doctor, now=now)
    room = Room.objects.get(encounter=encounter)
    open_room(room_id=room.id, by=by_doctor, now=now)
    attachment = _attach(patient, account)
    say_consents(patient_id=patient.id, answers={ConsentScope.CARE: True}, by=by, now=now)
    complain(encounter=Encounter.objects.get(pk=encounter.pk), text="Trop d’attente", by=by, now=now)
    guest, person = _guest(ticket, by, by_doctor, admitted=True)
    knocking, _ = _guest(ticket, by, by_doctor, admitted=False)
    _made, token = invite_guest(ticket_id=ticket.id, role=ParticipantRole.RELATIVE, by=by, now=now)
    link = PatientLink.objects.filter(account=account, patient=patient).get()
    follow_up, _new = FollowUp.objects.get_or_create(
        ticket=ticket, defaults={"call_back": True, "created_at": now - timedelta(hours=1)}
    )
    template = keep_template(
        practitioner_id=doctor.practitioner_id, title="Toux", texts={"reason": "Toux"}, by=by_doctor, now=now
    )
    line = put_line(
        encounter_id=encounter.id,
        line_id=new_id(),
        sheet=SheetKind.TESTS,
        item=Item("NFS"),
        by=by_doctor,
        now=now,
    )
    return {
        "template": template.id,
        "patient": patient.id,
        **_asked(account),
        "line": line.id,
        **_document(patient, doctor),
        **_bill(patient, doctor),
        **_unanswered(patient, doctor),
        "ticket": ticket.id, "room": room.id, "encounter": encounter.id, "offer": offer.id,
        "attachment": attachment, "invite": knocking, "guest_invite": guest, "participant": person,
        "token": token, "link_id": link.id, "follow_up": follow_up.id,
        "consent": Consent.objects.filter(patient=patient, scope=ConsentScope.CARE).latest("said_at").id,
        "complaint": Complaint.objects.get(encounter=encounter).id,
    }  # fmt: skip


def _asked(account: Account) -> dict[str, Any]:
    """A copy that is ready, a request to erase that waits."""
    now, by = timezone.now(), patient_actor(account)
    copy = ask_copy(account=account, by=by, now=now)
    keep_copy(copy_id=copy.id, content=b"PK", now=now)
    asked = ask_erasure(account=account, close_account=False, by=by, now=now)
    return {"copy_id": copy.id, "erasure_id": asked.id}


def _document(patient: Patient, doctor: ProfessionalAccount) -> dict[str, Any]:
    """A certificate of an earlier visit to the same doctor, signed."""
    visit = make_encounter(patient, doctor, EncounterState.SIGNED)
    document = issue_document(
        encounter=visit, content=CERTIFICATE, by=doctor_actor(doctor), now=timezone.now()
    )
    return {"document_id": document.id, "code": document.code}


def _unanswered(patient: Patient, doctor: ProfessionalAccount) -> dict[str, Any]:
    """A report that came back, and a task whose patient found nobody."""
    now, visit = timezone.now(), make_encounter(patient, doctor, EncounterState.SIGNED)
    document = issue_document(encounter=visit, content=REPORT, by=doctor_actor(doctor), now=now)
    delivery = Delivery.objects.create(document=document, state=DeliveryState.BOUNCED, queued_at=now)
    task = PatientTask.objects.create(
        encounter=visit, kind=TaskKind.FIND_MEDECIN_TRAITANT, state=TaskState.STUCK,
        opened_at=now, remind_at=now, answered_at=now,
    )  # fmt: skip
    return {"delivery": delivery.id, "task": task.id}


def _bill(patient: Patient, doctor: ProfessionalAccount) -> dict[str, Any]:
    """A signed visit whose line left in a file, and a contract."""
    now, visit = timezone.now(), make_encounter(patient, doctor, EncounterState.SIGNED)
    by, today = doctor_actor(doctor), timezone.localdate()
    decision = EncounterDecision.objects.create(
        encounter=visit, version=1, facts={}, decision={}, estimate={}, law_version="x", decided_at=now
    )
    line = ClaimLine.objects.create(
        encounter=visit, version=1, decision=decision, practitioner=doctor.practitioner, act_on=today,
        state=ClaimState.READY, funding=Funding.AMO, said={"reasons": []}, law_version="x", digest="x", made_at=now,
    )  # fmt: skip
    batch = export_claims(first=today, last=today, by=by, now=now)
    plan, _made = Plan.objects.get_or_create(
        name="Test", defaults={"kind": PlanKind.INSURER, "starts_on": today}
    )
    cover = Cover.objects.create(plan=plan, patient=patient, number="1", starts_on=today)
    return {"claim": line.pk, "billed": visit.pk, "batch": batch.pk, "cover": cover.pk}


def _attach(patient: Patient, account: Account) -> UUID:
    content = photo().getvalue()
    now = timezone.now()
    return add_attachment(
        patient_id=patient.id, title="Photo", content=content, by=patient_actor(account), now=now
    ).id


def _guest(ticket: Ticket, by: Actor, by_doctor: Actor, *, admitted: bool) -> tuple[UUID, UUID | None]:
    now = timezone.now()
    invite, token = invite_guest(ticket_id=ticket.id, role=ParticipantRole.RELATIVE, by=by, now=now)
    agree_to_guest(invite_id=invite.id, given=True, by=by, now=now)
    use_invite(token=token, name="Lucie Ferrand", now=now)
    if not admitted:
        return invite.id, None
    return invite.id, admit_guest(invite_id=invite.id, by=by_doctor, now=now).id


def _token_of(account: Account) -> str:
    return str(default_token_generator.make_token(account))


def undone(act: Any) -> Any:
    """What `act` answers; what it did to the database is taken back."""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer
