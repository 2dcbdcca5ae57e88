"""A doctor whose role is taken in mid-call writes and signs what they owe, and nothing else."""

import pytest
from django.db import connection
from django.utils import timezone

from toubib.consultation.models import Room
from toubib.consultation.tests.pages import TEXTS, client_of, save, text_of, url
from toubib.ground.actors import Actor
from toubib.ground.hub import listen_here
from toubib.people.enums import Role
from toubib.people.models import RoleGrant
from toubib.people.operations import close_account, revoke_role
from toubib.record.enums import ConsentScope, EncounterState
from toubib.record.models import Consent, Encounter, Note
from toubib.waiting.enums import DutyState, OfferState, TicketState
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import take_offer
from toubib.waiting.tests.factories import doctor_actor, put_on_duty

pytestmark = pytest.mark.django_db(transaction=True)


def administrator_of(call) -> Actor:
    return Actor(call.scene.cast.administrator.id, Role.ADMINISTRATOR)


def revoke(call) -> None:
    by = administrator_of(call)
    revoke_role(account=call.doctor.account, role=Role.PRACTITIONER, by=by, now=timezone.now())


def test_revoked_in_mid_call_the_doctor_writes_and_signs(doctor, call):
    revoke(call)
    assert "Notes à signer" in text_of(doctor.get("/mon-espace"))
    page = doctor.get(url(call, ""))
    assert (page.status_code, save(doctor, call).status_code) == (200, 200)
    data = {**TEXTS, "base": "1", "attestation": "video"}
    answers = [doctor.post(url(call, "/signer"), data) for _ in range(2)]
    assert [answer.url for answer in answers] == ["/mon-espace", "/mon-espace"]
    assert (Encounter.objects.get().state, Note.objects.get().conclusion) == (
        EncounterState.SIGNED,
        TEXTS["conclusion"],
    )
    assert doctor.get(url(call, "")).status_code == 404
    assert "Notes à signer" not in text_of(doctor.get("/mon-espace"))


def test_revoked_in_mid_call_the_doctor_does_nothing_else(doctor, call):
    revoke(call)
    asked = [doctor.get("/cabinet"), doctor.get("/cabinet/file"), doctor.get(url(call, "/invites"))]
    posted = [
        doctor.post(url(call, end)) for end in ("/ouvrir", "/quitter/confier", "/orientation", "/inviter")
    ]
    posted += [doctor.post("/cabinet/garde/commencer"), doctor.post(url(call, "/ajout"), {"text": "x"})]
    assert {answer.status_code for answer in [*asked, *posted]} == {404}
    assert Encounter.objects.get().state == EncounterState.TO_SIGN


def close(call) -> None:
    close_account(account=call.doctor.account, by=administrator_of(call), now=timezone.now())


@pytest.mark.parametrize("end", [revoke, close])
def test_revoked_in_mid_call_the_patient_is_in_line_again_and_the_room_is_closed(doctor, call, end):
    patient, heard = client_of(call.account), []
    url_of = f"/salle/{call.room.id}"
    unhear = listen_here(lambda topic, news: heard.append((topic, news["event"])))
    end(call)
    unhear()
    ticket, duty = Ticket.objects.get(), Duty.objects.get()
    assert (ticket.state, ticket.arrived_at, ticket.encounter, duty.state, duty.pause_after) == (
        TicketState.WAITING,
        call.ticket.arrived_at,
        None,
        DutyState.WRITING,
        True,
    )
    if connection.vendor == "sqlite":  # elsewhere PostgreSQL tells the socket's process
        assert (f"room:{call.room.id}", "closed") in heard
    assert Room.objects.get().closed_at is not None
    asked = [
        doctor.post(f"{url_of}/acces", {}, content_type="application/json"),
        doctor.get(f"{url_of}/messages"),
        patient.post(f"{url_of}/acces", {}, content_type="application/json"),
    ]
    assert [answer.status_code in (302, 404) for answer in asked[:2]] == [True, True]
    assert (asked[2].status_code, patient.get(f"{url_of}/fin").url) == (410, f"/attente/{ticket.id}")
    assert "Votre médecin ne peut plus vous recevoir" in text_of(patient.get(f"/attente/{ticket.id}"))


def test_a_seat_of_a_doctor_asks_for_the_role_of_this_moment(doctor, call):
    RoleGrant.objects.filter(account=call.doctor.account).update(ends_at=timezone.now())
    room_url = f"/salle/{call.room.id}"
    answers = [
        doctor.post(f"{room_url}/acces", {}, content_type="application/json"),
        doctor.get(f"{room_url}/messages"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_revoked_in_mid_call_files_and_agreements_go_on_to_the_next_doctor(call):
    revoke(call)
    put_on_duty(call.scene, call.scene.cast.lenoir, now=timezone.now())
    offer = Offer.objects.get(state=OfferState.PENDING)
    second = take_offer(offer_id=offer.id, by=doctor_actor(call.scene.cast.lenoir), now=timezone.now())
    rows = Consent.objects.order_by("scope").values_list("scope", "given", "said_at")
    first, next_one = (list(rows.filter(encounter=one)) for one in (call.encounter, second))
    assert ConsentScope.CARE in {scope for scope, *_ in first}
    assert first == next_one
    assert second.pk != call.encounter.pk


def test_revoked_before_the_call_began_the_doctor_reads_nothing(doctor, call):
    Encounter.objects.update(state=EncounterState.ARRIVED)
    revoke(call)
    assert [doctor.get(url(call, "")).status_code, save(doctor, call).status_code] == [404, 404]
