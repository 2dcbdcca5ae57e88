"""A sign of life on a terminal past two seconds; nothing in a pipe."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

PATIENCE = 2.0
STEP = 0.5


class Progress:
    """`with Progress("simulate"):` — a line on standard error that counts the seconds and goes away."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        if self.thread.is_alive():
            self.thread.join()

    def _run(self) -> None:
        began, width = time.monotonic(), 20
        if self.over.wait(PATIENCE):
            return
        step = 0
        while True:
            place = step % (2 * width - 2)
            place = min(place, 2 * width - 2 - place)
            bar = "".join("#" if i == place else "." for i in range(width))
            sys.stderr.write(f"\r{self.what} [{bar}] {time.monotonic() - began:.0f} s")
            sys.stderr.flush()
            step += 1
            if self.over.wait(STEP):
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                return
