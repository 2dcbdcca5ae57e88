"""Places as open data: columns, tags, and Locations held to R4 and to the SAS profile."""

import csv
import gzip
import io
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.location import Location

from toubib.directory.enums import Access, Assistance, PlaceKind
from toubib.directory.operations import open_place
from toubib.directory.queries import all_in_service
from toubib.directory.tests.factories import BY, NOW, TODAY, make_organisation, make_place
from toubib.kiosk.operations import open_session, write_states
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries import states_of_places
from toubib.kiosk.tests.factories import make_machine
from toubib.territory.tests.factories import make_commune, make_import
from toubib.waiting.queries import Interval
from toubib.web.place_data import COLUMNS, facts_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_line():
    cache.clear()


def opened(name, **over):
    return open_place(place=make_place(name=name, seen=True, **over), on=TODAY, by=BY, now=NOW)


@pytest.fixture
def kiosk():
    host = make_organisation(name="Pharmacie du Port", finess="120780044")
    commune = make_commune(code_insee="12202", name="Rodez", listed_in=make_import())
    return opened(
        "=Borne", host=host, commune=commune, hours="24/7", access=("step_free",), phone="+33199004455"
    )


def read(answer):
    return b"".join(answer.streaming_content).decode()


def rows_of(client):
    return list(csv.DictReader(io.StringIO(read(client.get("/lieux.csv")))))


def test_the_csv_has_the_columns_of_the_contract_and_no_formula(client, kiosk):
    row = rows_of(client)[0]
    as_of = row.pop("as_of")
    assert tuple(row) == tuple(one for one in COLUMNS if one != "as_of")
    assert row == {
        "id": str(kiosk.id), "name": "'=Borne", "kind": "pharmacy", "operator": "Pharmacie du Port",
        "host": "Pharmacie du Port", "finess": "120780044", "code_insee": "12202",
        "address": "5 rue du Port, 12990 Rodez", "lat": "44.41", "lon": "2.65", "hours": "24/7", "open_now": "true",
        "next_opening": "", "wait_min": "", "wait_max": "", "assistance": "on_site",
        "devices": "blood_pressure|otoscope|oximeter|stethoscope", "access": "step_free",
        "kiosk_state": "",
    }  # fmt: skip
    assert as_of.endswith(":00+00:00")


def test_every_column_and_word_of_the_file_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "places.md").read_text(encoding="utf-8")
    words = [*COLUMNS, *PlaceKind.values, *Assistance.values, *Access.values]
    assert [one for one in words if not re.search(rf"\b{one}\b", text)] == []


def test_a_silent_kiosk_is_told_as_away_with_no_wait(client, kiosk):
    machine, _key = make_machine(place=kiosk)
    now = timezone.now().replace(second=0, microsecond=0)
    [row] = list(all_in_service(now=now))

    def told():
        facts = facts_of(row, wait=Interval(5, 10, 40, 2, now), now=now, kiosks=states_of_places(now=now))
        return facts["kiosk_state"], facts["wait_min"], facts["wait_max"]

    silent = told()
    assert rows_of(client)[0]["kiosk_state"] == "away"
    write_states(reported=[Reported(machine.id, now, {}, "")])
    assert [silent, told()] == [("away", None, None), ("ready", 5, 10)]


def test_the_geojson_says_the_same_with_lists(client, kiosk):
    found = json.loads(read(client.get("/lieux.geojson")))
    feature = found["features"][0]
    assert (found["type"], len(found["features"])) == ("FeatureCollection", 1)
    assert feature["geometry"] == {"type": "Point", "coordinates": [2.65, 44.41]}
    assert tuple(feature["properties"]) == COLUMNS
    facts = feature["properties"]
    assert (facts["open_now"], facts["wait_min"], facts["access"]) == (True, None, ["step_free"])


def test_a_closed_place_says_when_it_opens_and_no_wait(client):
    opened("Fermée", hours="2030 Jan 01 10:00-11:00; Mo-Su 00:00-00:01", commune=make_commune())
    row = rows_of(client)[0]
    assert (row["open_now"], bool(row["next_opening"]), row["wait_min"]) == ("false", True, "")


@pytest.mark.parametrize("url", ["/lieux.csv", "/lieux.geojson"])
def test_a_file_is_sent_once_a_minute_packed_and_open_to_all(client, kiosk, url):
    first = client.get(url, headers={"accept-encoding": "gzip"})
    assert (first["Content-Encoding"], first["Access-Control-Allow-Origin"]) == ("gzip", "*")
    assert "max-age=60" in first["Cache-Control"] and "public" in first["Cache-Control"]
    assert gzip.decompress(b"".join(first.streaming_content))
    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code in (304, 200)  # 200 where the minute turned
    assert client.get(url, headers={"if-none-match": '"autre"'}).status_code == 200


def test_places_not_in_service_are_left_out(client, kiosk):
    make_place(name="Pas ouverte", commune=kiosk.commune)
    assert [one["id"] for one in rows_of(client)] == [str(kiosk.id)]


def test_a_file_of_none_is_whole(client):
    assert rows_of(client) == []
    assert json.loads(read(client.get("/lieux.geojson"))) == {"type": "FeatureCollection", "features": []}


# FHIR


def bundle(client, query=""):
    answer = client.get(f"/fhir/Location{query}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json; charset=utf-8")
    read = Bundle.model_validate_json(answer.content)
    assert read.type == "searchset"
    return json.loads(answer.content)


def matches(found):
    return [one["resource"] for one in found.get("entry", ()) if one["search"]["mode"] == "match"]


def test_a_location_is_valid_and_has_what_the_sas_profile_asks(client, kiosk):
    found = bundle(client)
    place = matches(found)[0]
    Location.model_validate(place)
    asked = {"name", "address", "managingOrganization", "identifier"}
    assert asked <= set(place) and place["identifier"][0]["type"]["coding"][0]["code"] == "INTRN"
    assert {key: len(value) if key == "line" else value for key, value in place["address"].items()} == {
        "line": 1, "city": "Rodez", "postalCode": "12990", "country": "FR",
    }  # fmt: skip
    assert place["hoursOfOperation"] == [
        {"daysOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "allDay": True}
    ]
    kinds = [next(iter(set(part) - {"url"})) for part in place["extension"][0]["extension"]]
    assert kinds == ["valueCodeableConcept", "valueCode", *["valueCodeableConcept"] * 5]
    beside = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in found["entry"]}
    assert place["managingOrganization"]["reference"] in beside


def test_one_can_be_read_by_its_own_address(client, kiosk):
    answer = client.get(f"/fhir/Location/{kiosk.id}")
    assert Location.model_validate_json(answer.content).id == str(kiosk.id)
    missing = client.get(f"/fhir/Location/{uuid4()}")
    assert (missing.status_code, json.loads(missing.content)["resourceType"]) == (404, "OperationOutcome")


def test_a_location_says_what_its_kiosk_does(client, kiosk):
    def told():
        one = json.loads(client.get(f"/fhir/Location/{kiosk.id}").content)
        [listed] = matches(bundle(client))
        Location.model_validate(one)
        assert listed.get("operationalStatus") == one.get("operationalStatus")
        return one.get("operationalStatus", {}).get("code")

    found = [told()]
    machine, _key = make_machine(place=kiosk)
    found.append(told())
    write_states(reported=[Reported(machine.id, timezone.now(), {}, "")])
    found.append(told())
    open_session(machine=machine, by=BY, now=timezone.now())
    assert [*found, told()] == [None, "C", "U", "O"]


def test_a_location_that_is_closed_says_nothing_of_its_kiosk(client):
    shut = opened("Fermée", hours="2030 Jan 01 10:00-11:00", commune=make_commune())
    make_machine(place=shut)
    assert "operationalStatus" not in matches(bundle(client))[0]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2), ("?_count=1", 1), ("?_count=0", 0), ("?_count=1&_offset=1", 1), ("?address-postalcode=12990", 2),
        ("?address-postalcode=75", 0), ("?near=44.41|2.65|5|km", 1), ("?near=44.41|2.65", 2),
        ("?near=44.41|2.65|5000|m", 1), ("?near=44.41|2.65|5|km&address-postalcode=75", 0), ("?autre=1", 2),
    ],
)  # fmt: skip
def test_searches_answer_what_they_ask(client, kiosk, query, count):
    opened("Loin", lat=44.6, commune=kiosk.commune)
    assert len(matches(bundle(client, query))) == count


def test_pages_follow_one_another_to_the_end(client, kiosk):
    opened("Loin", lat=44.6, commune=kiosk.commune)
    first = bundle(client, "?_count=1")
    links = {one["relation"]: one["url"] for one in first["link"]}
    second = bundle(client, "?" + links["next"].partition("?")[2])
    assert [one["relation"] for one in second["link"]] == ["self"]
    assert (first["total"], second["total"]) == (2, 2)
    assert {one["id"] for one in (*matches(first), *matches(second))} == {
        one["id"] for one in matches(bundle(client))
    }


def test_an_id_finds_its_own(client, kiosk):
    assert [one["id"] for one in matches(bundle(client, f"?_id={kiosk.id},{uuid4()}"))] == [str(kiosk.id)]


@pytest.mark.parametrize(
    "query",
    ["_count=-1", "_count=x", "_offset=1.5", "_id=abc", "near=1", "near=a|b", "near=91|0|1|km", "near=1|1|1|lieues",
     "near=nan|1|1|km", "near=1|1|-4|km", "near=1|1|1|km|x", "address-postalcode=%00", "address-postalcode=" + "1" * 60_000],
)  # fmt: skip
def test_what_cannot_be_read_is_named(client, kiosk, query):
    answer = client.get(f"/fhir/Location?{query}")
    said = json.loads(answer.content)
    assert (answer.status_code, said["resourceType"]) == (400, "OperationOutcome")
    assert said["issue"][0]["expression"] == [query.partition("=")[0]]


def test_hours_of_the_usual_week_are_grouped_by_days(client):
    opened("Semaine", hours="Mo-Fr 09:00-12:30,14:00-24:00; PH off", commune=make_commune())
    week = ["mon", "tue", "wed", "thu", "fri"]
    assert matches(bundle(client))[0]["hoursOfOperation"] == [
        {"daysOfWeek": week, "openingTime": "09:00:00", "closingTime": "12:30:00"},
        {"daysOfWeek": week, "openingTime": "14:00:00", "closingTime": "23:59:59"},
    ]
