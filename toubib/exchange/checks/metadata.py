"""METADATA.XML against its CDA: each metadatum is worked out again from the document's own bytes and compared."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.shape import HL7
from toubib.exchange.codes import (
    INS_REAL,
    INS_TEST,
    OID_PROFESSIONAL,
    OID_STRUCTURE,
    REPORT_CLASS,
    REPORT_FORMAT,
    TELECONSULTATION_REPORT,
)
from toubib.exchange.metadata import (
    APPROVED,
    ENTRY_SCHEMES,
    HAS_MEMBER,
    LCM,
    RIM,
    SET_SCHEMES,
    STABLE_ENTRY,
    SUBMISSION_SET,
)

NS = {"h": HL7, "r": RIM}
ORDER = ["Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"]
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
CLASSES = {TELECONSULTATION_REPORT.code: REPORT_CLASS}
Element: TypeAlias = etree._Element


@dataclass(frozen=True, slots=True)
class Read:
    """One registry object as read: its slots, its codes and authors by scheme, its identifiers by scheme."""

    element: Element
    slots: dict[str, list[str]]
    title: str
    codes: dict[str, list[tuple[str, str, str]]]
    authors: dict[str, dict[str, list[str]]]
    identifiers: dict[str, tuple[str, str]]


def check_metadata(content: bytes, *, documents: dict[str, bytes]) -> list[Finding]:
    """`documents`: the CDA files of the same folder, by bare name; they have passed their own checks."""
    if not content.startswith(b"<?xml"):
        return [Finding("META.XML", "METADATA.XML", "something stands before the XML declaration")]
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [Finding("META.XML", "METADATA.XML", f"not well-formed: {error.msg}")]
    if root.tag != f"{{{LCM}}}SubmitObjectsRequest":
        return [Finding("META.ROOT", str(root.tag), "the root is not SubmitObjectsRequest")]
    packages = root.findall("r:RegistryObjectList/r:RegistryPackage", NS)
    entries = root.findall("r:RegistryObjectList/r:ExtrinsicObject", NS)
    if len(packages) != 1 or len(entries) != len(documents):
        return [
            Finding(
                "META.OBJECTS", "RegistryObjectList", "one submission set, and one entry for each document"
            )
        ]
    package = _read(packages[0])
    found = [*_structure(root), *_links(root, packages[0], entries)]
    for element in entries:
        entry = _read(element)
        found += _entry(entry, documents)
        found += _package(package, entry)
    return found


def _read(element: Element) -> Read:
    codes: dict[str, list[tuple[str, str, str]]] = {}
    authors: dict[str, dict[str, list[str]]] = {}
    for one in element.findall("r:Classification", NS):
        scheme, slots = one.get("classificationScheme") or "", _slots(one)
        if scheme in (SET_SCHEMES["author"], ENTRY_SCHEMES["author"]):
            authors[scheme] = slots
        elif scheme:
            row = (one.get("nodeRepresentation") or "", "".join(slots.get("codingScheme", [])), _title(one))
            codes.setdefault(scheme, []).append(row)
    identifiers = {
        one.get("identificationScheme") or "": (one.get("value") or "", _title(one))
        for one in element.findall("r:ExternalIdentifier", NS)
    }
    return Read(element, _slots(element), _title(element), codes, authors, identifiers)


def _slots(element: Element) -> dict[str, list[str]]:
    return {
        slot.get("name") or "": [value.text or "" for value in slot.findall("r:ValueList/r:Value", NS)]
        for slot in element.findall("r:Slot", NS)
    }


def _title(element: Element) -> str:
    said = element.find("r:Name/r:LocalizedString", NS)
    return "" if said is None else said.get("value") or ""


def _structure(root: Element) -> Iterator[Finding]:
    """Order of children, ids that are their own and parents that are the right ones."""
    objects = root.findall("r:RegistryObjectList/*", NS)
    for one in objects:
        names = [etree.QName(child).localname for child in one if isinstance(child.tag, str)]
        known = [ORDER.index(name) for name in names if name in ORDER]
        if len(known) < len(names) or known != sorted(known):
            yield Finding("META.ORDER", etree.QName(one).localname, f"expected the order {', '.join(ORDER)}")
        for child in one:
            named = child.get("classifiedObject") or child.get("registryObject")
            if named is not None and named != one.get("id"):
                yield Finding(
                    "META.PARENT", etree.QName(child).localname, "names another object than its parent"
                )
        if etree.QName(one).localname != "Association" and one.get("status") != APPROVED:
            yield Finding("META.STATUS", etree.QName(one).localname, "not Approved")
    ids = [one.get("id") for one in root.iter(etree.Element) if one.get("id")]
    if len(ids) != len(set(ids)):
        yield Finding("META.IDS", "RegistryObjectList", "two objects have the same id")


def _links(root: Element, package: Element, entries: list[Element]) -> Iterator[Finding]:
    wanted = {(HAS_MEMBER, package.get("id"), entry.get("id"), "Original") for entry in entries}
    said = {
        (
            one.get("associationType"),
            one.get("sourceObject"),
            one.get("targetObject"),
            "".join(_slots(one).get("SubmissionSetStatus", [])),
        )
        for one in root.findall("r:RegistryObjectList/r:Association", NS)
    }
    if said != wanted:
        yield Finding(
            "META.ASSOCIATION", "Association", "expected HasMember, Original, from the set to each entry"
        )


def _package(package: Read, entry: Read) -> Iterator[Finding]:
    here = "RegistryPackage"
    nodes = [one.get("classificationNode") for one in package.element.findall("r:Classification", NS)]
    if nodes.count(SUBMISSION_SET) != 1:
        yield Finding("META.SET", here, "not marked as a submission set")
    if not re.fullmatch(r"\d{14}", "".join(package.slots.get("submissionTime", []))):
        yield Finding("META.SUBMISSION_TIME", here, "expected YYYYMMDDhhmmss in UTC")
    if package.authors.get(SET_SCHEMES["author"]) != entry.authors.get(ENTRY_SCHEMES["author"]):
        yield Finding("META.AUTHOR", f"{here}/author", "not the author of the document")
    content = package.codes.get(SET_SCHEMES["contentTypeCode"], [])
    if content != entry.codes.get(ENTRY_SCHEMES["healthcareFacilityTypeCode"]):
        yield Finding("META.CONTENT_TYPE", f"{here}/contentTypeCode", "not the type of the facility")
    for attribute in ("patientId", "sourceId", "uniqueId"):
        value, name = package.identifiers.get(SET_SCHEMES[attribute], ("", ""))
        if name != f"XDSSubmissionSet.{attribute}":
            yield Finding("META.IDENTIFIER", f"{here}/{attribute}", "missing, or named otherwise")
        if (
            attribute == "patientId"
            and value != entry.identifiers.get(ENTRY_SCHEMES["patientId"], ("", ""))[0]
        ):
            yield Finding("META.ONE_PATIENT", f"{here}/patientId", "another patient than the document's")
        if attribute != "patientId" and (not OID.fullmatch(value) or len(value) > 64):
            yield Finding("META.IDENTIFIER", f"{here}/{attribute}", "not an OID of at most 64 signs")


def _entry(entry: Read, documents: dict[str, bytes]) -> Iterator[Finding]:
    here = "ExtrinsicObject"
    name = "".join(entry.slots.get("URI", []))
    if name not in documents:
        yield Finding("META.URI", f"{here}/URI", "names no document of the archive")
        return
    if entry.element.get("objectType") != STABLE_ENTRY or entry.element.get("mimeType") != "text/xml":
        yield Finding("META.ENTRY", here, "expected a stable entry of type text/xml")
    document = documents[name]
    root = etree.fromstring(
        document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    )
    for slot, wanted in _wanted_slots(root, document, name).items():
        if entry.slots.get(slot, []) != wanted:
            yield Finding(
                f"META.{slot}", f"{here}/{slot}", f"{entry.slots.get(slot, [])} instead of {wanted}"
            )
    if entry.title != _text(root, "h:title"):
        yield Finding("META.TITLE", f"{here}/Name", "not the title of the document")
    if entry.authors.get(ENTRY_SCHEMES["author"]) != _author(root):
        yield Finding("META.AUTHOR", f"{here}/author", "not the author of the document")
    for attribute, codes in _wanted_codes(root).items():
        if entry.codes.get(ENTRY_SCHEMES[attribute], []) != codes:
            yield Finding(f"META.{attribute}", f"{here}/{attribute}", f"not that of the document: {codes}")
    for attribute, value in {"patientId": _patient_id(root), "uniqueId": _unique_id(root)}.items():
        if entry.identifiers.get(ENTRY_SCHEMES[attribute]) != (value, f"XDSDocumentEntry.{attribute}"):
            yield Finding(f"META.{attribute}", f"{here}/{attribute}", f"not that of the document: {value}")


def _wanted_slots(root: Element, document: bytes, name: str) -> dict[str, list[str]]:
    event = "h:documentationOf/h:serviceEvent/h:effectiveTime"
    stop = _value(root, f"{event}/h:high")
    return {
        "hash": [hashlib.sha1(document, usedforsecurity=False).hexdigest().upper()],
        "size": [str(len(document))],
        "URI": [name],
        "creationTime": [_utc(_value(root, "h:effectiveTime"))],
        "languageCode": [_value(root, "h:languageCode", "code")],
        "legalAuthenticator": [_xcn(root.find("h:legalAuthenticator/h:assignedEntity", NS))],
        "serviceStartTime": [_utc(_value(root, f"{event}/h:low"))],
        "serviceStopTime": [_utc(stop)] if stop else [],
        "sourcePatientId": [_source_patient_id(root)],
        "sourcePatientInfo": _patient_info(root),
        "urn:action:extraMetadataSlot": ["C"] if root.find("h:relatedDocument", NS) is not None else [],
    }


def _wanted_codes(root: Element) -> dict[str, list[tuple[str, str, str]]]:
    facility = "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility/h:code"
    setting = (
        "h:documentationOf[1]/h:serviceEvent/h:performer/h:assignedEntity/h:representedOrganization/"
        "h:standardIndustryClassCode"
    )
    kind = _codes(root, "h:code")
    classed = CLASSES.get(kind[0][0]) if kind else None
    return {
        "typeCode": kind,
        "classCode": [(classed.code, classed.system, classed.label)] if classed else [],
        "confidentialityCode": _codes(root, "h:confidentialityCode"),
        "eventCodeList": _codes(root, "h:documentationOf/h:serviceEvent/h:code"),
        "formatCode": [(REPORT_FORMAT.code, REPORT_FORMAT.system, REPORT_FORMAT.label)],
        "healthcareFacilityTypeCode": _codes(root, facility),
        "practiceSettingCode": _codes(root, setting),
    }


def _codes(root: Element, path: str) -> list[tuple[str, str, str]]:
    return [
        (one.get("code") or "", one.get("codeSystem") or "", one.get("displayName") or "")
        for one in root.findall(path, NS)
    ]


def _value(root: Element, path: str, attribute: str = "value") -> str:
    one = root.find(path, NS)
    return "" if one is None else one.get(attribute) or ""


def _text(root: Element, path: str) -> str:
    one = root.find(path, NS)
    return "" if one is None else one.text or ""


def _utc(value: str) -> str:
    try:
        return datetime.strptime(value, "%Y%m%d%H%M%S%z").astimezone(UTC).strftime("%Y%m%d%H%M%S")
    except ValueError:
        return ""


def _hl7(text: str) -> str:
    return " ".join("".join(" " if c in "^&|~\\" else c for c in text).split())


def _xcn(entity: Element | None) -> str:
    if entity is None:
        return ""
    number = next(
        (i.get("extension") for i in entity.findall("h:id", NS) if i.get("root") == OID_PROFESSIONAL), ""
    )
    family, given = (_hl7(_text(entity, f"h:assignedPerson/h:name/h:{part}")) for part in ("family", "given"))
    return f"{number}^{family}^{given}^^^^^^&{OID_PROFESSIONAL}&ISO^D^^^{'EI' if '/' in (number or '') else 'IDNPS'}"


def _author(root: Element) -> dict[str, list[str]]:
    entity = root.find("h:author/h:assignedAuthor", NS)
    if entity is None:
        return {}
    name = _hl7(_text(entity, "h:representedOrganization/h:name"))
    number = _value(entity, "h:representedOrganization/h:id", "extension")
    code, system, label = (_codes(entity, "h:code") or [("", "", "")])[0]
    return {
        "authorInstitution": [f"{name}^^^^^&{OID_STRUCTURE}&ISO^IDNST^^^{number}"],
        "authorPerson": [_xcn(entity)],
        "authorSpecialty": [f"{code}^{_hl7(label)}^{system}"],
    }


def _patient_ids(root: Element) -> list[tuple[str, str]]:
    ids = root.findall("h:recordTarget/h:patientRole/h:id", NS)
    return [(one.get("root") or "", one.get("extension") or "") for one in ids]


def _patient_id(root: Element) -> str:
    for oid, number in _patient_ids(root):
        if oid in INS_REAL | INS_TEST:
            return f"{number}^^^&{oid}&ISO^NH"
    return _source_patient_id(root)


def _source_patient_id(root: Element) -> str:
    """The local id; the INS where there is no other."""
    for oid, number in _patient_ids(root):
        if oid not in INS_REAL | INS_TEST:
            return f"{number}^^^&{oid}&ISO^PI"
    return _patient_id(root) if _patient_ids(root) else ""


def _unique_id(root: Element) -> str:
    oid, extension = _value(root, "h:id", "root"), _value(root, "h:id", "extension")
    return f"{oid}^{extension}" if extension else oid


def _patient_info(root: Element) -> list[str]:
    patient = root.find("h:recordTarget/h:patientRole/h:patient", NS)
    if patient is None:
        return []
    parts = {
        (etree.QName(one).localname, one.get("qualifier")): one.text or ""
        for one in patient.findall("h:name/*", NS)
    }
    family, first = parts.get(("family", "BR"), ""), parts.get(("given", "BR"), "")
    rows = [f"PID-5|{family}^{first}^{parts.get(('given', None), '')}^^^^L"]
    used, used_first = parts.get(("family", "CL"), ""), parts.get(("given", "CL"), "")
    if used or used_first:
        rows.append(f"PID-5|{used or family}^{used_first or first}^^^^^D")
    sex = _value(patient, "h:administrativeGenderCode", "code")
    rows += [f"PID-7|{_value(patient, 'h:birthTime')}", f"PID-8|{'U' if sex == 'UN' else sex}"]
    place = _text(patient, "h:birthplace/h:place/h:addr/h:county")
    return [*rows, f"PID-11|^^^^^^BDL^^{place}"] if place else rows
