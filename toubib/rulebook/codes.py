"""The registry of reason codes: kind, sentences for the patient and for the doctor, legal reference."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from toubib.rulebook.facts import all_facts
from toubib.rulebook.law import Law, era, period_starts

if TYPE_CHECKING:
    from toubib.rulebook.policies import Overlay

KINDS = ("ok", "exception", "warning", "refusal")
CONTESTED, UNVERIFIED = " (contesté)", " (non vérifié)"
HOLE = re.compile(r"\{([a-z_]+(?:\.[a-zA-Z0-9_]+)+)\}")


@dataclass(frozen=True, slots=True)
class Code:
    """One reason; `parameter`: whose dated reference is shown where the law of the day has it; `also`: others that it
    rests upon."""

    code: str
    kind: str
    reference: str
    patient: str
    doctor: str
    parameter: str = ""
    also: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        return (*([self.parameter] if self.parameter else []), *self.also)


@lru_cache(maxsize=1)
def all_codes() -> dict[str, Code]:
    rows = yaml.safe_load((Path(__file__).parent / "codes.yaml").read_text(encoding="utf-8"))
    return {code: Code(code, **{**row, "also": tuple(row.get("also", ()))}) for code, row in rows.items()}


def find_code(code: str, overlay: Overlay | None = None) -> Code:
    """The registry's entry; a policy's own code answers its own words, or else a general sentence."""
    found = all_codes().get(code)
    if found is not None:
        return found
    policy, clause = overlay.clause_of(code) if overlay else (None, None)
    return Code(
        code,
        "exception",
        policy.reference if policy else "réforme simulée",
        (clause.text if clause else "") or "Réforme : l’acte serait traité autrement.",
        f"Réforme : {policy.label}." if policy else f"Réforme {code.split('REF_')[-1].lower()}.",
    )


def explain(code: str, on: date | None, overlay: Overlay | None = None) -> dict[str, str]:
    """One reason of a decision, its sentences filled with the values of the day, or of the policy over them; of an act
    without a date, with the last law that is known, so that the sentence is the same on every day of reading."""
    return _explain(code, era(on or period_starts()[-1]), overlay)


@lru_cache(maxsize=8192)
def _explain(code: str, on: date, overlay: Overlay | None) -> dict[str, str]:
    entry = find_code(code, overlay)
    law = Law(on, overlay.parameters if overlay else {})
    reference = entry.reference
    parameter = law.parameter(entry.parameter) if entry.parameter else None
    setter = overlay.setter_of(entry.parameter) if overlay and entry.parameter else None
    if setter is not None:
        reference = setter.reference
    elif parameter is not None:
        reference = parameter.reference
    reference += doubt_of(entry, law)
    return {
        "code": code,
        "kind": entry.kind,
        "text_patient": _fill(entry.patient, law),
        "text_doctor": _fill(entry.doctor, law),
        "reference": reference,
    }


def doubt_of(entry: Code, law: Law) -> str:
    """What marks, after its reference, a reason that rests upon a value contested or not verified; else nothing."""
    asked = (law.parameter(one) for one in entry.parameters if one not in law.overlay)
    values = [one for one in asked if one is not None]
    if any(one.contested for one in values):
        return CONTESTED
    return "" if all(one.verified for one in values) else UNVERIFIED


def explain_missing(fact: str) -> dict[str, str]:
    """The reason that says that a fact is unknown."""
    entry = all_codes()["MISSING"]
    label = all_facts()[fact].label
    return {
        "code": f"MISSING.{fact}",
        "kind": entry.kind,
        "text_patient": entry.patient.format(fact=label),
        "text_doctor": entry.doctor.format(fact=label),
        "reference": entry.reference,
    }


def explain_all(
    codes: Iterable[str], missing: Iterable[str], on: date | None, overlay: Overlay | None = None
) -> list[dict[str, Any]]:
    """Reasons sorted by code."""
    found = [explain(code, on, overlay) for code in codes] + [explain_missing(fact) for fact in missing]
    return sorted(found, key=lambda one: one["code"])


def _fill(sentence: str, law: Law) -> str:
    def value(hole: re.Match[str]) -> str:
        found = law.get(hole[1])
        if isinstance(found, float):
            return f"{found:.2f}".replace(".", ",").removesuffix(",00")
        return "…" if found is None else str(found)

    return HOLE.sub(value, sentence)
