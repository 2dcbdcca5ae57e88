"""What machines say of themselves, each minute: kept in memory, written a few seconds later in one statement."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from toubib.kiosk.models import Machine
from toubib.kiosk.operations import write_states
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries import machine_of_key

log = logging.getLogger("toubib.kiosk")
FLUSH_EVERY = 5.0
KNOWN_FOR = 900.0  # a revoked machine may say how it is for so long: it changes nothing
MOST_KNOWN = 20_000


class Reports:
    """Of this process. `timed`: written by a timer; tests write themselves."""

    def __init__(self, *, timed: bool = True) -> None:
        self.timed = timed
        self._lock = threading.Lock()
        self._waiting: dict[UUID, Reported] = {}
        self._known: dict[str, tuple[UUID, datetime]] = {}
        self._timer: threading.Timer | None = None

    def machine_id(self, key: str, *, now: datetime) -> UUID | None:
        """Whose key it is: asked of the database once in a while."""
        found = self._known.get(key)
        if found is not None and (now - found[1]).total_seconds() < KNOWN_FOR:
            return found[0]
        machine: Machine | None = machine_of_key(key=key)
        with self._lock:
            if machine is None:
                self._known.pop(key, None)
                return None
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = (machine.id, now)
        return machine.id

    def add(self, report: Reported) -> None:
        with self._lock:
            before = self._waiting.get(report.machine_id)
            checks = {**before.checks, **report.checks} if before else report.checks
            self._waiting[report.machine_id] = Reported(
                report.machine_id, report.at, checks, report.version or (before.version if before else "")
            )
            if self.timed and self._timer is None:
                self._timer = threading.Timer(FLUSH_EVERY, self._flush_by_timer)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> int:
        """Write what waits; what could not be written waits on, unless something newer came."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        try:
            return write_states(reported=taken.values())
        except (DatabaseError, InterfaceError):
            with self._lock:
                self._waiting = {**taken, **self._waiting}
            raise

    def _flush_by_timer(self) -> None:
        with self._lock:
            self._timer = None
        try:
            self.flush()
        except (DatabaseError, InterfaceError) as error:
            log.warning("the states of the kiosks wait: %s", type(error).__name__)
        finally:
            connection.close()


reports = Reports()


def now_and_machine(key: str) -> tuple[datetime, UUID | None]:
    now = timezone.now()
    return now, reports.machine_id(key, now=now)
