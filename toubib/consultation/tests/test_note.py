"""The note: saved by itself, from two pages, too long, signed, completed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from toubib.consultation.operations import sign_room
from toubib.consultation.tests.pages import TEXTS, client_of, save, text_of, url
from toubib.record.enums import Attestation, EncounterState
from toubib.record.models import Encounter, Note, NoteTemplate
from toubib.record.tests.factories import make_encounter
from toubib.waiting.enums import DutyState, TicketState
from toubib.waiting.models import Duty, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_note_saves_itself_and_says_when(doctor, call):
    first = save(doctor, call).json()
    same = save(doctor, call, base=0).json()  # a second sending of the same words
    second = save(doctor, call, base=1, findings="Autre").json()
    note = Note.objects.get()
    assert (first["base"], same["base"], second["base"], note.findings) == (1, 1, 2, "Autre")
    assert first["said"].startswith("Enregistrée à ")


def test_note_of_a_stale_tab_keeps_both_texts(doctor, call):
    save(doctor, call)
    stale = save(doctor, call, base=0, reason="Mon texte à moi")
    assert (stale.status_code, stale.json()["error"], stale.json()["base"]) == (409, "stale", 1)
    assert {name: stale.json()["texts"][name] for name in TEXTS} == TEXTS
    by_button = doctor.post(url(call, "/note"), {**TEXTS, "reason": "Mon texte à moi", "base": "0"})
    shown = by_button.content.decode()
    assert by_button.status_code == 422
    assert "Mon texte à moi" in shown
    assert "<q>Toux</q>" in shown
    assert 'name="base" value="1"' in shown
    assert Note.objects.get().reason == "Toux"


def test_note_too_long_says_so_and_keeps_it(doctor, call):
    long = "x" * 10_001
    answer = save(doctor, call, findings=long)
    assert (answer.status_code, answer.json()["error"], list(answer.json()["fields"])) == (
        400,
        "form",
        ["findings"],
    )
    page = doctor.post(url(call, "/note"), {**TEXTS, "findings": long, "base": "0"})
    assert (page.status_code, long in page.content.decode(), Note.objects.count()) == (422, True, 0)


@pytest.mark.parametrize("base", ["", "x", "-1"])
def test_note_with_a_wrong_base(doctor, call, base):
    assert save(doctor, call, base=base).status_code == 400


def test_note_after_the_signature_in_another_tab(doctor, call):
    save(doctor, call)
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=timezone.now())
    late = save(doctor, call, base=1, findings="Trop tard")
    assert (late.status_code, "ajout" in late.json()["sentence"]) == (410, True)
    assert Note.objects.get().findings == TEXTS["findings"]


def test_sign_takes_the_words_of_the_page_and_frees_the_doctor(doctor, call):
    data = {**TEXTS, "base": "0", "attestation": "video"}
    answer = doctor.post(url(call, "/signer"), data)
    again = doctor.post(url(call, "/signer"), data, follow=True)
    call.encounter.refresh_from_db()
    assert (answer.url, call.encounter.state, call.encounter.attestation) == ("/cabinet", "signed", "video")
    assert (Duty.objects.get().state, Ticket.objects.get().state) == (DutyState.OPEN, TicketState.CLOSED)
    assert "Cette note est déjà signée." in text_of(again)
    assert "Compléter la note" in text_of(again)


def test_sign_with_missing_parts_names_them_beside_the_fields(doctor, call):
    answer = doctor.post(
        url(call, "/signer"),
        {**TEXTS, "findings": " ", "conclusion": "", "base": "0", "attestation": "phone"},
    )
    shown = answer.content.decode()
    assert (answer.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    assert "Écrivez ce que vous avez constaté." in shown
    assert "Écrivez votre conclusion et votre décision." in shown
    assert '<option value="phone" selected>' in shown
    assert 'name="base" value="1"' in shown
    done = doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "phone"})
    assert done.url == "/cabinet"


def test_sign_from_a_stale_tab_signs_nothing(doctor, call):
    save(doctor, call)
    data = {**TEXTS, "reason": "Autre texte", "base": "0", "attestation": "video"}
    answer = doctor.post(url(call, "/signer"), data)
    assert (answer.status_code, "<q>Toux</q>" in answer.content.decode()) == (422, True)
    assert Encounter.objects.get().state == EncounterState.IN_PROGRESS


def test_sign_without_attestation(doctor, call):
    answer = doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "smoke"})
    assert (answer.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)


def test_amend_adds_and_never_erases(doctor, call):
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    empty = doctor.post(url(call, "/ajout"), {"text": " "})
    for _ in range(2):
        doctor.post(url(call, "/ajout"), {"text": "Rappelé : va mieux"})
    assert (empty.status_code, "Écrivez ce que vous ajoutez." in text_of(empty)) == (422, True)
    assert [note.conclusion for note in Note.objects.order_by("version")] == ["Virose", "Rappelé : va mieux"]
    assert Encounter.objects.get().state == EncounterState.AMENDED


def test_amend_before_the_signature_is_refused(doctor, call):
    answer = doctor.post(url(call, "/ajout"), {"text": "Trop tôt"}, follow=True)
    assert "La consultation n’en est plus là" in text_of(answer)


def test_note_keeps_measurements_history_and_code_as_typed(doctor, call):
    parts = {"m_temperature": "38,4", "m_temperature_by": "device", "m_pain": "beaucoup", "diagnosis": "J0"}
    answer = save(doctor, call, history="Asthme", warning_signs="Gêne à respirer", **parts)
    note = Note.objects.get()
    assert (answer.status_code, note.history, note.diagnosis) == (200, "Asthme", "J0")
    assert note.measurements == [
        {"code": "temperature", "value": "38,4", "by": "device", "loinc": "8310-5", "ucum": "Cel"},
        {"code": "pain", "value": "beaucoup", "by": "patient", "loinc": "72514-3", "ucum": "1"},
    ]
    shown = text_of(doctor.get(url(call)))
    assert "Température °C" in shown
    assert save(doctor, call, base=1).json()["base"] == 1  # a page without these parts leaves them


def test_sign_refuses_a_value_that_nobody_has_and_a_code_that_is_none(doctor, call):
    data = {**TEXTS, "base": "0", "attestation": "video"}
    answer = doctor.post(url(call, "/signer"), {**data, "m_temperature": "384", "diagnosis": "mal de tête"})
    shown = text_of(answer)
    assert (answer.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    assert "Hors de ce qui se mesure : entre 25 et 45 °C." in shown.replace("25,0", "25").replace(
        "45,0", "45"
    )
    assert "Choisissez un code de la liste, ou laissez ce champ vide." in shown
    right = {"base": "1", "m_temperature": "38,4", "m_temperature_by": "patient", "diagnosis": ""}
    assert doctor.post(url(call, "/signer"), {**data, **right}).url == "/cabinet"


def test_correct_shows_what_changed_who_and_why_to_both(doctor, call):
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    data = {**TEXTS, "conclusion": "Angine", "why": "Test rapide positif", "base": "1"}
    without = doctor.post(url(call, "/correction"), {**data, "why": ""})
    for _ in range(2):
        doctor.post(url(call, "/correction"), data)
    stale = doctor.post(url(call, "/correction"), {**data, "conclusion": "Otite"})
    assert (without.status_code, stale.status_code) == (422, 422)
    assert [(note.version, note.conclusion) for note in Note.objects.order_by("version")] == [
        (1, "Virose"), (2, "Angine"),
    ]  # fmt: skip
    theirs = client_of(call.account).get(f"/consultation/{call.encounter.id}")
    for page in (doctor.get(url(call)), theirs):
        shown = page.content.decode()
        assert "Test rapide positif" in shown
        assert "<del>" in shown and "Virose</del>" in shown and "Angine</ins>" in shown


def test_templates_are_kept_inserted_renamed_and_deleted_by_their_doctor_alone(doctor, call):
    save(doctor, call)
    for _ in range(2):
        doctor.post(url(call, "/modele"), {"title": "Toux simple"})
    row = NoteTemplate.objects.get()
    assert doctor.get(f"/cabinet/modeles/{row.id}").json() == {"title": "Toux simple", "texts": TEXTS}
    other = client_of(call.scene.cast.lenoir.account)
    assert [other.get(f"/cabinet/modeles/{row.id}").status_code, other.post(f"/cabinet/modeles/{row.id}").status_code] == [
        404, 404,
    ]  # fmt: skip
    empty = doctor.post(f"/cabinet/modeles/{row.id}", {"title": ""})
    doctor.post(f"/cabinet/modeles/{row.id}", {"title": "Toux"})
    assert (empty.status_code, "Toux" in text_of(doctor.get("/cabinet/modeles"))) == (422, True)
    doctor.post(f"/cabinet/modeles/{row.id}", {"do": "delete"})
    assert NoteTemplate.objects.count() == 0


def test_the_room_asks_the_same_number_of_queries_whatever_the_past(doctor, call):
    asked, days = {}, 0
    for count in (1, 60):
        while days < count:
            days += 1
            then = timezone.now() - timedelta(days=days)
            past = make_encounter(call.patient, call.doctor, EncounterState.SIGNED, planned_at=then)
            Note.objects.create(
                encounter=past, reason="Avant", findings="f", conclusion="c", advice="", saved_at=then
            )
        doctor.get(url(call))
        with CaptureQueriesContext(connection) as queries:
            page = doctor.get(url(call))
        assert f"Passé, {count}" in text_of(page)
        asked[count] = len(queries)
    assert (asked[1] == asked[60], asked[60] < 70) == (True, True), asked
    older = text_of(doctor.get(url(call, "/passe?page=3")))
    assert (older.count("Lire"), "plus anciennes" in older) == (20, False)


BY_SCRIPT = {"Accept": "application/json"}


def test_signing_by_the_script_is_refused_in_words_and_leaves_the_page(doctor, call):
    empty = {**TEXTS, "conclusion": "", "base": "0", "attestation": "video"}
    answer = doctor.post(url(call, "/signer"), empty, headers=BY_SCRIPT)
    said = answer.json()
    assert (answer.status_code, list(said["fields"]), said["sentences"], said["base"]) == (
        422,
        ["conclusion"],
        [],
        Note.objects.get().saves,
    )
    wrong = doctor.post(url(call, "/signer"), {**empty, "attestation": "x"}, headers=BY_SCRIPT)
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["attestation"])
    stale = doctor.post(url(call, "/signer"), {**empty, "base": "0", "reason": "Autre"}, headers=BY_SCRIPT)
    assert (stale.status_code, stale.json()["error"]) == (409, "stale")
    assert Encounter.objects.get(pk=call.encounter.pk).state == EncounterState.IN_PROGRESS


def test_signing_by_the_script_says_where_to_go_and_twice_too(doctor, call):
    whole = {**TEXTS, "base": "0", "attestation": "video"}
    first = doctor.post(url(call, "/signer"), whole, headers=BY_SCRIPT)
    again = doctor.post(url(call, "/signer"), whole, headers=BY_SCRIPT)
    assert (first.json(), again.json()) == ({"next": "/cabinet"}, {"next": url(call)})
    assert Encounter.objects.get(pk=call.encounter.pk).state == EncounterState.SIGNED
