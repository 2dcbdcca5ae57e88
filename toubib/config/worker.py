"""The worker: a loop that wakes each second and does what is due. No queue, no broker: work stands in rows.

An app adds duties in its `tasks.py`:
    TICKS = [(name, seconds_between, function)]    called as function(now=…) again and again
    WAKES = {topic: name}                          news of the hub that have that duty done at once
    DAILY = [(name, function)]                     called as function(now=…) once a day, at 3 in the morning or
                                                   as soon after as a worker lives
A duty that answers True has more to do: it comes again once the others had their turn.
Each duty has its own guard: none stops another, and a database that is away is waited for.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import IntegrityError, InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from toubib.config.heartbeat import WORKER, beat
from toubib.config.metrics import TICKS
from toubib.config.waking import Waker
from toubib.ground.journal import SEAL_BATCH, seal_journal
from toubib.ground.mail import deliver_due_messages
from toubib.ground.models import Beat

log = logging.getLogger("toubib.worker")
MOST_BATCHES = 10  # sealed in one go
LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.get_fixed_timezone(0))
DAILY_AT = clock(3)  # exists once on every day of the year: clocks change between 2 and 3

Duty = Callable[..., object]


@dataclass
class Tick:
    name: str
    seconds: float
    run: Duty
    next_at: float = field(default=0.0)


def start_worker_thread() -> Callable[[], None]:
    """Run the worker in this process; returns what stops it and waits for its last duty."""
    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(stop,), name="worker", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(timeout=10)

    return end


def run_worker(stop: threading.Event, *, only: frozenset[str] = frozenset()) -> None:
    """Do what is due each second, and at once what news announce, until `stop`. `only`: these duties, all where empty."""
    ticks = [tick for tick in find_ticks() if not only or tick.name in only]
    guard, names = Guard(), {tick.name for tick in ticks}
    waker = Waker({topic: name for topic, name in find_wakes().items() if name in names}, stop)
    waker.start()
    log.info("the worker runs: %s", ", ".join(tick.name for tick in ticks))
    while not stop.is_set():
        _run_due(ticks, guard, stop)
        rest = min((tick.next_at for tick in ticks), default=0) - time.monotonic()
        heard = waker.wait(min(1.0, max(0.0 if guard.more else 0.05, rest)))
        for tick in ticks:
            if tick.name in heard:
                tick.next_at = 0
    waker.end()
    connections.close_all()
    log.info("the worker stops")


def _run_due(ticks: list[Tick], guard: Guard, stop: threading.Event) -> None:
    began, more = time.monotonic(), False
    for tick in ticks:
        if stop.is_set():
            break
        if tick.next_at <= began:
            guard.run(tick.name, tick.run, now=timezone.now())
            tick.next_at = 0 if guard.more else began + tick.seconds
            more |= guard.more
    guard.more = more


class Guard:
    """Runs a duty; nothing that one raises reaches the loop. This is the border of the process."""

    def __init__(self) -> None:
        self.away = False
        self.more = False  # the duty has more to do

    def run(self, name: str, duty: Duty, *, now: datetime) -> bool:
        """Whether it went well."""
        self.more = False
        try:
            self.more = duty(now=now) is True
        except (OperationalError, InterfaceError) as error:
            self._database_away(name, error)
        except Exception:
            log.exception("%s failed", name)
        else:
            if self.away:
                log.warning("the database is back")
            self.away = False
            TICKS.labels(name, "done").inc()
            return True
        TICKS.labels(name, "failed").inc()
        return False

    def _database_away(self, name: str, error: Exception) -> None:
        if not self.away:
            log.warning("the database is away (%s: %s); going on", name, str(error).strip().split("\n")[0])
        self.away = True
        connection.close()


def find_ticks() -> list[Tick]:
    """Our own duties, then those of each app's `tasks.py`."""
    ticks = [
        Tick("heartbeat", 2, _beat),
        Tick("journal", 1, _seal),
        Tick("mail", 1, deliver_due_messages),
    ]
    daily: list[tuple[str, Duty]] = []
    for config in apps.get_app_configs():
        if config.name.startswith("toubib.") and find_spec(f"{config.name}.tasks"):
            tasks = import_module(f"{config.name}.tasks")
            ticks += [Tick(name, seconds, run) for name, seconds, run in getattr(tasks, "TICKS", [])]
            daily += getattr(tasks, "DAILY", [])
    guard = Guard()
    ticks.append(Tick("daily", 60, lambda now: run_daily(daily, guard, now=now)))
    return ticks


def find_wakes() -> dict[str, str]:
    """The duty that each topic of the hub wakes, by each app's `tasks.py`."""
    wakes: dict[str, str] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("toubib.") and find_spec(f"{config.name}.tasks"):
            wakes |= getattr(import_module(f"{config.name}.tasks"), "WAKES", {})
    return wakes


def run_daily(duties: list[tuple[str, Duty]], guard: Guard, *, now: datetime) -> list[str]:
    """Run each duty not yet run since the last 3 in the morning; returns their names. One worker gets each."""
    ran = []
    for name, duty in duties:
        before = _claim_day(name, since=last_three_in_the_morning(now=now), now=now)
        if before is None:
            continue
        if guard.run(name, duty, now=now):
            ran.append(name)
        else:
            Beat.objects.filter(name=f"daily:{name}").update(at=before)
    return ran


def last_three_in_the_morning(*, now: datetime) -> datetime:
    local = timezone.localtime(now)
    today = datetime.combine(local.date(), DAILY_AT, tzinfo=local.tzinfo)
    yesterday = datetime.combine(local.date() - timedelta(days=1), DAILY_AT, tzinfo=local.tzinfo)
    return today if today <= now else yesterday


def _claim_day(name: str, *, since: datetime, now: datetime) -> datetime | None:
    """When it last ran, if this caller is to run it now; None when it has run, or another worker has just begun."""
    row = Beat.objects.filter(name=f"daily:{name}")
    last = row.values_list("at", flat=True).first()
    if last is None:
        try:
            Beat.objects.create(name=f"daily:{name}", at=now)
        except IntegrityError:
            return None
        return LONG_AGO
    return last if last < since and row.filter(at=last).update(at=now) else None


def _beat(now: datetime) -> None:
    beat(name=WORKER, now=now)


def _seal(now: datetime) -> None:
    """Batch after batch while there is more: a worker that was away catches up within seconds."""
    for _round in range(MOST_BATCHES):
        if seal_journal() < SEAL_BATCH:
            return
