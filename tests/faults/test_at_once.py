"""Two answers at the same moment: two tabs, two machines, two doctors, on PostgreSQL under the served application."""

from __future__ import annotations

import pytest

from tests.browser.kit import App
from tests.faults.people import at_once, enter, room_of

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
SEED, OWN = "tests.browser.seed_patient:", "tests.faults.seed:"
ROUNDS = 4


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    app = App.fresh(tmp_path_factory.mktemp("at-once"))
    try:
        app.do("tests.browser.seed:small_town", on_duty=[], waiting=0)
        yield app.start()
    finally:
        app.close()


@pytest.fixture
def app(town):
    yield town
    town.do("tests.browser.seed_doctor:clean")


def offered(app, name="vasseur"):
    ticket = app.do(SEED + "in_line")["ticket"]
    app.do(SEED + "free_doctor", name=name)
    return ticket, app.do(OWN + "offer_of", name=name)


@pytest.mark.parametrize("round", range(ROUNDS))
def test_one_doctor_takes_in_two_tabs_and_on_two_machines(app, round):
    ticket, offer = offered(app)
    act = f"/cabinet/proposition/{offer}/prendre"
    with enter(app, "vasseur") as one, enter(app, "vasseur") as two:
        answers = at_once(
            *[lambda machine=machine: machine.send_form(act) for machine in (one, one, two, two)]
        )
    rooms = {room_of(answer) for answer in answers}
    assert (len(rooms), "" in rooms, {answer.status_code for answer in answers}) == (1, False, {302})
    assert app.do(OWN + "truth", ticket=ticket) == {
        "state": "accepted", "accepted": ["Vasseur"], "pending": 0, "encounters": 1, "rooms": 1,
    }  # fmt: skip
    assert app.do(OWN + "takes", ticket=ticket) == 1


@pytest.mark.parametrize("round", range(ROUNDS))
def test_two_doctors_answer_at_once_for_the_same_patient(app, round):
    """The first doctor's offer lapses at the moment they take it, and the second is free: one has the patient."""
    ticket, offer = offered(app)
    app.do(SEED + "free_doctor", name="lenoir")
    with enter(app, "vasseur") as one, enter(app, "lenoir") as two:
        act = f"/cabinet/proposition/{offer}/prendre"
        taken, foreign, _ = at_once(
            lambda: one.send_form(act), lambda: two.send_form(act), lambda: app.do(OWN + "lapse_all")
        )
        second = app.do(OWN + "offer_of", name="lenoir")
        if second:
            late, own = at_once(
                lambda: one.send_form(act), lambda: two.send_form(f"/cabinet/proposition/{second}/prendre")
            )
            assert (room_of(late), bool(room_of(own))) == ("", True)
    assert foreign.status_code == 404
    assert bool(room_of(taken)) != bool(second)
    assert app.do(OWN + "truth", ticket=ticket) == {
        "state": "accepted", "accepted": ["Lenoir" if second else "Vasseur"], "pending": 0,
        "encounters": 1, "rooms": 1,
    }  # fmt: skip


def test_taking_and_refusing_at_once_has_one_outcome(app):
    ticket, offer = offered(app)
    with enter(app, "vasseur") as one, enter(app, "vasseur") as two:
        taken, refused = at_once(
            lambda: one.send_form(f"/cabinet/proposition/{offer}/prendre"),
            lambda: two.send_form(
                f"/cabinet/proposition/{offer}/refuser", {"refuse-reason": "other", "refuse-note": "x"}
            ),
        )
    assert {taken.status_code, refused.status_code} == {302}
    found = app.do(OWN + "truth", ticket=ticket)
    assert found["state"] == ("accepted" if room_of(taken) else "waiting")
    assert (found["encounters"], found["rooms"]) == ((1, 1) if room_of(taken) else (0, 0))


def test_patient_leaves_while_the_doctor_takes(app):
    for _ in range(ROUNDS):
        ticket, offer = offered(app)
        with enter(app, "vasseur") as doctor, enter(app, "jeanne") as patient:
            taken, left = at_once(
                lambda: doctor.send_form(f"/cabinet/proposition/{offer}/prendre"),  # noqa: B023
                lambda: patient.send_form(f"/attente/{ticket}/quitter"),  # noqa: B023
            )
        found = app.do(OWN + "truth", ticket=ticket)
        assert {taken.status_code, left.status_code} == {302}
        assert found == {**found, "state": "left", "pending": 0, "encounters": 0, "rooms": 0}
        app.do("tests.browser.seed_doctor:clean")


def test_each_button_of_a_visit_pressed_twice_at_the_same_moment(app):
    """Open, write, end, sign, rate, complain: both answers are good, and each is done once."""
    ticket, offer = offered(app)
    note = {"reason": "Toux", "findings": "Rien", "conclusion": "Rhume", "advice": "", "base": "0"}
    with enter(app, "vasseur") as doctor, enter(app, "jeanne") as patient:
        room = room_of(doctor.send_form(f"/cabinet/proposition/{offer}/prendre"))
        here = f"/cabinet/salle/{room}"

        def twice(machine, path, data=None):
            answers = at_once(*[lambda: machine.send_form(path, data)] * 2)
            return sorted(answer.status_code for answer in answers)

        seen = {
            "open": twice(doctor, f"{here}/ouvrir"),
            "check": twice(doctor, f"{here}/verification", {"identity": "on"}),
        }
        seen["note"] = twice(doctor, f"{here}/note", note)
        seen["end"] = twice(doctor, f"{here}/finir")
        seen["sign"] = twice(doctor, f"{here}/signer", {**note, "base": "1", "attestation": "video"})
        visit = patient.get(f"/attente/{ticket}").headers["Location"]
        seen["rate"] = twice(patient, f"{visit}/avis", {"helped": "5", "call_quality": "4"})
        seen["complain"] = twice(patient, f"{visit}/reclamation", {"text": "Trop d’attente"})
        page = patient.get(visit).text
    assert {name: codes for name, codes in seen.items() if codes[0] != 302 or codes[1] >= 500} == {}
    assert app.do(OWN + "note_of", room=room) == ["Toux"]
    assert page.count("Trop d’attente") == 1
    assert app.do(OWN + "truth", ticket=ticket)["state"] == "closed"


def test_path_entered_twice_at_once_stands_once_in_line(app):
    with enter(app, "jeanne") as one, enter(app, "paul") as two:
        tickets = [app.do(SEED + "in_line", name=name)["ticket"] for name in ("jeanne", "paul")]
        answers = at_once(
            *[lambda who=who: who[0].send_form(f"/attente/{who[1]}/sortir", {"phone": "0639980042", "notify_when": "my_turn"})
              for who in ((one, tickets[0]), (two, tickets[1]), (one, tickets[0]))]
        )  # fmt: skip
    assert {answer.status_code for answer in answers} == {302}
    assert app.do(OWN + "census") == {"line": tickets, "most": 1}
