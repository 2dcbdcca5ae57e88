"""Communes found as one types, and registers taken in: time by the clock and of CPU, and memory.

.venv/bin/python benchmarks/directory.py [--on sqlite,postgres] [--lines 1000000] [--searches 3000]

Communes are those that ship; each search is what somebody has typed so far of one drawn at random, by name, by postal
code or with « st » for saint. The register is made here in the layout of PS_LibreAcces, of invented people, one line in
two thousand wrong; it is taken in by `toubib directory import rpps` in a process of its own, whose memory is watched.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from kit import ROOT, environment, fresh_database, stop_database
from medicines import tell, timed

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAINTS = (("Sainte-", "ste "), ("Saint-", "st "))


def typed(dice, name, postal_codes):
    if postal_codes and dice.random() < 0.3:
        return dice.choice(postal_codes)[: dice.randint(2, 5)]
    for whole, short in SAINTS:
        if name.startswith(whole) and dice.random() < 0.5:
            name = name.replace(whole, short, 1)
    return name[: dice.randint(2, len(name))] if len(name) > 2 else name


def measure_communes(searches):
    from toubib.territory.models import Commune
    from toubib.territory.operations import load_shipped_communes
    from toubib.territory.queries import find_communes

    spent, done = timed(load_shipped_communes, now=NOW)
    print(f"communes: {done.row.counts['communes']} in {spent[0]:.1f} s ({spent[1]:.1f} of CPU)")
    spent, _found = timed(find_communes, text="rodez")
    print(
        f"first search of a process (the index is built): {spent[0] * 1000:.0f} ms ({spent[1] * 1000:.0f} of CPU)"
    )
    dice, rows = (
        random.Random(4),
        list(Commune.objects.values_list("name", "postal_codes").order_by("code_insee")),
    )
    asked = [typed(dice, *dice.choice(rows)) for _ in range(searches)]
    answers = [timed(find_communes, text=text) for text in asked]
    empty = sum(not found for _spent, found in answers)
    tell(f"search ({searches}, {empty} without an answer)", [spent for spent, _found in answers])


def write_register(path, lines):
    """Two lines a professional; the columns that nobody reads are empty, so lines are shorter than real ones."""
    sys.path.insert(0, str(ROOT))
    from stdnum import luhn

    from toubib.directory.tests.files import RPPS_HEADER, rpps_line

    pattern = rpps_line("{rpps}", **{"Nom d'exercice": "{name}", "Code profession": "{profession}"})
    with path.open("w", encoding="utf-8") as stream:
        stream.write("|".join(RPPS_HEADER) + "|\n")
        for number in range(lines):
            body = f"999{number // 2:07}"
            rpps = "12345678901" if number % 2000 == 1999 else body + luhn.calc_check_digit(body)
            name, profession = f"ESSAI{number // 2}", ("10", "60", "21")[number % 3]
            stream.write(pattern.format(rpps=rpps, name=name, profession=profession) + "\n")


def measure_register(file, lines):
    command = [
        str(Path(sys.executable).parent / "toubib"),
        "directory",
        "import",
        "rpps",
        str(file),
        "--date",
        "2026-11-01",
    ]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = 0
    while child.poll() is None:
        peak = max(peak, memory_of(child.pid))
        time.sleep(0.2)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out, _err = child.communicate()
    size = file.stat().st_size / 1e6
    print(
        f"register: {lines} lines ({size:.0f} MB) in {took:.0f} s ({cpu:.0f} of CPU), {peak / 1024:.0f} MB at most: {out.strip()}",
        flush=True,
    )


def memory_of(pid):
    """Kilobytes in use; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def measure(given, file):
    from django.db import connections

    measure_communes(given.searches)
    connections.close_all()
    measure_register(file, given.lines)


def on_sqlite(given, file):
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(environment(database="", data=Path(data)))
        os.environ.pop("TOUBIB_DATABASE_URL")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        measure(given, file)


def on_postgres(given, file):
    _url, base = fresh_database()
    try:
        measure(given, file)
    finally:
        from django.db import connections

        connections.close_all()
        stop_database(base)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", default="sqlite,postgres")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=3000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "PS_LibreAcces_Personne_activite.txt"
        write_register(file, given.lines)
        for name in given.on.split(","):
            child = os.fork()  # a process each: Django is set up once in one
            if child == 0:
                print(f"-- {name}, load {os.getloadavg()[0]:.1f}", flush=True)
                {"sqlite": on_sqlite, "postgres": on_postgres}[name](given, file)
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
