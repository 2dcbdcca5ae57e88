"""Pages of the observatory over the results that come with the source: time of the processor, p50 and p95, and bytes as sent.

TOUBIB_DEMO=1 TOUBIB_DATA_DIR=/tmp/pages .venv/bin/python benchmarks/observatory_pages.py [--times 200]
"""

import argparse
import gzip
import os
import time

ADDRESSES = (
    "/observatoire",
    "/observatoire?indicator=ald&area=26&level=departement",
    "/observatoire?indicator=actes&show=gap",
    "/observatoire?indicator=part-activite&map=equal",
    "/observatoire/reformes?levier=fmt_zone&levier=fmt_assisted&paie=tariff_as_in_person",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
    import django

    django.setup()
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        times = []
        for _ in range(given.times):
            began = time.process_time()
            client.get(address)
            times.append((time.process_time() - began) * 1000)
        times.sort()
        size = len(gzip.compress(answer.content)) / 1000
        print(
            f"p50 {times[len(times) // 2]:6.1f} ms  p95 {times[int(len(times) * 0.95)]:6.1f} ms  {size:5.1f} kB  {address}"
        )


if __name__ == "__main__":
    main()
