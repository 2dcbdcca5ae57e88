"""A document cancelled or replaced by its doctor, and a report sent once more."""

import pytest
from django.utils import timezone

from toubib.consultation.models import PapersDue
from toubib.consultation.operations import ask_for_papers, issue_due_papers
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.documents.models import Document
from toubib.documents.queries import header_of
from toubib.exchange.enums import DeliveryState, Refusal
from toubib.exchange.models import Delivery
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.models import Patient
from toubib.record.enums import ConsentScope
from toubib.record.operations import say_consents

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"reason": "Nom mal écrit", "then": "none"}
AGAIN = {**WHY, "then": "again"}


@pytest.fixture
def report(doctor, call):
    save(doctor, call)
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"})
    issue_due_papers(now=timezone.now())
    return Document.objects.get(kind="report")


def where(document, act="annuler"):
    return f"/cabinet/documents/{document.id}/{act}"


def test_a_document_is_cancelled_with_its_reason_once(doctor, call, report):
    assert where(report) in doctor.get(url(call)).content.decode()
    page = text_of(doctor.get(where(report)))
    assert "Un document annulé ne redevient pas valable." in page
    assert (report.encounter.practitioner.family_name in page, "Mon bureau" in page) == (True, True)
    assert "Mon espace" not in page
    assert doctor.post(where(report), {**WHY, "reason": " "}).status_code == 422
    for _double_click in range(2):
        assert doctor.post(where(report), WHY).url == url(call)
    report.refresh_from_db()
    assert (report.state, report.cancel_reason, Document.objects.count()) == ("cancelled", "Nom mal écrit", 1)
    assert JournalEntry.objects.filter(action="documents.document.cancel").count() == 1
    mine = client_of(call.account)
    page = text_of(mine.get(f"/consultation/{call.encounter.id}"))
    assert "annulé : ne l’utilisez plus" in page and "Nom mal écrit" not in page
    assert "Ce document est annulé." in text_of(mine.get(f"/verifier/{report.code}"))
    ask_for_papers(encounter_id=call.encounter.id, now=timezone.now())
    issue_due_papers(now=timezone.now())
    assert (Document.objects.count(), PapersDue.objects.count()) == (1, 0)


def test_a_message_says_that_something_changed_and_not_what(doctor, call, report):
    call.account.email, before = (
        "patient@exemple.test",
        set(OutboundMessage.objects.values_list("id", flat=True)),
    )
    call.account.save()
    doctor.post(where(report), WHY)
    told = [one for one in OutboundMessage.objects.all() if one.id not in before]
    assert [(one.to, one.subject) for one in told] == [
        ("patient@exemple.test", "Toubib : un document a changé")
    ]
    assert not {"compte rendu", "Nom mal écrit"} & {told[0].body}


def test_a_document_is_replaced_by_what_is_known_today(doctor, call, report):
    Patient.objects.filter(pk=call.encounter.patient_id).update(birth_name="CORRIGÉ")
    for _double_click in range(2):
        assert doctor.post(where(report), AGAIN).url == url(call)
    old, new = Document.objects.order_by("issued_at", "id")
    assert (old.state, old.cancel_reason, new.state, new.replaces_id) == (
        "cancelled",
        "Nom mal écrit",
        "issued",
        old.id,
    )
    assert (header_of(document=new).identity.birth_name, header_of(document=new).replaces_code) == (
        "CORRIGÉ",
        old.code,
    )
    assert "Un autre document le remplace." in text_of(doctor.get(f"/verifier/{old.code}"))


def test_without_a_seal_nothing_changes(doctor, call, report, settings, tmp_path):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "seal.pem", False
    answer = doctor.post(where(report), AGAIN)
    report.refresh_from_db()
    assert (answer.status_code, report.state, Document.objects.count()) == (422, "issued", 1)
    assert "Rien n’a changé." in text_of(answer)


def test_a_report_that_came_back_is_sent_again(doctor, call, report):
    Delivery.objects.update(state=DeliveryState.BOUNCED, reason="", last_error="dsn_5.1.1")
    page = text_of(doctor.get(url(call)))
    assert "Le message est revenu" in page and "dsn_5.1.1" in page and "Renvoyer le compte rendu" in page
    part = doctor.post(where(report, "renvoyer"), headers=FRAGMENT)
    assert part.content.decode().startswith('<section id="documents"')
    assert "Le message est revenu" not in text_of(part)
    assert "Le compte rendu repart. Son état s’affiche ici." in text_of(part)
    assert Delivery.objects.get().state in (DeliveryState.WAITING, DeliveryState.REFUSED)
    Delivery.objects.update(state=DeliveryState.DELIVERED, reason="", sent_at=timezone.now())
    assert doctor.post(where(report, "renvoyer")).url == url(call)
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


def test_a_refusal_gone_the_report_leaves(doctor, call, report):
    assert Delivery.objects.get().reason in (Refusal.NO_CONSENT, Refusal.NO_MEDECIN_TRAITANT)
    say_consents(
        patient_id=call.encounter.patient_id,
        encounter_id=call.encounter.id,
        answers={ConsentScope.SEND_TO_MT: True},
        by=call.by_patient,
        now=timezone.now(),
    )
    doctor.post(where(report, "renvoyer"))
    assert Delivery.objects.get().reason != Refusal.NO_CONSENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [("none", "n’a pas indiqué de médecin traitant"), ("unavailable", "indiqué sans nom")],
)
def test_a_report_for_nobody_says_why_and_is_not_sent_again(doctor, call, report, answer, words):
    call.ticket.medecin_traitant, call.ticket.own_practitioner = answer, None
    call.ticket.save()
    Delivery.objects.update(
        state=DeliveryState.REFUSED, reason=Refusal.NO_MEDECIN_TRAITANT, recipient_rpps=""
    )
    page = text_of(doctor.get(url(call)))
    assert (words in page, "Renvoyer le compte rendu" in page) == (True, False)


def test_another_doctor_finds_nothing(call, report):
    other_doctor = client_of(call.scene.cast.lenoir.account)
    assert [
        other_doctor.get(where(report)).status_code,
        other_doctor.post(where(report), WHY).status_code,
    ] == [404] * 2
    assert other_doctor.post(where(report, "renvoyer")).status_code == 404
    report.refresh_from_db()
    assert report.state == "issued"
