"""Which act code a line bears: by its kind and channel, or one that stands for a share of another's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from toubib.observatory.claims.layouts import ActCode, act_codes
from toubib.observatory.generator import draws


@lru_cache(maxsize=1)
def codes() -> dict[str, int]:
    """Letters of the nomenclature → PRS_NAT_REF."""
    return {one.letters: one.code for one in act_codes()}


def instead(
    code: np.ndarray, patient: np.ndarray, day: np.ndarray, known: Iterable[ActCode], wanted: dict[str, Any]
) -> np.ndarray:
    """The codes that others stand for, in their days alone. By the patient: a cancelled act bears one code, and nothing more is drawn.
    `day`: since 1970."""
    drawn = (patient.astype(np.int64) * 2654435761 >> 16) % 1000
    for one in known:
        if one.letters in wanted:
            since, until = (since_1970(end) if end else None for end in (one.since, one.until))
            own = wanted[one.letters]
            told = (code == codes()[own["of"]]) & (drawn < own["share"] * 1000)
            told &= True if since is None else day >= since
            told &= True if until is None else day <= until
            code = np.where(told, one.code, code)
    return code


def since_1970(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def code_of(kind: np.ndarray, channel: np.ndarray, gp: np.ndarray, random: np.random.Generator) -> np.ndarray:
    known = codes()
    level = np.where(random.random(len(kind)) < 0.4, known["TE1"], known["TE2"])
    code = np.where(gp, known["TCG"], known["TC"])
    code = np.where(channel == draws.EXPERTISE, level, code)
    code = np.where(channel == draws.TELESOIN, known["X-TELESOIN"], code)
    return np.where(kind == draws.TRACER, known["TLM"], code)
