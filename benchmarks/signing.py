#!/usr/bin/env python3
"""From the signature to the documents in the patient's space: doctors who sign at once, production form on PostgreSQL.

    .venv/bin/python benchmarks/signing.py [--doctors 20] [--rounds 3]

Each signs a report and an ordonnance of three lines. The clock runs from the moment the signature is sent until both
documents can be read by the patient (their rows are committed); a page of the patient is then asked for, as proof.
Server, database and callers share both cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import flow
import kit
import production

EACH = 2  # documents of a signature: report, ordonnance
BOTH = f"{production.APP_CORE},{production.OTHER_CORE}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--doctors", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(one) for one in BOTH.split(",")})
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    now = timezone.now()
    pool = kit.make_place()
    size = options.doctors * (options.rounds + 1)
    tickets = kit.make_crowd(size=size, pool=pool, now=now - timedelta(hours=1), state="triaged")
    duties = kit.make_doctors(size=options.doctors, pool=pool, now=now)
    stock = flow.ready_tickets(tickets, now=now)
    doctors = [(duty, production.open_session(duty.account)) for duty in duties]
    with production.served(cores=BOTH) as (port, _live, process):
        production.part_pid(process, "papers")
        todo, figures = list(stock), {"signed": [], "there": [], "after": []}
        cpu: dict[str, float] = {}
        for number in range(options.rounds + 1):  # the first warms the processes, and is not counted
            rooms = open_cases(doctors, stock, todo, port=port)
            before = production.cpu_by_part(process)
            one = sign_at_once(rooms, stock, port=port)
            spent = flow.spent_since(before, production.cpu_by_part(process))
            for name in figures if number else ():
                figures[name] += one[name]
            cpu = {name: cpu.get(name, 0) + spent[name] * bool(number) for name in spent}
    return report(figures, cpu)


def open_cases(doctors: list, stock: dict, todo: list, *, port: int) -> list[tuple]:
    """Every doctor takes a case and prescribes."""
    for _doctor in doctors:
        entered = production.Browser(port, stock[todo.pop()][1]).ask("POST", "/consulter/pret", {})
        assert entered[0] == 302, entered[0]
    return [open_case(duty, session, port=port) for duty, session in doctors]


def sign_at_once(rooms: list[tuple], stock: dict, *, port: int) -> dict[str, list[float]]:
    """All sign together."""
    begun, signed, there = {}, {}, {}
    together = threading.Barrier(len(rooms))

    def sign(doctor, room: str, encounter: str) -> None:
        together.wait()
        begun[encounter] = time.perf_counter()
        status, body, signed[encounter] = doctor.ask(
            "POST", f"/cabinet/salle/{room}/signer", {**flow.NOTE, "base": "0"}
        )
        assert status == 302, f"{status} {body[:200]!r}"

    threads = [
        threading.Thread(target=sign, args=(doctor, room, encounter))
        for doctor, room, encounter, _ticket in rooms
    ]
    for thread in threads:
        thread.start()
    watch([encounter for _doctor, _room, encounter, _ticket in rooms], there)
    for thread in threads:
        thread.join()
    _doctor, _room, encounter, ticket = rooms[0]
    page = production.Browser(port, stock[ticket][1]).ask("GET", f"/consultation/{encounter}")
    assert page[0] == 200 and page[1], page[0]
    waits = [there[one] - begun[one] for one in begun]
    after = [there[one] - begun[one] - signed[one] for one in begun]
    return {"signed": list(signed.values()), "there": waits, "after": after}


def open_case(duty, session: str, *, port: int) -> tuple:
    doctor = production.Browser(port, session)
    offer_id, ticket_id = flow.wait_offer(duty)
    taken = doctor.ask("POST", f"/cabinet/proposition/{offer_id}/prendre", {"ouvrir": "1"})
    assert taken[0] == 302, taken[0]
    room = flow.room_of(ticket_id)
    return doctor, room, prescribe(room, duty), ticket_id


def prescribe(room: str, duty) -> str:
    from django.utils import timezone

    from toubib.consultation.models import Room
    from toubib.ground.actors import Actor
    from toubib.ground.ids import new_id
    from toubib.record.enums import SheetKind
    from toubib.record.operations import put_line
    from toubib.record.prescribed import Item

    encounter = Room.objects.values_list("encounter_id", flat=True).get(pk=room)
    by = Actor(duty.account_id, "practitioner")
    for text in ("NFS, plaquettes", "CRP", "Ionogramme sanguin"):
        put_line(
            encounter_id=encounter,
            line_id=new_id(),
            sheet=SheetKind.TESTS,
            item=Item(text),
            by=by,
            now=timezone.now(),
        )
    return str(encounter)


def watch(encounters: list[str], there: dict[str, float], within: float = 60) -> None:
    """When the documents of each encounter were first seen, to 10 ms."""
    from django.db.models import Count

    from toubib.documents.models import Document

    end = time.monotonic() + within
    while len(there) < len(encounters) and time.monotonic() < end:
        rows = Document.objects.filter(encounter__in=encounters, for_patient=True)
        for row in rows.values("encounter").annotate(made=Count("id")).order_by():
            if row["made"] >= EACH:
                there.setdefault(str(row["encounter"]), time.perf_counter())
        time.sleep(0.01)
    assert len(there) == len(encounters), f"{len(there)} of {len(encounters)} within {within} s"


def report(figures: dict[str, list[float]], cpu: dict[str, float]) -> int:
    kit.circumstances()
    kit.row("signatures", len(figures["there"]))
    kit.row("signature sent, answer there", kit.milliseconds(figures["signed"]))
    kit.row("signature sent, documents in the patient's space", kit.milliseconds(figures["there"]))
    kit.row("of it, after the doctor's answer", kit.milliseconds(figures["after"]))
    for name, seconds in cpu.items():
        kit.row(f"CPU of {name} a signature", round(1000 * seconds / len(figures["there"]), 1), "ms")
    kit.row("p95 goal", 2, "s")
    kit.row("p95", round(kit.p95(figures["there"]), 2), "s")
    return 0 if kit.p95(figures["there"]) < 2 else 1


if __name__ == "__main__":
    sys.exit(main())
