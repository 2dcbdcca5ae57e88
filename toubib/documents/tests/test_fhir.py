"""The Bundles against the R4B models of fhir.resources, and line by line."""

import json
import re
from dataclasses import replace

import pytest
from fhir.resources.R4B.bundle import Bundle

from toubib.documents.fhir import bundle_of, document_id_of, number_of
from toubib.documents.samples import CERTIFICATE, RECEIPT
from toubib.documents.tests.factories import CONTENTS, DOCUMENT_ID, make_header


def made(name):
    return bundle_of(header=make_header(), content=CONTENTS[name])


def resources(bundle, kind):
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def test_bundles_are_valid_documents_whose_references_all_lead_inside():
    for name in ("compte-rendu", "ordonnance-medicaments", "ordonnance-bizone", "ordonnance-biologie"):
        bundle = made(name)
        read = Bundle.model_validate_json(json.dumps(bundle))
        assert read.type == "document" and read.entry[0].resource.get_resource_type() == "Composition"
        inside = {entry["fullUrl"] for entry in bundle["entry"]}
        assert len(inside) == len(bundle["entry"])
        text = json.dumps(bundle)
        named = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
        assert named - inside == set()
        assert document_id_of(bundle) == DOCUMENT_ID


def test_medication_request_says_what_the_french_profile_asks():
    bundle = made("ordonnance-bizone")
    first, second = resources(bundle, "MedicationRequest")
    assert {
        key: first[key] for key in ("status", "intent", "groupIdentifier", "medicationCodeableConcept")
    } == {
        "status": "active",
        "intent": "order",
        "groupIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{DOCUMENT_ID}"},
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://data.esante.gouv.fr/ansm/medicament/SpecialitePharmaceutique",
                    "code": "60234100",
                    "display": "Doliprane",
                },
                {
                    "system": "http://data.esante.gouv.fr/ansm/medicament/Presentation",
                    "code": "3400935955838",
                    "display": "Doliprane",
                },
            ],
            "text": "PARACÉTAMOL, 1 g, comprimé",
        },
    }
    assert first["dispenseRequest"] == {
        "numberOfRepeatsAllowed": 0,
        "quantity": {"value": 2, "unit": "boîte"},
        "expectedSupplyDuration": {
            "value": 5,
            "unit": "jour",
            "system": "http://unitsofmeasure.org",
            "code": "d",
        },
    }
    assert {"subject", "requester", "authoredOn", "dosageInstruction"} <= set(first)
    assert all("patientInstruction" not in dose for dose in first["dosageInstruction"])
    assert second["substitution"]["allowedBoolean"] is False
    assert second["note"] == [{"text": "En rapport avec une affection de longue durée"}]
    assert second["groupIdentifier"] == first["groupIdentifier"]


def test_tests_are_service_requests():
    assert [one["code"]["text"] for one in resources(made("ordonnance-biologie"), "ServiceRequest")] == [
        "Numération formule sanguine, plaquettes",
        "CRP",
    ]


def test_measurements_are_coded_and_counted_in_ucum():
    first = resources(made("compte-rendu"), "Observation")[0]
    assert (first["code"]["coding"], first["valueQuantity"]) == (
        [{"system": "http://loinc.org", "code": "8310-5"}],
        {"value": 38.4, "unit": "°C", "system": "http://unitsofmeasure.org", "code": "Cel"},
    )


def test_weight_of_an_ordonnance_is_an_observation_of_a_section_of_its_own():
    bundle = made("ordonnance-medicaments")
    (weight,) = resources(bundle, "Observation")
    assert (weight["code"]["coding"][0]["code"], weight["valueQuantity"]["value"]) == ("29463-7", 64)
    sections = bundle["entry"][0]["resource"]["section"]
    assert [one["title"] for one in sections] == ["Prescription", "Mesures"]
    assert sections[1]["entry"] == [{"reference": f"urn:uuid:{weight['id']}"}]
    assert resources(made("ordonnance-bizone"), "Observation") == []


def test_number_keeps_the_decimals_that_were_read_or_is_none():
    texts = ("38,4", "37,0", "98", "-1,5", "38,40", "0,1234567890123456789", "12/8", "", "1e3", "038")
    assert [json.dumps(number_of(text)) for text in texts] == ["38.4", "37.0", "98", "-1.5"] + ["null"] * 6


MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
TEXTS = {
    "id": r"[A-Za-z0-9\-.]{1,64}",
    "birthDate": r"\d{4}-\d\d-\d\d",
    **dict.fromkeys(("timestamp", "date", "time", "start", "end", "authoredOn", "effectiveDateTime"), MOMENT),
    "code": r"[^\s]+( [^\s]+)*",
}
QUANTITIES = {"valueQuantity", "quantity", "expectedSupplyDuration"}


def faults(value, *path):
    """Where JSON is not of R4's kinds, over a whole resource: decimal and integer are numbers, boolean is one, all
    else is text of its form, and nothing is empty."""
    name, holder = path[-1] if path else "", path[-2] if len(path) > 1 else ""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else ((name, one) for one in value)
        found = [] if value else [".".join(path)]
        keep = path if isinstance(value, dict) else path[:-1]
        return found + [fault for key, one in inner for fault in faults(one, *keep, key)]
    if name == "value" and holder in QUANTITIES:
        good = type(value) in (int, float)
    elif name == "numberOfRepeatsAllowed":
        good = type(value) is int and value >= 0
    elif name.endswith("Boolean"):
        good = type(value) is bool
    else:
        good = type(value) is str and re.fullmatch(TEXTS.get(name, r"[\s\S]+"), value) is not None
    return [] if good else [".".join(path)]


@pytest.mark.parametrize(
    "name", ["compte-rendu", "ordonnance-medicaments", "ordonnance-bizone", "ordonnance-biologie"]
)
def test_each_json_value_is_of_the_kind_that_r4_asks(name):
    assert faults(json.loads(json.dumps(made(name)))) == []


def test_the_check_of_kinds_sees_a_wrong_one():
    wrong = {
        "valueQuantity": {"value": "38.4", "unit": ""},
        "dispenseRequest": {"numberOfRepeatsAllowed": 1.0, "quantity": {"value": True}},
        "substitution": {"allowedBoolean": "false"},
        "timestamp": "2026-11-20T10:00:00",
        "name": [],
        "title": None,
    }
    assert faults(wrong) == [
        "valueQuantity.value",
        "valueQuantity.unit",
        "dispenseRequest.numberOfRepeatsAllowed",
        "dispenseRequest.quantity.value",
        "substitution.allowedBoolean",
        "timestamp",
        "name",
        "title",
    ]


def test_value_that_no_number_holds_stays_as_it_was_read():
    first = replace(CONTENTS["compte-rendu"].measurements[0], value="38,40")
    content = replace(CONTENTS["compte-rendu"], measurements=(first,))
    (seen,) = resources(bundle_of(header=make_header(), content=content), "Observation")
    assert (seen["valueString"], "valueQuantity" in seen) == ("38,40 °C", False)


def test_ins_stands_under_its_oid_for_a_qualified_identity():
    patient = resources(made("compte-rendu"), "Patient")[0]
    assert patient["identifier"][0] == {
        "use": "official",
        "system": "urn:oid:1.2.250.1.213.1.4.10",
        "value": "279033523800119",
    }


def test_other_kinds_have_no_fhir_face():
    for content in (CERTIFICATE, RECEIPT, CONTENTS["arret-de-travail-specimen"]):
        assert bundle_of(header=make_header(), content=content) is None
