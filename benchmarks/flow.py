#!/usr/bin/env python3
"""Walk-in flows over HTTP, production form on PostgreSQL, application on one core, database on the other.

    .venv/bin/python benchmarks/flow.py [--flows 1500] [--callers 16] [--past 1000]

A flow is five calls, sessions open: the patient enters the line, the doctor takes the offer and opens the room,
the doctor and the patient each get a pass, the doctor signs the note, which ends the call. The worker stands still while
they run (it answers no call), then makes the reports of all that was signed and seals the journal: told apart.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import kit
import production

NOTE = {
    "reason": "Toux",
    "findings": "Gorge rouge",
    "conclusion": "Virose",
    "advice": "",
    "base": "0",
    "attestation": "video",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--flows", type=int, default=1500)
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--past", type=int, default=1000)
    options = parser.parse_args()
    os.sched_setaffinity(0, {int(production.OTHER_CORE)})
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    now = timezone.now()
    pool = kit.make_place()
    tickets = kit.make_crowd(size=options.flows, pool=pool, now=now - timedelta(hours=1), state="triaged")
    duties = kit.make_doctors(size=options.callers, pool=pool, now=now)
    make_past(size=options.past, pool=pool, now=now)
    stock = ready_tickets(tickets, now=now)
    doctors = [(duty, production.open_session(duty.account)) for duty in duties]
    with production.served() as (port, _live, process):
        return measure(options, stock, doctors, port=port, process=process)


def ready_tickets(tickets: list, *, now) -> dict[str, tuple[str, str]]:
    """Every step answered: {ticket id: (ticket id, session of its patient)}."""
    from toubib.waiting.models import Ticket

    done = {"who": "self", "done": ["sante", "consentements", "test"], "consentements": {"care": True}}
    stock = {}
    for ticket in tickets:
        ticket.draft, ticket.callback_phone, ticket.touched_at = (
            done,
            "+33639980042",
            now + timedelta(minutes=20),
        )
        ticket.arrived_at = None
        stock[str(ticket.id)] = (
            str(ticket.id),
            production.open_session(ticket.account, ticket=str(ticket.id)),
        )
    Ticket.objects.bulk_update(
        tickets, ["draft", "callback_phone", "touched_at", "arrived_at"], batch_size=500
    )
    return stock


def make_past(*, size: int, pool, now) -> None:
    """Past encounters, signed, with their tickets: what the estimate reads and the tables weigh."""
    from toubib.directory.models import Practitioner
    from toubib.record.models import Encounter
    from toubib.waiting.models import Ticket

    past = kit.make_crowd_past(size=size, pool=pool, now=now)
    doctor = Practitioner.objects.first()
    encounters = Encounter.objects.bulk_create(
        [
            Encounter(
                patient_id=ticket.patient_id,
                practitioner=doctor,
                state="signed",
                planned_at=ticket.accepted_at,
                signed_at=ticket.ended_at,
            )
            for ticket in past
        ]
    )
    for ticket, encounter in zip(past, encounters, strict=True):
        ticket.encounter = encounter
    Ticket.objects.bulk_update(past, ["encounter"], batch_size=500)


def measure(options: argparse.Namespace, stock: dict, doctors: list, *, port: int, process) -> int:
    todo, lock, times, failures = list(stock), threading.Lock(), {}, []

    def caller(duty, session: str) -> None:
        doctor = production.Browser(port, session)
        while True:
            with lock:
                if not todo:
                    return
                mine = todo.pop()
            try:
                flow(doctor, duty, stock, mine, port=port, times=times)
            except (AssertionError, OSError) as error:
                failures.append(str(error)[:200])
                return

    threads = [threading.Thread(target=caller, args=pair) for pair in doctors]
    first, session = doctors[0]  # the rule book is compiled at the first signature after a start
    flow(production.Browser(port, session), first, stock, todo.pop(), port=port, times={})
    makers = [production.part_pid(process, name) for name in ("worker", "papers")]
    for pid in makers:
        os.kill(pid, signal.SIGSTOP)
    before, begun = production.cpu_by_part(process), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    calls = spent_since(before, production.cpu_by_part(process))
    for pid in makers:
        os.kill(pid, signal.SIGCONT)
    before, begun = production.cpu_by_part(process), time.perf_counter()
    wait_papers()
    spent = spent_since(before, production.cpu_by_part(process))
    papers = (time.perf_counter() - begun, spent["worker"] + spent["papers"])
    del calls["worker"], calls["papers"]
    return report(times, failures, seconds=seconds, cpu=calls, papers=papers)


def spent_since(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


def wait_papers() -> None:
    from toubib.consultation.models import PapersDue

    end = time.monotonic() + 600
    while PapersDue.objects.exists() and time.monotonic() < end:
        time.sleep(0.2)


def flow(doctor, duty, stock: dict, mine: str, *, port: int, times: dict) -> None:
    step(
        times,
        "1 patient enters",
        production.Browser(port, stock[mine][1]),
        "POST",
        "/consulter/pret",
        {},
        302,
    )
    offer_id, ticket_id = wait_offer(duty)
    step(
        times,
        "2 doctor takes",
        doctor,
        "POST",
        f"/cabinet/proposition/{offer_id}/prendre",
        {"ouvrir": "1"},
        302,
    )
    room = room_of(ticket_id)
    step(times, "3 doctor's pass", doctor, "POST", f"/salle/{room}/acces", {}, 200)
    step(
        times,
        "4 patient's pass",
        production.Browser(port, stock[ticket_id][1]),
        "POST",
        f"/salle/{room}/acces",
        {},
        200,
    )
    step(times, "5 doctor signs", doctor, "POST", f"/cabinet/salle/{room}/signer", NOTE, 302)


def step(times: dict, name: str, who, method: str, path: str, form: dict, wanted: int) -> None:
    status, body, seconds = who.ask(method, path, form)
    assert status == wanted, f"{name}: {status} {body[:200]!r}"
    times.setdefault(name, []).append(seconds)


def wait_offer(duty) -> tuple[str, str]:
    from toubib.waiting.models import Offer

    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = Offer.objects.filter(duty=duty, state="pending").values_list("id", "ticket_id").first()
        if found:
            return str(found[0]), str(found[1])
        time.sleep(0.005)
    raise AssertionError("no offer within 30 s")


def room_of(ticket_id: str) -> str:
    from toubib.consultation.models import Room

    return str(Room.objects.values_list("id", flat=True).get(encounter__ticket=ticket_id))


def report(
    times: dict, failures: list, *, seconds: float, cpu: dict[str, float], papers: tuple[float, float]
) -> int:
    flows = len(times.get("5 doctor signs", []))
    kit.circumstances()
    kit.row("flows", flows)
    kit.row("flows a second", round(flows / seconds, 1))
    kit.row("flows a second of application CPU", round(flows / sum(cpu.values()), 1))
    for part, spent in cpu.items():
        kit.row(f"CPU of one flow, {part}", f"{spent / flows * 1000:.1f}", "ms")
    for name, rows in sorted(times.items()):
        kit.row(f"{name}: median, p95", kit.milliseconds(rows), "ms")
    every = [seconds for rows in times.values() for seconds in rows]
    kit.row("every call: median, p95", kit.milliseconds(every), "ms")
    kit.row("then the worker: reports made a second, by the clock", round(flows / papers[0], 1))
    kit.row("CPU of one flow, worker (report, seals)", f"{papers[1] / flows * 1000:.1f}", "ms")
    for failure in failures:
        print("failed:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
