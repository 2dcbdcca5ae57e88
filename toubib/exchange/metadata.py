"""METADATA.XML of the archive: the submission set, one entry for its CDA, and the link between them (IHE XDS, ebRIM 3).

Built from the same letter as the CDA; `checks` holds the two against each other before anything leaves.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from toubib.exchange.codes import NORMAL, OID_PROFESSIONAL, OID_STRUCTURE, REPORT_CLASS, REPORT_FORMAT, Coded
from toubib.exchange.letter import Letter, Professional, Subject, trait

LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
APPROVED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
CLASSIFICATION = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Classification"
EXTERNAL = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:ExternalIdentifier"
STABLE_ENTRY = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
SET_SCHEMES = {
    "author": "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d",
    "contentTypeCode": "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500",
    "patientId": "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
    "uniqueId": "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
    "sourceId": "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
}
ENTRY_SCHEMES = {
    "author": "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
    "classCode": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "confidentialityCode": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
    "eventCodeList": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
    "formatCode": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "healthcareFacilityTypeCode": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practiceSettingCode": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    "typeCode": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "patientId": "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    "uniqueId": "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
}
Element: TypeAlias = etree._Element


def build_metadata(letter: Letter, *, cda: bytes, name: str = "DOC0001.XML") -> bytes:
    """METADATA.XML for one CDA stored under `name`."""
    request: Element = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
    objects = _add(request, "RegistryObjectList")
    _add_submission(objects, letter)
    _add_entry(objects, letter, cda=cda, name=name)
    link = _add(
        objects,
        "Association",
        id=letter.made_id("association"),
        associationType=HAS_MEMBER,
        sourceObject=letter.made_id("set"),
        targetObject=letter.made_id("entry"),
    )
    _add_slot(link, "SubmissionSetStatus", "Original")
    return bytes(etree.tostring(request, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def utc(at: datetime) -> str:
    """`YYYYMMDDhhmmss` in UTC, without an offset."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def patient_id(letter: Letter) -> str:
    """The INS of a qualified identity, else the local id of type PI."""
    subject = letter.subject
    if subject.is_qualified:
        return f"{subject.ins}^^^&{subject.ins_oid}&ISO^NH"
    return local_patient_id(letter)


def local_patient_id(letter: Letter) -> str:
    return f"{letter.subject.local_id}^^^&{letter.patient_root}&ISO^PI"


def xcn(who: Professional) -> str:
    return f"8{who.rpps}^{_hl7(who.person.family)}^{_hl7(who.person.given)}^^^^^^&{OID_PROFESSIONAL}&ISO^D^^^IDNPS"


def xon(who: Professional) -> str:
    return f"{_hl7(who.structure.name)}^^^^^&{OID_STRUCTURE}&ISO^IDNST^^^{who.structure.number}"


def patient_info(subject: Subject) -> list[str]:
    """The PID fields of sourcePatientInfo, those that are known."""
    names = " ".join(trait(one) for one in subject.first_names)
    rows = [f"PID-5|{trait(subject.birth_name)}^{trait(subject.first_names[0])}^{names}^^^^L"]
    if subject.used_name or subject.used_first_name:
        family = trait(subject.used_name or subject.birth_name)
        rows.append(f"PID-5|{family}^{trait(subject.used_first_name or subject.first_names[0])}^^^^^D")
    rows += [f"PID-7|{subject.birth_date:%Y%m%d}", f"PID-8|{subject.sex}"]
    if subject.birth_place:
        rows.append(f"PID-11|^^^^^^BDL^^{subject.birth_place}")
    return rows


def _hl7(text: str) -> str:
    """Without the signs that part the fields of HL7 v2."""
    return " ".join("".join(" " if c in "^&|~\\" else c for c in text).split())


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{RIM}}}{tag}", attrib=attributes)


def _add_slot(parent: Element, name: str, *values: str) -> None:
    listed = _add(_add(parent, "Slot", name=name), "ValueList")
    for value in values:
        _add(listed, "Value").text = value


def _add_name(parent: Element, text: str, tag: str = "Name") -> None:
    said = _add(_add(parent, tag), "LocalizedString", charset="UTF-8", value=text)
    said.set(XML_LANG, "fr-FR")


def _add_author(parent: Element, letter: Letter, part: str, scheme: str) -> None:
    author = letter.author
    made = _classify(parent, letter, part, scheme, node="")
    _add_slot(made, "authorInstitution", xon(author))
    _add_slot(made, "authorPerson", xcn(author))
    _add_slot(
        made,
        "authorSpecialty",
        f"{author.specialty.code}^{_hl7(author.specialty.label)}^{author.specialty.system}",
    )


def _add_coded(parent: Element, letter: Letter, part: str, scheme: str, coded: Coded) -> None:
    made = _classify(parent, letter, part, scheme, node=coded.code)
    _add_slot(made, "codingScheme", coded.system)
    _add_name(made, coded.label)


def _classify(parent: Element, letter: Letter, part: str, scheme: str, *, node: str) -> Element:
    return _add(
        parent,
        "Classification",
        id=letter.made_id(part),
        objectType=CLASSIFICATION,
        classificationScheme=scheme,
        classifiedObject=str(parent.get("id")),
        nodeRepresentation=node,
    )


def _add_external(parent: Element, letter: Letter, part: str, scheme: str, *, name: str, value: str) -> None:
    made = _add(
        parent,
        "ExternalIdentifier",
        id=letter.made_id(part),
        objectType=EXTERNAL,
        identificationScheme=scheme,
        registryObject=str(parent.get("id")),
        value=value,
    )
    _add_name(made, name)


def _add_submission(objects: Element, letter: Letter) -> None:
    package = _add(objects, "RegistryPackage", id=letter.made_id("set"), status=APPROVED)
    _add_slot(package, "submissionTime", utc(letter.prepared_at))
    _add_name(package, letter.title)
    _add(
        package,
        "Classification",
        id=letter.made_id("set.kind"),
        objectType=CLASSIFICATION,
        classificationNode=SUBMISSION_SET,
        classifiedObject=letter.made_id("set"),
        nodeRepresentation="",
    )
    _add_author(package, letter, "set.author", SET_SCHEMES["author"])
    _add_coded(package, letter, "set.content", SET_SCHEMES["contentTypeCode"], letter.facility)
    values = {
        "patientId": patient_id(letter),
        "sourceId": letter.arc,
        "uniqueId": letter.submission_oid,
    }
    for attribute, value in values.items():
        _add_external(
            package,
            letter,
            f"set.{attribute}",
            SET_SCHEMES[attribute],
            name=f"XDSSubmissionSet.{attribute}",
            value=value,
        )


def _add_entry(objects: Element, letter: Letter, *, cda: bytes, name: str) -> None:
    entry = _add(
        objects,
        "ExtrinsicObject",
        id=letter.made_id("entry"),
        objectType=STABLE_ENTRY,
        mimeType="text/xml",
        status=APPROVED,
    )
    for slot, values in _entry_slots(letter, cda=cda, name=name).items():
        _add_slot(entry, slot, *values)
    _add_name(entry, letter.title)
    _add_author(entry, letter, "entry.author", ENTRY_SCHEMES["author"])
    for attribute, coded in _entry_codes(letter).items():
        _add_coded(entry, letter, f"entry.{attribute}", ENTRY_SCHEMES[attribute], coded)
    for attribute, value in {"patientId": patient_id(letter), "uniqueId": letter.document_oid}.items():
        _add_external(
            entry,
            letter,
            f"entry.{attribute}",
            ENTRY_SCHEMES[attribute],
            name=f"XDSDocumentEntry.{attribute}",
            value=value,
        )


def _entry_slots(letter: Letter, *, cda: bytes, name: str) -> dict[str, list[str]]:
    slots = {
        "creationTime": [utc(letter.created_at)],
        "hash": [sha1(cda)],
        "languageCode": ["fr-FR"],
        "legalAuthenticator": [xcn(letter.author)],
        "serviceStartTime": [utc(letter.started_at)],
        "size": [str(len(cda))],
        "sourcePatientId": [local_patient_id(letter)],
        "sourcePatientInfo": patient_info(letter.subject),
        "URI": [name],
    }
    if letter.ended_at is not None:
        slots["serviceStopTime"] = [utc(letter.ended_at)]
    if letter.replaces is not None:
        slots["urn:action:extraMetadataSlot"] = ["C"]
    return slots


def _entry_codes(letter: Letter) -> dict[str, Coded]:
    return {
        "classCode": REPORT_CLASS,
        "confidentialityCode": NORMAL,
        "eventCodeList": letter.act,
        "formatCode": REPORT_FORMAT,
        "healthcareFacilityTypeCode": letter.facility,
        "practiceSettingCode": letter.setting,
        "typeCode": letter.kind,
    }


def sha1(content: bytes) -> str:
    """The hash that XDS asks for: it finds damage, it proves nothing against forgery."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest().upper()
