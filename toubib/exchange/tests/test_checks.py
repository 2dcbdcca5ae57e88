"""What is well passes; each deliberate corruption is refused by the rule that it breaks."""

import pytest
from lxml import etree

from toubib.exchange.cda import build_cda
from toubib.exchange.checks import check_archive, check_cda, check_message
from toubib.exchange.message import build_message
from toubib.exchange.tests import corrupt
from toubib.exchange.tests.corrupt import drop, in_document, in_metadata, put, rezip, say, spoiled
from toubib.exchange.tests.factories import DOMAINS, make_letter, make_qualified, make_subject, pdf_a1
from toubib.exchange.xdm import build_archive

ROLE = "h:recordTarget/h:patientRole"
ACT = "h:documentationOf/h:serviceEvent"
ENTITY = f"{ACT}/h:performer/h:assignedEntity"
FACILITY = "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility"
BODY = "h:component/h:nonXMLBody/h:text"


def rules(found):
    return {one.rule for one in found}


@pytest.mark.parametrize(
    "subject",
    [
        make_subject(),
        make_qualified(),
        make_qualified(used_name="Lévêque-Œil", used_first_name="Jeannette"),
        make_subject(birth_place="", sex="U", first_names=("Élise",)),
        make_qualified(birth_name="L’Hôte", first_names=("Marie-Noëlle", "D’Arc"), birth_place="2A004"),
    ],
)
def test_a_letter_of_ours_passes_every_check(subject):
    content = build_message(make_letter(subject=subject))
    assert check_message(content, domains=DOMAINS, allow_test=True) == []


def swap_author_and_custodian(root):
    custodian = corrupt.find(root, "h:custodian")
    root.remove(custodian)
    corrupt.find(root, "h:author").addprevious(custodian)


def add_fourth_template(root):
    etree.SubElement(root, f"{{{corrupt.HL7}}}templateId", root="1.2.3")
    corrupt.find(root, "h:id").addprevious(root[-1])


def add_structured_body(root):
    component = corrupt.find(root, "h:component")
    etree.SubElement(component, f"{{{corrupt.HL7}}}structuredBody")


def add_comment(root):
    root.append(etree.Comment("vu"))


CDA_CORRUPTIONS = {
    "a realm of elsewhere": (put("h:realmCode", code="US"), "CDA.REALM"),
    "no typeId": (drop("h:typeId"), "CDA.COUNT"),
    "another typeId": (put("h:typeId", extension="POCD_HD000020"), "CDA.TYPE_ID"),
    "a fourth template": (add_fourth_template, "CDA.COUNT"),
    "a template of another kind": (
        put("h:templateId", root="1.3.6.1.4.1.19376.1.5.3.1.1.1"),
        "CDA.TEMPLATES",
    ),
    "an id in an arc of the ANS": (put("h:id", root="1.2.250.1.213.1.1.9.1"), "CDA.ID"),
    "an id that is no OID": (put("h:id", root="2.999.01"), "CDA.ID"),
    "an id too long": (put("h:id", root="2.999." + "1" * 60), "CDA.ID"),
    "a code of no set": (put("h:code", code="99999-9"), "CDA.J07"),
    "a code with another system": (put("h:code", codeSystem="1.2.250.1.213.1.1.4.12"), "CDA.J07"),
    "an empty title": (say("h:title", "  "), "CDA.TITLE"),
    "a date in ISO 8601": (put("h:effectiveTime", value="2026-11-20T10:20:00+01:00"), "CDA.MOMENT"),
    "a time without offset": (put("h:effectiveTime", value="20261120102000"), "CDA.MOMENT"),
    "a confidentiality of ours": (put("h:confidentialityCode", code="SECRET"), "CDA.CONFIDENTIALITY"),
    "another language": (put("h:languageCode", code="fr"), "CDA.LANGUAGE"),
    "a version without what it replaces": (put("h:versionNumber", value="2"), "CDA.VERSION"),
    "a version nought": (put("h:versionNumber", value="0"), "CDA.VERSION"),
    "no patient": (drop("h:recordTarget"), "CDA.COUNT"),
    "a NIR as an INS": (put(f"{ROLE}/h:id", root="1.2.250.1.213.1.4.13"), "CDA.NOT_AN_INS"),
    "an INS-C": (put(f"{ROLE}/h:id", root="1.2.250.1.213.1.4.2"), "CDA.NOT_AN_INS"),
    "a matricule with a wrong key": (put(f"{ROLE}/h:id", extension="288031210212384"), "CDA.INS_KEY"),
    "a trait in small letters": (say(f"{ROLE}/h:patient/h:name/h:family", "Morel"), "CDA.INS_TRAITS"),
    "no birth place beside an INS": (drop(f"{ROLE}/h:patient/h:birthplace"), "CDA.INS_TRAITS"),
    "a qualifier SP": (put(f"{ROLE}/h:patient/h:name/h:family", qualifier="SP"), "CDA.PATIENT_NAME"),
    "a gender of ours": (put(f"{ROLE}/h:patient/h:administrativeGenderCode", code="U"), "CDA.GENDER"),
    "a birth time with an hour": (
        put(f"{ROLE}/h:patient/h:birthTime", value="198803040000"),
        "CDA.BIRTH_TIME",
    ),
    "a birth place by name": (say(".//h:birthplace/h:place/h:addr/h:county", "Millau"), "CDA.BIRTH_PLACE"),
    "an author without 8": (put("h:author/h:assignedAuthor/h:id", extension="99900000011"), "CDA.RPPS"),
    "an RPPS with a wrong key": (put("h:author/h:assignedAuthor/h:id", extension="899900000012"), "CDA.RPPS"),
    "a specialty of the CPS": (put("h:author/h:assignedAuthor/h:code", code="SCH/SM26"), "CDA.J01"),
    "a suffix Dr": (say("h:author/h:assignedAuthor/h:assignedPerson/h:name/h:suffix", "Dr"), "CDA.NAME"),
    "a phone without tel:": (put("h:author/h:assignedAuthor/h:telecom", value="0565000000"), "CDA.TELECOM"),
    "a use of ours": (put("h:author/h:assignedAuthor/h:telecom", use="WORK"), "CDA.TELECOM"),
    "an address both ways": (
        lambda root: etree.SubElement(
            corrupt.find(root, "h:author/h:assignedAuthor/h:addr"), f"{{{corrupt.HL7}}}city"
        ),
        "CDA.ADDR",
    ),
    "an author that is missing": (put("h:author", nullFlavor="UNK"), "CDA.NULL"),
    "a nullFlavor not allowed": (put("h:informationRecipient", nullFlavor="NI"), "CDA.NULL"),
    "a custodian by another number": (
        put("h:custodian/h:assignedCustodian/h:representedCustodianOrganization/h:id", root="1.2.3"),
        "CDA.CUSTODIAN",
    ),
    "no custodian": (drop("h:custodian"), "CDA.COUNT"),
    "the order of the schema broken": (swap_author_and_custodian, "CDA.ORDER"),
    "a signature code of ours": (put("h:legalAuthenticator/h:signatureCode", code="X"), "CDA.SIGNATURE"),
    "an act without a code": (drop(f"{ACT}/h:code"), "CDA.ACT"),
    "an act in person": (put(f"{ACT}/h:code", code="G"), "CDA.ACT"),
    "no performer": (drop(f"{ACT}/h:performer"), "CDA.PERFORMER"),
    "no setting": (drop(f"{ENTITY}/h:representedOrganization/h:standardIndustryClassCode"), "CDA.SETTING"),
    "a setting of ours": (put(f"{ENTITY}//h:standardIndustryClassCode", code="LIBERAL"), "CDA.J04"),
    "no start of the act": (drop(f"{ACT}/h:effectiveTime/h:low"), "CDA.ACT_TIME"),
    "an encounter of no set": (put("h:componentOf/h:encompassingEncounter/h:code", code="TLC"), "CDA.J142"),
    "a facility of no set": (put(f"{FACILITY}/h:code", code="SA99"), "CDA.J02"),
    "a facility without a code": (drop(f"{FACILITY}/h:code"), "CDA.COUNT"),
    "a body of another kind": (put(BODY, mediaType="text/plain"), "CDA.BODY"),
    "a body that is no base64": (say(BODY, "é"), "CDA.BODY"),
    "a body that is no PDF": (say(BODY, "Ym9uam91cg=="), "PDF.READ"),
    "a structured body": (add_structured_body, "CDA.UNKNOWN"),
    "a comment": (add_comment, "CDA.PLAIN_XML"),
}


@pytest.mark.parametrize("name", CDA_CORRUPTIONS)
def test_a_corrupt_cda_is_refused(name):
    spoil, rule = CDA_CORRUPTIONS[name]
    content = spoiled(build_cda(make_letter(subject=make_qualified())), spoil)
    assert rule in rules(check_cda(content, allow_test=True))


def test_what_is_no_cda_is_refused():
    assert rules(check_cda(b"<a>", allow_test=True)) == {"CDA.XML"}
    assert rules(check_cda(b"<a/>", allow_test=True)) == {"CDA.ROOT"}
    with_dtd = build_cda(make_letter()).replace(b"?>", b"?><!DOCTYPE ClinicalDocument [<!ENTITY a 'b'>]>", 1)
    assert "CDA.PLAIN_XML" in rules(check_cda(with_dtd, allow_test=True))


def test_a_test_number_is_refused_outside_the_demo():
    content = build_cda(make_letter(subject=make_qualified()))
    assert rules(check_cda(content, allow_test=False)) == {"CDA.INS_TEST"}


def test_a_pdf_of_another_profile_is_refused():
    claimed = pdf_a1().replace(b"<pdfaid:part>1<", b"<pdfaid:part>3<")
    assert claimed != pdf_a1()
    assert rules(check_cda(build_cda(make_letter(pdf=claimed)), allow_test=True)) == {"PDF.A1"}


ENTRY = "r:RegistryObjectList/r:ExtrinsicObject"
PACKAGE = "r:RegistryObjectList/r:RegistryPackage"
LINK = "r:RegistryObjectList/r:Association"


def slot(name):
    return f"{ENTRY}/r:Slot[@name='{name}']/r:ValueList/r:Value"


METADATA_CORRUPTIONS = {
    "another hash": (say(slot("hash"), "0" * 40), "META.hash"),
    "another size": (say(slot("size"), "1"), "META.size"),
    "another file": (say(slot("URI"), "DOC0002.XML"), "META.URI"),
    "local time": (say(slot("creationTime"), "20261120102000"), "META.creationTime"),
    "another start": (say(slot("serviceStartTime"), "20261120100500"), "META.serviceStartTime"),
    "another signatory": (say(slot("legalAuthenticator"), "8^X^Y"), "META.legalAuthenticator"),
    "traits of another": (say(slot("sourcePatientInfo"), "PID-5|AUTRE^A^A^^^^L"), "META.sourcePatientInfo"),
    "another patient": (put(f"{ENTRY}/r:ExternalIdentifier", value="X^^^&1.2&ISO^PI"), "META.patientId"),
    "two patients": (put(f"{PACKAGE}/r:ExternalIdentifier", value="X^^^&1.2&ISO^PI"), "META.ONE_PATIENT"),
    "another title": (put(f"{ENTRY}/r:Name/r:LocalizedString", value="Autre"), "META.TITLE"),
    "a parent that is another": (
        put(f"{ENTRY}/r:Classification", classifiedObject="urn:uuid:x"),
        "META.PARENT",
    ),
    "a link to nothing": (put(LINK, targetObject="urn:uuid:x"), "META.ASSOCIATION"),
    "no link": (drop(LINK), "META.ASSOCIATION"),
    "not approved": (
        put(ENTRY, status="urn:oasis:names:tc:ebxml-regrep:StatusType:Submitted"),
        "META.STATUS",
    ),
    "no submission set": (drop(f"{PACKAGE}/r:Classification[@classificationNode]"), "META.SET"),
    "a moment with an offset": (
        say(f"{PACKAGE}/r:Slot[@name='submissionTime']/r:ValueList/r:Value", "20261120092000+0000"),
        "META.SUBMISSION_TIME",
    ),
    "a class of prescriptions": (
        put(f"{ENTRY}/r:Classification[@nodeRepresentation='10']", nodeRepresentation="42"),
        "META.classCode",
    ),
    "no entry": (drop(ENTRY), "META.OBJECTS"),
}


@pytest.mark.parametrize("name", METADATA_CORRUPTIONS)
def test_metadata_that_differ_from_the_document_are_refused(name):
    spoil, rule = METADATA_CORRUPTIONS[name]
    archive = rezip(build_archive(make_letter(subject=make_qualified())), in_metadata(spoil))
    assert rule in rules(check_archive(archive, allow_test=True))


def test_white_space_before_the_declaration_is_refused():
    def change(contents):
        contents[corrupt.METADATA] = b" " + contents[corrupt.METADATA]

    assert rules(check_archive(rezip(build_archive(make_letter()), change), allow_test=True)) == {"META.XML"}


ARCHIVE_CORRUPTIONS = {
    "an outer folder": (lambda c: c.update({f"ARCHIVE/{n}": c.pop(n) for n in list(c)}), "XDM.TREE"),
    "small letters": (lambda c: c.update({"index.htm": c.pop("INDEX.HTM")}), "XDM.NAME"),
    "a PDF inside": (lambda c: c.update({"IHE_XDM/SUBSET01/DOC00001.PDF": b"%PDF"}), "XDM.TREE"),
    "no README": (lambda c: c.pop("README.TXT"), "XDM.TREE"),
    "an index that leads nowhere": (lambda c: c.update({"INDEX.HTM": b"<html/>"}), "XDM.INDEX"),
    "a document of another patient": (in_document(put(f"{ROLE}/h:id", extension="P-2")), "META.hash"),
}


@pytest.mark.parametrize("name", ARCHIVE_CORRUPTIONS)
def test_a_corrupt_archive_is_refused(name):
    change, rule = ARCHIVE_CORRUPTIONS[name]
    assert rule in rules(check_archive(rezip(build_archive(make_letter()), change), allow_test=True))


def test_an_archive_that_cannot_be_opened_is_refused():
    assert rules(check_archive(build_archive(make_letter())[:-30], allow_test=True)) == {"XDM.ZIP"}


MESSAGE_CORRUPTIONS = {
    "a plain Internet address": (
        b"To: marc.lenoir@medecins.mssante.test",
        b"To: marc@gmail.com",
        "MSG.DOMAIN",
    ),
    "another recipient": (b"To: marc.lenoir@", b"To: paul.lenoir@", "MSG.RECIPIENT"),
    "two recipients": (
        b"mssante.test\r\nSubject",
        b"mssante.test, a@b.mssante.test\r\nSubject",
        "MSG.ADDRESS",
    ),
    "a copy": (b"Subject: ", b"Cc: a@b.mssante.test\r\nSubject: ", "MSG.ADDRESS"),
    "a subject of ours": (b"Subject: ", b"Subject: Bonjour ", "MSG.SUBJECT"),
    "another code": (b"X-MSS-CODECDA: 85208-7", b"X-MSS-CODECDA: 11488-4", "MSG.CODECDA"),
    "an INS that is not there": (b"X-MSS-INS: N", b"X-MSS-INS: O", "MSG.INS"),
    "no product": (b"X-MSS-NIL: TOUBIB-DEMO", b"X-Nothing: x", "MSG.NIL"),
    "no receipt": (b"Disposition-Notification-To", b"X-Nothing", "MSG.RECEIPT"),
    "no Message-ID": (b"Message-ID:", b"X-Nothing:", "MSG.MESSAGE_ID"),
    "another archive name": (b'filename="IHE_XDM.ZIP"', b'filename="archive.zip"', "MSG.PARTS"),
}


@pytest.mark.parametrize("name", MESSAGE_CORRUPTIONS)
def test_a_corrupt_message_is_refused(name):
    before, after, rule = MESSAGE_CORRUPTIONS[name]
    good = build_message(make_letter())
    assert before in good
    found = check_message(good.replace(before, after, 1), domains=DOMAINS, allow_test=True)
    assert rule in rules(found)


def test_a_pdf_other_than_the_one_inside_is_refused():
    from email import message_from_bytes
    from email.policy import SMTP

    message = message_from_bytes(build_message(make_letter()), policy=SMTP)
    pdf = list(message.iter_attachments())[1]
    pdf.set_content(
        b"%PDF-1.4 autre", maintype="application", subtype="pdf", filename="20261120_CR_MOREL_Jeanne.pdf"
    )
    found = check_message(message.as_bytes(), domains=DOMAINS, allow_test=True)
    assert "MSG.PDF" in rules(found)
