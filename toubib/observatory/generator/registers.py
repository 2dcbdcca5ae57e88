"""The tables beside the lines: who is insured, who is in ALD, the professionals, their activity, and what is true of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from toubib.observatory.generator.calibration import ACTIVITY, REGISTER, Order, value
from toubib.observatory.generator.columns import days, fixed, pick, whole
from toubib.observatory.generator.doctors import IN_CENTRE, LIBERALLY, STOPPED, Doctors
from toubib.observatory.generator.draws import World
from toubib.observatory.generator.people import People, Places, birth_years, is_twin, pseudonyms
from toubib.observatory.generator.plan import Month

ROWS = 1_000_000
ALD_NUMBERS, ALD_CODES = (8, 30, 13, 23, 5, 3, 12), ("E119", "C509", "I251", "F209", "I500", "I702", "I10")
ALD_SHARES = (0.27, 0.23, 0.13, 0.13, 0.12, 0.07, 0.05)
OPEN = -135_140  # 1 January 1600, how the register writes « no end », in days from 1970
INVALIDITY = 13


def insured(people: People, seen: np.ndarray) -> Iterator[pa.Table]:
    """IR_BEN_R: whoever had care or is in ALD."""
    who = np.flatnonzero(seen | people.ald).astype(np.int32)
    overseas = [code[:2] == "97" for code in people.places.departements]
    departements = pa.array(
        ["097" if far else f"0{code}" for code, far in zip(people.places.departements, overseas, strict=True)]
    )
    communes = pa.array([code[2:] for code in people.places.codes])
    for start in range(0, len(who), ROWS):
        part = who[start : start + ROWS]
        cell, commune = people.cell[part], people.commune[part]
        yield pa.table(
            {
                "BEN_NIR_PSA": fixed(pseudonyms(part)),
                "BEN_RNG_GEM": whole(1 + is_twin(part), pa.int8()),
                "BEN_NAI_ANN": whole(birth_years(part, cell), pa.int16()),
                "BEN_SEX_COD": whole(cell // 5 + 1, pa.int8()),
                "BEN_RES_DPT": pick(departements, people.places.departement[commune]),
                "BEN_RES_COM": pick(communes, commune),
                "BEN_DCD_DTE": pa.nulls(len(part), pa.date32()),
            }
        )


def in_ald(order: Order, people: People, seen: np.ndarray) -> Iterator[pa.Table]:
    """IR_IMB_R: everyone in ALD for the whole time, some by two lines; and rows that must not count: ended before, or no ALD."""
    random = order.random(REGISTER)
    own = np.flatnonzero(people.ald).astype(np.int32)
    twice = own[random.random(len(own)) < value("ald_lines") - 1]
    others = np.flatnonzero(seen & ~people.ald)
    odd = others[random.integers(0, max(len(others), 1), round(0.01 * len(own)))].astype(np.int32)
    who = np.concatenate([own, twice, odd])
    is_odd = np.arange(len(who)) >= len(own) + len(twice)
    for start in range(0, len(who), ROWS):
        yield _ald_rows(order, random, who[start : start + ROWS], is_odd[start : start + ROWS])


def _ald_rows(order: Order, random: np.random.Generator, who: np.ndarray, is_odd: np.ndarray) -> pa.Table:
    size = len(who)
    ground = random.choice([41, 43, 45], size, p=value("ald_grounds"))
    ended = is_odd & (random.random(size) < 0.5)
    ground = np.where(is_odd & ~ended, INVALIDITY, ground)
    first = (np.datetime64(f"{order.first}-01-01") - np.datetime64("1970-01-01")).astype(int)
    begins = first - random.integers(1, 5000, size)
    last = (np.datetime64(f"{order.last + 1}-01-01") - np.datetime64("1970-01-01")).astype(int)
    ends = np.where(random.random(size) < 0.5, OPEN, last + random.integers(0, 3000, size))
    ends = np.where(ended, np.maximum(begins, first - random.integers(1, 1000, size)), ends)
    number = random.choice(len(ALD_NUMBERS), size, p=ALD_SHARES)
    return pa.table(
        {
            "BEN_NIR_PSA": fixed(pseudonyms(who)),
            "BEN_RNG_GEM": whole(1 + is_twin(who), pa.int8()),
            "IMB_ETM_NAT": whole(ground, pa.int8()),
            "IMB_ALD_NUM": whole(np.array(ALD_NUMBERS)[number], pa.int8()),
            "MED_MTF_COD": pick(pa.array(ALD_CODES), number),
            "IMB_ALD_DTD": days(np.minimum(begins, np.where(ended, ends, begins))),
            "IMB_ALD_DTF": days(ends),
        }
    )


def professionals(order: Order, doctors: Doctors, places: Places) -> pa.Table:
    """DA_PRA_R: a picture a year; a row a place, the second with its own number or under the main one."""
    main = np.concatenate(
        [doctors.group(name) for name in ("gp", "specialist", "company", "centre", "retired")]
    )
    second = np.flatnonzero(doctors.second >= 0)
    who = np.concatenate([main, second])
    at_second = np.arange(len(who)) >= len(main)
    commune = np.where(at_second, doctors.second[who], doctors.commune[who])
    own_number = np.where(at_second & (doctors.alias[who] >= 0), doctors.alias[who], who)
    nature = np.full(len(doctors.status), LIBERALLY)
    nature[doctors.groups["company"]] = nature[doctors.groups["centre"]] = IN_CENTRE
    nature[doctors.groups["retired"]] = STOPPED
    is_retired = nature[who] == STOPPED
    numbers = pa.array([one.decode() for one in doctors.numbers.tolist()])
    same = at_second & (doctors.alias[who] < 0)
    columns: dict[str, Any] = {
        "PFS_PFS_NUM": pick(numbers, own_number),
        "STA_PFS_NUM": pick(numbers, who),
        "ACT_CAB_COD": pick(pa.array(["01", "02"]), same),
        "PFS_PRA_SPE": pick(pa.array([f"{code:02d}" for code in range(100)]), doctors.specialty[who]),
        "EXC_EXC_NAT": pick(pa.array([f"{code:02d}" for code in range(100)]), nature[who]),
        "CNV_CNV_COD": pick(pa.array([str(code) for code in range(10)]), doctors.sector[who]),
        "PFS_EXC_COM": pick(pa.array([code[2:] for code in places.codes]), commune),
        "PFS_COD_POS": pick(pa.array(places.postal), commune),
        "PFS_FIN_NUM": pa.nulls(len(who), pa.string()),
        "PFS_INS_DSD": pick(pa.array(["20100101"]), np.zeros(len(who))),
        "EXC_EFF_DSD": pick(pa.array(["20100101", f"{order.first - 1}0630"]), is_retired),
        "EXC_FIN_MTF": pick(pa.array(["", "1"]), is_retired),
    }
    pictures = []
    for year in order.years:
        when = {"DTE_ANN_TRT": np.full(len(who), year), "DTE_MOI_FIN": np.full(len(who), 12)}
        pictures.append(pa.table({name: whole(one, pa.int16()) for name, one in when.items()} | columns))
    return pa.concat_tables(pictures)


def activities(order: Order, doctors: Doctors, places: Places) -> pa.Table:
    """X_ACTIVITE_PS_TRIM: in-person consultations and visits by professional and quarter, at the scale of the lines: no line each."""
    random = order.random(ACTIVITY)
    who = np.concatenate([doctors.group("gp"), doctors.group("specialist")])
    gps = len(doctors.group("gp"))
    kind = np.where(np.arange(len(who)) < gps, 0, doctors.specialty[who])
    level = random.lognormal(0.0, 0.5, len(who))
    level *= (np.bincount(kind) / np.bincount(kind, weights=level).clip(min=1e-9))[kind]
    consultations, visits = value("in_person")
    a_year = in_person_by_specialty(doctors, places)
    a_year[0] = consultations / gps
    level *= order.scale
    numbers = pa.array([one.decode() for one in doctors.numbers.tolist()])
    parts = []
    for quarter in order.quarters:
        expected = level * random.uniform(0.9, 1.1, len(who)) / 4
        home = np.where(kind == 0, visits / gps, 0.0)
        parts.append(
            pa.table(
                {
                    "PFS_PFS_NUM": pick(numbers, who),
                    "ANNEE": whole(np.full(len(who), quarter // 4), pa.int16()),
                    "TRIMESTRE": whole(np.full(len(who), quarter % 4 + 1), pa.int8()),
                    "CONSULTATIONS": whole(np.round(expected * a_year[kind]), pa.int32()),
                    "VISITES": whole(np.round(expected * home), pa.int32()),
                }
            )
        )
    return pa.concat_tables(parts)


def in_person_by_specialty(doctors: Doctors, places: Places) -> np.ndarray:
    """By code of the specialty, a liberal specialist's consultations in person a year: as many as make the specialty's
    téléconsultations of `specialty_year` the share of `specialty_weight`. GPs are not among them."""
    year, weights, specialists = (
        value("specialty_year"),
        value("specialty_weight"),
        doctors.group("specialist"),
    )
    asked = np.bincount(places.departement, weights=places.weight, minlength=len(places.departements))
    asked *= np.where(places.in_paris_region, *value("paris_region"))
    near = value("same_departement")
    asked = near * asked / asked.sum() + (1 - near) / len(asked)
    departement, code = doctors.departement[specialists], doctors.specialty[specialists]
    volume = doctors.volume[specialists]
    there = np.bincount(departement, weights=volume, minlength=len(asked))
    lost = asked[there == 0].sum()  # their patients go anywhere
    drawn = volume * ((asked / there.clip(min=1e-9))[departement] + lost / volume.sum())
    acts = value("acts")[year] * value("channels")[year][1]
    found = np.zeros(int(code.max()) + 1)
    for one in np.unique(code):
        own = code == one
        share = weights.get(int(one), weights["other"])
        found[one] = acts * drawn[own].sum() / own.sum() * (1 - share) / share
    return found


def sites(doctors: Doctors, places: Places) -> pa.Table:
    """X_SITES: the places of each professional; 1 is the main one."""
    second = np.flatnonzero(doctors.second >= 0)
    main = np.arange(len(doctors.commune))
    who, commune = np.concatenate([main, second]), np.concatenate([doctors.commune, doctors.second[second]])
    return pa.table(
        {
            "PFS_PFS_NUM": pick(pa.array([one.decode() for one in doctors.numbers.tolist()]), who),
            "X_RANK": whole(1 + (np.arange(len(who)) >= len(main)), pa.int8()),
            "X_COMMUNE": pick(pa.array(places.codes), commune),
        }
    )


def kiosks(order: Order, places: Places, purpose: int) -> pa.Table:
    """X_BORNES: where each kiosk stands; whole at every scale."""
    random = order.random(purpose)
    number = value("kiosks")
    commune = random.choice(len(places.codes), number, p=places.weight / places.weight.sum())
    return pa.table({"X_KIOSK": np.arange(1, number + 1), "X_COMMUNE": pick(pa.array(places.codes), commune)})


def truth_of_adoption(world: World) -> pa.Table:
    """X_ADOPTION: GPs that must have a téléconsultation, by quarter and département of the main place."""
    departements = world.people.places.departements
    parts = []
    for quarter, active in world.active.items():
        counts = np.bincount(world.doctors.departement[active], minlength=len(departements))
        parts += [
            (quarter // 4, quarter % 4 + 1, code, int(n))
            for code, n in zip(departements, counts, strict=True)
        ]
    names = ("ANNEE", "TRIMESTRE", "X_DEPARTEMENT", "X_GPS")
    return pa.table({name: [row[place] for row in parts] for place, name in enumerate(names)})


def truth_of_lines(months: list[Month], planted: list[dict[str, int]]) -> pa.Table:
    """X_PLANTED: by month, what was planted: clean téléconsultations, pairs, supplements, lines for information, tracers."""
    rows = [{"ANNEE": one.year, "MOIS": one.month, "X_CLEAN": one.visits} for one in months]
    return pa.Table.from_pylist([row | more for row, more in zip(rows, planted, strict=True)])
