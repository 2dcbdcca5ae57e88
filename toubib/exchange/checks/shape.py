"""Order and number of the elements of a level 1 CDA, as schema and schematron of the CI-SIS hold them together.

Each parent lists its children in order: (name, least, most). What is not listed is refused: we do not emit it.
"""

from __future__ import annotations

from collections import Counter

from lxml import etree

from toubib.exchange.checks.finding import Finding

HL7 = "urn:hl7-org:v3"
MANY = 1000
Row = tuple[str, int, int]

_PERSON: tuple[Row, ...] = (("name", 1, 1),)
_ADDRESSED: tuple[Row, ...] = (("id", 1, MANY), ("code", 0, 1), ("addr", 0, MANY), ("telecom", 0, MANY))
_ENTITY: tuple[Row, ...] = (*_ADDRESSED, ("assignedPerson", 0, 1), ("representedOrganization", 0, 1))
_STRUCTURE: tuple[Row, ...] = (
    ("id", 0, 1),
    ("name", 0, 1),
    ("telecom", 0, MANY),
    ("addr", 0, 1),
    ("standardIndustryClassCode", 0, 1),
)

SHAPES: dict[str, tuple[Row, ...]] = {
    "ClinicalDocument": (
        ("realmCode", 1, 1),
        ("typeId", 1, 1),
        ("templateId", 3, 3),
        ("id", 1, 1),
        ("code", 1, 1),
        ("title", 1, 1),
        ("effectiveTime", 1, 1),
        ("confidentialityCode", 1, 1),
        ("languageCode", 1, 1),
        ("setId", 1, 1),
        ("versionNumber", 1, 1),
        ("recordTarget", 1, 1),
        ("author", 1, MANY),
        ("dataEnterer", 0, 1),
        ("informant", 0, MANY),
        ("custodian", 1, 1),
        ("informationRecipient", 0, MANY),
        ("legalAuthenticator", 1, 1),
        ("authenticator", 0, MANY),
        ("participant", 0, MANY),
        ("inFulfillmentOf", 0, MANY),
        ("documentationOf", 1, MANY),
        ("relatedDocument", 0, 1),
        ("authorization", 0, MANY),
        ("componentOf", 1, 1),
        ("component", 1, 1),
    ),
    "recordTarget": (("patientRole", 1, 1),),
    "patientRole": (("id", 1, MANY), ("addr", 0, MANY), ("telecom", 0, MANY), ("patient", 1, 1)),
    "patient": (
        ("name", 1, 1),
        ("administrativeGenderCode", 1, 1),
        ("birthTime", 1, 1),
        ("guardian", 0, MANY),
        ("birthplace", 0, 1),
    ),
    "birthplace": (("place", 1, 1),),
    "author": (("functionCode", 0, 1), ("time", 1, 1), ("assignedAuthor", 1, 1)),
    "assignedAuthor": _ENTITY,
    "assignedEntity": _ENTITY,
    "assignedPerson": _PERSON,
    "representedOrganization": _STRUCTURE,
    "custodian": (("assignedCustodian", 1, 1),),
    "assignedCustodian": (("representedCustodianOrganization", 1, 1),),
    "representedCustodianOrganization": (("id", 1, 1), ("name", 1, 1), ("telecom", 0, 1), ("addr", 0, 1)),
    "intendedRecipient": (
        ("id", 0, MANY),
        ("addr", 0, MANY),
        ("telecom", 0, MANY),
        ("informationRecipient", 0, 1),
        ("receivedOrganization", 0, 1),
    ),
    "legalAuthenticator": (("time", 1, 1), ("signatureCode", 1, 1), ("assignedEntity", 1, 1)),
    "documentationOf": (("serviceEvent", 1, 1),),
    "serviceEvent": (("id", 0, MANY), ("code", 0, 1), ("effectiveTime", 1, 1), ("performer", 0, MANY)),
    "performer": (("assignedEntity", 1, 1),),
    "relatedDocument": (("parentDocument", 1, 1),),
    "parentDocument": (("id", 1, 1),),
    "componentOf": (("encompassingEncounter", 1, 1),),
    "encompassingEncounter": (
        ("id", 0, MANY),
        ("code", 0, 1),
        ("effectiveTime", 1, 1),
        ("dischargeDispositionCode", 0, 1),
        ("responsibleParty", 0, 1),
        ("encounterParticipant", 0, MANY),
        ("location", 1, 1),
    ),
    "responsibleParty": (("assignedEntity", 1, 1),),
    "healthCareFacility": (("id", 0, MANY), ("code", 1, 1), ("location", 0, 1)),
    "component": (("nonXMLBody", 1, 1),),
    "nonXMLBody": (("text", 1, 1),),
}


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def path_of(element: etree._Element) -> str:
    """`recordTarget/patientRole/patient`, below the root."""
    names = [*[local(one) for one in element.iterancestors()][::-1], local(element)]
    return "/".join(names[1:]) or names[0]


def check_shapes(root: etree._Element) -> list[Finding]:
    """Every parent of the table against its row: unknown children, order, least and most."""
    found: list[Finding] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            found.append(Finding("CDA.PLAIN_XML", path_of(root), "a comment or an instruction stands in it"))
        elif etree.QName(element).namespace != HL7:
            found.append(Finding("CDA.NAMESPACE", path_of(element), f"not in {HL7}"))
        elif local(element) in SHAPES:
            found += _check_shape(element, SHAPES[local(element)])
    return found


def _check_shape(element: etree._Element, rows: tuple[Row, ...]) -> list[Finding]:
    here, order = path_of(element), [name for name, _, _ in rows]
    children = [local(child) for child in element if isinstance(child.tag, str)]
    found = [
        Finding("CDA.UNKNOWN", f"{here}/{name}", "not allowed here") for name in children if name not in order
    ]
    known = [order.index(name) for name in children if name in order]
    if known != sorted(known):
        found.append(Finding("CDA.ORDER", here, f"expected the order {', '.join(order)}"))
    counted = Counter(children)
    for name, least, most in rows:
        if not least <= counted[name] <= most:
            found.append(
                Finding("CDA.COUNT", f"{here}/{name}", f"{counted[name]} instead of {least} to {most}")
            )
    return found
