"""The search of medicines over the whole BDPM, on SQLite and on PostgreSQL, beside a scan with LIKE.

.venv/bin/python benchmarks/medicines.py FOLDER [--on sqlite,postgres] [--searches 3000]

FOLDER holds the official files. Each search is what a doctor has typed so far of a medicine drawn at random: the
beginning of its name or of its substance, two words, a slip of the keyboard, a code. Times by the clock, and of CPU of
this process, which stand other work on the machine.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles

from kit import environment, fresh_database, stop_database

ON = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def typed(dice, name, inn, cip13):
    """What may stand in the field, and how it was made."""
    first = name.split()[0]
    kind = dice.choice(["name", "name", "substance", "two words", "slip", "code"])
    if kind == "name":
        return kind, first[: dice.randint(2, len(first)) if len(first) > 2 else 2]
    if kind == "substance" and inn:
        return kind, inn[: dice.randint(3, max(3, min(len(inn), 14)))]
    if kind == "slip" and len(first) > 4:
        place = dice.randrange(len(first))
        return kind, first[:place] + dice.choice("aeinrst") + first[place + 1 :]
    if kind == "code" and cip13:
        return kind, cip13[: dice.randint(8, 13)]
    return "two words", " ".join(name.replace(",", " ").split()[:2])


def scan(text):
    """The same question to the database with LIKE, without accents' or slips' forgiveness."""
    from django.db.models import Q

    from toubib.nomenclature.models import Medicine

    fits = Q()
    for word in text.split():
        fits &= Q(name__icontains=word) | Q(inn__icontains=word) | Q(presentations__cip13__startswith=word)
    rows = Medicine.objects.filter(fits).order_by("-is_marketed", "name").distinct()
    return list(rows[:12])


def tell(name, spent):
    """`spent`: pairs of seconds by the clock and of CPU. Answers both p95."""
    clock, cpu = ([pair[place] * 1000 for pair in spent] for place in (0, 1))
    p95, p95_cpu = (quantiles(times, n=20)[18] for times in (clock, cpu))
    told = f"median {median(clock):.2f} ms, p95 {p95:.2f} ms, worst {max(clock):.2f} ms"
    print(f"{name}: {told}; CPU: median {median(cpu):.2f} ms, p95 {p95_cpu:.2f} ms", flush=True)
    return p95, p95_cpu


def timed(work, *values, **more):
    began, cpu = time.perf_counter(), time.thread_time()
    found = work(*values, **more)
    return (time.perf_counter() - began, time.thread_time() - cpu), found


def measure(folder, searches):
    from toubib.nomenclature.models import Medicine
    from toubib.nomenclature.operations import import_bdpm
    from toubib.nomenclature.queries import search_medicines

    spent, done = timed(import_bdpm, folder=folder, files_on=ON, now=NOW)
    print(
        f"import: {spent[0]:.1f} s ({spent[1]:.1f} of CPU), {done.counts['medicines']} medicines, {done.counts['boxes']} boxes"
    )
    spent, _found = timed(search_medicines, text="doliprane", on=ON)
    print(
        f"first search of a process (the index is built): {spent[0] * 1000:.0f} ms ({spent[1] * 1000:.0f} of CPU)"
    )
    dice = random.Random(4)
    rows = list(
        Medicine.objects.filter(is_marketed=True).values_list("name", "inn", "main_cip13").order_by("cis")
    )
    asked = [typed(dice, *dice.choice(rows)) for _ in range(searches)]
    kinds: dict[str, list[tuple[float, float]]] = {}
    empty = 0
    for kind, text in asked:
        spent, found = timed(search_medicines, text=text, on=ON)
        kinds.setdefault(kind, []).append(spent)
        empty += not found
    for kind, times in sorted(kinds.items()):
        tell(f"  {kind} ({len(times)})", times)
    ours = tell(
        f"search ({searches}, {empty} without an answer)", [one for times in kinds.values() for one in times]
    )
    theirs = tell("LIKE", [timed(scan, text)[0] for _kind, text in asked[:200]])
    print(f"LIKE / search at p95: {theirs[0] / ours[0]:.1f}")


def on_sqlite(folder, searches):
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(environment(database="", data=Path(data)))
        os.environ.pop("TOUBIB_DATABASE_URL")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        measure(folder, searches)


def on_postgres(folder, searches):
    _url, base = fresh_database()
    try:
        measure(folder, searches)
    finally:
        from django.db import connections

        connections.close_all()
        stop_database(base)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--on", default="sqlite,postgres")
    parser.add_argument("--searches", type=int, default=3000)
    given = parser.parse_args()
    for name in given.on.split(","):
        if os.fork() == 0:  # one Django a process
            print(f"{name}:")
            {"sqlite": on_sqlite, "postgres": on_postgres}[name](given.folder, given.searches)
            sys.stdout.flush()
            os._exit(0)
        if os.wait()[1]:
            sys.exit(1)
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
