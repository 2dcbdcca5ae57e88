"""A small claims folder by hand: each act is one line with the columns that the test names; all else has a plain value."""

import argparse
import csv
from datetime import date
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toubib.observatory.claims.layouts import layouts
from toubib.observatory.commands import add_commands

TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "code": pa.int64(),
}
AS_TEXT = {"PFS_PRA_SPE", "EXC_EXC_NAT", "CNV_CNV_COD", "ACT_CAB_COD"}
_numbers = count(1)

LINE = {
    "FLX_DIS_DTD": None,
    "FLX_TRT_DTD": date(2024, 1, 1),
    "FLX_EMT_TYP": 1,
    "FLX_EMT_NUM": 1,
    "FLX_EMT_ORD": 1,
    "ORG_CLE_NUM": "011010000",
    "PRS_ORD_NUM": 1,
    "REM_TYP_AFF": 1,
    "BEN_RNG_GEM": 1,
    "BEN_RES_DPT": "075",
    "BEN_RES_COM": "101",
    "PRS_NAT_REF": 1192,
    "PRS_ACT_QTE": 1.0,
    "CPL_MAJ_TOP": 0,
    "CPL_AFF_COD": 0,
    "DPN_QLF": 0,
    "PRS_DPN_QLP": 0,
    "PFS_EXE_NUM": "750000011",
    "PSE_SPE_COD": 1,
    "PSE_STJ_COD": 51,
    "EXO_MTF": 0,
    "BSE_REM_MNT": 17.5,
    "PRS_PAI_MNT": 25.0,
}
DOCTOR = {"PFS_PRA_SPE": "01", "EXC_EXC_NAT": "01", "CNV_CNV_COD": "1", "PFS_COD_POS": "75001"}


def pseudonym(number):
    return f"PATIENT{number:010d}"


def line(patient, day, **more):
    """An act of patient number `patient` on `day` (ISO), told the month after."""
    day = date.fromisoformat(day)
    told = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    own = {
        "BEN_NIR_PSA": pseudonym(patient),
        "EXE_SOI_DTD": day,
        "FLX_DIS_DTD": told,
        "DCT_ORD_NUM": next(_numbers),
    }
    return {**LINE, **own, **more}


def doctor(number, **more):
    return {**DOCTOR, "PFS_PFS_NUM": number, "STA_PFS_NUM": number, "ACT_CAB_COD": "0", **more}


def ald(patient, begins, ends=None, **more):
    """In ALD from `begins` to `ends`, both included; no end: open."""
    end = date.fromisoformat(ends) if ends else None
    own = {"IMB_ALD_DTD": date.fromisoformat(begins), "IMB_ALD_DTF": end, "IMB_ETM_NAT": 41}
    return {"BEN_NIR_PSA": pseudonym(patient), "BEN_RNG_GEM": 1, **own, **more}


def centre(act, category=124):
    """The establishment's line of an act."""
    keys = [name for name in layouts()["ER_ETE_F"] if name in act]
    return {**{key: act[key] for key in keys}, "ETE_CAT_COD": category, "ETB_EXE_FIN": "75000001"}


def write_claims(folder, *, acts, doctors=(), alds=(), centres=(), form="parquet"):
    """The five tables in `folder`."""
    people = [
        {
            "BEN_NIR_PSA": one,
            "BEN_RNG_GEM": 1,
            "BEN_NAI_ANN": 1980,
            "BEN_SEX_COD": 2,
            "BEN_RES_DPT": "075",
            "BEN_RES_COM": "101",
        }
        for one in sorted({act["BEN_NIR_PSA"] for act in acts})
    ]
    tables = {
        "ER_PRS_F": acts,
        "ER_ETE_F": centres,
        "IR_BEN_R": people,
        "IR_IMB_R": alds,
        "DA_PRA_R": doctors,
    }
    Path(folder).mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_table(Path(folder), name, list(rows), form)
    return Path(folder)


def write_table(folder, name, rows, form="parquet"):
    columns = {
        key: one for key, one in layouts()[name].items() if one.required or any(key in row for row in rows)
    }
    values = {key: [row.get(key) for row in rows] for key in columns}
    if form == "csv":
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(columns)
            writer.writerows(zip(*values.values(), strict=True))
        return
    kinds = {key: TYPES["text"] if key in AS_TEXT else TYPES[one.kind] for key, one in columns.items()}
    arrays = {key: pa.array(values[key], kinds[key]) for key in columns}
    pq.write_table(pa.table(arrays), folder / f"{name}.parquet")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"{message}\n")


def main(arguments):
    """The exit of `toubib observatory …`."""
    parser = _Parser()
    add_commands(parser.add_subparsers())
    given = parser.parse_args(arguments)
    return given.run(given)
