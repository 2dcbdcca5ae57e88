"""The answer to « may it be prescribed here? », with both sentences and the article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from toubib.nomenclature.words import plain, words_of
from toubib.rulebook.codes import explain
from toubib.rulebook.prescription import is_allowed, judge_medicine

DILUTED = "homeopathi"  # « … pour préparations homéopathiques »: another thing than the substance itself


@dataclass(frozen=True, slots=True)
class Verdict:
    """`allowed`: True, False, or None where nobody knows (say so, do not refuse, do not promise)."""

    allowed: bool | None
    code: str
    text_doctor: str
    text_patient: str
    reference: str

    @property
    def is_refused(self) -> bool:
        return self.allowed is False


@lru_cache(maxsize=1024)
def verdict_of(code: str, on: date) -> Verdict:
    said = explain(code, on)
    return Verdict(is_allowed(code), code, said["text_doctor"], said["text_patient"], said["reference"])


def judge(
    *,
    substances: Iterable[Mapping[str, Any]],
    categories: Iterable[str],
    conditions_known: bool,
    authorised: bool,
    on: date,
) -> Verdict:
    """Of a medicine as it is kept (`Medicine.substances`, `Medicine.categories`)."""
    names = [str(one["name"]) for one in substances]
    words = frozenset(word for name in names if DILUTED not in plain(name) for word in words_of(name))
    code = judge_medicine(
        words=words,
        categories=frozenset(categories),
        conditions_known=conditions_known,
        authorised=authorised,
        on=on,
    )
    return verdict_of(code, on)
