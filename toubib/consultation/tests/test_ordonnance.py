"""The ordonnance at the desk: searched, written, refused, renewed, complete or not signed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from toubib.consultation.operations import sign_room
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.nomenclature.operations import load_demo_lists
from toubib.nomenclature.queries import search_medicines
from toubib.record.enums import Attestation, EncounterState, SheetKind
from toubib.record.models import Encounter, Prescription, PrescriptionLine
from toubib.record.operations import MoveRefused, PrescriptionIncomplete, put_line
from toubib.record.prescribed import Item, item_of
from toubib.record.tests.factories import make_encounter

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE = {"dose": "500 mg", "directions": "1 comprimé 3 fois par jour", "duration_days": "5", "renewals": "1"}


@pytest.fixture(autouse=True)
def lists():
    load_demo_lists(now=timezone.now())


def cis_of(text):
    return search_medicines(text=text, on=timezone.localdate(), limit=1)[0].cis


def line(text="paracétamol", *, sheet="medicines", id=None, cis=None, **over):
    found = cis if cis is not None else (cis_of(text) if sheet == "medicines" else "")
    return {"line": str(id or uuid4()), "sheet": sheet, "text": text, "cis": found, **over}


def add(client, call, **what):
    return client.post(url(call, "/ordonnance"), line(**what), headers=FRAGMENT)


def items():
    return [
        item_of(row.content) for row in PrescriptionLine.objects.order_by("prescription__sheet", "position")
    ]


def test_search_says_dose_and_why_one_is_refused(doctor, call):
    found = doctor.post("/cabinet/medicaments", {"q": "parac"}).json()["found"]
    assert found[0]["value"].startswith("paracétamol") and found[0]["refused"] == ""
    refused = doctor.post("/cabinet/medicaments", {"q": "tramadol"}).json()["found"][0]
    assert refused["refused"] != ""
    assert doctor.post("/cabinet/medicaments", {"q": ""}).json() == {"found": []}
    assert doctor.get("/cabinet/medicaments").status_code in {302, 405}


def test_a_line_sent_twice_is_one_and_an_edit_writes_over_it(doctor, call):
    one = uuid4()
    for directions in ("", "1 comprimé", "1 comprimé"):
        add(doctor, call, id=one, directions=directions)
    assert [(item.text, item.directions) for item in items()] == [("paracétamol", "1 comprimé")]
    part = doctor.get(url(call, f"/ordonnance/{one}"), headers=FRAGMENT)
    assert 'value="1 comprimé"' in part.content.decode()


def test_incomplete_lines_are_named_and_keep_the_note_from_being_signed(doctor, call):
    save(doctor, call)
    shown = text_of(add(doctor, call))
    for words in ("Écrivez la posologie et le mode d’emploi.", "Écrivez la durée, ou le nombre de boîtes."):
        assert words in shown
    answer = doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"})
    assert (answer.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    assert "L’ordonnance n’est pas complète." in text_of(answer)


def test_complete_lines_are_frozen_by_the_signature(doctor, call):
    row = uuid4()
    add(doctor, call, id=row, **WHOLE)
    add(doctor, call, text="NFS, CRP", sheet="tests")
    done = doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    assert done.url == "/cabinet"
    assert Prescription.objects.filter(signed_at__isnull=False).count() == 2
    late = doctor.post(url(call, f"/ordonnance/{row}/changer"), {"do": "remove"}, headers=FRAGMENT)
    assert "l’ordonnance ne change plus" in text_of(late)
    with pytest.raises(MoveRefused):
        put_line(
            encounter_id=call.encounter.id, line_id=row, sheet=SheetKind.TESTS, item=Item("x"), by=call.by, now=timezone.now()
        )  # fmt: skip
    assert [item.text for item in items()] == ["paracétamol", "NFS, CRP"]
    page = text_of(doctor.get(url(call)))
    assert "1 comprimé 3 fois par jour" in page and "Ajouter la ligne" not in page


def test_an_ordonnance_without_the_reach_of_its_prescriber_is_not_signed(doctor, call, settings):
    settings.OPERATOR_PHONE = settings.OPERATOR_EMAIL = ""
    reach = ("practice_address", "practice_phone", "practice_email")
    practitioner = call.doctor.practitioner
    kept = {name: getattr(practitioner, name) for name in reach}
    type(practitioner).objects.update(**dict.fromkeys(reach, ""))
    add(doctor, call, text="NFS, CRP", sheet="tests")
    data = {**TEXTS, "base": "0", "attestation": "video"}
    shown = text_of(doctor.post(url(call, "/signer"), data))
    for words in (
        "l’adresse de votre lieu",
        "le téléphone de votre lieu",
        "adresse e-mail",
        "direction médicale",
    ):
        assert words in shown
    assert Encounter.objects.get().state == EncounterState.IN_PROGRESS
    type(practitioner).objects.update(practice_address=kept["practice_address"])
    settings.OPERATOR_PHONE, settings.OPERATOR_EMAIL = "+33199001122", "contact@exemple.test"
    data["base"] = str(call.encounter.notes.get().saves)
    assert doctor.post(url(call, "/signer"), data).status_code == 302
    assert Encounter.objects.get().state == EncounterState.SIGNED


def test_a_free_line_of_medicines_needs_its_dose(doctor, call):
    shown = text_of(
        add(doctor, call, text="Préparation magistrale", cis="", directions="au besoin", boxes="1")
    )
    assert "Écrivez le dosage." in shown
    with pytest.raises(PrescriptionIncomplete):
        save(doctor, call)
        sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=timezone.now())


@pytest.mark.parametrize("typed", ["tramadol 50 mg", "Codéine, sirop"])
def test_free_words_are_no_way_round_the_list(doctor, call, typed):
    shown = add(doctor, call, text=typed, cis="", directions="au besoin", boxes="1").content.decode()
    assert 'class="notice warning" role="alert"' in shown
    assert (PrescriptionLine.objects.count(), typed in shown) == (0, True)


@pytest.mark.parametrize(
    ("sheet", "typed", "word"),
    [
        ("devices", "tramadol 50 mg", "tramadol"),
        ("nursing", "Injecter 10 mg de morphinne", "morphinne"),
        ("tests", "prégabaline", "pregabaline"),
        ("medicines", "tramadole 50 mg", "tramadole"),
        ("medicines", "Homéopathie et codéinne", "codeinne"),
    ],
)
def test_no_sheet_and_no_slip_is_a_way_round_the_list(doctor, call, sheet, typed, word):
    shown = text_of(add(doctor, call, sheet=sheet, text=typed, cis="", directions="au besoin", boxes="1"))
    assert (PrescriptionLine.objects.count(), f"« {word} » :" in shown) == (0, True)


@pytest.mark.parametrize(
    ("sheet", "typed"),
    [
        ("devices", "Oxygène, extracteur et lunettes"),
        ("nursing", "Pansement au sérum physiologique, chlorure de sodium 0,9 %"),
        ("tests", "Créatinine, ionogramme, caféinémie"),
        ("medicines", "Solution de lavage nasal"),
    ],
)
def test_other_words_stay_free(doctor, call, sheet, typed):
    add(doctor, call, sheet=sheet, text=typed, cis="", directions="au besoin", boxes="1")
    assert [item.text for item in items()] == [typed]


def test_a_refused_medicine_is_refused_by_its_code_too(doctor, call):
    shown = add(doctor, call, text="tramadol", **WHOLE)
    assert (PrescriptionLine.objects.count(), "<cite>" in shown.content.decode()) == (0, True)


def test_lines_move_go_and_the_empty_sheet_with_them(doctor, call):
    first, second = uuid4(), uuid4()
    add(doctor, call, id=first, **WHOLE)
    add(doctor, call, id=second, text="Pansement", cis="", directions="1 par jour", boxes="1", ald="on")
    doctor.post(url(call, f"/ordonnance/{second}/changer"), {"do": "up"}, headers=FRAGMENT)
    assert [item.text for item in items()] == ["Pansement", "paracétamol"]
    shown = text_of(doctor.get(url(call)))
    assert "En rapport avec l’affection de longue durée" in shown and "Sans rapport avec" in shown
    for row in (first, second, second):
        doctor.post(url(call, f"/ordonnance/{row}/changer"), {"do": "remove"}, headers=FRAGMENT)
    assert (PrescriptionLine.objects.count(), Prescription.objects.count()) == (0, 0)


def test_renewal_takes_signed_lines_of_the_same_patient_once(doctor, call):
    then = timezone.now() - timedelta(days=30)
    before = make_encounter(call.patient, call.doctor, EncounterState.SIGNED, planned_at=then)
    sheet = Prescription.objects.create(encounter=before, sheet="medicines", made_at=then, signed_at=then)
    kept = [
        PrescriptionLine.objects.create(
            prescription=sheet, position=place, content=Item(text, cis=cis_of(text), dose="d", directions="1", boxes=1).as_kept()
        )
        for place, text in enumerate(("paracétamol", "tramadol"), start=1)
    ]  # fmt: skip
    data = {"lines": [str(row.id) for row in kept]}
    shown = [
        text_of(doctor.post(url(call, "/ordonnance/renouveler"), data, headers=FRAGMENT)) for _ in range(2)
    ]
    new = PrescriptionLine.objects.filter(prescription__encounter=call.encounter)
    assert [(item_of(row.content).text, row.renews_id) for row in new] == [("paracétamol", kept[0].id)]
    assert "tramadol" in shown[0]


def test_a_childs_sheet_carries_the_weight(doctor, call):
    call.patient.birth_date = timezone.localdate() - timedelta(days=6 * 366)
    call.patient.save()
    save(doctor, call)
    add(doctor, call, **WHOLE)
    shown = text_of(doctor.get(url(call)))
    if "Poids, en kilos" in shown and Prescription.objects.get().weight == "":
        with pytest.raises(PrescriptionIncomplete):
            sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=timezone.now())
    for typed in ("900", "21,5"):
        doctor.post(url(call, "/ordonnance/poids"), {"weight": typed}, headers=FRAGMENT)
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=timezone.now())
    assert Prescription.objects.get().weight == "21,5"


def test_the_line_of_another_doctors_room_is_not_there(doctor, call):
    row = uuid4()
    add(doctor, call, id=row, **WHOLE)
    other = client_of(call.scene.cast.lenoir.account)
    assert [
        other.get(url(call, f"/ordonnance/{row}"), headers=FRAGMENT).status_code,
        other.post(url(call, f"/ordonnance/{row}/changer"), {"do": "remove"}).status_code,
        other.post(url(call, "/ordonnance"), line(id=row)).status_code,
    ] == [404] * 3
