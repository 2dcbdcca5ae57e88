"""Answers in the form of the ANS's guide, given by a real HTTP server of the test; people are invented."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from toubib.exchange.addresses import DirectoryAway, Mailbox, address_book
from toubib.exchange.annuaire import mailbox_in
from toubib.exchange.tests.relay import free_port

RPPS = "99900000029"
ANS = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata"
KIND = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point-email-type"


def telecom(address, *, kind="PER", red=None, rank=None, dress="valueCodeableConcept"):
    dressed = {
        "valueCodeableConcept": {"valueCodeableConcept": {"coding": [{"code": kind}]}},
        "valueCoding": {"valueCoding": {"code": kind}},
        "valueCode": {"valueCode": kind},
    }[dress]
    facts = [{"url": "type", **dressed}]
    if red is not None:
        facts.append({"url": "listeRouge", "valueBoolean": red})
    made = {"system": "email", "value": address, "extension": [{"url": ANS, "extension": facts}]}
    return made | ({"rank": rank} if rank else {})


def practitioner(*boxes, number=f"8{RPPS}", id="p1"):
    return {
        "resourceType": "Practitioner",
        "id": id,
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": number}],
        "name": [{"family": "LENOIR", "given": ["Marc"]}],
        "telecom": list(boxes),
    }


def role(*boxes, of="Practitioner/p1"):
    return {"resourceType": "PractitionerRole", "practitioner": {"reference": of}, "telecom": list(boxes)}


def bundle(*resources):
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


def found(*resources):
    box = mailbox_in(bundle(*resources), rpps=RPPS)
    return box and box.address


def test_a_mailbox_of_the_professional():
    box = mailbox_in(bundle(practitioner(telecom("marc.lenoir@medecin.mssante.fr"))), rpps=RPPS)
    assert box == Mailbox("marc.lenoir@medecin.mssante.fr", "LENOIR", "Marc")


@pytest.mark.parametrize("dress", ["valueCodeableConcept", "valueCoding", "valueCode"])
def test_however_the_type_is_dressed(dress):
    assert found(practitioner(telecom("a@b.mssante.fr", dress=dress))) == "a@b.mssante.fr"
    assert found(practitioner(telecom("a@b.mssante.fr", dress=dress, kind="ORG"))) is None


def test_a_mailbox_known_by_the_kind_of_its_address_alone():
    box = {
        "system": "email",
        "value": "a@b.mssante.fr",
        "extension": [{"url": KIND, "valueCoding": {"code": "MSSANTE"}}],
    }
    assert found(practitioner({"system": "email", "value": "marc@orange.fr"}, box)) == "a@b.mssante.fr"


def test_the_red_list_is_held():
    assert found(practitioner(telecom("a@b.mssante.fr", red=True))) is None
    assert (
        found(practitioner(telecom("a@b.mssante.fr", red=True), telecom("c@b.mssante.fr", red=False)))
        == "c@b.mssante.fr"
    )


def test_the_first_rank_then_the_order_then_a_place_of_work():
    ranked = practitioner(
        telecom("a@b.mssante.fr"), telecom("c@b.mssante.fr", rank=2), telecom("d@b.mssante.fr", rank=1)
    )
    assert found(ranked) == "d@b.mssante.fr"
    assert found(practitioner(), role(telecom("e@b.mssante.fr"))) == "e@b.mssante.fr"
    assert found(practitioner(telecom("a@b.mssante.fr")), role(telecom("e@b.mssante.fr"))) == "a@b.mssante.fr"


def test_another_person_s_mailbox_is_never_used():
    assert found(practitioner(telecom("x@b.mssante.fr"), number="899900000011")) is None
    assert found(practitioner(), role(telecom("x@b.mssante.fr"), of="Practitioner/p2")) is None
    assert found() is None


@contextmanager
def run_directory(settings, *, status=200, body=b""):
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers["ESANTE-API-KEY"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args): ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.MSSANTE_DIRECTORY = "annuaire"
    settings.ANNUAIRE_URL = f"http://127.0.0.1:{server.server_port}/fhir/v2"
    settings.ANNUAIRE_KEY = "cle-de-test"
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_service_is_asked_once_by_the_number_alone(settings):
    body = json.dumps(bundle(practitioner(telecom("a@b.mssante.fr")))).encode()
    with run_directory(settings, body=body) as asked:
        assert address_book().find(rpps=RPPS) == Mailbox("a@b.mssante.fr", "LENOIR", "Marc")
    path = f"/fhir/v2/Practitioner?identifier={RPPS}%2C8{RPPS}&_revinclude=PractitionerRole%3Apractitioner"
    assert asked == [(path, "cle-de-test")]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (503, b"", "annuaire_503"),
        (401, b"", "annuaire_401"),
        (200, b"<html>", "annuaire_form"),
        (200, b"[]", "annuaire_form"),
    ],
)
def test_an_answer_that_is_none_is_asked_again_later(settings, status, body, code):
    with run_directory(settings, status=status, body=body), pytest.raises(DirectoryAway, match=f"^{code}$"):
        address_book().find(rpps=RPPS)


def test_a_service_that_is_away_or_in_clear(settings):
    settings.MSSANTE_DIRECTORY, settings.ANNUAIRE_KEY = "annuaire", "x"
    settings.ANNUAIRE_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DirectoryAway, match="^annuaire_away$"):
        address_book().find(rpps=RPPS)
    settings.ANNUAIRE_URL = "http://gateway.exemple.test/fhir/v2"
    with pytest.raises(DirectoryAway, match="^annuaire_https$"):
        address_book().find(rpps=RPPS)
