"""The finder of places over 20,000 of them: time of the server by the clock and of CPU, and what goes to the phone.

.venv/bin/python benchmarks/finder.py [--on sqlite,postgres] [--places 20000] [--searches 1000]

Places stand in communes that ship, drawn by their population, spread a few kilometres; each search is of a commune drawn
alike, through the whole of the application (middleware and template) but the network; a third have a filter. A phone
gets the page packed, with the map in it; styles, scripts and fonts are kept by it and counted apart.
"""

import argparse
import gzip
import os
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from kit import ROOT, environment, fresh_database, stop_database
from medicines import tell, timed

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOURS = (
    "Mo-Fr 09:00-12:30,14:00-19:00; Sa 09:00-12:30; PH off",
    "Mo-Sa 08:30-20:00; Su,PH 09:00-19:00",
    "Mo-Fr 08:30-18:30; PH off",
    "Tu,Th 09:00-12:00,13:30-17:00; PH off",
    "24/7",
)
DEVICES = ["blood_pressure", "oximeter", "otoscope", "stethoscope", "thermometer"]
FILTERS = ("&ouvert=on", "&aide=on", "&appareil=otoscope")


def make_places(count, dice):
    """Codes of communes and their weights: as texts, since what a benchmark holds is walked by the server's garbage collector."""
    from toubib.directory.models import Organisation, Place
    from toubib.territory.models import Commune
    from toubib.territory.operations import load_shipped_communes

    load_shipped_communes(now=NOW)
    found = Commune.objects.filter(lat__isnull=False, part_of="").order_by("code_insee")
    weights = [one or 1 for one in found.values_list("population", flat=True)]
    communes = list(found.values_list("id", "lat", "lon", "code_insee"))
    bodies = [Organisation(kind="pharmacy", name=f"Pharmacie inventée {number}") for number in range(count)]
    Organisation.objects.bulk_create(bodies, batch_size=500)
    places = [
        Place(
            name=f"Borne inventée {number}", kind="pharmacy", host=host, operator=bodies[0], address=f"{number % 90} rue du Port",
            postal_code="12990", commune_id=home, lat=lat + dice.gauss(0, 0.02), lon=lon + dice.gauss(0, 0.03),
            hours=dice.choice(HOURS), assistance=dice.choice(("none", "on_request", "on_site")),
            devices=sorted(dice.sample(DEVICES, 4)), access=["step_free", "wheelchair"],
            way_in="Entrez par la pharmacie et demandez la borne.", opened_on=date(2026, 1, 1),
        )
        for number, (host, (home, lat, lon, _code)) in enumerate(zip(bodies, dice.choices(communes, weights, k=count), strict=True))
    ]  # fmt: skip
    Place.objects.bulk_create(places, batch_size=500)
    return [code for *_place, code in communes], weights


def measure(given):
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("collectstatic", interactive=False, verbosity=0)
    dice = random.Random(5)
    communes, weights = make_places(given.places, dice)
    client = Client(headers={"accept-encoding": "gzip"})

    def ask(url):
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.content

    spent, _page = timed(ask, f"/lieux?commune={communes[0]}")
    print(f"first search of a process: {spent[0] * 1000:.0f} ms ({spent[1] * 1000:.0f} of CPU)")
    for name, homes in (
        ("by population", dice.choices(communes, weights, k=given.searches)),
        ("any commune", dice.choices(communes, k=given.searches)),
    ):
        asked = [
            f"/lieux?commune={one}{dice.choice(FILTERS) if dice.random() < 1 / 3 else ''}" for one in homes
        ]
        answers = [timed(ask, url) for url in asked]
        tell(f"/lieux, {name}", [spent for spent, _page in answers])
        sizes = sorted(len(page) for _spent, page in answers)
        maps = sorted(len(_map(page)) for _spent, page in answers[:300])
        print(f"   page and map, packed: {sizes[len(sizes) // 2] / 1000:.1f} KB, {sizes[-1] / 1000:.1f} at most; "
              f"map alone, not packed: {maps[len(maps) // 2] / 1000:.1f} KB, {maps[-1] / 1000:.1f} at most")  # fmt: skip
    for url in ("/lieux.csv", "/lieux.geojson"):
        began = time.perf_counter()
        size = sum(map(len, client.get(url).streaming_content))
        print(f"{url}: {size / 1e6:.2f} MB packed in {time.perf_counter() - began:.1f} s")


def _map(page):
    text = gzip.decompress(page)
    start = text.index(b'<svg class="map"')
    return text[start : text.index(b"</svg>", start)]


def on_sqlite(given):
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(environment(database="", data=Path(data)))
        os.environ.pop("TOUBIB_DATABASE_URL")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        measure(given)


def on_postgres(given):
    _url, base = fresh_database()
    try:
        measure(given)
    finally:
        from django.db import connections

        connections.close_all()
        stop_database(base)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--on", default="sqlite,postgres")
    parser.add_argument("--places", type=int, default=20_000)
    parser.add_argument("--searches", type=int, default=1000)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    for name in given.on.split(","):
        child = os.fork()
        if child == 0:
            print(f"-- {name}, load {os.getloadavg()[0]:.1f}", flush=True)
            {"sqlite": on_sqlite, "postgres": on_postgres}[name](given)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
