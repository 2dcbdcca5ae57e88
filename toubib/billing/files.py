"""The file that a billing system takes: one row an entry, in CSV and in JSON, both with the same words.

Columns are documented in docs/billing.md; a test holds the document to `COLUMNS`.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from toubib.billing.enums import EntryKind
from toubib.billing.models import SHARES, ClaimLine
from toubib.billing.settle import amount_of, cents_of
from toubib.ground.sheets import write_sheet
from toubib.people.enums import InsStatus
from toubib.people.models import Patient

FORMAT = "toubib.billing/1"
MONEY = {
    "tariff": "tariff_cents",
    "overrun": "overrun_cents",
    "amo": "amo_cents",
    "amc": "amc_cents",
    "public": "public_cents",
    "plan": "plan_cents",
    "patient": "patient_cents",
    "due_now": "due_now_cents",
}
COLUMNS = (
    "rank", "entry", "claim_id", "version", "corrects", "act_id", "act_date", "code", "addons",
    *MONEY, "participation", "amo_rate", "third_party", "reimbursement", "funding", "plan_name", "plan_number",
    "reasons", "law_version", "receipt",
    "practitioner_rpps", "practitioner_name", "practitioner_am_number", "practitioner_finess",
    "patient_id", "birth_name", "birth_first_names", "birth_date", "ins", "ins_oid", "nir_assure",
)  # fmt: skip
TOTALS = ("total", *(name for name in MONEY if name not in {"tariff", "overrun", "due_now"}))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file. `plan`: name and number of the contract, where one pays."""

    line: ClaimLine
    kind: EntryKind
    plan: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    sha256: str


def rows_of(entries: Sequence[Entry]) -> list[dict[str, str]]:
    return [_row(rank, entry) for rank, entry in enumerate(entries, start=1)]


def _row(rank: int, entry: Entry) -> dict[str, str]:
    line = entry.line
    sign = -1 if entry.kind == EntryKind.CANCEL else 1
    said = line.said
    found = {
        "rank": str(rank),
        "entry": entry.kind.value,
        "claim_id": str(line.pk),
        "version": str(line.version),
        "corrects": str(line.corrects_id or ""),
        "act_id": str(line.encounter_id),
        "act_date": line.act_on.isoformat(),
        "code": line.code,
        "addons": "|".join(said.get("addons") or []),
        **{name: amount_of(sign * getattr(line, column)) for name, column in MONEY.items()},
        "participation": amount_of(sign * int(said.get("participation_cents") or 0)),
        "amo_rate": "" if line.amo_rate is None else str(line.amo_rate),
        "third_party": "true" if line.third_party else "false",
        "reimbursement": said.get("reimbursement", ""),
        "funding": line.funding,
        "plan_name": entry.plan[0],
        "plan_number": entry.plan[1],
        "reasons": "|".join(one["code"] for one in said["reasons"]),
        "law_version": line.law_version,
        "receipt": line.receipt.code if line.receipt else "",
        **_practitioner(line),
        **_patient(line.encounter.patient),
    }
    return {name: found[name] for name in COLUMNS}


def _practitioner(line: ClaimLine) -> dict[str, str]:
    doctor = line.practitioner
    return {
        "practitioner_rpps": doctor.rpps,
        "practitioner_name": doctor.full_name,
        "practitioner_am_number": doctor.am_number,
        "practitioner_finess": doctor.practice_finess,
    }


def _patient(patient: Patient) -> dict[str, str]:
    """A matricule stands where the identity is qualified, and only there; the NIR of the insured is apart."""
    qualified = patient.ins_status == InsStatus.QUALIFIEE
    return {
        "patient_id": str(patient.pk),
        "birth_name": patient.birth_name,
        "birth_first_names": patient.birth_given_names,
        "birth_date": patient.birth_date.isoformat(),
        "ins": (patient.ins_matricule or "") if qualified else "",
        "ins_oid": (patient.ins_oid or "") if qualified else "",
        "nir_assure": patient.nir_assure or "",
    }


def csv_file(rows: Iterable[Mapping[str, str]]) -> File:
    """UTF-8, header, and the rest as `ground.sheets` has it."""
    out = io.StringIO(newline="")
    write_sheet(out, [COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
    return _file(out.getvalue().encode())


def json_file(
    rows: Sequence[Mapping[str, str]], *, batch_id: UUID, first: date, last: date, made_at: datetime
) -> File:
    whole: dict[str, Any] = {
        "format": FORMAT,
        "batch": str(batch_id),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "made_at": made_at.isoformat(),
        "currency": "EUR",
        "entries": list(rows),
        "totals": {
            "all": totals_of(rows),
            "by_day": _grouped(rows, "act_date"),
            "by_practitioner": _grouped(rows, "practitioner_rpps"),
        },
    }
    return _file(json.dumps(whole, ensure_ascii=False, indent=1).encode())


def _grouped(rows: Sequence[Mapping[str, str]], name: str) -> list[dict[str, str]]:
    keys = sorted({row[name] for row in rows})
    return [{name: key, **totals_of([row for row in rows if row[name] == key])} for key in keys]


def totals_of(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Sums to the cent: `total` is tariff and overrun, and the sum of the shares."""
    sums = {name: sum(cents_of(row[name]) for row in rows) for name in MONEY}
    shares = sum(sums[name] for name in ("amo", "amc", "public", "plan", "patient"))
    whole = sums["tariff"] + sums["overrun"]
    if shares != whole:
        raise ValueError(f"shares of {shares} cents for acts of {whole}")
    sums["total"] = whole
    return {"count": str(len(rows)), **{name: amount_of(sums[name]) for name in TOTALS}}


def _file(content: bytes) -> File:
    return File(content, hashlib.sha256(content).hexdigest())


def total_of(line: ClaimLine) -> int:
    """The shares of a line, in cents: what the database holds equal to tariff and overrun."""
    return sum(getattr(line, name) for name in SHARES)
