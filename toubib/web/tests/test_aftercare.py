"""After the call: by state, by person, rated, complained of; a minor's secret."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from toubib.consultation.models import Complaint, Feedback, PapersDue, Participant
from toubib.consultation.operations import answer_complaint, ask_for_papers, issue_due_papers
from toubib.documents.models import Document
from toubib.documents.operations import cancel_document
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import make_account, make_link
from toubib.record.enums import AbortReason, Orientation, SheetKind
from toubib.record.models import Encounter
from toubib.record.operations import amend_note, orient_patient, put_line
from toubib.record.prescribed import Item
from toubib.waiting.operations import abort_call
from toubib.waiting.tests.factories import doctor_actor
from toubib.web.copies import make_archive
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def body(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def at(visit, name="visit"):
    return reverse(f"web:{name}", args=[visit.encounter.id])


def test_until_it_is_signed_the_note_is_on_its_way():
    visit = Journey.begin().end()
    client = visit.client()
    page = body(client.get(at(visit)))
    assert "La note arrive." in page and "Angine" not in page
    assert client.get(at(visit, "visit_state"), {"phase": "to_sign"}).status_code == 200
    assert client.get(at(visit, "visit_state"), {"phase": "in_call"})["HX-Redirect"] == at(visit)


def test_the_note_names_the_patient_with_the_birth_date_and_who_else_came():
    visit = Journey.begin().end()
    people = (("relative", "Lucie Morel", visit.now), ("interpreter", "Amina Haddou", None))
    for role, name, joined in people:
        Participant.objects.create(
            room=visit.room, role=role, name=name, added_at=visit.now, joined_at=joined, removed_at=visit.now
        )
    sign(visit)
    Encounter.objects.update(video_seconds_patient=12, video_seconds_practitioner=14)
    mine = body(visit.client().get(at(visit)))
    theirs = body(visit.client(visit.doctor.account).get(f"/cabinet/salle/{visit.room.id}"))
    for page in (mine, theirs):
        assert ("née le 4 mars 1988" in page, "Lucie Morel (proche)" in page) == (True, True)
        assert "Amina Haddou" not in page
    assert "Vidéo trop courte pour être comptée." in mine
    assert "vidéo trop courte pour être comptée" in theirs


def test_in_the_call_one_may_go_back():
    visit = Journey.begin().open()
    assert reverse("web:call", args=[visit.room.id]) in body(visit.client().get(at(visit)))


def test_signed_the_note_is_whole_and_the_reading_leaves_a_trace():
    visit = Journey.begin().end()
    by = doctor_actor(visit.doctor)
    orient_patient(
        encounter_id=visit.encounter.id, to=Orientation.IN_PERSON, note="Sous 3 jours", by=by, now=visit.now
    )
    sign(visit)
    amend_note(encounter_id=visit.encounter.id, text="Prendre la température", by=by, now=visit.now)
    page = body(visit.client().get(at(visit)))
    for words in (
        "Toux depuis deux jours",
        "Gorge rouge",
        "Angine probable",
        "Boire, se reposer",
        "Sous 3 jours",
        "prenez une consultation sur place.",
        "Prendre la température",
        "Si cela s’aggrave",
        "tel:15",
        "Pas de vidéo dans les deux sens, d’après les navigateurs.",
        "Le médecin atteste : vidéo dans les deux sens.",
        "Comment cela s’est-il passé ?",
    ):
        assert words in page, words
    trace = JournalEntry.objects.get(action="record.note.read", account=visit.ticket.account_id)
    assert (trace.patient, trace.role) == (visit.ticket.patient_id, "patient")


def sign(visit):
    from toubib.consultation.operations import sign_room
    from toubib.record.enums import Attestation
    from toubib.record.operations import save_note

    by = doctor_actor(visit.doctor)
    words = {
        "reason": "Toux depuis deux jours",
        "findings": "Gorge rouge",
        "conclusion": "Angine probable",
        "advice": "Boire, se reposer",
    }
    save_note(encounter_id=visit.encounter.id, **words, base=0, by=by, now=visit.now)
    sign_room(room_id=visit.room.id, attestation=Attestation.VIDEO, by=by, now=visit.now)


def test_interrupted_nothing_is_owed_and_nobody_rates():
    visit = Journey.begin().open()
    encounter = visit.encounter
    abort_call(
        encounter_id=encounter.id,
        reason=AbortReason.LINE_FAILED,
        by=doctor_actor(visit.doctor),
        now=visit.now,
    )
    page = body(visit.client().get(at(visit)))
    assert "interrompue" in page and "Liaison rompue" in page and "Rien n’est dû." in page
    assert "Comment cela" not in page
    for words in (
        "Consulter de nouveau",
        'href="/consulter"',
        "médecin traitant",
        "116 117",
        "Si cela s’aggrave",
        "tel:15",
    ):
        assert words in page, words
    assert (
        visit.client().post(at(visit, "visit_rate"), {"helped": "5", "call_quality": "5"}).status_code == 302
    )
    assert Feedback.objects.count() == 0


def test_who_may_read():
    visit = Journey.begin().sign()
    relative = make_account()
    make_link(relative, visit.ticket.patient, LinkKind.RELATIVE)
    assert visit.client(relative).get(at(visit)).status_code == 200
    doctor = visit.client(visit.doctor.account)
    page = body(doctor.get(at(visit)))
    assert "Angine probable" in page and "Comment cela" not in page and "Faire une réclamation" not in page
    cast = visit.scene.cast
    for account in (cast.stranger, cast.lenoir.account, cast.director, cast.compliance, cast.administrator):
        for name in ("visit", "visit_state"):
            assert visit.client(account).get(at(visit, name)).status_code == 404
        for name in ("visit_rate", "visit_complaint"):
            assert visit.client(account).post(at(visit, name), {"text": "x"}).status_code == 404
    for name in ("visit_rate", "visit_complaint"):
        assert (
            doctor.post(at(visit, name), {"text": "x", "helped": "1", "call_quality": "1"}).status_code == 404
        )
    assert Client().get(at(visit)).status_code == 302
    assert JournalEntry.objects.filter(action="record.note.read", role="practitioner").count() == 1


def test_a_minors_secret_is_invisible_to_parents_everywhere():
    visit = Journey.for_child().sign()
    parent = visit.client()
    assert parent.get(at(visit)).status_code == 200
    Encounter.objects.update(minor_secrecy=True)
    for name in ("visit", "visit_state"):
        assert parent.get(at(visit, name)).status_code == 404
    for name in ("visit_rate", "visit_complaint"):
        assert parent.post(at(visit, name), {"text": "x"}).status_code == 404
    for name in ("space", "visits", "my_data"):
        page = body(parent.get(reverse(f"web:{name}")))
        assert str(visit.encounter.id) not in page and "Salomé" not in page
    child = make_account()
    make_link(child, visit.scene.cast.leo)
    assert visit.client(child).get(at(visit)).status_code == 200


def test_two_questions_answered_twice_are_one_answer():
    visit = Journey.begin().sign()
    client, url = visit.client(), at(visit, "visit_rate")
    for wrong in ({}, {"helped": "9", "call_quality": "2"}, {"helped": "x", "call_quality": "2"}):
        assert client.post(url, wrong).status_code == 422
    client.post(url, {"helped": "4", "call_quality": "2"})
    client.post(url, {"helped": "5", "call_quality": "2"})
    row = Feedback.objects.get()
    assert (row.helped, row.call_quality) == (5, 2)
    assert "Votre avis est enregistré" in body(client.get(at(visit)))


def test_a_complaint_and_its_answer():
    visit = Journey.begin().sign()
    client, url = visit.client(), at(visit, "visit_complaint")
    assert client.post(url, {"text": "  "}).status_code == 422
    answer = client.post(url, {"text": "x" * 4001})
    assert answer.status_code == 422 and "4 000 signes" in body(answer) and "x" * 4001 in body(answer)
    for _ in range(2):
        client.post(url, {"text": "Le son coupait."})
    row = Complaint.objects.get()
    assert "Pas encore de réponse." in body(client.get(at(visit)))
    answer_complaint(
        complaint_id=row.id, answer="Nous changeons de relais.", by=doctor_actor(visit.doctor), now=visit.now
    )
    assert "Nous changeons de relais." in body(client.get(at(visit)))
    relative = make_account()
    make_link(relative, visit.ticket.patient, LinkKind.RELATIVE)
    assert "Le son coupait." not in body(visit.client(relative).get(at(visit)))


def test_who_opened_the_record_is_told_in_words_without_ids():
    visit = Journey.begin().sign()
    visit.client(visit.doctor.account).get(at(visit))
    visit.client().get(at(visit))
    page = body(visit.client().get(at(visit)))
    part = page[page.index("Qui a ouvert ce dossier") :]
    name = visit.doctor.practitioner.full_name
    assert f"<b>{name}</b> · note lue" in part and "<b>Vous</b> · note lue" in part
    assert str(visit.ticket.patient_id) not in part and str(visit.doctor.account_id) not in part


def test_signed_without_any_document_the_page_says_so_once_none_is_due():
    visit = Journey.begin().end()
    sign(visit)
    PapersDue.objects.filter(encounter=visit.encounter).delete()
    none = "Aucun document pour cette consultation."
    assert none in body(visit.client().get(at(visit)))
    assert none in body(visit.client().get(at(visit, "visit_documents")))
    ask_for_papers(encounter_id=visit.encounter.id, now=visit.now)
    for name in ("visit", "visit_documents"):
        page = body(visit.client().get(at(visit, name)))
        assert (none in page, "Vos documents se préparent" in page) == (False, True)


def test_the_lines_of_a_signed_ordonnance_are_read_as_text_and_said_cancelled():
    visit = Journey.begin().end()
    item = Item(text="paracétamol", dose="500 mg", directions="1 comprimé 3 fois par jour", duration_days=5)
    put_line(
        encounter_id=visit.encounter.id,
        line_id=uuid4(),
        sheet=SheetKind.MEDICINES,
        item=item,
        by=doctor_actor(visit.doctor),
        now=visit.now,
    )
    said = "1 comprimé 3 fois par jour"
    assert said not in body(visit.client().get(at(visit)))
    sign(visit)
    page = body(visit.client().get(at(visit)))
    copy = ZipFile(BytesIO(make_archive(account=visit.ticket.account, now=visit.now))).read("index.html")
    for text in (page, copy.decode().replace("\u00a0", " ")):
        assert ("Ordonnance, médicaments" in text, said in text, "pendant 5 jours" in text) == (
            True,
            True,
            True,
        )
        assert "annulée" not in text
    issue_due_papers(now=visit.now + timedelta(seconds=10))
    document = Document.objects.get(kind="ordonnance")
    cancel_document(document=document, reason="x", by=doctor_actor(visit.doctor), now=visit.now)
    assert "annulée : ne l’utilisez plus" in body(visit.client().get(at(visit)))
