"""The rule book inside a running server: imported at the first question, warmed beforehand, never while it starts.

Ibis takes a second to import and a program another to compile; a command that judges nothing pays for neither.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toubib.rulebook.cap_status import CapStatus

HERE = Path(__file__).parent
LAW_FILES = ("parameters/**/*.yaml", "*.yaml", "**/*.py")  # whatever can change an answer
NO_LAW = (
    "live.py",
    "commands.py",
    "trial.py",
    "status_trial.py",
    "show.py",
    "unread.py",
    "tests",
)  # how it is asked, not what it says
log = logging.getLogger(__name__)
_ready = threading.Event()
_once = threading.Lock()


def decide(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The decision of the stable face on the facts of one act. Raises facts.BadFact."""
    from toubib.rulebook.decide import decide as judge

    return judge(facts)


def cap_status(
    *,
    year: int,
    specialty: str,
    counted: int,
    acts_here: int,
    own_mt_here: int,
    unsure: int = 0,
    outside: tuple[int, int, int | None] | None,
) -> CapStatus:
    """As `toubib.rulebook.cap_status`; `outside`: conventioned acts, counted acts, own patients' acts, as declared."""
    from toubib.rulebook.cap_status import Outside
    from toubib.rulebook.cap_status import cap_status as judge

    declared = Outside(*outside) if outside else None
    return judge(
        year=year,
        specialty=specialty,
        counted=counted,
        acts_here=acts_here,
        own_mt_here=own_mt_here,
        unsure=unsure,
        outside=declared,
    )


def is_warm() -> bool:
    """Whether an answer comes at once."""
    return _ready.is_set()


def warm(*, on: date) -> None:
    """Compile the law of the day."""
    decide({"act_kind": "teleconsultation", "act_date": on.isoformat()})
    cap_status(
        year=on.year, specialty="general_practice", counted=0, acts_here=0, own_mt_here=0, outside=None
    )
    _ready.set()


def warm_soon(*, on: date) -> None:
    """In the background, one at a time; one that failed is tried again at the next question."""
    if not is_warm() and _once.acquire(blocking=False):
        threading.Thread(target=_warm_aside, kwargs={"on": on}, name="rulebook-warm", daemon=True).start()


def _warm_aside(*, on: date) -> None:
    done = False
    try:
        warm(on=on)
        done = True
    finally:
        if not done:
            log.error("The rule book could not be warmed; it will be tried again.", exc_info=True)
        _once.release()


@lru_cache(maxsize=1)
def law_version() -> str:
    """What names the law that judged: a digest of its parameters, rules, words, and of what reads and applies them."""
    digest = hashlib.sha256()
    for path in law_files():
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def law_files() -> list[Path]:
    found = {path for pattern in LAW_FILES for path in HERE.glob(pattern)}
    return sorted(path for path in found if path.relative_to(HERE).parts[0] not in NO_LAW)
