"""The file for who may see it, and the open page that verifies."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from toubib.documents import pace
from toubib.documents.forms import MOST_BYTES
from toubib.documents.operations import cancel_document
from toubib.documents.queries import pdf_of
from toubib.documents.samples import MEDICINES
from toubib.documents.tests.factories import CONTENTS, make_document
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import NOW, make_cast, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_left_over():
    pace.forget_all()
    yield
    pace.forget_all()


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def document(cast):
    return make_document(cast, MEDICINES)


def words(response):
    bare = re.sub(r"<[^>]+>", " ", response.content.decode().split("<h1>", 1)[1].split("</main>")[0])
    return " ".join(bare.split())


def test_file_is_shown_to_patient_and_doctor_alone_and_each_time_journaled(client, cast, document):
    answers = {}
    for name, account in (
        ("jeanne", cast.jeanne),
        ("vasseur", cast.vasseur.account),
        ("stranger", cast.stranger),
        ("lenoir", cast.lenoir.account),
        ("director", cast.director),
    ):
        sign_in(client, account)
        answers[name] = client.get(f"/documents/{document.id}.pdf").status_code
    assert answers == {"jeanne": 200, "vasseur": 200, "stranger": 404, "lenoir": 404, "director": 404}
    read = JournalEntry.objects.filter(action="documents.document.read").order_by("id")
    assert list(read.values_list("account", "role", "patient")) == [
        (cast.jeanne.id, "patient", cast.jeanne_patient.id),
        (cast.vasseur.account_id, "practitioner", cast.jeanne_patient.id),
    ]


def test_file_comes_whole_inline_and_is_not_stored_on_the_way(client, cast, document):
    sign_in(client, cast.jeanne)
    response = client.get(f"/documents/{document.id}.pdf")
    assert response.content == pdf_of(document=document)
    assert {
        name: response[name]
        for name in ("Content-Type", "Content-Disposition", "Cache-Control", "X-Content-Type-Options")
    } == {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'inline; filename="ordonnance-medicaments-2026-11-21-{document.code[:4].lower()}.pdf"',
        "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
        "X-Content-Type-Options": "nosniff",
    }
    kept = client.get(f"/documents/{document.id}.pdf?enregistrer")
    assert kept["Content-Disposition"].startswith("attachment; ")


def test_doctor_without_the_second_factor_gets_nothing(client, cast, document):
    sign_in(client, cast.vasseur.account, second_factor=False)
    assert client.get(f"/documents/{document.id}.pdf").status_code == 404


def test_nobody_signed_in_is_sent_to_the_door(client, document):
    assert client.get(f"/documents/{document.id}.pdf").url.startswith("/connexion")


def test_genuine_document_is_told_without_the_patient(client, cast, document):
    response = client.get(f"/verifier/{document.code}")
    said = words(response)
    assert said.startswith(
        "Vérifier un document Ce document vient d’ici, et il est toujours valable. Comparez avec ce qui est écrit "
        "ci-dessous. Document Ordonnance, médicaments Émis le 21\u00a0novembre\u00a02026 Prescripteur Dre Salomé "
        f"Vasseur RPPS {cast.vasseur.practitioner.rpps} Code {document.code} Par son code".replace(
            "\u00a0", " "
        )
    )
    page = response.content.decode()
    for hidden in ("Morel", "Jeanne", str(document.patient_id), str(document.id), str(document.encounter_id)):
        assert hidden not in page
    assert JournalEntry.objects.filter(action="documents.document.read").count() == 0


def test_cancelled_and_replaced_documents_are_told_as_such(client, cast, document):
    doctor = Actor(cast.vasseur.account_id, "practitioner")
    cancel_document(
        document=document, reason="mauvaise dose de morphine", by=doctor, now=NOW + timedelta(days=1)
    )
    said = words(client.get(f"/verifier/{document.code}"))
    assert "Ce document est annulé. Depuis le 22 novembre 2026. Il n’est plus valable." in said
    assert "morphine" not in said and "remplace" not in said
    first = make_document(cast, MEDICINES, encounter=document.encounter)
    make_document(cast, MEDICINES, encounter=document.encounter, replaces=first)
    assert "Un autre document le remplace." in words(client.get(f"/verifier/{first.code}"))


def test_specimen_is_told_as_without_value(client, cast):
    document = make_document(cast, CONTENTS["arret-de-travail-specimen"])
    said = words(client.get(f"/verifier/{document.code}"))
    assert "Ce document vient d’ici, mais c’est un spécimen sans valeur." in said
    assert "toujours valable" not in said


def test_unknown_code_is_a_clear_404(client, document):
    response = client.get("/verifier/AAAA-BBBB-CCCC-DDDD")
    assert response.status_code == 404
    assert "Aucun document n’a ce code. « AAAA-BBBB-CCCC-DDDD » : vérifiez chaque signe" in words(response)
    assert client.get("/verifier/n-importe-quoi").status_code == 404
    assert "<script>x" not in client.get("/verifier/<script>x").content.decode()


def test_code_is_typed_as_people_do(client, document):
    typed = document.code.lower().replace("-", " ")
    response = client.get("/verifier", {"code": typed})
    assert (response.status_code, response.url) == (302, f"/verifier/{document.code}")
    assert client.get(f"/verifier/{typed.replace(' ', '')}").url == f"/verifier/{document.code}"
    wrong = client.get("/verifier", {"code": "12"})
    assert "Ce code a 16 lettres et chiffres. Vérifiez-le." in words(wrong)
    assert 'value="12"' in wrong.content.decode()
    assert "Écrivez le code." in words(client.get("/verifier", {"code": ""}))


def test_file_is_compared_and_not_kept(client, document, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    pdf = pdf_of(document=document)

    def given(content):
        return words(client.post("/verifier", {"file": SimpleUploadedFile("a.pdf", content)}))

    assert "Le fichier est celui que nous avons émis, sans un changement." in given(pdf)
    assert "Ce fichier n’est pas un fichier émis ici, ou il a changé." in given(pdf[:-1] + b" ")
    assert "Ce fichier n’est pas un fichier émis ici, ou il a changé." in given(b"")
    assert "Ce fichier dépasse 5 Mo" in given(b"x" * (MOST_BYTES + 1))
    assert "Choisissez le fichier PDF à vérifier." in words(client.post("/verifier", {}))
    assert "Choisissez le fichier PDF à vérifier." in words(client.post("/verifier", {"file": "texte"}))
    assert list(tmp_path.iterdir()) == []


def test_file_of_a_cancelled_document_is_told_as_cancelled(client, cast, document):
    doctor = Actor(cast.vasseur.account_id, "practitioner")
    cancel_document(document=document, reason="x", by=doctor, now=NOW)
    response = client.post("/verifier", {"file": io.BytesIO(pdf_of(document=document))})
    assert "Ce document est annulé." in words(response)


def test_failing_too_often_is_answered_with_a_pause(client, document):
    other = document.code[:-1] + ("0" if document.code[-1] != "0" else "1")
    answers = [client.get(f"/verifier/{other}").status_code for _ in range(pace.MOST)]
    assert set(answers) == {404}
    slow = client.get(f"/verifier/{other}")
    assert slow.status_code == 429
    assert "Trop d’essais depuis cette connexion. Reprenez dans dix minutes." in words(slow)
    assert client.get("/verifier").status_code == 200
    assert client.get(f"/verifier/{document.code}", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_genuine_documents_are_never_counted(client, document):
    answers = [client.get(f"/verifier/{document.code}").status_code for _ in range(pace.MOST + 1)]
    file = client.post("/verifier", {"file": SimpleUploadedFile("a.pdf", pdf_of(document=document))})
    assert ({*answers, file.status_code}, len(pace._seen)) == ({200}, 0)


def test_pace_lets_in_again_and_holds_few_addresses():
    now = timezone.now()
    for _ in range(pace.MOST):
        pace.count_failure(address="a", now=now)
    assert not pace.may_ask(address="a", now=now)
    assert pace.may_ask(address="a", now=now + pace.WITHIN)
    for at in range(pace.MOST_ADDRESSES + 10):
        pace.count_failure(address=str(at), now=now)
    assert len(pace._seen) == pace.MOST_ADDRESSES
