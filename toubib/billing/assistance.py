"""The code that who assists bills for themselves, from what they are and where: dated parameters, never the doctor's act.

A pharmacist's is a tracer (TLM); a nurse's depends on where and when (TLS, TLL, TLD). No other profession has one.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from toubib.assistance.enums import Setting
from toubib.assistance.models import Presence
from toubib.billing.models import AssistanceLine
from toubib.billing.settle import amount_of, cents_of
from toubib.directory.enums import Profession
from toubib.ground.sheets import write_sheet
from toubib.rulebook.parameters import UnknownParameter, parameter_on

NURSE = {Setting.PLANNED_CARE: "TLS", Setting.PLACE: "TLL", Setting.HOME: "TLD"}
TARIFFS = {"TLM": "tariff.TLM", "TLS": "tariff.TLS", "TLL": "tariff.TLL", "TLD": "tariff.TLD"}
COLUMNS = (
    "act_date", "code", "tariff", "reference", "helper_rpps", "helper_name", "place",
    "doctor_rpps", "doctor_name", "doctor_am_number", "act_id", "birth_name", "birth_first_names", "birth_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    cents: int
    reference: str


def code_of(*, presence: Presence, on: date) -> Code | None:
    """What the law of that day lets them bill; None: nothing."""
    code = ""
    if presence.profession == Profession.PHARMACIST:
        code = "TLM"
    elif presence.profession == Profession.NURSE:
        code = NURSE[Setting(presence.setting)]
    if not code:
        return None
    try:
        found = parameter_on(id=TARIFFS[code], on=on)
    except UnknownParameter:
        return None
    return Code(code, cents_of(str(found.value)), found.reference[:200])


def file_of(*, lines: Iterable[AssistanceLine]) -> tuple[bytes, str]:
    """Their file: one row a line, UTF-8, as `ground.sheets` has it; and its digest."""
    out = io.StringIO(newline="")
    write_sheet(out, [COLUMNS, *(_row(line) for line in lines)])
    content = out.getvalue().encode()
    return content, hashlib.sha256(content).hexdigest()


def _row(line: AssistanceLine) -> list[str]:
    doctor, patient = line.encounter.practitioner, line.encounter.patient
    return [
        line.act_on.isoformat(),
        line.code,
        amount_of(line.tariff_cents),
        line.reference,
        line.practitioner.rpps,
        line.practitioner.full_name,
        line.presence.place.name,
        doctor.rpps,
        doctor.full_name,
        doctor.am_number,
        str(line.encounter_id),
        patient.birth_name,
        patient.birth_given_names,
        patient.birth_date.isoformat(),
    ]
