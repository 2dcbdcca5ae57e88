"""The archive opened again by other readers; CDA and METADATA whole, against files that a reviewer may read."""

import base64
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from toubib.exchange.cda import build_cda
from toubib.exchange.checks import check_archive, check_cda
from toubib.exchange.codes import ACTS, VALUE_SETS, specialty_of, value_set
from toubib.exchange.letter import trait
from toubib.exchange.message import build_message
from toubib.exchange.metadata import build_metadata
from toubib.exchange.tests.factories import make_letter, make_qualified, make_subject, pdf_a1
from toubib.exchange.xdm import NAMES, build_archive

EXPECTED = Path(__file__).parent / "expected"
PLACEHOLDER = "BODY"


def pretty(content):
    root = etree.fromstring(content, etree.XMLParser(remove_blank_text=True, huge_tree=True))
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def whole_letter():
    return make_letter(
        subject=make_qualified(used_name="Lévêque", used_first_name="Jeanne"), pdf=b"%PDF-1.4 ..."
    )


def test_the_cda_is_the_expected_one_whole():
    content = pretty(build_cda(whole_letter()))
    body = base64.b64encode(b"%PDF-1.4 ...").decode()
    assert content.replace(body, PLACEHOLDER) == (EXPECTED / "cda.xml").read_text(encoding="utf-8")


def test_the_metadata_are_the_expected_ones_whole():
    content = pretty(build_metadata(whole_letter(), cda=b"<ClinicalDocument/>"))
    assert content == (EXPECTED / "metadata.xml").read_text(encoding="utf-8")


def test_the_archive_holds_four_files_of_the_hour_it_was_prepared():
    archive = zipfile.ZipFile(io.BytesIO(build_archive(make_letter())))
    assert archive.testzip() is None
    assert [(one.filename, one.date_time) for one in archive.infolist()] == [
        (name, (2026, 11, 20, 10, 20, 0)) for name in NAMES
    ]
    assert "Salomé VASSEUR" in archive.read("README.TXT").decode()
    etree.fromstring(archive.read("INDEX.HTM").replace(b"<!DOCTYPE", b"<!--").replace(b'.dtd">', b"-->"))


def test_the_same_letter_gives_the_same_bytes_and_another_delivery_others():
    letter = make_letter()
    assert build_message(letter) == build_message(letter)
    other = replace(letter, delivery_id=UUID("01935a00-0000-7000-8000-0000000000d2"))
    assert build_archive(other) != build_archive(letter)
    assert build_cda(other) == build_cda(letter)


def test_an_amended_report_replaces_the_first_in_cda_and_metadata():
    first = make_letter()
    second = make_letter(
        document_id=UUID("01935a00-0000-7000-8000-000000000002"), version=2, replaces=first.document_id
    )
    archive = build_archive(second)
    assert check_archive(archive, allow_test=True) == []
    cda = zipfile.ZipFile(io.BytesIO(archive)).read(NAMES[3]).decode()
    assert f'<relatedDocument typeCode="RPLC"><parentDocument><id root="{first.document_oid}"/>' in cda
    assert second.set_oid == first.set_oid != second.document_oid


def test_an_identity_that_is_not_qualified_sends_no_matricule():
    content = build_message(make_letter(subject=make_subject()))
    message = message_from_bytes(content, policy=default)
    assert message["X-MSS-INS"] == "N"
    archive = next(iter(message.iter_attachments())).get_content()
    opened = zipfile.ZipFile(io.BytesIO(archive))
    for name in NAMES:
        assert b"1.2.250.1.213.1.4." not in opened.read(name)
        assert b"ISO^NH" not in opened.read(name)


def test_the_message_as_a_reader_sees_it():
    message = message_from_bytes(build_message(make_letter(subject=make_qualified())), policy=default)
    headers = {
        name: str(value) for name, value in message.items() if name not in {"Content-Type", "MIME-Version"}
    }
    assert headers == {
        "Message-ID": "<01935a00-0000-7000-8000-0000000000d1@demo.mssante.test>",
        "Date": "Fri, 20 Nov 2026 10:20:00 +0100",
        "From": '"Docteur_Salomé_VASSEUR_Toubib, démonstration" <toubib@demo.mssante.test>',
        "To": "marc.lenoir@medecins.mssante.test",
        "Subject": "XDM/1.0/DDM+CR de télémédecine MOREL Jeanne 04/03/1988",
        "Disposition-Notification-To": "toubib@demo.mssante.test",
        "X-MSS-CODECDA": "85208-7",
        "X-MSS-INS": "O",
        "X-MSS-NIL": "TOUBIB-DEMO",
    }
    zipped, pdf = message.iter_attachments()
    assert (zipped.get_filename(), zipped.get_content_type()) == ("IHE_XDM.ZIP", "application/zip")
    assert (pdf.get_filename(), pdf.get_content_type()) == (
        "20261120_CR-de-telemedecine_MOREL_Jeanne.pdf",
        "application/pdf",
    )
    assert pdf.get_content() == pdf_a1()
    body = message.get_body(("plain",)).get_content()
    assert "angine" not in body.lower() and "MOREL" not in body


def test_a_signature_of_summer_keeps_its_own_offset():
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    letter = make_letter(created_at=summer, started_at=summer, ended_at=None)
    content = build_cda(letter).decode()
    assert '<effectiveTime value="20260702003000+0200"/>' in content
    assert "<Value>20260701223000<" in build_metadata(letter, cda=b"").decode().replace("rim:", "")
    assert check_cda(content.encode(), allow_test=True) == []


def test_a_name_that_has_signs_of_hl7_or_xml_breaks_nothing():
    letter = make_letter()
    name = 'Cabinet <A> & "B" ^ C | D'
    spoiled = replace(letter, custodian=replace(letter.custodian, name=name))
    assert check_archive(build_archive(spoiled), allow_test=True) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Lévêque-Œil", "LEVEQUE-OEIL"),
        ("d’Arc", "D'ARC"),
        ("Þór", "OR"),
        ("  Le   Goff ", "LE GOFF"),
        ("Łukasz", "LUKASZ"),
    ],
)
def test_traits_as_insi_writes_them(typed, said):
    assert trait(typed) == said


def test_value_sets_hold_what_their_source_holds():
    assert {name: len(value_set(name)) for name in ("J01", "J02", "J04", "J07", "J142")} == {
        "J01": 396,
        "J02": 69,
        "J04": 12,
        "J07": 114,
        "J142": 8,
    }
    assert VALUE_SETS.read_bytes().isascii() is False
    assert specialty_of("gynaecology").code == "G15_10"
    assert specialty_of("").code == "G15_10"
    assert set(ACTS) == {"TC", "TCG"}
