"""Each document read back by another program: its whole text, its codes, its claims, what it carries."""

import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from toubib.documents.contents import Certificate, Leave, Line, Ordonnance, Report
from toubib.documents.rendering import render
from toubib.documents.samples import CERTIFICATE, PARACETAMOL, UNQUALIFIED
from toubib.documents.tests.factories import (
    CONTENTS,
    attachments_of,
    claims_of,
    codes_of,
    make_header,
    make_pdf,
    pictures_of,
    text_of,
)
from toubib.record.enums import SheetKind

EXPECTED = Path(__file__).parent / "expected"
INS = (
    "IS010000000000000000000000S1279033523800119S21.2.250.1.213.1.4.10S3ANNE-MAELLE JEANNE<GS>S4LE GOFF<GS>"
    "S5FS614-03-1979S735238"
)
QR = "http://127.0.0.1:8000/verifier/7F3K-9QXN-2M4T-V8WZ"
EVIL = '#eval("1+1") $x^2$ *gras* _bas_ = titre @ref <b> \\ // `code` [a] "q" {{ x }} #image("/etc/passwd")'


@pytest.mark.parametrize("name", CONTENTS)
def test_document_reads_whole_in_order(name):
    assert text_of(make_pdf(CONTENTS[name])) + "\n" == (EXPECTED / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", CONTENTS)
def test_document_claims_archive_and_accessibility_and_its_codes_read_from_the_page(name):
    pdf, titles = (
        make_pdf(CONTENTS[name]),
        {"compte-rendu": "Compte rendu de téléconsultation", "recu": "Détail du prix"},
    )
    titles |= {"certificat": "Certificat médical", "arret-de-travail-specimen": "Avis d’arrêt de travail"}
    assert claims_of(pdf) == {
        "pdfaid:part": "3",
        "pdfaid:conformance": "A",
        "pdfuaid:part": "1",
        "title": titles.get(name, "Ordonnance"),
        "lang": "fr-FR",
        "tagged": "True",
    }
    assert codes_of(pdf) == {"DataMatrix": INS, "QRCode": QR}


def test_page_is_a4_and_not_empty():
    first = pictures_of(make_pdf(CONTENTS["ordonnance-medicaments"]), scale=1)[0]
    assert first.size == (596, 842)
    dark = sum(1 for value in first.convert("L").tobytes() if value < 128)
    assert 0.01 < dark / (596 * 842) < 0.2


def test_codes_read_from_a_poor_print():
    """A fax of 100 dots an inch, grey."""
    import zxingcpp

    poor = pictures_of(make_pdf(CONTENTS["ordonnance-medicaments"]), scale=150 / 72)[0].convert("L")
    assert {code.text for code in zxingcpp.read_barcodes(poor) if code.format.name == "QRCode"} == {QR}


def test_no_datamatrix_nor_matricule_without_a_qualified_identity():
    pdf = make_pdf(CERTIFICATE, identity=UNQUALIFIED)
    assert codes_of(pdf) == {"QRCode": QR}
    assert "Identité non qualifiée : sans matricule INS" in text_of(pdf)
    assert "2 79 03" not in text_of(pdf)


def test_text_of_people_is_never_markup():
    pdf = make_pdf(Certificate(template="x", title=EVIL, body=f"{EVIL}\n{EVIL}"))
    flat = " ".join(text_of(pdf).split())
    assert flat.count(" ".join(EVIL.split())) >= 2  # title and body wrap elsewhere
    sheet = Ordonnance(sheet=SheetKind.TESTS, lines=(Line(kind="free", text_inn="*x* #y", directions="$z$"),))
    assert "*x* #y $z$ 1 ligne prescrite" in " ".join(text_of(make_pdf(sheet)).split())


def test_characters_without_a_glyph_show_as_boxes_and_others_fall_back():
    body = "Œuf ≥\u202f38 → Ω Ж µ ½ Łódź e\u0301te\u0301 a\u200bb 🎉 \x00\x07\ttab 日本 fin"
    text = text_of(make_pdf(replace(CERTIFICATE, body=body)))
    assert "Œuf ≥ 38 → Ω Ж µ ½ Łódź été ab ▯ ▯▯ tab ▯▯ fin" in text
    assert text_of(make_pdf(replace(CERTIFICATE, body="مرحبا a\u0331"))) != text


def test_report_has_a_pdf_a1_without_attachment_and_others_have_none():
    made = {name: render(header=make_header(), content=content) for name, content in CONTENTS.items()}
    assert [name for name, one in made.items() if one.pdf_a1] == ["compte-rendu"]
    report = made["compte-rendu"]
    claims = claims_of(report.pdf_a1)
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"]) == ("1", "B")
    assert report.pdf_a1.startswith(b"%PDF-1.4")
    assert attachments_of(report.pdf_a1) == {}
    assert text_of(report.pdf_a1) == text_of(report.pdf)


def test_structured_data_lies_in_the_file_as_it_was_made():
    for name, content in CONTENTS.items():
        made = render(header=make_header(), content=content)
        found = {file: json.loads(data) for file, data in attachments_of(made.pdf).items()}
        assert found == ({"document.fhir.json": made.fhir} if made.fhir else {}), name


def test_attachment_is_an_associated_file_of_its_type():
    import io

    with pikepdf.open(io.BytesIO(make_pdf(CONTENTS["compte-rendu"]))) as document:
        spec = document.Root.AF[0]
        assert (str(spec.AFRelationship), str(spec.EF.F.Subtype)) == ("/Data", "/application/fhir+json")


def test_employers_part_holds_no_medical_word():
    leave = replace(
        CONTENTS["arret-de-travail-specimen"],
        motive="Dépression",
        impossibility="Alitée",
        above_ceiling="Rechute",
        ald=True,
        work_accident=True,
    )
    import pypdfium2

    with pypdfium2.PdfDocument(make_pdf(leave)) as document:
        caisse, employer = [page.get_textpage().get_text_bounded() for page in document]
    words = ("Dépression", "Alitée", "Rechute", "longue durée", "Accident")
    assert [word in caisse for word in words] == [True] * 5
    assert [word in employer for word in words] == [False] * 5
    assert "SPÉCIMEN" in caisse and "SPÉCIMEN" in employer
    assert "2 79 03" not in employer.replace("\u00a0", " ")  # nor the matricule


def test_leave_with_its_receipt_says_the_number():
    leave: Leave = replace(CONTENTS["arret-de-travail-specimen"], receipt_number="AAT-123")
    assert "Numéro AAT-123" in text_of(make_pdf(leave))


def test_ordonnance_of_forty_lines_keeps_each_line_whole_over_pages():
    lines = tuple(replace(PARACETAMOL, text_inn=f"SUBSTANCE {at}", brand=None) for at in range(1, 41))
    pdf = make_pdf(Ordonnance(sheet=SheetKind.MEDICINES, lines=lines))
    text = text_of(pdf)
    assert [f"SUBSTANCE {at}, 1 g, comprimé" in text for at in range(1, 41)] == [True] * 40
    assert "40 lignes prescrites" in text
    assert codes_of(pdf)["QRCode"] == QR


def test_report_of_ten_thousand_words_prints_whole():
    words = " ".join(f"mot{at}" for at in range(10_000))
    text = " ".join(text_of(make_pdf(Report(reason="long", findings=words))).split())
    assert [at for at in range(10_000) if f"mot{at}" not in text] == []


def test_words_that_replace_another_document_name_it():
    assert "Remplace le document AAAA-BBBB-CCCC-DDDD" in text_of(
        make_pdf(CERTIFICATE, replaces_code="AAAA-BBBB-CCCC-DDDD")
    )
