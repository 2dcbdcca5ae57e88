"""What the benchmarks share: Django on a throw-away PostgreSQL, a crowd made in bulk, figures printed as rows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the browser tests' own kit is used too


def postgres(folder: Path) -> str:
    """Start (once) a throw-away PostgreSQL in the folder; returns its address."""
    command = [sys.executable, str(ROOT / "scripts" / "postgres.py"), "start", str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]


def environment(*, database: str, data: Path, **more: str) -> dict[str, str]:
    secret = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    if not secret.exists():
        secret.write_text("benchmark-secret-" + "x" * 40)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "toubib.config.settings",
        "TOUBIB_DEMO": "1",
        "TOUBIB_DATABASE_URL": database,
        "TOUBIB_DATA_DIR": str(data),
        "TOUBIB_LOG_LEVEL": "WARNING",
        **more,
    }


def fresh_database() -> tuple[str, Path]:
    """A new PostgreSQL in a new folder, migrated; returns its address and the folder."""
    folder = Path(tempfile.mkdtemp(prefix="toubib-bench-"))
    folder.chmod(0o755)
    url = postgres(folder / "pg")
    os.environ.update(environment(database=url, data=folder / "data"))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return url, folder


def stop_database(folder: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "postgres.py"), "stop", str(folder / "pg")], check=False
    )


def make_place() -> Any:
    """The commune and pool of the crowd."""
    from toubib.territory.models import Commune, Samu
    from toubib.waiting.models import Pool

    samu = Samu.objects.create(
        name="SAMU d’essai", direct_number="+33536490015", verified_on=date(2026, 1, 5)
    )
    Commune.objects.create(code_insee="00001", name="Valbrune", departement="00", lat=44, lon=2, samu=samu)
    return Pool.objects.create(
        key="medecine-generale", name="Médecine générale", opens_at=time(0), closes_at=time(0)
    )


def make_crowd_past(*, size: int, pool: Any, now: datetime) -> list[Any]:
    """People seen over the last weeks: tickets closed, ten minutes each."""
    from toubib.waiting.models import Ticket

    tickets = make_crowd(size=size, pool=pool, now=now - timedelta(days=20), state="closed", prefix="passe")
    for ticket in tickets:
        ticket.accepted_at = ticket.arrived_at + timedelta(minutes=8)
        ticket.ended_at, ticket.exit_reason = ticket.accepted_at + timedelta(minutes=10), "seen"
    Ticket.objects.bulk_update(tickets, ["accepted_at", "ended_at", "exit_reason"], batch_size=500)
    return tickets


def make_crowd(
    *, size: int, pool: Any, now: datetime, state: str = "waiting", prefix: str = "p"
) -> list[Any]:
    """`size` people, each with an account and a ticket in line, a second apart; in bulk. Returns the tickets."""
    from toubib.people.models import Account, Patient, PatientLink, RoleGrant
    from toubib.territory.models import Commune
    from toubib.waiting.models import Ticket

    commune = Commune.objects.first()
    tickets: list[Any] = []
    for start in range(0, size, 2000):
        rows = range(start, min(size, start + 2000))
        accounts = Account.objects.bulk_create(
            [Account(email=f"{prefix}{n}@exemple.test", created_at=now, password="!") for n in rows]
        )
        patients = Patient.objects.bulk_create(
            [
                Patient(
                    birth_name=f"Attente{n}",
                    birth_given_names="Camille",
                    birth_date=date(1990, 1, 1),
                    sex="F",
                    created_at=now,
                )
                for n in rows
            ]
        )
        PatientLink.objects.bulk_create(
            [
                PatientLink(
                    account=a, patient=p, kind="self", proof="declared", starts_at=now - timedelta(days=1)
                )
                for a, p in zip(accounts, patients, strict=True)
            ]
        )
        RoleGrant.objects.bulk_create(
            [RoleGrant(account=a, role="patient", starts_at=now - timedelta(days=1)) for a in accounts]
        )
        tickets += Ticket.objects.bulk_create(
            [
                Ticket(
                    state=state,
                    pool=pool,
                    account=a,
                    patient=p,
                    created_at=now,
                    touched_at=now,
                    arrived_at=now + timedelta(seconds=n),
                    reason_key="fever",
                    place_commune=commune,
                    medecin_traitant="none",
                    patient_age=36,
                    signs_version="x",
                )
                for n, a, p in zip(rows, accounts, patients, strict=True)
            ]
        )
    return tickets


def make_doctors(*, size: int, pool: Any, now: datetime, state: str = "open") -> list[Any]:
    """`size` active doctors on duty; returns their duties."""
    from toubib.directory.models import Practitioner
    from toubib.people.enums import EvidenceKind
    from toubib.people.models import Account, Evidence, ProfessionalAccount, RoleGrant
    from toubib.territory.models import Commune
    from toubib.waiting.models import Duty

    commune, duties = Commune.objects.first(), []
    for n in range(size):
        practitioner = Practitioner.objects.create(
            rpps=f"999{n:08d}",
            title="Dr",
            given_name="Marc",
            family_name=f"Essai{n}",
            profession="doctor",
            specialty="general_practice",
            practice_name="Cabinet",
            practice_address="3 rue des Tilleuls",
            practice_commune=commune,
            languages=["fr"],
        )
        account = Account.objects.create(
            email=f"d{n}@exemple.test", created_at=now, password="!", display_name="Dr"
        )
        RoleGrant.objects.create(account=account, role="practitioner", starts_at=now - timedelta(days=9))
        professional = ProfessionalAccount.objects.create(
            account=account, practitioner=practitioner, activated_at=now
        )
        for kind in EvidenceKind:
            Evidence.objects.create(
                professional=professional,
                kind=kind,
                reference="essai",
                valid_from=now.date() - timedelta(days=9),
                valid_until=now.date() + timedelta(days=900),
                checked_by=account.id,
                checked_at=now,
            )
        duty = Duty.objects.create(
            practitioner=practitioner,
            account=account,
            state=state,
            languages=["fr"],
            opened_at=now,
            idle_since=now,
        )
        duty.pools.add(pool)
        duties.append(duty)
    return duties


def circumstances() -> None:
    """Where and when the figures were taken: a busy machine spoils times, less so figures per CPU second."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    row("date", f"{datetime.now():%Y-%m-%d %H:%M}")
    row("cores", os.cpu_count() or 0)
    row("load average (1, 5, 15 minutes)", load)
    row(
        "CPU of a fixed loop",
        f"{fixed_loop() * 1000:.0f}",
        "ms: 42 when this machine is quiet; figures go with it",
    )


def fixed_loop() -> float:
    """CPU seconds of the same work each time, the best of five: how fast the processor is at this hour."""
    best = float("inf")
    for _ in range(5):
        begun = process_time()
        sum(one * one for one in range(1_000_000))
        best = min(best, process_time() - begun)
    return best


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]


def milliseconds(seconds: list[float]) -> str:
    """Median and p95, for a row."""
    return f"{median(seconds) * 1000:.0f}, {p95(seconds) * 1000:.0f}"


def row(name: str, value: object, unit: str = "") -> None:
    print(f"{name:<46} {value!s:>14} {unit}", flush=True)
