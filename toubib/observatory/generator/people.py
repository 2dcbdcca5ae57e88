"""The people: nobody is a row. Who they are lies in a few arrays, and their use in pools where a draw is one random place."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import toubib.territory
from toubib.observatory.claims.layouts import INVENTED
from toubib.observatory.generator.calibration import PEOPLE, SLOTS, Order, rows, shared_out, value

COMMUNES = Path(toubib.territory.__file__).parent / "data" / "communes.csv.gz"
AGES = ((0, 20), (20, 20), (40, 20), (60, 15), (75, 20))  # first age and width of each class
AGE_YEAR = 2022  # when people have the age of their class
SLOTS_ALD, SLOTS_OTHERS = 8_000_000, 24_000_000
PART = 4_000_000  # people at a time


@dataclass(frozen=True)
class Places:
    """Communes of the 101 départements: by number, their code, postal code, people, département's number and zone (0, 1 ZAC, 2 ZIP)."""

    codes: list[str]
    postal: list[str]
    weight: np.ndarray
    departement: np.ndarray
    departements: list[str]
    zone: np.ndarray

    @property
    def in_paris_region(self) -> np.ndarray:
        own = [code in ("75", "77", "78", "91", "92", "93", "94", "95") for code in self.departements]
        return np.array(own)


@dataclass(frozen=True)
class People:
    """By person's number: commune; sex × 5 + age class; in ALD? Pools hold a person once a slot; `ald_slots[c]`: people in ALD with c slots."""

    places: Places
    commune: np.ndarray
    cell: np.ndarray
    ald: np.ndarray
    ald_pool: np.ndarray
    other_pool: np.ndarray
    ald_slots: np.ndarray

    def __len__(self) -> int:
        return len(self.commune)


def read_places(order: Order) -> Places:
    with gzip.open(COMMUNES, "rt", encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if not row["part_of"] and row["population"]]
    departements = sorted({row["departement"] for row in rows("doctors_2024.csv")})
    number = {code: place for place, code in enumerate(departements)}
    found = sorted(
        (row for row in found if row["departement"] in number),
        key=lambda row: (row["departement"], row["code"]),
    )
    of = np.array([number[row["departement"]] for row in found], dtype=np.int16)
    weight = np.array([int(row["population"]) for row in found], dtype=np.float64)
    zone = _zones(order, weight, of, departements)
    postal = [_postal(row["postal_codes"], row["departement"]) for row in found]
    return Places([row["code"] for row in found], postal, weight, of, departements, zone)


def _postal(codes: str, departement: str) -> str:
    """The first that is of the département; a commune may be served from the next one."""
    start = {"2A": "20", "2B": "202"}.get(departement, departement)
    own = [code for code in codes.split() if code.startswith(start)]
    return own[0] if own else (departement if len(departement) == 3 else start.ljust(2, "0")).ljust(5, "0")


def _zones(order: Order, weight: np.ndarray, of: np.ndarray, departements: list[str]) -> np.ndarray:
    """The least accessible communes hold the published share of people; within a département by chance."""
    apl = {row["departement"]: float(row["apl"]) for row in rows("apl_2024.csv")}
    level = np.array([apl.get(code, 1.0) for code in departements])[of]
    rank = np.argsort(level + order.random(PEOPLE, 1).normal(0, 0.8, len(of)))
    share = np.cumsum(weight[rank]) / weight.sum()
    zip_share, zac_share = value("zone_share")
    zone = np.zeros(len(of), dtype=np.int8)
    zone[rank] = np.where(share <= zip_share, 2, np.where(share <= zip_share + zac_share, 1, 0))
    return zone


def make_people(order: Order, places: Places) -> People:
    size = round(value("people") * order.scale)
    commune = np.repeat(np.arange(len(places.codes), dtype=np.uint16), shared_out(size, places.weight))
    departement = places.departement[commune]
    cell = _cells(order, departement, places)
    rate = np.array(value("ald_rate"), dtype=np.float32)[np.arange(10) % 5]
    ald = order.random(PEOPLE, 3).random(size, dtype=np.float32) < rate[cell]
    weight = _weights(order, departement, cell, places)
    ald_pool, slots = _pool(order, weight, np.flatnonzero(ald), round(SLOTS_ALD * order.scale), 1)
    other_pool, _ = _pool(order, weight, np.flatnonzero(~ald), round(SLOTS_OTHERS * order.scale), 2)
    return People(places, commune, cell, ald, ald_pool, other_pool, slots)


def _cells(order: Order, departement: np.ndarray, places: Places) -> np.ndarray:
    """Sex (0 men, 1 women) × 5 + age class, as INSEE counts them in the département."""
    random = order.random(PEOPLE, 2)
    counts = np.zeros((len(places.departements), 10))
    number = {code: place for place, code in enumerate(places.departements)}
    for row in rows("population_2021.csv"):
        start = (int(row["sex"]) - 1) * 5
        counts[number[row["departement"]], start : start + 5] = [float(row[f"a{age}"]) for age, _ in AGES]
    edges = np.cumsum(counts / counts.sum(axis=1, keepdims=True), axis=1).astype(np.float32)
    cell = np.empty(len(departement), dtype=np.uint8)
    bounds = np.searchsorted(departement, np.arange(len(places.departements) + 1))
    for place in range(len(places.departements)):
        chosen = slice(bounds[place], bounds[place + 1])  # people lie by département
        share = random.random(bounds[place + 1] - bounds[place], dtype=np.float32)
        cell[chosen] = np.minimum(np.searchsorted(edges[place], share), 9)
    return cell


def _weights(order: Order, departement: np.ndarray, cell: np.ndarray, places: Places) -> np.ndarray:
    """How much each person uses téléconsultation."""
    women, (paris, elsewhere) = value("women"), value("paris_region")
    sex = np.array([1.0, women / (1 - women) * 0.483 / 0.517])
    age = np.array(value("age_weight"))
    by_cell = (sex[:, None] * age[None, :]).ravel().astype(np.float32)
    by_place = np.where(places.in_paris_region, paris, elsewhere).astype(np.float32)
    weight = order.random(PEOPLE, 4).standard_gamma(value("propensity_shape"), len(cell), dtype=np.float32)
    weight *= by_cell[cell]
    weight *= by_place[departement]
    return weight


def _pool(
    order: Order, weight: np.ndarray, who: np.ndarray, size: int, stream: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each person as often as they have slots; and how many people have 0, 1, 2 … slots."""
    random, total = order.random(SLOTS, stream), float(weight[who].sum(dtype=np.float64))
    slots = np.empty(len(who), dtype=np.uint16)
    for start in range(0, len(who), PART):
        part = weight[who[start : start + PART]].astype(np.float64) * (size / total)
        slots[start : start + PART] = np.minimum(random.poisson(part), 65535)
    pool = np.repeat(who.astype(np.int32), slots)
    return pool, np.bincount(slots)


def birth_years(numbers: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Within the age class, by the person's number."""
    first = np.array([age for age, _ in AGES], dtype=np.int16)[cell % 5]
    width = np.array([wide for _, wide in AGES], dtype=np.int64)[cell % 5]
    mixed = (numbers.astype(np.int64) * 2654435761) % 4294967296 // 7
    years: np.ndarray = (AGE_YEAR - first - (mixed % width)).astype(np.int16)
    return years


def is_twin(numbers: np.ndarray) -> np.ndarray:
    """The second of a pair: shares the pseudonym of the person before, with rank 2."""
    every = round(1 / value("dirt")["twins"])
    twins: np.ndarray = numbers % every == 1
    return twins


HEX = np.array([f"{byte:02x}".encode() for byte in range(256)], dtype="S2").view(np.uint8).reshape(256, 2)
PREFIX = np.frombuffer(INVENTED.encode(), dtype=np.uint8)


def pseudonyms(numbers: np.ndarray) -> np.ndarray:
    """17 characters each, as one buffer of bytes."""
    own = (numbers - is_twin(numbers)).astype(">u4")
    text = np.empty((len(own), 17), dtype=np.uint8)
    text[:, :9] = PREFIX
    text[:, 9:] = HEX[own.view(np.uint8).reshape(-1, 4)].reshape(-1, 8)
    return text
