"""Lines to columns of ER_PRS_F, ER_ETE_F and X_LIEU_TC, a slice at a time: a month of them would not fit at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from toubib.observatory.claims.layouts import act_codes
from toubib.observatory.generator import draws
from toubib.observatory.generator.calibration import MONTH, value
from toubib.observatory.generator.coding import code_of, instead, since_1970
from toubib.observatory.generator.doctors import GYNAECOLOGY, LIBERAL, PSYCHIATRY, Doctors
from toubib.observatory.generator.draws import Lines, World
from toubib.observatory.generator.people import Places, birth_years, is_twin, pseudonyms

SLICE = 500_000
COMPANIES, CENTRES, PHARMACIES = 7, 600, 5000
PHARMACY, SPEECH_THERAPIST = 50, 28  # PSE_ACT_NAT
NINE = (
    "FLX_DIS_DTD",
    "FLX_TRT_DTD",
    "FLX_EMT_TYP",
    "FLX_EMT_NUM",
    "FLX_EMT_ORD",
    "ORG_CLE_NUM",
    "DCT_ORD_NUM",
    "PRS_ORD_NUM",
    "REM_TYP_AFF",
)


def columns_of(world: World, lines: Lines) -> Iterator[tuple[pa.Table, pa.Table, pa.Table]]:
    """(ER_PRS_F, ER_ETE_F, X_LIEU_TC) of each slice."""
    texts = world.texts
    random = world.order.random(MONTH, lines.month.year, lines.month.month, 1)
    for start in range(0, len(lines), SLICE):
        part = slice(start, min(start + SLICE, len(lines)))
        yield _slice(world, lines, part, random, texts)


def texts_of(places: Places, doctors: Doctors) -> dict[str, pa.Array]:
    """Texts that lines point at: of communes, départements and professionals."""
    number = [one.decode() for one in doctors.numbers.tolist()]
    return {
        "departement": pa.array([*(_departement(code) for code in places.departements), "000"]),
        "commune": pa.array([*(code[2:] for code in places.codes), "000"]),
        "doctor": pa.array([f"{one}{int(one) % 9}" for one in number]),
        "pharmacy": pa.array([f"{75 + n % 20}2{n:05d}{n % 9}" for n in range(PHARMACIES)]),
        "rpps": pa.array([f"1{n:08d}" for n in range(len(number))]),
        "establishment": pa.array(
            [f"9200{n:04d}" for n in range(COMPANIES)] + [f"7500{n:04d}" for n in range(CENTRES)]
        ),
    }


def _departement(code: str) -> str:
    return "097" if code.startswith("97") else f"0{code}"


def _slice(
    world: World, lines: Lines, part: slice, random: np.random.Generator, texts: dict[str, pa.Array]
) -> tuple[pa.Table, pa.Table, pa.Table]:
    kind, channel, patient = lines.kind[part], lines.channel[part], lines.patient[part]
    size = len(kind)
    keys = _keys(lines, part, random)
    person = _person(world, lines, part, random, texts)
    doctor = _doctor(world, lines, part, random, texts)
    money = _money(lines, part, doctor, random)
    claims = pa.table(keys | person | doctor["columns"] | money | _constants(size))
    by_house = np.flatnonzero(np.isin(channel, (draws.COMPANY, draws.CENTRE)) & (kind != draws.TRACER))
    taken = pa.array(by_house)
    house = {name: column.take(taken) for name, column in keys.items()}
    at = np.where(channel[by_house] == draws.COMPANY, 0, COMPANIES) + doctor["index"][by_house] % np.where(
        channel[by_house] == draws.COMPANY, COMPANIES, CENTRES
    )
    house |= {
        "ETB_EXE_FIN": pick(texts["establishment"], at),
        "ETE_CAT_COD": whole(np.full(len(at), 124), pa.int16()),
        "PRS_PPU_SEC": whole(np.full(len(at), 2), pa.int8()),
    }
    zone = world.people.places.zone[world.people.commune[patient]]
    kiosk = np.where((kind == draws.TRACER) | (channel == draws.COMPANY), patient % value("kiosks") + 1, 0)
    place = {
        "FLX_EMT_ORD": keys["FLX_EMT_ORD"],
        "DCT_ORD_NUM": keys["DCT_ORD_NUM"],
        "X_CHANNEL": whole(channel, pa.int8()),
        "X_KIND": whole(kind, pa.int8()),
        "X_HOUR": whole(lines.hour[part], pa.int8()),
        "X_KIOSK": whole(kiosk, pa.int32()),
        "X_ZONE": whole(zone, pa.int8()),
    }
    return claims, pa.table(house), pa.table(place)


def _keys(lines: Lines, part: slice, random: np.random.Generator) -> dict[str, pa.Array]:
    """The nine keys: unique by the month (FLX_EMT_ORD) and the line in it (DCT_ORD_NUM)."""
    size, month = part.stop - part.start, lines.month
    delay = (
        np.searchsorted(np.cumsum(value("delays")), random.random(size)).clip(0, len(value("delays")) - 1) + 1
    )
    delay = delay + (lines.kind[part] == draws.CANCELLED)
    firsts = np.array(
        [_epoch(month.year, month.month + late) for late in range(len(value("delays")) + 2)], dtype=np.int32
    )
    told = firsts[delay]
    return {
        "FLX_DIS_DTD": days(told),
        "FLX_TRT_DTD": days(told - 1),
        "FLX_EMT_TYP": whole(np.ones(size), pa.int8()),
        "FLX_EMT_NUM": whole(np.ones(size), pa.int8()),
        "FLX_EMT_ORD": whole(np.full(size, month.place), pa.int16()),
        "ORG_CLE_NUM": pick(pa.array(["01C750000"]), np.zeros(size, dtype=np.int8)),
        "DCT_ORD_NUM": whole(np.arange(part.start, part.stop), pa.int32()),
        "PRS_ORD_NUM": whole(np.ones(size), pa.int8()),
        "REM_TYP_AFF": whole(np.ones(size), pa.int8()),
    }


def _epoch(year: int, month: int) -> int:
    return since_1970(date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1))


def _person(
    world: World, lines: Lines, part: slice, random: np.random.Generator, texts: dict[str, pa.Array]
) -> dict[str, pa.Array]:
    people, patient, month = world.people, lines.patient[part], lines.month
    size, commune, cell = len(patient), people.commune[patient].astype(np.int32), people.cell[patient]
    age = np.maximum(month.year - birth_years(patient, cell), 0)
    age = np.where(age < 2, 1000 + age * 12 + patient % 12, age)
    odd = random.random(size)
    wrong = (odd < value("dirt")["implausible"]) & (lines.kind[part] == draws.CLEAN)
    no_place = wrong & (odd < value("dirt")["implausible"] / 2)
    age = np.where(wrong & ~no_place, 110 + patient % 9, age)
    departement = np.where(no_place, len(people.places.departements), people.places.departement[commune])
    day = _epoch(month.year, month.month) + lines.day[part].astype(np.int32)
    return {
        "BEN_NIR_PSA": fixed(pseudonyms(patient)),
        "BEN_RNG_GEM": whole(1 + is_twin(patient), pa.int8()),
        "BEN_AMA_COD": whole(age, pa.int16()),
        "BEN_SEX_COD": whole(cell // 5 + 1, pa.int8()),
        "BEN_RES_DPT": pick(texts["departement"], departement.astype(np.int16)),
        "BEN_RES_COM": pick(texts["commune"], np.where(no_place, len(people.places.codes), commune)),
        "BEN_CMU_TOP": whole((patient * np.int64(2654435761)) % 1000 < 110, pa.int8()),
        "EXE_SOI_DTD": days(day),
        "EXE_SOI_AMD": whole(np.full(size, month.year * 100 + month.month), pa.int32()),
    }


def _doctor(
    world: World, lines: Lines, part: slice, random: np.random.Generator, texts: dict[str, pa.Array]
) -> dict[str, Any]:
    own, kind, channel, given = world.doctors, lines.kind[part], lines.channel[part], lines.doctor[part]
    main = world.main[given]
    tracer, soin = kind == draws.TRACER, channel == draws.TELESOIN
    specialty = np.where(tracer | soin, 0, own.specialty[main])
    status = np.where(tracer, LIBERAL, own.status[main])
    gp = np.isin(own.specialty[main], (1, 22, 23))
    salaried = np.isin(channel, (draws.COMPANY, draws.CENTRE)) & ~tracer
    number = pick(texts["doctor"], given)
    if tracer.any():
        pharmacy = pick(texts["pharmacy"], (lines.patient[part] % PHARMACIES).astype(np.int32))
        number = _choose(tracer, pharmacy, number)
    rpps = _choose(salaried, pick(texts["rpps"], given), None)
    month, patient = lines.month, lines.patient[part]
    day = _epoch(month.year, month.month) + lines.day[part].astype(np.int32)
    code = instead(code_of(kind, channel, gp, random), patient, day, act_codes(), value("codes_instead"))
    columns = {
        "PRS_NAT_REF": whole(code, pa.int16()),
        "BSE_PRS_NAT": whole(code, pa.int16()),
        "PFS_EXE_NUM": number,
        "PSE_SPE_COD": whole(specialty, pa.int8()),
        "PSE_ACT_NAT": whole(np.where(tracer, PHARMACY, np.where(soin, SPEECH_THERAPIST, 0)), pa.int8()),
        "PSE_STJ_COD": whole(status, pa.int8()),
        "PSE_CNV_COD": whole(own.sector[main], pa.int8()),
        "PSP_PPS_NUM": rpps,
        "PRS_PDS_QCP": whole(_pathway(channel, random), pa.int8()),
    }
    return {"columns": columns, "index": main, "specialty": own.specialty[main], "gp": gp}


def main_of(doctors: Doctors) -> np.ndarray:
    """From the place of a number, an alias's too, to the professional."""
    have = np.flatnonzero(doctors.alias >= 0)
    found = np.arange(len(doctors.numbers), dtype=np.int32)
    found[doctors.alias[have]] = have
    return found


def _pathway(channel: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """PRS_PDS_QCP, an assumption: the médecin traitant for GPs; referral or direct access for specialists; outside for companies."""
    drawn = random.random(len(channel))
    tables = {
        draws.GP: ([0.75, 0.82, 0.90, 0.95, 1.0], [1, 3, 23, 24, 5]),
        draws.SPECIALIST: ([0.6, 0.85, 0.95, 1.0], [3, 4, 26, 24]),
        draws.COMPANY: ([0.45, 0.7, 0.85, 1.0], [24, 23, 25, 5]),
        draws.CENTRE: ([0.4, 0.6, 0.8, 1.0], [1, 3, 24, 23]),
    }
    found = np.full(len(channel), 3, dtype=np.int8)
    for code, (edges, values) in tables.items():
        chosen = channel == code
        found[chosen] = np.array(values)[np.searchsorted(edges, drawn[chosen]).clip(0, len(values) - 1)]
    return found


def _money(
    lines: Lines, part: slice, doctor: dict[str, Any], random: np.random.Generator
) -> dict[str, pa.Array]:
    kind, channel, is_ald = lines.kind[part], lines.channel[part], lines.is_ald[part]
    gp, psychiatry, gynaecology, other, expertise, telesoin = value("prices")
    specialty = doctor["specialty"]
    price = np.where(doctor["gp"], gp, other)
    price = np.where(
        specialty == PSYCHIATRY, psychiatry, np.where(specialty == GYNAECOLOGY, gynaecology, price)
    )
    price = np.where(
        channel == draws.EXPERTISE, expertise, np.where(channel == draws.TELESOIN, telesoin, price)
    )
    price = np.where((kind == draws.TRACER) | (kind == draws.INFORMATION), 0.0, price)
    price = np.where(kind == draws.SUPPLEMENT, 5.0, price)
    drawn = random.random(len(kind))
    exempt = np.where(is_ald, np.where(drawn < 0.55, 42, np.where(drawn < 0.84, 41, 0)), 0)
    until, month = value("all_paid_until"), lines.month
    in_full = (month.year, month.month) <= (until.year, until.month)
    rate = np.where((exempt == 42) | in_full | (channel == draws.EXPERTISE), 100.0, 70.0)
    sign = np.where(kind == draws.CANCELLED, -1.0, 1.0)
    paid = price * sign
    return {
        "PRS_ACT_QTE": pa.array(sign),
        "PRS_ACT_NBR": pa.array(sign),
        "PRS_ACT_CFT": pa.array(np.ones(len(kind))),
        "BSE_REM_PRU": pa.array(price),
        "BSE_REM_BSE": pa.array(paid),
        "BSE_REM_MNT": pa.array(np.round(paid * rate / 100, 2)),
        "PRS_PAI_MNT": pa.array(paid),
        "PRS_DEP_MNT": pa.array(np.zeros(len(kind))),
        "RGO_REM_TAU": pa.array(rate),
        "EXO_MTF": whole(exempt, pa.int8()),
        "CPL_MAJ_TOP": whole(np.where(kind == draws.SUPPLEMENT, 2, 0), pa.int8()),
        "DPN_QLF": whole(np.where(kind == draws.INFORMATION, 71, 0), pa.int8()),
        "PRS_DPN_QLP": whole(np.where(kind == draws.INFORMATION, 71, 0), pa.int8()),
    }


def _constants(size: int) -> dict[str, pa.Array]:
    zero, nothing = whole(np.zeros(size), pa.int8()), pa.nulls(size, pa.string())
    return {
        "CPL_AFF_COD": zero,
        "EXE_LIE_COD": zero,
        "PSP_SPE_COD": zero,
        "PRS_PPU_SEC": whole(np.full(size, 2), pa.int8()),
        "PRS_MTT_NUM": nothing,
        "PFS_PRE_NUM": nothing,
        "ETB_PRE_FIN": nothing,
    }


def whole(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    return pa.array(np.asarray(values).astype(kind.to_pandas_dtype()))


def days(values: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.int32)).cast(pa.date32())


def pick(texts: pa.Array, at: np.ndarray) -> pa.Array:
    return texts.take(pa.array(np.asarray(at).astype(np.int32)))


def _choose(where: np.ndarray, yes: pa.Array, no: pa.Array | None) -> pa.Array:
    return pc.if_else(pa.array(where), yes, pa.nulls(len(where), pa.string()) if no is None else no)


def fixed(text: np.ndarray) -> pa.Array:
    """Texts of one width from their bytes, without a Python object each."""
    size, width = text.shape
    offsets = pa.py_buffer(np.arange(0, (size + 1) * width, width, dtype=np.int32).tobytes())
    return pa.StringArray.from_buffers(size, offsets, pa.py_buffer(np.ascontiguousarray(text)))
