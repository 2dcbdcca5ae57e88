"""The professionals: whole at every scale, since each is one. Who of the GPs uses téléconsultation in a quarter is nested: a latent
number each, against a rate by département and quarter, so that what must be counted is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toubib.observatory.generator.calibration import ADOPTION, DOCTORS, Order, quarter_number, rows, value
from toubib.observatory.generator.people import Places

GP, PSYCHIATRY, GYNAECOLOGY = 1, 33, 79
GP_CODES, GP_SHARES = (1, 22, 23), (0.25, 0.65, 0.10)
LIBERAL, SALARIED, COMPANY = 51, 62, 64  # PSE_STJ_COD
OTHERS = (5, 12, 3, 42)  # specialties of a company beside GPs and psychiatrists
SPEECH_THERAPISTS = 2000
RETIRED = 0.01  # of the GPs: rows of people who stopped before the first year
PARIS_SEAT = "92"
LIBERALLY, IN_CENTRE, STOPPED = 1, 8, 7  # EXC_EXC_NAT


@dataclass(frozen=True)
class Doctors:
    """By number of the professional. `groups`: name → slice; `second`: the commune of the second place, -1 none; `alias`: the place in
    `numbers` of the number that they bill under there."""

    numbers: np.ndarray  # 8 characters; the aliases follow
    specialty: np.ndarray
    status: np.ndarray
    sector: np.ndarray
    commune: np.ndarray
    departement: np.ndarray
    second: np.ndarray
    alias: np.ndarray
    latent: np.ndarray
    volume: np.ndarray
    groups: dict[str, slice]

    def group(self, name: str) -> np.ndarray:
        chosen = self.groups[name]
        return np.arange(chosen.start, chosen.stop)


def make_doctors(order: Order, places: Places) -> Doctors:
    random = order.random(DOCTORS)
    departement, specialty, groups = _roll(random, places)
    size = len(departement)
    status = np.full(size, LIBERAL, dtype=np.int8)
    status[groups["company"]], status[groups["centre"]] = COMPANY, SALARIED
    second, alias_of = _second_places(random, places, departement, groups)
    numbers = _numbers(departement, places)
    aliases = _numbers(departement[alias_of], places, taken=numbers)
    alias = np.full(size, -1, dtype=np.int32)
    alias[alias_of] = size + np.arange(len(alias_of))
    volume = random.lognormal(0.0, 1.0, size)
    weights = value("specialty_weight")
    is_specialist = np.zeros(size, dtype=bool)
    is_specialist[groups["specialist"]] = True
    shares = np.array([weights.get(int(code), weights["other"]) for code in specialty])
    volume = np.where(is_specialist, volume * shares, volume)
    return Doctors(
        numbers=np.concatenate([numbers, aliases]),
        specialty=specialty,
        status=status,
        sector=np.where(random.random(size) < np.where(is_specialist, 0.5, 0.05), 3, 1).astype(np.int8),
        commune=_communes(random, places, departement),
        departement=departement,
        second=second,
        alias=alias,
        latent=random.random(size),
        volume=volume,
        groups=groups,
    )


def _roll(random: np.random.Generator, places: Places) -> tuple[np.ndarray, np.ndarray, dict[str, slice]]:
    """Département and specialty of everyone, and where each group lies."""
    number = {code: place for place, code in enumerate(places.departements)}
    table = rows("doctors_2024.csv")
    codes = [int(name) for name in table[0] if name != "departement"]
    count = {code: np.array([int(row[str(code)]) for row in table]) for code in codes}
    where = np.array([number[row["departement"]] for row in table])
    people = np.bincount(places.departement, weights=places.weight, minlength=len(number))
    parts: dict[str, tuple[np.ndarray, np.ndarray]] = {"gp": (np.repeat(where, count[GP]), np.empty(0))}
    gps = random.choice(GP_CODES, len(parts["gp"][0]), p=GP_SHARES)
    parts["gp"] = (parts["gp"][0], gps)
    others = [
        (np.repeat(where, count[code]), np.full(count[code].sum(), code)) for code in codes if code != GP
    ]
    joined = (np.concatenate([a for a, _ in others]), np.concatenate([b for _, b in others]))
    by_place = np.argsort(joined[0], kind="stable")
    parts["specialist"] = (joined[0][by_place], joined[1][by_place])
    seat = np.full(value("company_doctors"), number[PARIS_SEAT])
    parts["company"] = (seat, _company_specialties(random, len(seat)))
    for name, size in (("centre", value("centre_doctors")), ("speech", SPEECH_THERAPISTS)):
        of = np.sort(random.choice(len(number), size, p=people / people.sum()))
        parts[name] = (
            of,
            np.where(random.random(size) < 0.8, 22, 12) if name == "centre" else np.zeros(size),
        )
    stopped = np.sort(random.choice(parts["gp"][0], round(RETIRED * len(gps))))
    parts["retired"] = (stopped, np.full(len(stopped), 22))
    groups, start = {}, 0
    for name, (of, _) in parts.items():
        groups[name] = slice(start, start := start + len(of))
    departement = np.concatenate([of for of, _ in parts.values()]).astype(np.int16)
    return departement, np.concatenate([what for _, what in parts.values()]).astype(np.int16), groups


def _company_specialties(random: np.random.Generator, size: int) -> np.ndarray:
    gp, psychiatry, other = value("company_specialties")
    chosen = random.choice([22, PSYCHIATRY, 0], size, p=[gp, psychiatry, other])
    return np.where(chosen == 0, random.choice(OTHERS, size), chosen)


def _second_places(
    random: np.random.Generator, places: Places, departement: np.ndarray, groups: dict[str, slice]
) -> tuple[np.ndarray, np.ndarray]:
    """The commune of each second place (-1: none), and who has another number there."""
    second = np.full(len(departement), -1, dtype=np.int32)
    liberal = np.arange(groups["gp"].start, groups["specialist"].stop)
    have = liberal[random.random(len(liberal)) < value("second_place")]
    second[have] = random.choice(len(places.codes), len(have), p=places.weight / places.weight.sum())
    return second, have[random.random(len(have)) < 0.5]


def _numbers(departement: np.ndarray, places: Places, taken: np.ndarray | None = None) -> np.ndarray:
    """8 characters: the département's first two and a rank in it (overseas and the two Corses share theirs)."""
    two = np.array([code[:2].replace("2A", "20").replace("2B", "20") for code in places.departements])[
        departement
    ]
    before = {} if taken is None else _last_ranks(taken)
    found = np.empty(len(departement), dtype="S8")
    for prefix in np.unique(two):
        chosen = np.flatnonzero(two == prefix)
        first = before.get(str(prefix), 0) + 1
        found[chosen] = [f"{prefix}{rank:06d}".encode() for rank in range(first, first + len(chosen))]
    return found


def _last_ranks(numbers: np.ndarray) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in numbers.tolist():
        prefix, rank = number[:2].decode(), int(number[2:])
        found[prefix] = max(found.get(prefix, 0), rank)
    return found


def _communes(random: np.random.Generator, places: Places, departement: np.ndarray) -> np.ndarray:
    """Of the main place: in the département, by population."""
    bounds = np.searchsorted(places.departement, np.arange(len(places.departements) + 1))
    edges = np.concatenate([[0.0], np.cumsum(places.weight)])
    low, high = edges[bounds[departement]], edges[bounds[departement + 1]]
    drawn = np.searchsorted(edges, low + random.random(len(departement)) * (high - low), side="right") - 1
    return np.clip(drawn, bounds[departement], bounds[departement + 1] - 1).astype(np.int32)


def adoption_rates(order: Order, places: Places) -> dict[int, np.ndarray]:
    """Quarter → the rate of each département: a national path, a spread that lasts, and Île-de-France above."""
    path = {quarter_number(name): rate for name, rate in value("adoption").items()}
    spread, paris = value("adoption_spread")
    shift = (
        order.random(ADOPTION).normal(0.0, spread, len(places.departements)) + paris * places.in_paris_region
    )
    gps = np.array([int(row[str(GP)]) for row in rows("doctors_2024.csv")], dtype=float)
    known = sorted(path)
    found = {}
    for quarter in order.quarters:
        level = float(np.interp(quarter, known, [_logit(path[one]) for one in known]))
        low, high = level - 3.0, level + 3.0
        for _ in range(40):  # the mean over doctors is the national rate
            middle = (low + high) / 2
            rate = 1 / (1 + np.exp(-(middle + shift)))
            mean = float((rate * gps).sum() / gps.sum())
            low, high = (middle, high) if mean < 1 / (1 + np.exp(-level)) else (low, middle)
        found[quarter] = rate
    return found


def _logit(rate: float) -> float:
    return float(np.log(rate / (1 - rate)))


def active_gps(doctors: Doctors, rates: np.ndarray, acts: int) -> np.ndarray:
    """The GPs with a téléconsultation in a quarter; no more than there are acts, those of lowest latent number first."""
    gps = doctors.group("gp")
    relative = doctors.latent[gps] / rates[doctors.departement[gps]]
    active = gps[relative < 1.0]
    if len(active) <= acts:
        return active
    chosen = np.argsort(relative, kind="stable")[:acts]
    return np.sort(gps[chosen])
