"""Issued once signed, cancelled, replaced, read by whom: operations, queries and perms together."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction

from toubib.documents.codes import CODE
from toubib.documents.contents import MedecinTraitant
from toubib.documents.enums import DocumentKind, DocumentState
from toubib.documents.events import document_cancelled, document_issued
from toubib.documents.models import Document
from toubib.documents.operations import NotIssued, cancel_document, issue_document
from toubib.documents.perms import may_cancel_document, may_read_document
from toubib.documents.queries import (
    archive_of,
    content_of,
    document_of_code,
    document_of_file,
    documents_for_account,
    documents_of,
    get_document,
    header_of,
    pdf_of,
)
from toubib.documents.samples import CERTIFICATE, MEDICINES, sample_contents
from toubib.documents.tests.factories import (
    CONTENTS,
    claims_of,
    codes_of,
    make_document,
    text_of,
)
from toubib.documents.view import view_of
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry, StoredFile
from toubib.people.enums import InsStatus, LinkKind
from toubib.people.tests.factories import NOW, make_account, make_cast, make_link, make_patient
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter
from toubib.record.tests.factories import make_encounter
from toubib.ui.formats import say_moment

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def doctor(cast):
    return Actor(cast.vasseur.account_id, "practitioner")


def entries(action):
    return list(JournalEntry.objects.filter(action=action).values_list("account", "patient", "subject_id"))


def test_issued_document_is_sealed_stored_and_recorded(cast, doctor):
    heard = []
    document_issued.connect(lambda **given: heard.append(given["document"]), weak=False, dispatch_uid="t")
    document = make_document(cast, MEDICINES)
    document_issued.disconnect(dispatch_uid="t")
    pdf = pdf_of(document=document)
    assert (document.kind, document.sheet, document.state) == ("ordonnance", "medicines", "issued")
    assert (document.patient, document.issued_by, document.issued_at) == (
        cast.jeanne_patient,
        doctor.account_id,
        NOW,
    )
    assert CODE.fullmatch(document.code)
    assert hashlib.sha256(pdf).hexdigest() == document.sha256
    assert codes_of(pdf) == {"QRCode": f"{django_settings.PUBLIC_URL}/verifier/{document.code}"}
    assert claims_of(pdf)["pdfuaid:part"] == "1"
    assert (archive_of(document=document), content_of(document=document)) == (None, MEDICINES)
    assert heard == [document]
    assert entries("documents.document.issue") == [
        (doctor.account_id, cast.jeanne_patient.id, str(document.id))
    ]


def test_a_document_made_later_bears_the_hour_of_the_signature(cast):
    document = make_document(cast, CERTIFICATE)
    header = header_of(document=document)
    signed = document.encounter.signed_at
    assert (header.signed_at, header.signature_at) == (signed, signed)
    late = replace(header, issued_at=signed + timedelta(days=2))
    assert view_of(header=late, content=CERTIFICATE)["close"]["signed"].endswith(f"le {say_moment(signed)}.")


def test_header_comes_from_patient_doctor_and_operator(cast, settings):
    settings.OPERATOR_NAME, settings.OPERATOR_PHONE = "Soins d’Ille", "+33199001122"
    document = make_document(cast, CERTIFICATE, medecin_traitant=MedecinTraitant("Dr Paul Lenoir"))
    text = text_of(pdf_of(document=document))
    for words in (
        "Soins d’Ille",
        "Dre Salomé Vasseur",
        "Médecin · médecine générale",
        f"RPPS {cast.vasseur.practitioner.rpps}",
        "France",
        "01 99 00 11 22",
        "Jeanne Morel",
        "Prénoms de naissance : Jeanne Marie",
        "Née le 04/03/1988, 38 ans",
        "Identité non qualifiée : sans matricule INS",
        "Prescripteur connu par un compte vérifié sur pièces, mot de passe et second facteur.",
        "Clé d’essai, faite par ce serveur : sans valeur.",
    ):
        assert words in text, words
    assert "Démonstration" not in text
    assert header_of(document=document).medecin_traitant == MedecinTraitant("Dr Paul Lenoir")


def test_demo_says_so_and_that_nobody_proved_who_they_are(cast, settings):
    settings.DEMO = True
    text = text_of(pdf_of(document=make_document(cast)))
    assert "Démonstration." in text
    assert "Entrée de démonstration : le prescripteur n’a pas prouvé qui il est." in text


@pytest.mark.parametrize("status", InsStatus)
def test_matricule_and_datamatrix_stand_for_a_qualified_identity_alone(cast, status):
    with_matricule = status in (InsStatus.QUALIFIEE, InsStatus.RECUPEREE)
    patient = make_patient(
        ins_status=status,
        ins_matricule="290059912345679" if with_matricule else None,
        ins_oid="1.2.250.1.213.1.4.10" if with_matricule else "",
        birth_place_code="35238",
    )
    visit = make_encounter(patient, cast.vasseur, EncounterState.SIGNED)
    pdf = pdf_of(document=make_document(cast, encounter=visit))
    shown = status == InsStatus.QUALIFIEE
    assert ("DataMatrix" in codes_of(pdf), "2 90 05 99 123 456 79" in text_of(pdf)) == (shown, shown)


def test_report_keeps_its_pdf_a1_for_the_cda(cast):
    assert archive_of(document=make_document(cast, CONTENTS["compte-rendu"])) is None  # sent to nobody
    own = MedecinTraitant("Dr Marc Lenoir")
    document = make_document(cast, CONTENTS["compte-rendu"], medecin_traitant=own)
    archive = archive_of(document=document)
    assert claims_of(archive)["pdfaid:part"] == "1"
    assert text_of(archive) == text_of(pdf_of(document=document))


@pytest.mark.parametrize("state", [s for s in EncounterState if s not in ("signed", "amended")])
@pytest.mark.parametrize("name", ["compte-rendu", "ordonnance-medicaments", "recu"])
def test_no_document_of_an_unsigned_encounter(cast, state, name):
    visit = make_encounter(cast.jeanne_patient, cast.vasseur, state)
    with pytest.raises(NotIssued):
        make_document(cast, CONTENTS[name], encounter=visit)
    assert (Document.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("state", EncounterState)
def test_document_of_an_encounter_that_is_not_signed_is_reached_by_no_query(cast, state):
    """Were a row there by a fault of ours, no door would open on it."""
    document = make_document(cast)
    aborted = {"abort_reason": "declined"} if state == EncounterState.ABORTED else {}
    Encounter.objects.update(state=state, **aborted)
    document.encounter.refresh_from_db()
    reached = [
        bool(documents_of(encounter=document.encounter)),
        bool(documents_for_account(account_id=cast.jeanne.id, now=NOW)),
        bool(get_document(document_id=document.id)),
        bool(document_of_code(code=document.code)),
        bool(document_of_file(sha256=document.sha256)),
    ]
    assert reached == [state in ("signed", "amended")] * 5


def test_cancelled_document_stays_and_says_so_and_twice_is_once(cast, doctor):
    document, heard = make_document(cast), []
    document_cancelled.connect(
        lambda **given: heard.append(given["document"].pk), weak=False, dispatch_uid="t"
    )
    for _ in range(2):
        cancelled = cancel_document(document=document, reason="  Erreur de dose ", by=doctor, now=LATER)
    document_cancelled.disconnect(dispatch_uid="t")
    assert (cancelled.state, cancelled.cancelled_at, cancelled.cancel_reason) == (
        DocumentState.CANCELLED,
        LATER,
        "Erreur de dose",
    )
    assert list(documents_for_account(account_id=cast.jeanne.id, now=NOW)) == [document]
    assert heard == [document.pk]
    assert len(entries("documents.document.cancel")) == 1
    with pytest.raises(NotIssued):
        cancel_document(document=document, reason=" ", by=doctor, now=LATER)


def test_replacement_cancels_and_both_name_each_other(cast, doctor):
    first = make_document(cast)
    second = make_document(cast, CERTIFICATE, encounter=first.encounter, replaces=first, now=LATER)
    first = get_document(document_id=first.id)
    assert (first.state, first.replaced_by, second.replaces) == (DocumentState.CANCELLED, second, first)
    assert f"Remplace le document {first.code}" in text_of(pdf_of(document=second))
    with pytest.raises(NotIssued):
        make_document(cast, CERTIFICATE, encounter=first.encounter, replaces=first)
    other = make_encounter(cast.stranger_patient, cast.vasseur, EncounterState.SIGNED)
    with pytest.raises(NotIssued):
        make_document(cast, CERTIFICATE, encounter=other, replaces=second)
    with pytest.raises(NotIssued):
        make_document(cast, MEDICINES, encounter=first.encounter, replaces=second)


def test_failed_issue_leaves_nothing(cast, monkeypatch, doctor):
    first = make_document(cast)
    before = StoredFile.objects.count()

    def stop(**_):
        raise RuntimeError("stop")

    document_issued.connect(stop, weak=False, dispatch_uid="t")
    with pytest.raises(RuntimeError), transaction.atomic():
        make_document(cast, encounter=first.encounter, replaces=first)
    document_issued.disconnect(dispatch_uid="t")
    first.refresh_from_db()
    assert (Document.objects.count(), StoredFile.objects.count(), first.state) == (1, before, "issued")


def test_leave_is_the_doctors_alone_until_its_receipt(cast, doctor):
    leave = sample_contents(now=NOW)["arret-de-travail-specimen"]
    held = make_document(cast, leave)
    given = make_document(
        cast, replace(leave, receipt_number="AAT-1"), encounter=held.encounter, replaces=held, now=LATER
    )
    held = get_document(document_id=held.id)
    reads = {
        who: [may_read_document(account=account, document=one, now=NOW).allowed for one in (held, given)]
        for who, account in (("jeanne", cast.jeanne), ("vasseur", cast.vasseur.account))
    }
    assert reads == {"jeanne": [False, True], "vasseur": [True, True]}
    assert list(documents_for_account(account_id=cast.jeanne.id, now=NOW)) == [given]
    assert documents_of(encounter=held.encounter) == [held, given]


@pytest.mark.parametrize("kind", LinkKind)
@pytest.mark.parametrize("secret", [False, True])
def test_minors_secrecy_holds_for_documents_as_for_the_note(cast, kind, secret):
    teenager = make_patient(birth_given_names="Inès", birth_date=date(2010, 2, 3))
    account = make_account()
    make_link(account, teenager, kind)
    visit = make_encounter(teenager, cast.vasseur, EncounterState.SIGNED, minor_secrecy=secret)
    document = make_document(cast, encounter=visit)
    shown = kind == LinkKind.SELF or not secret
    assert may_read_document(account=account, document=document, now=NOW).allowed == shown
    assert list(documents_for_account(account_id=account.id, now=NOW)) == [document] * shown


def test_strangers_and_other_doctors_read_nothing_and_patients_cancel_nothing(cast):
    document = make_document(cast)
    for account in (cast.stranger, cast.lenoir.account, cast.director, cast.compliance):
        assert not may_read_document(account=account, document=document, now=NOW).allowed
        assert not documents_for_account(account_id=account.id, now=NOW)
    assert may_cancel_document(account=cast.vasseur.account, document=document, now=NOW).allowed
    assert not may_cancel_document(account=cast.jeanne, document=document, now=NOW).allowed


def test_no_word_of_a_document_lies_readable_in_database_or_on_disk(cast):
    document = make_document(cast, CONTENTS["compte-rendu"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT said FROM documents_document")
        raw = str(cursor.fetchone()[0])
    assert "gorge" not in raw and "Morel" not in raw
    name = document.file_id.hex
    on_disk = (Path(django_settings.FILES_DIR) / name[-2:] / name).read_bytes()
    assert b"%PDF" not in on_disk


def test_database_refuses_what_is_not_a_document(cast):
    document = make_document(cast)
    told = MedecinTraitant("Dr Paul Lenoir")  # only then has a report its second file
    for wrong in (
        {"state": "cancelled"},
        {"cancelled_at": NOW},
        {"sheet": "medicines"},
        {"kind": DocumentKind.ORDONNANCE},
        {"archive": make_document(cast, CONTENTS["compte-rendu"], medecin_traitant=told).archive},
    ):
        if "archive" in wrong:
            Document.objects.filter(kind="report").update(archive=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(**wrong)


def test_signature_time_and_language_of_the_page_change_nothing(cast):
    from django.utils import translation

    with translation.override("en"):
        document = make_document(cast, MEDICINES)
    assert "Le 21 novembre 2026" in text_of(pdf_of(document=document))


def test_issue_asks_a_bounded_number_of_queries(cast, doctor, django_assert_max_num_queries):
    visit = make_encounter(cast.jeanne_patient, cast.vasseur, EncounterState.SIGNED)
    with django_assert_max_num_queries(12):
        issue_document(encounter=visit, content=CERTIFICATE, by=doctor, now=NOW)


def test_what_the_templates_refuse_is_a_sentence_and_leaves_nothing(cast, caplog):
    """PDF/UA wants a title: a certificate without one is not a document."""
    with pytest.raises(NotIssued, match="mis en page"):
        make_document(cast, replace(CERTIFICATE, title=""))
    assert (Document.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert caplog.messages[0].startswith("the template of certificate fails: PDF/UA-1 error: ")
