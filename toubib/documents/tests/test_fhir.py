"""The Bundles against the R4B models of fhir.resources, and line by line."""

import json

from fhir.resources.R4B.bundle import Bundle

from toubib.documents.fhir import bundle_of, document_id_of
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
        {"value": "38.4", "unit": "°C", "system": "http://unitsofmeasure.org", "code": "Cel"},
    )


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
