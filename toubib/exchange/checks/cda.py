"""A level 1 CDA of a teleconsultation report against the CI-SIS, element by element."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from lxml import etree

from toubib.directory.queries import has_valid_rpps_key
from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.patient import check_patient
from toubib.exchange.checks.pdf import check_pdf_a1
from toubib.exchange.checks.shape import HL7, check_shapes, local, path_of
from toubib.exchange.codes import (
    CONFIDENTIALITY,
    NGAP,
    OID_DMP,
    OID_PROFESSIONAL,
    OID_STRUCTURE,
    OTHERS_ARCS,
    REMOTE_ACTS,
    TEMPLATES,
    TYPE_ID,
    value_set,
)

NS = {"h": HL7}
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
MOMENT = re.compile(r"\d{14}[+-]\d{4}")
STRUCTURE_NUMBER = re.compile(r"[0-5]\S{4,}")
TELECOM = re.compile(r"(tel|fax|mailto|http|ftp|mllp):\S+")
TELECOM_USES = {None, "H", "HP", "HV", "WP", "DIR", "PUB", "EC", "MC", "PG"}
ADDRESS_USES = {None, "H", "HP", "HV", "WP", "TMP"}
ADDRESS_PARTS = {
    "houseNumber", "streetName", "unitID", "additionalLocator", "postBox", "precinct", "postalCode", "city", "county",
    "state", "country",
}  # fmt: skip
NULL_FLAVORS = {"UNK", "NASK", "ASKU", "NAV", "MSK"}
# Parts whose identification may not be missing: no nullFlavor at all in them.
NEVER_NULL = {"recordTarget", "author", "custodian", "legalAuthenticator", "documentationOf", "componentOf"}


def check_cda(content: bytes, *, allow_test: bool) -> list[Finding]:
    """Everything wrong in it; an empty list where nothing is. `allow_test`: the test OIDs of the INS may stand."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return [Finding("CDA.XML", "ClinicalDocument", f"not well-formed: {error.msg}")]
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        return [Finding("CDA.ROOT", str(root.tag), "the root is not ClinicalDocument of HL7 v3")]
    found = list(check_shapes(root))
    if root.getroottree().docinfo.doctype or root.getprevious() is not None:
        found.append(
            Finding("CDA.PLAIN_XML", "ClinicalDocument", "a DTD or an instruction stands before the root")
        )
    for check in (
        _identification,
        _versions,
        _codes,
        _nulls,
        _moments,
        _reach,
        _names,
        _people,
        _act,
        _facility,
        _body,
    ):
        found += check(root)
    return found + check_patient(root, allow_test=allow_test)


def _all(root: etree._Element, path: str) -> list[etree._Element]:
    return list(root.findall("/".join(f"h:{part}" for part in path.split("/")), NS))


def _identification(root: etree._Element) -> Iterator[Finding]:
    """What makes it a CDA of the CI-SIS: without typeId no official rule fires at all."""
    for one in _all(root, "realmCode"):
        if one.get("code") != "FR":
            yield Finding("CDA.REALM", "realmCode", "expected FR")
    for one in _all(root, "typeId"):
        if (one.get("root"), one.get("extension")) != TYPE_ID:
            yield Finding("CDA.TYPE_ID", "typeId", f"expected {TYPE_ID}")
    if sorted(str(one.get("root")) for one in _all(root, "templateId")) != sorted(TEMPLATES):
        yield Finding("CDA.TEMPLATES", "templateId", "expected HL7 France, CI-SIS and XDS-SD, and no other")
    for one in _all(root, "title"):
        if not (one.text or "").strip():
            yield Finding("CDA.TITLE", "title", "empty")
    for one in _all(root, "languageCode"):
        if one.get("code") != "fr-FR":
            yield Finding("CDA.LANGUAGE", "languageCode", "expected fr-FR")
    for one in _all(root, "confidentialityCode"):
        if (
            one.get("code") not in {"N", "R", "V"}
            or one.get("codeSystem") != CONFIDENTIALITY
            or not one.get("displayName")
        ):
            yield Finding(
                "CDA.CONFIDENTIALITY", "confidentialityCode", "expected N, R or V with its system and label"
            )


def _versions(root: etree._Element) -> Iterator[Finding]:
    for name in ("id", "setId"):
        for one in _all(root, name):
            yield from _own_id(one, name)
    ids = [(one.get("root"), one.get("extension")) for name in ("id", "setId") for one in _all(root, name)]
    if len(ids) == 2 and ids[0] == ids[1]:
        yield Finding("CDA.SET_ID", "setId", "the same as id")
    replaced = _all(root, "relatedDocument")
    for one in _all(root, "versionNumber"):
        number = str(one.get("value"))
        if not re.fullmatch(r"[1-9][0-9]*", number):
            yield Finding("CDA.VERSION", "versionNumber", f"{number} is not 1 or more")
        elif (number != "1") != bool(replaced):
            yield Finding("CDA.VERSION", "relatedDocument", "stands from version 2 on, and only then")
    for one in replaced:
        if one.get("typeCode") != "RPLC":
            yield Finding("CDA.RELATED", "relatedDocument", "expected RPLC")


def _own_id(one: etree._Element, name: str) -> Iterator[Finding]:
    root = str(one.get("root"))
    if not (OID.fullmatch(root) or UUID.fullmatch(root)) or len(root) > 64:
        yield Finding("CDA.ID", name, "neither an OID of at most 64 signs nor a UUID in capitals")
    if root.startswith(OTHERS_ARCS):
        yield Finding("CDA.ID", name, "an identifier of ours stands in an arc of someone else")


def _codes(root: etree._Element) -> Iterator[Finding]:
    """Codes of a value set, each with the system that the set pairs it with and a label."""
    places = {
        "code": "J07",
        "author/assignedAuthor/code": "J01",
        "legalAuthenticator/assignedEntity/code": "J01",
        "documentationOf/serviceEvent/performer/assignedEntity/code": "J01",
        "componentOf/encompassingEncounter/responsibleParty/assignedEntity/code": "J01",
        "componentOf/encompassingEncounter/code": "J142",
        "componentOf/encompassingEncounter/location/healthCareFacility/code": "J02",
        "author/assignedAuthor/representedOrganization/standardIndustryClassCode": "J04",
        "documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode": "J04",
    }
    for path, name in places.items():
        for one in _all(root, path):
            known = value_set(name).get(str(one.get("code")))
            if known is None:
                yield Finding(f"CDA.{name}", path, f"{one.get('code')} is not in the value set")
            elif known.system != one.get("codeSystem"):
                yield Finding(f"CDA.{name}", path, f"{one.get('code')} belongs to {known.system}")
            if not one.get("displayName"):
                yield Finding(f"CDA.{name}", path, "no displayName")


def _nulls(root: etree._Element) -> Iterator[Finding]:
    for one in root.iter():
        flavor = one.get("nullFlavor") if isinstance(one.tag, str) else None
        if flavor is None:
            continue
        if flavor not in NULL_FLAVORS:
            yield Finding("CDA.NULL", path_of(one), f"{flavor} is not allowed by the CI-SIS")
        top = path_of(one).split("/")[0]
        if top in NEVER_NULL and local(one) not in {"addr", "telecom"}:
            yield Finding("CDA.NULL", path_of(one), "may not be missing")


def _moments(root: etree._Element) -> Iterator[Finding]:
    for one in root.iter(*(f"{{{HL7}}}{name}" for name in ("effectiveTime", "time", "low", "high"))):
        value = one.get("value")
        if value is not None and not MOMENT.fullmatch(value):
            yield Finding("CDA.MOMENT", path_of(one), "expected YYYYMMDDhhmmss+zzzz")
    for path in ("effectiveTime", "author/time", "legalAuthenticator/time"):
        for one in _all(root, path):
            if one.get("value") is None:
                yield Finding("CDA.MOMENT", path, "no value")


def _reach(root: etree._Element) -> Iterator[Finding]:
    for one in root.iter(f"{{{HL7}}}telecom"):
        value = one.get("value")
        if (value is None) == (one.get("nullFlavor") is None) or (value and not TELECOM.fullmatch(value)):
            yield Finding(
                "CDA.TELECOM", path_of(one), "a value that begins with tel:, fax:, mailto:…, or a nullFlavor"
            )
        if one.get("use") not in TELECOM_USES:
            yield Finding("CDA.TELECOM", path_of(one), f"use {one.get('use')} is not allowed")
    for one in root.iter(f"{{{HL7}}}addr"):
        parts = [local(child) for child in one]
        lines = parts.count("streetAddressLine")
        split = [part for part in parts if part != "streetAddressLine"]
        if (lines and split) or lines > 7 or not set(split) <= ADDRESS_PARTS or len(set(split)) < len(split):
            yield Finding("CDA.ADDR", path_of(one), "either parts, each once, or one to seven lines")
        if one.get("use") not in ADDRESS_USES:
            yield Finding("CDA.ADDR", path_of(one), f"use {one.get('use')} is not allowed")


def _names(root: etree._Element) -> Iterator[Finding]:
    """Names of people; the patient's own has its rules in `check_patient`."""
    wanted = {"prefix": {"M", "MME"}, "suffix": {"DR", "PR", "MC", "MG", "PC", "PG"}}
    holders = {
        "assignedPerson",
        "informationRecipient",
        "guardianPerson",
        "associatedPerson",
        "relatedPerson",
    }
    for one in root.iter(f"{{{HL7}}}name"):
        parent = one.getparent()
        if parent is None or local(parent) not in holders:
            continue
        parts = [local(child) for child in one]
        if parts.count("family") != 1 or parts.count("given") > 1:
            yield Finding("CDA.NAME", path_of(one), "one family name and at most one given name")
        for child in one:
            if (child.text or "").strip() == "" or (child.text not in wanted.get(local(child), {child.text})):
                yield Finding("CDA.NAME", path_of(child), "empty, or not of the allowed list")


def _people(root: etree._Element) -> Iterator[Finding]:
    """Professionals by their RPPS, structures by their national number."""
    entities = [
        *_all(root, "author/assignedAuthor"),
        *_all(root, "legalAuthenticator/assignedEntity"),
        *_all(root, "documentationOf/serviceEvent/performer/assignedEntity"),
        *_all(root, "informationRecipient/intendedRecipient"),
        *_all(root, "componentOf/encompassingEncounter/responsibleParty/assignedEntity"),
    ]
    for entity in entities:
        numbers = [
            one.get("extension") or "" for one in _all(entity, "id") if one.get("root") == OID_PROFESSIONAL
        ]
        if not numbers or not all(number[:1] == "8" and has_valid_rpps_key(number[1:]) for number in numbers):
            yield Finding(
                "CDA.RPPS", f"{path_of(entity)}/id", "expected 8 and an RPPS number with a right key"
            )
    for one in _all(root, "legalAuthenticator/signatureCode"):
        if one.get("code") != "S":
            yield Finding("CDA.SIGNATURE", "legalAuthenticator/signatureCode", "expected S")
    for entity in _all(root, "legalAuthenticator/assignedEntity"):
        if len(_all(entity, "id")) != 1:
            yield Finding("CDA.LEGAL_ID", "legalAuthenticator/assignedEntity/id", "exactly one")
    for one in _all(root, "custodian/assignedCustodian/representedCustodianOrganization/id"):
        number = one.get("extension") or ""
        ours = one.get("root") == OID_STRUCTURE and STRUCTURE_NUMBER.fullmatch(number)
        if not ours and one.get("root") != OID_DMP:
            yield Finding("CDA.CUSTODIAN", "custodian/…/id", "expected the national number of a structure")


def _act(root: etree._Element) -> Iterator[Finding]:
    """Each act of a telemedicine report has a code of telemedicine; the first has one performer and its setting."""
    events = _all(root, "documentationOf/serviceEvent")
    for event in events:
        codes = _all(event, "code")
        if not codes or any(
            one.get("code") not in REMOTE_ACTS or one.get("codeSystem") != NGAP for one in codes
        ):
            yield Finding("CDA.ACT", "documentationOf/serviceEvent/code", "expected TCG, TC… of the NGAP")
        if len(_all(event, "effectiveTime/low")) != 1:
            yield Finding("CDA.ACT_TIME", "documentationOf/serviceEvent/effectiveTime/low", "exactly one")
    for event in events[:1]:
        performers = _all(event, "performer")
        if len(performers) != 1 or any(one.get("typeCode") != "PRF" for one in performers):
            yield Finding("CDA.PERFORMER", "documentationOf/serviceEvent/performer", "exactly one, PRF")
        path = "performer/assignedEntity/representedOrganization/standardIndustryClassCode"
        if len(_all(event, path)) != 1:
            yield Finding("CDA.SETTING", f"documentationOf/serviceEvent/{path}", "exactly one")


def _facility(root: etree._Element) -> Iterator[Finding]:
    encounter = "componentOf/encompassingEncounter"
    if not _all(root, f"{encounter}/effectiveTime/low") and not _all(root, f"{encounter}/effectiveTime/high"):
        yield Finding("CDA.ENCOUNTER_TIME", f"{encounter}/effectiveTime", "neither low nor high")
    if len(_all(root, f"{encounter}/location/healthCareFacility")) != 1:
        yield Finding("CDA.FACILITY", f"{encounter}/location/healthCareFacility", "exactly one")


def _body(root: etree._Element) -> Iterator[Finding]:
    for one in _all(root, "component/nonXMLBody/text"):
        if (one.get("mediaType"), one.get("representation")) != ("application/pdf", "B64"):
            yield Finding("CDA.BODY", "component/nonXMLBody/text", "expected application/pdf in B64")
        try:
            pdf = base64.b64decode("".join((one.text or "").split()), validate=True)
        except ValueError:  # binascii.Error is one
            yield Finding("CDA.BODY", "component/nonXMLBody/text", "not base64")
            continue
        yield from check_pdf_a1(pdf, "component/nonXMLBody/text")


def body_of(content: bytes) -> bytes:
    """The PDF inside a CDA that passed the checks."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    texts = _all(root, "component/nonXMLBody/text")
    return base64.b64decode(texts[0].text or "") if texts else b""
