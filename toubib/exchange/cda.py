"""The report as CDA R2 level 1: the header of the CI-SIS, and the PDF/A-1 whole in the body.

Element by element in the order of the schema (HL7 CDA R2, XDS-SD, volet TLM-CR 2022.01). Same letter, same bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from lxml import etree

from toubib.exchange.codes import (
    GENDERS,
    NORMAL,
    OID_PROFESSIONAL,
    OID_STRUCTURE,
    TEMPLATES,
    TYPE_ID,
    Coded,
)
from toubib.exchange.letter import (
    Letter,
    Person,
    Professional,
    Recipient,
    Structure,
    Subject,
    document_oid,
    trait,
)
from toubib.people.identity import PARIS

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
Element: TypeAlias = etree._Element


def build_cda(letter: Letter) -> bytes:
    """The document, UTF-8 with its XML declaration."""
    root: Element = etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap={None: HL7, "xsi": XSI})
    _add_identification(root, letter)
    _add_patient(root, letter)
    author = _add(root, "author")
    _add(author, "time", value=moment(letter.created_at))
    _fill_entity(_add(author, "assignedAuthor"), letter.author, letter.setting)
    _add_custodian(root, letter.custodian)
    _add_recipient(root, letter.recipient)
    _add_legal(root, letter)
    _add_act(root, letter)
    if letter.replaces is not None:
        parent = _add(_add(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        _add(parent, "id", root=document_oid(letter.arc, letter.replaces))
    _add_encounter(root, letter)
    text = _add(
        _add(_add(root, "component"), "nonXMLBody"), "text", mediaType="application/pdf", representation="B64"
    )
    text.text = base64.b64encode(letter.pdf).decode("ascii")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def moment(at: datetime) -> str:
    """`YYYYMMDDhhmmss+zzzz`, as clocks show it in Paris."""
    return at.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")


def _add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    child = etree.SubElement(parent, f"{{{HL7}}}{name}", attrib=attributes)
    child.text = text
    return child


def _add_code(parent: Element, coded: Coded, name: str = "code") -> None:
    _add(parent, name, code=coded.code, displayName=coded.label, codeSystem=coded.system)


def _add_identification(root: Element, letter: Letter) -> None:
    _add(root, "realmCode", code="FR")
    _add(root, "typeId", root=TYPE_ID[0], extension=TYPE_ID[1])
    for template in TEMPLATES:
        _add(root, "templateId", root=template)
    _add(root, "id", root=letter.document_oid)
    _add_code(root, letter.kind)
    _add(root, "title", letter.title)
    _add(root, "effectiveTime", value=moment(letter.created_at))
    _add_code(root, NORMAL, "confidentialityCode")
    _add(root, "languageCode", code="fr-FR")
    _add(root, "setId", root=letter.set_oid)
    _add(root, "versionNumber", value=str(letter.version))


def _add_patient(root: Element, letter: Letter) -> None:
    """The INS of a qualified identity first, then the local id; never another number."""
    subject = letter.subject
    role = _add(_add(root, "recordTarget"), "patientRole")
    if subject.is_qualified:
        _add(role, "id", root=subject.ins_oid, extension=subject.ins)
    _add(role, "id", root=letter.patient_root, extension=subject.local_id)
    patient = _add(role, "patient")
    _add_patient_name(patient, subject)
    _add_code(patient, GENDERS[subject.sex], "administrativeGenderCode")
    _add(patient, "birthTime", value=f"{subject.birth_date:%Y%m%d}")
    if subject.birth_place:
        place = _add(_add(_add(patient, "birthplace"), "place"), "addr")
        _add(place, "county", subject.birth_place)


def _add_patient_name(patient: Element, subject: Subject) -> None:
    name = _add(patient, "name")
    _add(name, "family", trait(subject.birth_name), qualifier="BR")
    _add(name, "given", " ".join(trait(one) for one in subject.first_names))
    _add(name, "given", trait(subject.first_names[0]), qualifier="BR")
    if subject.used_name:
        _add(name, "family", trait(subject.used_name), qualifier="CL")
    if subject.used_first_name:
        _add(name, "given", trait(subject.used_first_name), qualifier="CL")


def _add_name(parent: Element, person: Person) -> None:
    name = _add(parent, "name")
    if person.civility:
        _add(name, "prefix", person.civility)
    if person.given:
        _add(name, "given", person.given)
    _add(name, "family", person.family)
    if person.suffix:
        _add(name, "suffix", person.suffix)


def _add_reach(parent: Element, address: Iterable[str], phone: str, *, telecom_first: bool = False) -> None:
    """Address and phone; an organisation has its phone first."""
    lines = [line for line in address if line.strip()][:7]

    def add_address() -> None:
        if lines:
            addr = _add(parent, "addr")
            for line in lines:
                _add(addr, "streetAddressLine", line)

    if not telecom_first:
        add_address()
    if phone:
        _add(parent, "telecom", value=f"tel:{''.join(phone.split())}", use="WP")
    if telecom_first:
        add_address()


def _fill_entity(entity: Element, who: Professional, setting: Coded) -> None:
    """assignedAuthor and assignedEntity: the same professional, the same order."""
    _add(entity, "id", root=OID_PROFESSIONAL, extension=f"8{who.rpps}")
    _add_code(entity, who.specialty)
    _add_reach(entity, who.address, who.phone)
    _add_name(_add(entity, "assignedPerson"), who.person)
    _fill_structure(_add(entity, "representedOrganization"), who.structure)
    _add_code(entity[-1], setting, "standardIndustryClassCode")


def _fill_structure(organisation: Element, structure: Structure) -> None:
    _add(organisation, "id", root=OID_STRUCTURE, extension=structure.number)
    _add(organisation, "name", structure.name)
    _add_reach(organisation, structure.address, structure.phone, telecom_first=True)


def _add_custodian(root: Element, structure: Structure) -> None:
    keeper = _add(_add(root, "custodian"), "assignedCustodian")
    _fill_structure(_add(keeper, "representedCustodianOrganization"), structure)


def _add_recipient(root: Element, recipient: Recipient) -> None:
    entity = _add(_add(root, "informationRecipient"), "intendedRecipient")
    _add(entity, "id", root=OID_PROFESSIONAL, extension=f"8{recipient.rpps}")
    _add(entity, "telecom", value=f"mailto:{recipient.address}", use="WP")
    _add_name(_add(entity, "informationRecipient"), Person(recipient.name, recipient.given))


def _add_legal(root: Element, letter: Letter) -> None:
    """The doctor who signed. « S » attests; it is no electronic signature."""
    legal = _add(root, "legalAuthenticator")
    _add(legal, "time", value=moment(letter.created_at))
    _add(legal, "signatureCode", code="S")
    _fill_entity(_add(legal, "assignedEntity"), letter.author, letter.setting)


def _add_times(parent: Element, started_at: datetime, ended_at: datetime | None) -> None:
    times = _add(parent, "effectiveTime")
    _add(times, "low", value=moment(started_at))
    if ended_at is not None:
        _add(times, "high", value=moment(ended_at))


def _add_act(root: Element, letter: Letter) -> None:
    event = _add(_add(root, "documentationOf"), "serviceEvent", classCode="ACT")
    _add_code(event, letter.act)
    _add_times(event, letter.started_at, letter.ended_at)
    performer = _add(event, "performer", typeCode="PRF")
    _fill_entity(_add(performer, "assignedEntity"), letter.author, letter.setting)


def _add_encounter(root: Element, letter: Letter) -> None:
    """A virtual encounter, organised at the operator's: the place is the doctor's side, not the patient's room."""
    encounter = _add(_add(root, "componentOf"), "encompassingEncounter")
    _add(encounter, "id", root=letter.encounter_root, extension=str(letter.encounter_id))
    _add_code(encounter, letter.encounter_kind)
    _add_times(encounter, letter.started_at, letter.ended_at)
    responsible = _add(encounter, "responsibleParty")
    _fill_entity(_add(responsible, "assignedEntity"), letter.author, letter.setting)
    facility = _add(_add(encounter, "location"), "healthCareFacility")
    _add(facility, "id", root=OID_STRUCTURE, extension=letter.custodian.number)
    _add_code(facility, letter.facility)
    place = _add(facility, "location")
    _add(place, "name", letter.custodian.name)
    _add_reach(place, letter.custodian.address, "")
