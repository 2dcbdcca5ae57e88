"""« Mon espace » by role; lists under a fixed number of queries; one's own data copied and asked erased."""

import io
import json
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.operations import invite_guest, use_invite
from toubib.documents.tests.factories import make_document
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.tests.factories import make_account, make_link, make_patient
from toubib.record.enums import ConsentScope, EncounterState
from toubib.record.models import Consent, Encounter
from toubib.record.operations import add_attachment, say_consents, tell_health_summary
from toubib.rights.models import DataCopy
from toubib.rights.operations import place_hold
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import patient_actor, prepare_ticket
from toubib.web.audit_words import MORE
from toubib.web.tasks import make_copies
from toubib.web.tests.journey import Journey
from toubib.web.tests.test_waiting_room import picture

pytestmark = pytest.mark.django_db(transaction=True)
SPACE = "/mon-espace"


def body(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_each_role_goes_to_its_page():
    visit = Journey.begin()
    cast = visit.scene.cast
    homes = {
        cast.vasseur.account: "/cabinet",
        cast.director: "/direction",
        cast.compliance: "/conformite",
        cast.administrator: "/administration/comptes",
        cast.haddad.account: "/comptoir",
    }
    for account, address in homes.items():
        assert visit.client(account).get(SPACE)["Location"] == address
    for account in (cast.regulator, cast.analyst):
        page = body(visit.client(account).get(SPACE))
        assert "Ce rôle n’a pas encore de page ici." in page and "Me déconnecter" in page
    assert Client().get(SPACE)["Location"].startswith("/connexion")


def test_the_ticket_under_way_is_offered_again():
    visit = Journey.begin()
    assert "Voir ma place" in body(visit.client().get(SPACE))
    account = make_account()
    patient = make_patient()
    make_link(account, patient)
    prepare_ticket(visit.scene, account=account, patient=patient)
    page = body(visit.client(account).get(SPACE))
    assert "Reprendre votre demande" in page and 'href="/consulter"' in page
    Ticket.objects.update(state="left", ended_at=visit.now)
    assert "Consulter maintenant" in body(visit.client(account).get(SPACE))


def past(visit, count):
    for _ in range(count):
        Encounter.objects.create(
            patient=visit.scene.cast.jeanne_patient,
            practitioner=visit.doctor.practitioner,
            state=EncounterState.SIGNED,
            planned_at=visit.now,
            signed_at=visit.now,
        )


LISTS = ["", "/consultations", "/documents", "/accords", "/acces", "/mes-donnees"]


@pytest.mark.parametrize("address", [f"{SPACE}{name}" for name in LISTS])
def test_lists_ask_the_same_number_of_queries_for_one_and_three(address):
    visit = Journey.begin()
    client = visit.client()
    counts = []
    for more in (1, 2):
        past(visit, more)
        for encounter in Encounter.objects.filter(state="signed", documents__isnull=True):
            make_document(visit.scene.cast, encounter=encounter)
        by = patient_actor(visit.ticket.account)
        say_consents(
            patient_id=visit.ticket.patient_id, answers={ConsentScope.CARE: True}, by=by, now=visit.now
        )
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Reads that are of no one's record: lists of the whole platform, files without a name, an account alone.
OF_NO_RECORD = {
    "kiosk.counter.read",
    "activity.caps.read",
    "activity.caps.export",
    "billing.batch.read",
    "billing.claims.read",
    "billing.covers.read",
    "rights.erasure.read",
}


def test_every_read_of_a_record_has_words_for_the_person():
    assert {one for one in MORE if one.endswith((".read", ".find", ".list", ".take"))} - OF_NO_RECORD == {
        "rights.copy.take"  # one's own act, which names no patient
    }


def test_for_whom_one_chooses_and_nobody_else():
    visit = Journey.begin()
    past(visit, 1)
    cast, client = visit.scene.cast, visit.client()
    for name in ("consultations", "documents", "acces"):
        assert client.get(f"{SPACE}/{name}?pour={cast.leo.id}").status_code == 200
        for wrong in (cast.stranger_patient.id, "zzz", cast.jeanne.id):
            assert client.get(f"{SPACE}/{name}?pour={wrong}").status_code == 404
    assert "Dre Salomé Vasseur" in body(client.get(f"{SPACE}/consultations?pour={cast.jeanne_patient.id}"))
    assert "Dre Salomé Vasseur" not in body(client.get(f"{SPACE}/consultations?pour={cast.leo.id}"))


def test_the_copy_is_its_own_account_s_alone():
    visit = Journey.begin()
    copy(visit.client())
    there = reverse("web:my_data_copy", args=[DataCopy.objects.get().id])
    assert visit.client(visit.scene.cast.stranger).get(there).status_code == 404
    DataCopy.objects.update(expires_at=timezone.now())
    assert visit.client().get(there).status_code == 404
    assert "Télécharger" not in body(visit.client().get(reverse("web:my_data")))


def test_all_visits_by_pages():
    visit = Journey.begin()
    past(visit, 12)
    client = visit.client()
    assert "Toutes mes consultations" in body(client.get(SPACE))
    assert body(client.get("/mon-espace/consultations")).count("Dre Salomé Vasseur") == 10
    assert body(client.get("/mon-espace/consultations?page=2")).count("Dre Salomé Vasseur") == 2
    assert client.get("/mon-espace/consultations?page=zzz").status_code == 200


def test_patients_pages_are_for_patients():
    visit = Journey.begin()
    for account in (visit.doctor.account, visit.scene.cast.analyst):
        client = visit.client(account)
        for name in ("visits", "my_data"):
            assert client.get(reverse(f"web:{name}")).status_code == 404
        for name in ("my_data_export", "my_data_erase"):
            assert client.post(reverse(f"web:{name}")).status_code == 404


def test_a_consent_is_taken_back_by_its_own_person_alone():
    visit = Journey.begin()
    row = Consent.objects.get()
    url = reverse("web:consent_withdraw", args=[row.id])
    assert visit.client(visit.scene.cast.stranger).post(url).status_code == 404
    client = visit.client()
    for _ in range(2):
        assert client.post(url)["Location"] == SPACE
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert JournalEntry.objects.filter(action="record.consent.withdraw").count() == 1
    assert "retiré le" in body(client.get(SPACE))


def copy(client):
    """Asked on the page, made by the worker, downloaded."""
    assert client.post(reverse("web:my_data_export")).status_code == 302
    assert make_copies(now=timezone.now()) == 1
    ready = DataCopy.objects.order_by("-asked_at").first()
    answer = client.get(reverse("web:my_data_copy", args=[ready.id]))
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive, json.loads(archive.read("donnees.json"))


def test_the_copy_holds_everything_and_the_files():
    visit = Journey.begin()
    by = patient_actor(visit.ticket.account)
    patient = visit.ticket.patient_id
    add_attachment(patient_id=patient, title="Ordonnance", content=picture().read(), by=by, now=visit.now)
    tell_health_summary(patient_id=patient, content={"allergies": "Pénicilline"}, by=by, now=visit.now)
    visit.sign()
    archive, data = copy(visit.client())
    me, child = data["people"]
    assert me["identity"]["birth_name"] == "Morel" and child["link"] == "parent"
    assert me["health"][0]["allergies"] == "Pénicilline"
    assert me["visits"][0]["notes"][0]["conclusion"] == "Angine probable"
    assert me["files"][0]["title"] == "Ordonnance" and me["files"][0]["file"] in archive.namelist()
    assert me["accesses"] and child["accesses"] == []
    assert data["requests"][0]["state"] == "closed"
    assert JournalEntry.objects.filter(action="record.export.read", patient=patient).count() == 1


def test_the_copy_of_a_parent_holds_nothing_of_a_secret_visit():
    visit = Journey.for_child().sign()
    child = make_account()
    make_link(child, visit.scene.cast.leo)
    by = patient_actor(child)
    leo = visit.scene.cast.leo.id
    tell_health_summary(patient_id=leo, content={"treatments": "secret"}, by=by, now=visit.now)
    add_attachment(patient_id=leo, title="secret", content=picture().read(), by=by, now=visit.now)
    say_consents(patient_id=leo, answers={ConsentScope.SEND_TO_MT: True}, by=by, now=visit.now)
    Encounter.objects.update(minor_secrecy=True)
    _archive, data = copy(visit.client())
    leos = next(person for person in data["people"] if person["link"] == "parent")
    assert (leos["visits"], leos["files"], leos["health"], leos["consents"]) == ([], [], [], [])
    assert data["requests"] == []
    assert "secret" not in json.dumps(data)
    assert "secret" in json.dumps(copy(visit.client(child))[1])


def test_the_copy_holds_the_signs_said_yes():
    visit = Journey.begin(signs_yes=["breathing"])
    _archive, data = copy(visit.client())
    assert [row["signs_yes"] for row in data["requests"]] == [["breathing"]]


def test_the_copy_hides_an_unsigned_note():
    visit = Journey.begin().end()
    _archive, data = copy(visit.client())
    assert data["people"][0]["visits"][0]["notes"] == []


def test_erasure_is_asked_once_and_told_to_compliance():
    visit = Journey.begin()
    client = visit.client()
    url = reverse("web:my_data_erase")
    assert client.post(url, {}).status_code == 422
    for _ in range(2):
        assert client.post(url, {"sure": "on"}).status_code == 302
    entry = JournalEntry.objects.get(action="rights.erasure.ask")
    assert (entry.account, entry.reason) == (visit.ticket.account_id, "GDPR 17")
    sent = [row for row in OutboundMessage.objects.all() if row.to == visit.scene.cast.compliance.email]
    assert len(sent) == 1
    assert "Demande reçue le" in body(client.get(reverse("web:my_data")))


def test_a_professional_without_the_second_factor_has_no_page():
    visit = Journey.begin()
    client = Client()
    client.force_login(visit.doctor.account)
    assert "Ce rôle n’a pas encore de page ici." in body(client.get(SPACE))
    assert Role.PRACTITIONER == "practitioner"


def test_each_agreement_to_someones_presence_names_them_and_old_ones_are_folded():
    visit = Journey.begin()
    client, by = visit.client(), patient_actor(visit.ticket.account)
    _made, token = invite_guest(
        ticket_id=visit.ticket.id, role=ParticipantRole.INTERPRETER, by=by, now=visit.now
    )
    page = body(client.get(SPACE))
    use_invite(token=token, name="Lucie Ferrand", now=visit.now)
    named = body(client.get(SPACE))
    assert (
        "autre personne</b> : interprète" in page,
        "autre personne</b> : Lucie Ferrand (interprète)" in named,
    ) == (True, True)
    assert "Tous mes accords" not in named
    for scope in (ConsentScope.CARE, ConsentScope.SEND_TO_MT, ConsentScope.CARE, ConsentScope.SEND_TO_MT):
        say_consents(patient_id=visit.ticket.patient_id, answers={scope: True}, by=by, now=visit.now)
    assert "Tous mes accords" in body(client.get(SPACE))


def test_the_page_says_the_length_of_the_law_and_that_a_dispute_keeps_the_record():
    visit = Journey.begin()
    client, url = visit.client(), reverse("web:my_data")
    page = body(client.get(url))
    assert "20 ans après la dernière consultation, et jusqu’aux 28 ans d’un enfant" in page
    assert "un recours le garde" not in page
    place_hold(
        patient=visit.ticket.patient,
        why="Assignation",
        by=patient_actor(visit.ticket.account),
        now=visit.now,
    )
    assert "en entier : un recours le garde tant qu’il dure" in body(client.get(url))
