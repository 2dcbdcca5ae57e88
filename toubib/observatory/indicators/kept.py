"""The counting rules applied once: what they leave lies as Parquet in a folder, and indicators are had from there.

The folder says of what it was made (files, their sizes and times; rules; codes; the code that counts): another order is counted anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.layouts import DATA, IN_PERSON, act_codes, channels
from toubib.observatory.claims.reading import Claims
from toubib.observatory.counting.count import COLUMNS, TOUCHED, family_of, marked_lines, netted, stage_of
from toubib.observatory.counting.rules import CLOSED_YEAR, COUNTED
from toubib.observatory.indicators.ald import acts_in_ald, exempt_alone
from toubib.observatory.indicators.quarters import quarter_of

ABOUT = "counted.json"
HERE = Path(__file__).parent
CODE = [  # a rule that is written otherwise counts otherwise
    *(HERE.parent / "claims").glob("*.py"), *(HERE.parent / "counting").glob("*.py"), HERE / "ald.py", HERE / "quarters.py", Path(__file__)
]  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """`acts`: every act of télésanté with its stage; `in_ald`: those of people in ALD that day; `exempt`: who had
    an act exempt for an ALD in a quarter, and none as `in_ald`; `activity`: acts in person by
    quarter, professional's number and stage; `billed`: whoever billed anything in a quarter."""

    acts: Any
    in_ald: Any
    exempt: Any
    activity: Any
    billed: Any


def count_once(claims: Claims, rules: frozenset[str], months: int = CLOSED_YEAR, *, folder: Path) -> Counted:
    """Counts into `folder`, or finds there what was counted of the same claims by the same rules. Raises BadClaims."""
    about = _about(claims, rules, months)
    if folder.exists() and not (folder / ABOUT).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadClaims(folder, 1, "-", "there is something else")
    if _told(folder) != about:
        beside = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            beside.mkdir(parents=True)
            _write(claims, rules, months, beside)
            (beside / ABOUT).write_text(json.dumps(about), encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return _read(claims.connection, folder)


def _write(claims: Claims, rules: frozenset[str], months: int, folder: Path) -> None:
    connection = claims.connection
    lines = folder / "lines.parquet"
    connection.to_parquet(marked_lines(claims, rules, months), str(lines))
    if "regularisations" in rules:
        marked = connection.read_parquet(str(lines))
        connection.to_parquet(ibis.union(*netted(marked)), str(folder / "netted.parquet"))
    acts, path = _acts(connection, folder), str(folder / "in_ald.parquet")
    connection.to_parquet(acts_in_ald(claims, acts, rules), path)
    connection.to_parquet(exempt_alone(acts, connection.read_parquet(path)), str(folder / "exempt.parquet"))
    connection.to_parquet(_activity(claims, rules, months), str(folder / "activity.parquet"))
    connection.to_parquet(_billed(claims), str(folder / "billed.parquet"))


def _read(connection: Any, folder: Path) -> Counted:
    rest = {
        name: connection.read_parquet(str(folder / f"{name}.parquet"))
        for name in ("in_ald", "exempt", "activity", "billed")
    }
    return Counted(_acts(connection, folder), **rest)


def _acts(connection: Any, folder: Path) -> Any:
    lines = connection.read_parquet(str(folder / "lines.parquet"))
    more = folder / "netted.parquet"
    if not more.exists():
        return lines.select(*COLUMNS)
    return lines.filter(lines.stage != TOUCHED).select(*COLUMNS).union(connection.read_parquet(str(more)))


def _activity(claims: Claims, rules: frozenset[str], months: int) -> Any:
    """(quarter, number, stage, acts): consultations and visits in person of liberal professionals; regularisations cancel in the sum.
    Of those that a rule drops, the lines."""
    table = claims.tables["ER_PRS_F"]
    table = table.filter(table.PRS_NAT_REF.isin([one.code for one in act_codes() if one.family in IN_PERSON]))
    table = table.filter(
        family_of(table.PRS_NAT_REF, table.EXE_SOI_DTD, IN_PERSON).notnull(),
        table.PSE_STJ_COD.isin(channels()["liberal"]["statuses"]),
    )
    table = table.mutate(stage=stage_of(table, rules, months))
    keys = {"quarter": quarter_of(table.EXE_SOI_DTD), "number": table.PFS_EXE_NUM.substr(0, 8)}
    number = ibis.ifelse(table.stage == COUNTED, table.PRS_ACT_QTE.fill_null(0), 1)
    return table.group_by(**keys, stage=table.stage).aggregate(acts=number.sum().round().cast("int64"))


def _billed(claims: Claims) -> Any:
    lines = claims.tables["ER_PRS_F"]
    keys = {"quarter": quarter_of(lines.EXE_SOI_DTD), "number": lines.PFS_EXE_NUM.substr(0, 8)}
    return lines.select(**keys).distinct()


def _about(claims: Claims, rules: frozenset[str], months: int) -> dict[str, Any]:
    files = [
        (str(path.absolute()), found.st_size, found.st_mtime_ns)
        for _, source in sorted(claims.sources.items())
        for path in source.files
        for found in (path.stat(),)
    ]
    data = [(DATA / name).read_bytes() for name in ("acts.yaml", "channels.yaml", "layouts.yaml")]
    data += [path.read_bytes() for path in sorted(CODE)]
    digest = hashlib.sha256(json.dumps(files).encode() + b"".join(data)).hexdigest()
    return {"claims": digest, "rules": sorted(rules), "months": months}


def _told(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
