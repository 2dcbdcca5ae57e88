"""The rule book inside a running server: imported at the first question, warmed beforehand, never while it starts.

Ibis takes a second to import and a program another to compile; a command that judges nothing pays for neither.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toubib.rulebook.cap_status import CapStatus

HERE = Path(__file__).parent
LAW_FILES = ("parameters/**/*.yaml", "rules/*.py", "codes.yaml", "facts.yaml")
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
    """In the background, once a process."""
    if not is_warm() and _once.acquire(blocking=False):
        threading.Thread(target=warm, kwargs={"on": on}, name="rulebook-warm", daemon=True).start()


@lru_cache(maxsize=1)
def law_version() -> str:
    """What names the law that judged: a digest of its parameters, rules and words."""
    digest = hashlib.sha256()
    for pattern in LAW_FILES:
        for path in sorted(HERE.glob(pattern)):
            digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
