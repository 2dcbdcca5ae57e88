"""The same document for software: a FHIR R4 document Bundle, as plain dictionaries.

Report: Composition with one section a heading, Observations (LOINC, UCUM). Ordonnance: Composition, and one
MedicationRequest (ans.fhir.fr.eprescription), ServiceRequest or DeviceRequest a line, under one `groupIdentifier`, with
the weight and height as Observations.
Nothing else of a document has a FHIR face; a sick leave has none on purpose: its file is a specimen.
"""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape
from typing import Any
from uuid import UUID, uuid5

from toubib.documents.contents import (
    Content,
    Header,
    Identity,
    Line,
    Measured,
    Ordonnance,
    Prescriber,
    Report,
)
from toubib.record.enums import SheetKind

Resource = dict[str, Any]
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ANSM = "http://data.esante.gouv.fr/ansm/medicament"
CIM10 = "http://hl7.org/fhir/sid/icd-10"
URI = "urn:ietf:rfc:3986"
RPPS = "https://rpps.esante.gouv.fr"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
REPORT_TYPE = ("85208-7", "CR de télémédecine")
SHEET_TYPES = {
    SheetKind.MEDICINES: ("57833-6", "Prescription de produits de santé"),
    SheetKind.DEVICES: ("57833-6", "Prescription de produits de santé"),
    SheetKind.TESTS: ("57828-6", "Prescription (autre)"),
    SheetKind.IMAGING: ("55115-0", "Demande d’actes d’imagerie"),
    SheetKind.NURSING: ("57832-8", "Prescription de soins"),
}
SEXES = {"F": "female", "M": "male", "U": "unknown"}


def bundle_of(*, header: Header, content: Content) -> Resource | None:
    """None where the kind has no FHIR face."""
    match content:
        case Report():
            code, sections, others = (
                REPORT_TYPE,
                _report_sections(header, content),
                _observations(header, content),
            )
            title = "Compte rendu de téléconsultation"
        case Ordonnance():
            code = SHEET_TYPES[content.sheet]
            requests = [_request(header, content, at) for at in range(len(content.lines))]
            sections = [_section("Prescription", [_line_text(line) for line in content.lines], requests)]
            body = _body(content)
            measured = [_observation(header, one, at) for at, one in enumerate(body)]
            if body:
                words = [f"{one.label} : {one.value} {one.unit}" for one in body]
                sections.append(_section("Mesures", words, measured))
            others = [*requests, *measured]
            title = "Ordonnance"
        case _:
            return None
    resources = [
        _composition(header, code=code, title=title, sections=sections),
        _patient(header.identity, _id(header, "patient")),
        _practitioner(header.prescriber, _id(header, "practitioner")),
        _organization(header),
        _encounter(header),
        *others,
    ]
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": URI, "value": f"urn:uuid:{header.document_id}"},
        "timestamp": header.issued_at.isoformat(),
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _id(header: Header, name: str) -> str:
    return str(uuid5(header.document_id, name))


def _ref(header: Header, name: str) -> Resource:
    return {"reference": f"urn:uuid:{_id(header, name)}"}


def _coded(system: str, code: str, display: str = "") -> Resource:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _composition(header: Header, *, code: tuple[str, str], title: str, sections: list[Resource]) -> Resource:
    replaced = header.replaces_code
    return {
        "resourceType": "Composition",
        "id": _id(header, "composition"),
        "identifier": {"system": URI, "value": f"urn:uuid:{header.document_id}"},
        "status": "amended" if replaced else "final",
        "type": {"coding": [_coded(LOINC, *code)]},
        "subject": _ref(header, "patient"),
        "encounter": _ref(header, "encounter"),
        "date": header.issued_at.isoformat(),
        "author": [_ref(header, "practitioner")],
        "title": title,
        "attester": [
            {"mode": "legal", "time": header.signature_at.isoformat(), "party": _ref(header, "practitioner")}
        ],
        "custodian": _ref(header, "organization"),
        "section": sections,
    }


def _section(title: str, texts: list[str], entries: list[Resource] | None = None) -> Resource:
    words = "".join(
        f"<p>{escape(line, quote=False)}</p>" for text in texts for line in text.splitlines() if line.strip()
    )
    section: Resource = {
        "title": title,
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{words}</div>'},
    }
    if entries:
        section["entry"] = [{"reference": f"urn:uuid:{one['id']}"} for one in entries]
    return section


def _patient(who: Identity, id: str) -> Resource:
    identifiers: list[Resource] = []
    if who.ins and who.ins_oid:
        identifiers.append({"use": "official", "system": f"urn:oid:{who.ins_oid}", "value": who.ins})
    if who.local_id:
        identifiers.append(
            {
                "use": "usual",
                "type": {"coding": [_coded(IDENTIFIER_TYPE, "PI")]},
                "system": URI,
                "value": who.local_id,
            }
        )
    names: list[Resource] = [{"use": "official", "family": who.birth_name, "given": list(who.first_names)}]
    if who.used_name or who.used_first_name:
        names.append({"use": "usual", "family": who.used_name or who.birth_name, "given": [who.first_name]})
    return {
        "resourceType": "Patient",
        "id": id,
        **({"identifier": identifiers} if identifiers else {}),
        "name": names,
        "gender": SEXES[who.sex],
        "birthDate": who.birth_date.isoformat(),
    }


def _practitioner(doctor: Prescriber, id: str) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": id,
        "identifier": [{"system": RPPS, "value": doctor.rpps}],
        "name": [{"family": doctor.last_name, "given": [doctor.first_name], "prefix": [doctor.title]}],
    }


def _organization(header: Header) -> Resource:
    return {
        "resourceType": "Organization",
        "id": _id(header, "organization"),
        "name": header.letterhead.operator_name,
    }


def _encounter(header: Header) -> Resource:
    period = {"start": header.act_at.isoformat()}
    if header.act_end:
        period["end"] = header.act_end.isoformat()
    return {
        "resourceType": "Encounter",
        "id": _id(header, "encounter"),
        "identifier": [{"system": URI, "value": f"urn:uuid:{header.encounter_id}"}],
        "status": "finished",
        "class": _coded(ACT_CODE, "VR" if header.teleconsultation else "AMB"),
        "subject": _ref(header, "patient"),
        "period": period,
    }


def _report_sections(header: Header, content: Report) -> list[Resource]:
    sections = [
        ("Motif", content.reason),
        ("Antécédents utilisés", content.history),
        ("Constatations", content.findings),
        ("Conclusion", content.assessment),
        ("Décision", content.decision),
        ("Conseils donnés", content.advice),
        ("Suivi", content.follow_up),
        ("Gestes faits sur place", content.gestures),
        ("Résultats attendus", content.pending),
        ("Traitements prescrits", "\n".join(content.treatments)),
        ("Documents remis", "\n".join(content.issued)),
        ("Signes d’alerte dits au patient", content.warning_signs),
    ]
    built = [_section(title, [text]) for title, text in sections if text.strip()]
    observations = _observations(header, content)
    if observations:
        measured = [f"{one.label} : {one.value} {one.unit}" for one in content.measurements]
        built.append(
            _section(
                "Mesures", measured, [one for one in observations if one["resourceType"] == "Observation"]
            )
        )
    return built


def _observations(header: Header, content: Report) -> list[Resource]:
    found = [_observation(header, one, at) for at, one in enumerate(content.measurements)]
    if content.diagnosis_code:
        found.append(
            {
                "resourceType": "Condition",
                "id": _id(header, "diagnosis"),
                "code": {"coding": [_coded(CIM10, content.diagnosis_code, content.diagnosis_label or "")]},
                "subject": _ref(header, "patient"),
                "encounter": _ref(header, "encounter"),
            }
        )
    return found


def _observation(header: Header, one: Measured, at: int) -> Resource:
    code: Resource = {"text": one.label}
    if one.loinc:
        code["coding"] = [_coded(LOINC, one.loinc)]
    value: Resource = {"valueString": f"{one.value} {one.unit}".strip()}
    number = number_of(one.value)
    if one.ucum and number is not None:
        value = {"valueQuantity": {"value": number, "unit": one.unit, "system": UCUM, "code": one.ucum}}
    return {
        "resourceType": "Observation",
        "id": _id(header, f"observation-{at}"),
        "status": "final",
        "code": code,
        "subject": _ref(header, "patient"),
        "encounter": _ref(header, "encounter"),
        "effectiveDateTime": (one.taken_at or header.act_at).isoformat(),
        **value,
    }


def number_of(text: str) -> int | float | None:
    """« 38,4 » as the JSON number that FHIR's decimal is; None where a number would say more or fewer decimals."""
    plain = text.replace(",", ".").replace("\u00a0", "")
    if not PLAIN_NUMBER.fullmatch(plain):
        return None
    number = float(plain) if "." in plain else int(plain)
    return number if Decimal(repr(number)).as_tuple() == Decimal(plain).as_tuple() else None


def _body(content: Ordonnance) -> list[Measured]:
    """The weight and the height that doses were counted with."""
    said = (("Poids", content.weight_kg, "kg", "29463-7"), ("Taille", content.height_cm, "cm", "8302-2"))
    return [Measured(label, value, unit, loinc, unit) for label, value, unit, loinc in said if value]


def _line_text(line: Line) -> str:
    strength = ", ".join(part for part in (line.dose, line.form) if part)
    return " : ".join(
        part for part in (", ".join(p for p in (line.text_inn, strength) if p), line.directions) if part
    )


def _request(header: Header, content: Ordonnance, at: int) -> Resource:
    line = content.lines[at]
    common: Resource = {
        "id": _id(header, f"line-{at}"),
        "status": "active",
        "intent": "order",
        "subject": _ref(header, "patient"),
        "encounter": _ref(header, "encounter"),
        "authoredOn": header.signature_at.isoformat(),
        "requester": _ref(header, "practitioner"),
    }
    group = {"system": URI, "value": f"urn:uuid:{header.document_id}"}
    notes = [{"text": "En rapport avec une affection de longue durée"}] if line.ald else []
    if content.sheet == SheetKind.MEDICINES:
        return {
            "resourceType": "MedicationRequest",
            **common,
            "groupIdentifier": group,
            **_medicine(line),
            **_note(notes),
        }
    notes = [{"text": line.directions}, *notes] if line.directions else notes
    if content.sheet == SheetKind.DEVICES:
        device = {"codeCodeableConcept": {"text": line.text_inn}}
        return {"resourceType": "DeviceRequest", **common, "groupIdentifier": group, **device, **_note(notes)}
    return {
        "resourceType": "ServiceRequest",
        **common,
        "requisition": group,
        "code": {"text": line.text_inn},
        **_note(notes),
    }


def _note(notes: list[Resource]) -> Resource:
    return {"note": notes} if notes else {}


def _medicine(line: Line) -> Resource:
    """`patientInstruction` is forbidden by the French profile; directions are the dosage's text."""
    coding = [
        _coded(f"{ANSM}/{system}", code, line.brand or "")
        for system, code in (("SpecialitePharmaceutique", line.cis), ("Presentation", line.cip13))
        if code
    ]
    strength = ", ".join(part for part in (line.text_inn, line.dose, line.form) if part)
    dispense: Resource = {"numberOfRepeatsAllowed": line.renewals}
    if line.boxes:
        dispense["quantity"] = {"value": line.boxes, "unit": "boîte"}
    if line.duration_days:
        dispense["expectedSupplyDuration"] = {
            "value": line.duration_days,
            "unit": "jour",
            "system": UCUM,
            "code": "d",
        }
    found: Resource = {
        "medicationCodeableConcept": {**({"coding": coding} if coding else {}), "text": strength},
        "dosageInstruction": [{"text": line.directions or strength}],
        "dispenseRequest": dispense,
    }
    if line.non_substitutable_reason:
        found["substitution"] = {"allowedBoolean": False, "reason": {"text": line.non_substitutable_reason}}
    if line.indication:
        found["reasonCode"] = [{"text": line.indication}]
    return found


def document_id_of(bundle: Resource) -> UUID:
    return UUID(bundle["identifier"]["value"].removeprefix("urn:uuid:"))
