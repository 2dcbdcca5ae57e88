#!/usr/bin/env python3
"""Where the time of one walk-in flow goes: queries and CPU of each call, in one process, and the hottest functions.

.venv/bin/python benchmarks/profile_flow.py [--flows 100]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import time
import warnings
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))
import flow
import kit
import production


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--flows", type=int, default=100)
    parser.add_argument("--functions", action="store_true", help="profile the functions too (slower)")
    parser.add_argument("--queries", action="store_true", help="print the statements of the last flow")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    _url, folder = kit.fresh_database()
    try:
        return run(options)
    finally:
        kit.stop_database(folder)


def run(options: argparse.Namespace) -> int:
    from django.test import Client
    from django.utils import timezone

    now = timezone.now()
    pool = kit.make_place()
    tickets = kit.make_crowd(
        size=options.flows + 10, pool=pool, now=now - timedelta(hours=1), state="triaged"
    )
    duty = kit.make_doctors(size=1, pool=pool, now=now)[0]
    flow.make_past(size=200, pool=pool, now=now)
    stock = flow.ready_tickets(tickets, now=now)
    doctor, used = Client(HTTP_HOST="127.0.0.1"), {}
    doctor.cookies["toubib_session"] = production.open_session(duty.account)
    profile = cProfile.Profile(time.process_time) if options.functions else None  # waits left out
    for n, ticket in enumerate(tickets):
        if n == 10:
            used.clear()
        patient = Client(HTTP_HOST="127.0.0.1")
        patient.cookies["toubib_session"] = stock[str(ticket.id)][1]
        one_flow(
            doctor,
            patient,
            duty,
            str(ticket.id),
            used,
            profile if n >= 10 else None,
            last=options.queries and n == len(tickets) - 1,
        )
    for name, rows in used.items():
        kit.row(
            name, f"{median(row[0] for row in rows) * 1000:.2f}", f"ms of CPU (median), {rows[-1][1]} queries"
        )
    whole = sum(median(row[0] for row in rows) for rows in used.values())
    kit.row(
        "one flow", f"{whole * 1000:.2f}", f"ms of CPU, {sum(rows[-1][1] for rows in used.values())} queries"
    )
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
        pstats.Stats(profile).sort_stats("cumtime").print_stats("toubib", 60)
    return 0


def one_flow(doctor, patient, duty, ticket_id: str, used: dict, profile, *, last: bool) -> None:
    call(used, profile, last, "1 patient enters", patient, "/consulter/pret", {}, 302)
    offer_id, _ticket = flow.wait_offer(duty)
    call(
        used,
        profile,
        last,
        "2 doctor takes",
        doctor,
        f"/cabinet/proposition/{offer_id}/prendre",
        {"ouvrir": "1"},
        302,
    )
    room = flow.room_of(ticket_id)
    call(used, profile, last, "3 doctor's pass", doctor, f"/salle/{room}/acces", {}, 200)
    call(used, profile, last, "4 patient's pass", patient, f"/salle/{room}/acces", {}, 200)
    call(used, profile, last, "5 doctor signs", doctor, f"/cabinet/salle/{room}/signer", flow.NOTE, 302)


def call(used: dict, profile, last: bool, name: str, client, path: str, form: dict, wanted: int) -> None:
    from django.db import connection

    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        begun = time.process_time()
        if profile:
            profile.enable()
        answer = client.post(path, form)
        if profile:
            profile.disable()
        spent = time.process_time() - begun
    assert answer.status_code == wanted, (name, answer.status_code)
    used.setdefault(name, []).append((spent, len(statements)))
    if last:
        print(f"--- {name}")
        print("\n".join(sql[:230] for sql in statements))


if __name__ == "__main__":
    sys.exit(main())
