"""The machine's pages: enrolled, at rest, opened, reported, wiped."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.kiosk.enums import SessionState, WipeReason
from toubib.kiosk.models import KioskSession, Machine, MachineState
from toubib.kiosk.operations import (
    make_enrolment_code,
    open_session,
    revoke_machine,
    wipe_session,
    write_states,
)
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries import machine_at_rest, machine_of_key, state_of_place
from toubib.kiosk.queries.machines import DEMO_AT_REST, DEMO_HELD, demo_machines_at_rest
from toubib.kiosk.reports import reports
from toubib.kiosk.tasks import answer_for_the_demo
from toubib.kiosk.tests.factories import BY, browser_of_machine, make_machine, make_open_place
from toubib.kiosk.web import SESSION
from toubib.people.enums import Role
from toubib.people.tests.factories import make_cast, sign_in
from toubib.ui.context import KIOSK_COOKIE
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import NO, make_pool

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def untimed(monkeypatch):
    monkeypatch.setattr(reports, "timed", False)
    reports._known.clear()
    reports._waiting.clear()


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def kiosk(now):
    make_pool()
    machine, key = make_machine(now=now)
    return machine, browser_of_machine(key)


def begin(browser, **data):
    return browser.post("/borne/ouvrir", data)


def answer_signs(browser):
    return browser.post("/consulter/signes", dict.fromkeys(NO, "no"))


def test_browser_that_types_the_code_becomes_the_machine(now):
    _row, code = make_enrolment_code(place=make_open_place(now=now), name="Borne", by=BY, now=now)
    browser = Client()
    assert browser.get("/borne").headers["Location"] == "/borne/enrolement"
    assert "Ce code ne va pas" in browser.post("/borne/enrolement", {"code": "NON"}).text
    answer = browser.post("/borne/enrolement", {"code": code})
    cookie = answer.cookies[KIOSK_COOKIE]
    assert (answer.headers["Location"], cookie["httponly"], cookie["samesite"]) == (
        "/borne?demarrage=1",
        True,
        "Lax",
    )
    page = browser.get("/borne").text
    assert ('data-device="kiosk"' in page, "Voir un médecin" in page, "publicit" in page) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("demo", "devices", "prints"), [(True, ["printer"], True), (True, [], False), (False, ["printer"], False)]
)
def test_browser_prints_for_itself_in_the_demo_alone(kiosk, settings, demo, devices, prints):
    settings.DEMO = demo
    machine, browser = kiosk
    Place.objects.filter(pk=machine.place_id).update(devices=devices)
    assert ('data-printer="ok"' in browser.get("/borne").text) == prints


def test_launcher_is_told_the_key_and_presents_it_at_each_start(now):
    _row, code = make_enrolment_code(place=make_open_place(now=now), name="Borne", by=BY, now=now)
    told = Client().post("/borne/enrolement", {"code": code}, headers={"accept": "application/json"}).json()
    browser = Client()
    answer = browser.post("/borne/cle", {"key": told["key"]}, headers={"origin": "null"})
    assert (answer.headers["Location"], answer.cookies[KIOSK_COOKIE]["max-age"]) == ("/borne?demarrage=1", "")
    assert browser.get("/borne").status_code == 200
    assert Client().post("/borne/cle", {"key": "x"}).headers["Location"] == "/borne/enrolement"
    other = {"key": told["key"]}
    assert Client().post("/borne/cle", other, headers={"origin": "https://ailleurs.test"}).status_code == 404


def test_guesses_of_codes_are_counted():
    browser = Client()
    said = [browser.post("/borne/enrolement", {"code": "ABCDE23456"}).text for _one in range(11)]
    assert ("Trop d’essais" in said[9], "Trop d’essais" in said[10]) == (False, True)


def test_patient_goes_down_the_path_without_typing_where_they_are(kiosk):
    machine, browser = kiosk
    assert browser.get("/consulter/signes").headers["Location"] == "/borne"
    assert begin(browser).headers["Location"] == "/consulter"
    assert answer_signs(browser).headers["Location"] == "/consulter/lieu"
    assert browser.get("/consulter/lieu").headers["Location"] == "/borne/telephone"
    page = browser.get("/borne/telephone").text
    assert (machine.place.name in page, "Écrivez la commune" in page) == (True, False)
    assert browser.post("/borne/telephone", {"phone": "12"}).status_code == 422
    answer = browser.post("/borne/telephone", {"phone": "06 39 98 00 42"})
    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == "/consulter/identite/code"
    assert (ticket.place_of_care_id, ticket.place_commune_id, ticket.callback_phone) == (
        machine.place_id, machine.place.commune_id, "+33639980042",
    )  # fmt: skip
    session = KioskSession.objects.get()
    assert (session.ticket_id, session.state) == (ticket.id, SessionState.OPENED)


def test_wipe_ends_the_session_and_leaves_the_key_alone(kiosk):
    machine, browser = kiosk
    begin(browser)
    answer_signs(browser)
    answer = browser.post("/borne/effacer", {"reason": "idle"})
    session = KioskSession.objects.get()
    assert (session.state, session.wipe_reason) == ("wiped", WipeReason.IDLE)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    left = {name for name, one in browser.cookies.items() if one.value}
    assert left == {KIOSK_COOKIE}
    assert browser.get("/consulter/lieu").headers["Location"] == "/borne"
    assert browser.post("/borne/effacer").status_code == 302  # a second click


def test_browser_of_a_session_wiped_elsewhere_is_emptied_at_its_next_request(kiosk, now):
    _machine, browser = kiosk
    begin(browser)
    answer_signs(browser)
    wipe_session(session_id=KioskSession.objects.get().id, reason=WipeReason.ASSISTANT, by=BY, now=now)
    assert browser.get("/consulter/lieu").headers["Location"] == "/borne"
    assert SESSION not in browser.session


def test_place_out_of_service_opens_no_session(kiosk, now):
    machine, browser = kiosk
    machine.place.closed_on = now.date()
    machine.place.save()
    assert begin(browser).headers["Location"] == "/borne"
    assert "ne reçoit personne" in browser.get("/borne").text
    assert KioskSession.objects.count() == 0


def test_session_of_another_machine_serves_nothing(kiosk, now):
    _machine, browser = kiosk
    begin(browser)
    answer_signs(browser)
    _other, key = make_machine(place=_machine.place, name="Autre", now=now)
    browser.cookies[KIOSK_COOKIE] = key
    assert browser.get("/borne/telephone").headers["Location"] == "/borne"


def test_what_was_opened_on_a_machine_serves_nothing_without_its_key(kiosk):
    _machine, browser = kiosk
    begin(browser)
    kept = browser.session[SESSION]
    sign_in(browser, make_cast().jeanne)
    session = browser.session
    session[SESSION] = kept
    session.save()
    del browser.cookies[KIOSK_COOKIE]
    assert browser.get("/mon-espace").headers["Location"].startswith("/connexion")
    assert "_auth_user_id" not in browser.session


def test_professional_who_signs_in_on_a_machine_finds_no_desk(kiosk):
    _machine, browser = kiosk
    cast = make_cast()
    begin(browser)
    kept = browser.session[SESSION]
    sign_in(browser, cast.vasseur.account)
    session = browser.session
    session[SESSION] = kept
    session.save()
    assert [browser.get(page).status_code for page in ("/cabinet", "/mon-espace", "/administration")] == [
        404
    ] * 3


def test_state_is_kept_and_written_later_in_one_statement(kiosk, django_assert_num_queries):
    machine, browser = kiosk
    key = browser.cookies[KIOSK_COOKIE].value

    def say(body, **more):
        return browser.post("/borne/etat", json.dumps(body), content_type="application/json", **more)

    assert say({"checks": {"camera": "ok", "nothing": "ok", "printer": "wrong"}}).status_code == 204
    launcher = Client()
    answer = launcher.post("/borne/etat", json.dumps({"checks": {"printer": "empty"}}), content_type="application/json",
                           headers={"Toubib-Borne": key})  # fmt: skip
    assert (answer.status_code, MachineState.objects.count()) == (204, 0)
    with django_assert_num_queries(1):
        reports.flush()
    assert MachineState.objects.get().checks == {"camera": "ok", "printer": "empty"}
    say({"checks": {}})
    reports.flush()
    assert MachineState.objects.get().checks == {"camera": "ok", "printer": "empty"}
    wrong = [say("x").status_code, say({"checks": [1]}).status_code, Client().post("/borne/etat").status_code]
    assert wrong == [400, 400, 404]


@pytest.mark.parametrize("version", ["1.2\x00", "1.2\ud800", "1.2\x1b"])
def test_what_no_database_keeps_holds_up_no_other_machine(version, now):
    place = make_open_place(now=now)
    for name, said in (("Borne A", "1.0"), ("Borne B", version)):
        _machine, key = make_machine(place=place, name=name, now=now)
        Client().post("/borne/etat", json.dumps({"version": said}), content_type="application/json",
                      headers={"Toubib-Borne": key})  # fmt: skip
    assert reports.flush() == 2
    assert list(MachineState.objects.order_by("version").values_list("version", flat=True)) == ["1.0", "1.2"]


def test_machine_that_starts_wipes_what_was_left_open(kiosk):
    _machine, browser = kiosk
    begin(browser)
    browser.post("/borne/etat", json.dumps({"boot": True}), content_type="application/json")
    assert KioskSession.objects.get().wipe_reason == WipeReason.RESTARTED


def test_revoked_machine_is_a_browser_like_any_other(kiosk, now):
    machine, browser = kiosk
    begin(browser)
    revoke_machine(machine=machine, by=BY, now=now)
    assert browser.get("/borne").headers["Location"] == "/borne/enrolement"
    assert browser.get("/regles").status_code == 200


def test_page_kept_for_no_network_names_nobody_and_says_where_to_go(kiosk, now):
    machine, browser = kiosk
    place = make_open_place(
        now=now, name="Borne de la mairie", lat=machine.place.lat + 0.06, host=machine.place.host
    )
    make_machine(place=place, name="Borne", now=now)
    page = browser.get("/borne/panne").text
    assert ("Pas de réseau ici." in page, "Borne de la mairie" in page, "à 7 km" in page) == (
        True,
        True,
        True,
    )
    script = browser.get("/borne/hors-ligne.js")
    assert (script.headers["Service-Worker-Allowed"], "/borne/panne" in script.text) == ("/", True)


def test_manager_makes_a_code_and_takes_a_machine_out(now):
    cast = make_cast()
    place = make_open_place(now=now)
    browser = Client()
    sign_in(browser, cast.administrator)
    page = browser.post("/administration/bornes", {"place": str(place.id), "name": "Borne 1"}).text
    code = page.split("data-enrolment-code>")[1].split("<")[0]
    Client().post("/borne/enrolement", {"code": code})
    machine = Machine.objects.get()
    assert code not in browser.get("/administration/bornes").text
    assert "Borne 1" in browser.get("/administration/bornes").text
    assert (
        browser.post("/administration/bornes", {"place": str(place.id), "name": "Borne 1"}).status_code == 422
    )
    browser.post(f"/administration/bornes/{machine.id}/retirer")
    machine.refresh_from_db()
    assert machine.revoked_at - now < timedelta(minutes=5)
    assert cast.administrator.grants.get().role == Role.ADMINISTRATOR


def test_a_demo_machine_that_nobody_holds_serves_again(settings):
    settings.DEMO = True
    place = make_open_place(now=timezone.now(), kind="pharmacy")
    machine, old = make_machine(place=place, now=timezone.now())
    first, second = (Client().post("/borne/demo").cookies[KIOSK_COOKIE].value for _click in range(2))
    held = [machine_of_key(key=key) for key in (old, first)]
    assert (held, Machine.objects.count()) == ([None, machine], 2)
    assert machine_of_key(key=second) not in (None, machine)


def test_a_demo_machine_answers_until_a_browser_takes_it_and_again_once_it_is_gone(settings, now):
    settings.DEMO = True
    place = make_open_place(now=now, kind="pharmacy")
    machine, _key = make_machine(place=place, now=now)
    other, _key = make_machine(place=make_open_place(now=now, kind="practice", name="Autre lieu"), now=now)
    write_states(reported=[Reported(machine.pk, now, {}, DEMO_AT_REST), Reported(other.pk, now, {}, "1")])

    def after(minutes):
        at = now + timedelta(minutes=minutes)
        answer_for_the_demo(at)
        return [state_of_place(place=one.place, now=at) for one in (machine, other)]

    said = [after(5)]
    assert machine_at_rest(place=place, now=now + timedelta(minutes=5)) == machine
    write_states(reported=[Reported(machine.pk, now + timedelta(minutes=5), {}, DEMO_HELD)])
    assert machine_at_rest(place=place, now=now + timedelta(minutes=6)) is None
    said += [after(6), after(20)]
    assert said == [["ready", "away"], ["ready", "away"], ["ready", "away"]]
    open_session(machine=machine, opened_by=None, by=Actor.system("demo"), now=now + timedelta(minutes=20))
    assert after(40)[0] == "away"
    settings.DEMO = False
    assert demo_machines_at_rest(now=now + timedelta(minutes=40)) == []
