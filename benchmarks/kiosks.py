"""6,500 kiosks that say each minute how they are: the share of one core that the server spends on it.

    python -m benchmarks.kiosks [--kiosks 6500] [--seconds 30]

The whole stack of a page (middleware, view) in this process, at the pace of the real fleet (108 a second), states
written every five seconds in one statement; the CPU time of the process is what counts, so other work on the machine
does not. The budget is 25 % of one core.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kiosks", type=int, default=6500)
    parser.add_argument("--seconds", type=int, default=30)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="toubib-kiosks-"))
    os.environ |= {
        "TOUBIB_DEMO": "1",
        "TOUBIB_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "toubib.config.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    keys = make_fleet(arguments.kiosks)
    share, answered, rows = run_fleet(keys, seconds=arguments.seconds)
    print(
        f"{arguments.kiosks} kiosks each minute: {share:.1%} of one core ({answered} states in {arguments.seconds} s, {rows} rows)"
    )
    return 0 if share < 0.25 else 1


def make_fleet(count: int) -> list[str]:
    from django.utils import timezone

    from toubib.kiosk.keys import digest_of_key
    from toubib.kiosk.models import Machine
    from toubib.kiosk.tests.factories import make_open_place

    now = timezone.now()
    place = make_open_place(now=now)
    keys = [f"benchmark-key-{rank:06}" for rank in range(count)]
    Machine.objects.bulk_create(
        Machine(
            place=place,
            name=f"Borne {rank}",
            key_digest=digest_of_key(key),
            enrolled_at=now - timedelta(days=1),
        )
        for rank, key in enumerate(keys)
    )
    return keys


def run_fleet(keys: list[str], *, seconds: int) -> tuple[float, int, int]:
    """CPU seconds of the server over seconds of the clock; the making of the requests is taken off."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    from toubib.kiosk.models import MachineState
    from toubib.kiosk.reports import FLUSH_EVERY, reports

    handler, factory = WSGIHandler(), RequestFactory()
    reports.timed = False
    body = json.dumps({"checks": {"camera": "ok", "printer": "ok", "network": "ok"}})
    first = [
        factory.post(
            "/borne/etat",
            body,
            content_type="application/json",
            HTTP_TOUBIB_BORNE=key,
            SERVER_NAME="127.0.0.1",
        ).environ
        for key in keys
    ]
    from django.utils import timezone

    now = timezone.now()
    for rank, key in enumerate(
        keys
    ):  # known already, but one in fifteen: each is asked of the database every 15 minutes
        if rank % 15:
            reports.machine_id(key, now=now)
    wanted = int(len(keys) * seconds / 60)
    spent, flushed_at = 0.0, 0
    for rank in range(wanted):
        environ = {
            **first[rank % len(keys)],
            "wsgi.input": factory._base_environ()["wsgi.input"].__class__(body.encode()),
        }
        began = time.process_time()
        answer = handler(environ, lambda *_said: None)
        answer.close()
        if rank - flushed_at >= len(keys) / 60 * FLUSH_EVERY:
            reports.flush()
            flushed_at = rank
        spent += time.process_time() - began
        assert answer.status_code == 204, answer.status_code
    reports.flush()
    return spent / seconds, wanted, MachineState.objects.count()


if __name__ == "__main__":
    sys.exit(main())
