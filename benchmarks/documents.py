# ruff: noqa: E402  Django first
"""Documents made in one process: rendered, sealed, and both, by the clock and by CPU.

.venv/bin/python benchmarks/documents.py [--seconds 5]
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.update(DJANGO_SETTINGS_MODULE="toubib.config.settings", TOUBIB_DEMO="1")
os.environ["TOUBIB_DATA_DIR"] = tempfile.mkdtemp(prefix="toubib-bench-")
import django

django.setup()
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils import timezone

from toubib.documents.rendering import render
from toubib.documents.samples import sample_contents, sample_header
from toubib.documents.seal import load_seal, seal_pdf
from toubib.documents.tests.test_seal import write_pem
from toubib.ground.ids import new_id

NOW = timezone.now()
CONTENTS = sample_contents(now=NOW)
KEYS = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA-4096": lambda: rsa.generate_private_key(65537, 4096),
}


def a_second(name, work, seconds):
    work()
    wall, cpu, done = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - wall < seconds:
        work()
        done += 1
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name}: {done / cpu:.1f} a second of CPU, {done / wall:.1f} by the clock", flush=True)


def make(name):
    return render(header=sample_header(now=NOW, document_id=new_id()), content=CONTENTS[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    seconds = parser.parse_args().seconds
    for name in ("ordonnance-medicaments", "compte-rendu", "recu"):
        a_second(f"rendered, {name}", lambda: make(name), seconds)  # noqa: B023
    pdf = make("ordonnance-medicaments").pdf
    for name, key in KEYS.items():
        seal = load_seal(write_pem(Path(tempfile.mkdtemp()), key()))
        a_second(f"sealed, {name}", lambda: seal_pdf(pdf, seal=seal), seconds)  # noqa: B023
        a_second(
            f"rendered and sealed, ordonnance, {name}",
            lambda: seal_pdf(make("ordonnance-medicaments").pdf, seal=seal),  # noqa: B023
            seconds,
        )
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
