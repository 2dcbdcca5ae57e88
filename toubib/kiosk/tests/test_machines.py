"""Machines: one code, one machine; its key; its state; its end."""

from datetime import timedelta

import pytest

from toubib.directory.tests.factories import make_place
from toubib.ground.actors import Actor
from toubib.kiosk.models import EnrolmentCode, Machine, MachineState
from toubib.kiosk.operations import (
    BadCode,
    BadMachine,
    enrol_machine,
    make_enrolment_code,
    open_session,
    revoke_machine,
    write_states,
)
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries import live_session, machine_of_key, machine_rows, state_of_place
from toubib.kiosk.tests.factories import make_machine
from toubib.people.tests.factories import NOW

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


def test_code_enrols_one_machine_and_only_digests_are_kept():
    place = make_place()
    _row, code = make_enrolment_code(place=place, name=" Borne  1 ", by=BY, now=NOW)
    machine, key = enrol_machine(code=code.lower().replace("-", " "), now=NOW)
    assert (machine.name, machine.place_id, machine_of_key(key=key)) == ("Borne 1", place.id, machine)
    kept = [
        str(value)
        for row in [*Machine.objects.values(), *EnrolmentCode.objects.values()]
        for value in row.values()
    ]
    assert [value for value in kept if key in value or code.replace("-", "") in value] == []
    with pytest.raises(BadCode):
        enrol_machine(code=code, now=NOW)


def test_code_is_refused_when_unknown_or_too_old():
    _row, code = make_enrolment_code(place=make_place(), name="Borne", by=BY, now=NOW)
    with pytest.raises(BadCode):
        enrol_machine(code="ABCDE-FGHJK", now=NOW)
    with pytest.raises(BadCode):
        enrol_machine(code=code, now=NOW + timedelta(hours=25))


def test_name_is_asked_and_not_taken_twice():
    place = make_place()
    with pytest.raises(BadMachine):
        make_enrolment_code(place=place, name=" ", by=BY, now=NOW)
    codes = [make_enrolment_code(place=place, name="Borne", by=BY, now=NOW)[1] for _one in range(2)]
    enrol_machine(code=codes[0], now=NOW)
    with pytest.raises(BadMachine):
        enrol_machine(code=codes[1], now=NOW)
    with pytest.raises(BadMachine):
        make_enrolment_code(place=place, name="Borne", by=BY, now=NOW)


def test_revoked_machine_opens_nothing():
    machine, key = make_machine()
    open_session(machine=machine, by=BY, now=NOW)
    for _click in range(2):
        revoke_machine(machine=machine, by=BY, now=NOW)
    assert (machine_of_key(key=key), live_session(machine=machine)) == (None, None)
    assert [machine_of_key(key=wrong) for wrong in ("", "x", "x" * 200)] == [None, None, None]


def test_states_are_written_in_one_statement(django_assert_num_queries):
    place = make_place()
    machines = [make_machine(place=place, name=f"Borne {rank}")[0] for rank in range(3)]
    said = [Reported(machine.id, NOW, {"camera": "ok"}, "1") for machine in machines]
    with django_assert_num_queries(1):
        write_states(reported=said)
    with django_assert_num_queries(1):
        write_states(reported=[*said, Reported(machines[0].id, NOW, {"printer": "empty"}, "1")])
    assert MachineState.objects.count() == 3
    rows = machine_rows(now=NOW, place=place)
    assert [(row.online, row.checks, row.state) for row in rows] == [
        (True, {"camera": "ok", "printer": "empty"}, "idle"), (True, {"camera": "ok"}, "idle"), (True, {"camera": "ok"}, "idle"),
    ]  # fmt: skip


def test_state_of_a_place():
    machine, _key = make_machine()
    said = [
        state_of_place(place=make_place(name="Sans borne"), now=NOW),
        state_of_place(place=machine.place, now=NOW),
    ]
    write_states(reported=[Reported(machine.id, NOW, {}, "")])
    said.append(state_of_place(place=machine.place, now=NOW))
    open_session(machine=machine, by=BY, now=NOW)
    said.append(state_of_place(place=machine.place, now=NOW))
    assert said == [None, "away", "ready", "busy"]
