"""From the signature to the documents: made once, the report anew with the note, the leave only once received."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.consultation.models import PapersDue
from toubib.consultation.operations import issue_due_papers, sign_room
from toubib.consultation.operations.issue import LEASE, _claim_one
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.consultation.tests.test_leave import typed
from toubib.consultation.tests.test_ordonnance import WHOLE, add
from toubib.documents.contents import Leave, Ordonnance, Report
from toubib.documents.models import Document
from toubib.documents.queries import content_of
from toubib.exchange.models import Delivery
from toubib.nomenclature.operations import load_demo_lists
from toubib.record.enums import Attestation, ConsentScope
from toubib.record.operations import say_consents

pytestmark = pytest.mark.django_db(transaction=True)


def kinds():
    return [(one.kind, one.sheet, one.state) for one in Document.objects.order_by("issued_at", "id")]


@pytest.fixture
def signed(doctor, call):
    """Three lines, a two-day leave, an attestation, signed."""
    load_demo_lists(now=timezone.now())
    practitioner = call.encounter.practitioner
    practitioner.country = "FR"
    practitioner.save()
    call.ticket.medecin_traitant = "none"
    call.ticket.save()
    add(doctor, call, **WHOLE)
    add(doctor, call, text="NFS, CRP", sheet="tests")
    doctor.post(url(call, "/arret"), typed(), headers=FRAGMENT)
    doctor.post(url(call, "/certificat"), {"template": "presence"}, headers=FRAGMENT)
    parts = {"m_temperature": "38,4", "m_temperature_by": "device", "warning_signs": "Gêne à respirer"}
    done = doctor.post(url(call, "/signer"), {**TEXTS, **parts, "base": "0", "attestation": "video"})
    assert done.url == "/cabinet"
    make_papers()
    return call


def make_papers():
    return issue_due_papers(now=timezone.now())


def test_the_signature_makes_each_document_once(doctor, signed):
    assert make_papers() == 0
    assert sorted(kinds()) == [
        ("certificate", "", "issued"), ("ordonnance", "medicines", "issued"), ("ordonnance", "tests", "issued"),
        ("report", "", "issued"),
    ]  # fmt: skip
    contents = [content_of(document=one) for one in Document.objects.order_by("id")]
    report = next(one for one in contents if isinstance(one, Report))
    sheet = next(one for one in contents if isinstance(one, Ordonnance) and one.sheet == "medicines")
    assert (report.measurements[0].value, report.measurements[0].loinc, report.warning_signs) == (
        "38,4",
        "8310-5",
        "Gêne à respirer",
    )
    assert report.issued and not any("Arrêt" in one for one in report.issued)  # the Cnam has not received it
    assert (sheet.lines[0].text_inn, sheet.lines[0].duration_days, sheet.lines[0].renewals) == (
        "paracétamol",
        5,
        1,
    )


def test_the_patient_opens_them_and_the_leave_once_received(doctor, signed):
    mine = client_of(signed.account)
    there = f"/consultation/{signed.encounter.id}"
    page = mine.get(there).content.decode()
    for one in Document.objects.all():
        assert f"/documents/{one.id}.pdf" in page
        assert mine.get(f"/documents/{one.id}.pdf").content[:5] == b"%PDF-"
    doctor.post(url(signed, "/arret/accuse"), {"number": "AAT 1"})
    make_papers()
    leave = Document.objects.get(kind="sick_leave")
    said = content_of(document=leave)
    assert isinstance(said, Leave) and (said.days, said.receipt_number) == (2, "AAT 1")
    assert f"/documents/{leave.id}.pdf" in mine.get(there).content.decode()
    assert "Compte rendu" in text_of(doctor.get(url(signed)))
    reports = [one for one in Document.objects.order_by("issued_at", "id") if one.kind == "report"]
    assert [one.state for one in reports] == ["cancelled", "issued"]
    assert "Arrêt de travail, 2 jours" in content_of(document=reports[-1]).issued
    assert make_papers() == 0 and len(kinds()) == 6


def test_a_correction_replaces_the_report_and_an_addition_too(doctor, signed):
    data = {**TEXTS, "conclusion": "Angine", "why": "Test positif", "base": "1"}
    doctor.post(url(signed, "/correction"), data)
    make_papers()
    doctor.post(url(signed, "/ajout"), {"text": "Va mieux"})
    make_papers()
    rows = list(Document.objects.filter(kind="report").order_by("issued_at", "id"))
    assert [row.state for row in rows] == ["cancelled", "cancelled", "issued"]
    last = content_of(document=rows[-1])
    assert isinstance(last, Report) and last.version == 3
    assert "Test positif" in last.changes and "Va mieux" in last.assessment and "Angine" in last.assessment


def test_nothing_is_reachable_before_the_signature(doctor, call):
    save(doctor, call)
    assert (make_papers(), Document.objects.count(), PapersDue.objects.count()) == (0, 0, 0)


def test_what_cannot_be_made_is_tried_again_and_takes_no_signature_down(doctor, call, settings, tmp_path):
    save(doctor, call)
    now = timezone.now()
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=now)
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "seal.pem", False
    assert (issue_due_papers(now=now), Document.objects.count()) == (0, 0)
    assert list(PapersDue.objects.values_list("tries", "next_at")) == [(1, now + timedelta(seconds=5))]
    settings.TRIAL = True
    assert (issue_due_papers(now=now), issue_due_papers(now=now + timedelta(seconds=5))) == (0, 1)
    assert (len(kinds()), PapersDue.objects.count()) == (1, 0)


def test_papers_are_claimed_by_one_process_and_taken_up_where_it_died(doctor, call):
    save(doctor, call)
    now = timezone.now()
    sign_room(room_id=call.room.id, attestation=Attestation.VIDEO, by=call.by, now=now)
    assert _claim_one(now=now).encounter_id == call.encounter.id
    assert (_claim_one(now=now), issue_due_papers(now=now), Document.objects.count()) == (None, 0, 0)
    assert issue_due_papers(now=now + LEASE) == 1
    assert (len(kinds()), PapersDue.objects.count()) == (1, 0)


def test_the_report_goes_only_where_the_patient_agreed(doctor, call):
    call.ticket.own_practitioner = call.scene.cast.lenoir.practitioner
    call.ticket.medecin_traitant = "unavailable"
    call.ticket.save()
    say_consents(
        patient_id=call.patient.id, answers={ConsentScope.SEND_TO_MT: True}, encounter_id=call.encounter.id,
        by=call.by_patient, now=timezone.now(),
    )  # fmt: skip
    save(doctor, call)
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"})
    make_papers()
    delivery = Delivery.objects.get()
    assert delivery.recipient_rpps == call.scene.cast.lenoir.practitioner.rpps
