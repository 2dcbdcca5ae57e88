"""One month of lines as arrays: who, by whom, when; then the dirt that makes the counting rules matter."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from toubib.observatory.generator.calibration import MONTH, Order, value
from toubib.observatory.generator.doctors import Doctors
from toubib.observatory.generator.people import People
from toubib.observatory.generator.plan import CHANNELS, Month

GP, SPECIALIST, COMPANY, CENTRE, EXPERTISE, TELESOIN = range(6)
CLEAN, BILLED, CANCELLED, SUPPLEMENT, INFORMATION, TRACER = range(6)
SECOND_SHARE = 0.3  # of the acts of a doctor with a second number


@dataclass(frozen=True)
class World:
    """What every month is drawn from. `active`: quarter → the GPs that must have a téléconsultation in it; `texts`: what lines point at;
    `main`: from the place of a number to the professional."""

    order: Order
    people: People
    doctors: Doctors
    active: dict[int, np.ndarray]
    pools: dict[str, Pool]
    months: list[Month]
    texts: dict[str, Any]
    main: np.ndarray


@dataclass(frozen=True)
class Pool:
    """Professionals by département: `members` in that order, `edges` of their summed weight, `bounds` of the départements in it."""

    members: np.ndarray
    edges: np.ndarray
    bounds: np.ndarray

    def draw(self, random: np.random.Generator, departement: np.ndarray) -> np.ndarray:
        """One for each département asked; from anywhere where it has none."""
        low, high = self.bounds[departement], self.bounds[departement + 1]
        none = high <= low
        low, high = np.where(none, 0.0, low), np.where(none, self.edges[-1], high)
        found = (
            np.searchsorted(self.edges, low + random.random(len(departement)) * (high - low), side="right")
            - 1
        )
        drawn: np.ndarray = self.members[np.clip(found, 0, len(self.members) - 1)]
        return drawn


def make_pool(doctors: Doctors, members: np.ndarray, size: int) -> Pool:
    members = members[np.argsort(doctors.departement[members], kind="stable")]
    edges = np.concatenate([[0.0], np.cumsum(doctors.volume[members])])
    bounds = edges[np.searchsorted(doctors.departement[members], np.arange(size + 1))]
    return Pool(members.astype(np.int32), edges, bounds)


@dataclass
class Lines:
    """The month's lines, one place each. `sure`: clean lines that make a GP active."""

    month: Month
    patient: np.ndarray
    doctor: np.ndarray
    channel: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    kind: np.ndarray
    is_ald: np.ndarray
    extra: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.patient)


def draw_month(world: World, month: Month) -> Lines:
    random = world.order.random(MONTH, month.year, month.month)
    patient, is_ald = _patients(random, world.people, month)
    channel = _channels(random, world.people, month, patient)
    doctor = _doctors(random, world, month, patient, channel)
    day = _days(random, month, channel)
    lines = Lines(
        month, patient, doctor, channel, day, _hours(random, channel), np.zeros(len(patient), np.int8), is_ald
    )
    return _with_dirt(random, world, lines)


def _patients(random: np.random.Generator, people: People, month: Month) -> tuple[np.ndarray, np.ndarray]:
    """Shuffled, so that a line's place says nothing."""
    others = month.lines - month.ald
    drawn = [_from(random, people.ald_pool, month.ald), _from(random, people.other_pool, others)]
    patient = np.concatenate(drawn)
    is_ald = np.repeat([True, False], [month.ald, others])
    order = random.permutation(month.lines)
    return patient[order], is_ald[order]


def _from(random: np.random.Generator, pool: np.ndarray, number: int) -> np.ndarray:
    return pool[random.integers(0, len(pool), number)] if number else np.empty(0, dtype=np.int32)


def _channels(random: np.random.Generator, people: People, month: Month, patient: np.ndarray) -> np.ndarray:
    """Télé-expertise and télésoin first; of the téléconsultations a company's fall more often where care is scarce."""
    channel = np.full(month.lines, GP, dtype=np.int8)
    first = month.expertise + month.telesoin
    channel[: month.expertise], channel[month.expertise : first] = EXPERTISE, TELESOIN
    gp, specialist, company, _ = month.channels
    zone = people.places.zone[people.commune[patient[first:]]]
    weight = 1.0 + value("zone_weight") * (zone - 1.0)
    key = random.standard_exponential(month.visits) / weight
    rank = (
        np.argpartition(key, min(company, max(month.visits - 1, 0)))
        if month.visits
        else np.empty(0, dtype=np.int64)
    )
    rest = rank[company:]
    rest = rest[random.permutation(len(rest))]
    channel[first + rank[:company]] = COMPANY
    channel[first + rest[gp : gp + specialist]] = SPECIALIST
    channel[first + rest[gp + specialist :]] = CENTRE
    return channel


def _doctors(
    random: np.random.Generator, world: World, month: Month, patient: np.ndarray, channel: np.ndarray
) -> np.ndarray:
    """Near the patient in 82 % for surgeries; anywhere for companies. Each active GP gets one line of the quarter for sure."""
    size = len(world.people.places.departements)
    home = world.people.places.departement[world.people.commune[patient]].astype(np.int64)
    away = random.random(len(patient)) >= value("same_departement")
    home = np.where(away, random.integers(0, size, len(patient)), home)
    doctor = np.empty(len(patient), dtype=np.int32)
    pools = {
        SPECIALIST: "specialist",
        COMPANY: "company",
        CENTRE: "centre",
        EXPERTISE: "specialist",
        TELESOIN: "speech",
    }
    for code, name in pools.items():
        chosen = np.flatnonzero(channel == code)
        doctor[chosen] = world.pools[name].draw(random, home[chosen])
    chosen = np.flatnonzero(channel == GP)
    doctor[chosen] = _gps(random, world, month, home[chosen])
    alias = world.doctors.alias[doctor]
    at_second = (alias >= 0) & (random.random(len(doctor)) < SECOND_SHARE)
    return np.where(at_second, alias, doctor).astype(np.int32)


def _gps(random: np.random.Generator, world: World, month: Month, home: np.ndarray) -> np.ndarray:
    active = world.active[month.quarter]
    pool = make_pool(world.doctors, active, len(world.people.places.departements))
    drawn = pool.draw(random, home)
    sure = sure_of_month(world, month)
    if not len(sure):
        return drawn
    return _place_sure(random, world.doctors, sure, home, drawn)


def sure_of_month(world: World, month: Month) -> np.ndarray:
    """The share of the quarter's active GPs that must have a line in this month."""
    active = world.active[month.quarter]
    mixed = active[
        np.argsort((active.astype(np.int64) * 2654435761 + month.quarter) % 4294967296, kind="stable")
    ]
    own = [one for one in world.months if one.quarter == month.quarter]
    total = sum(one.channels[0] for one in own)
    before = sum(one.channels[0] for one in own if one.month < month.month)
    first, last = (len(mixed) * part // max(total, 1) for part in (before, before + month.channels[0]))
    return mixed[first:last]


def _place_sure(
    random: np.random.Generator, doctors: Doctors, sure: np.ndarray, home: np.ndarray, drawn: np.ndarray
) -> np.ndarray:
    """Each on a line of their département while there are any, then on any line left."""
    sure = sure[np.argsort(doctors.departement[sure], kind="stable")]
    of = doctors.departement[sure].astype(np.int64)
    size = max(int(of.max()), int(home.max())) + 2
    rank_sure = np.arange(len(sure)) - np.searchsorted(of, np.arange(size))[of]
    order = np.argsort(home, kind="stable")
    first = np.searchsorted(home[order], np.arange(size))
    free = np.diff(np.append(first, len(home)))
    fits = rank_sure < free[of]
    drawn[order[first[of[fits]] + rank_sure[fits]]] = sure[fits]
    left = sure[~fits]
    taken = np.zeros(len(home), dtype=bool)
    taken[order[first[of[fits]] + rank_sure[fits]]] = True
    drawn[random.permutation(np.flatnonzero(~taken))[: len(left)]] = left
    return drawn


def _days(random: np.random.Generator, month: Month, channel: np.ndarray) -> np.ndarray:
    """From 0; surgeries rest on Sundays and holidays, companies less."""
    length = calendar.monthrange(month.year, month.month)[1]
    days = [date(month.year, month.month, one + 1) for one in range(length)]
    kinds = [
        2 if day.weekday() == 6 or day in holidays(month.year) else 1 if day.weekday() == 5 else 0
        for day in days
    ]
    found = np.empty(len(channel), dtype=np.int8)
    for name, chosen in (("company", channel == COMPANY), ("surgery", channel != COMPANY)):
        weights = np.array(value("days")[name])[kinds]
        edges = np.cumsum(weights) / weights.sum()
        found[chosen] = np.searchsorted(edges, random.random(int(chosen.sum()))).clip(0, length - 1)
    return found


def holidays(year: int) -> set[date]:
    """The eleven of metropolitan France."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    easter = date(year, f // 31, f % 31 + 1)
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return {date(year, *one) for one in fixed} | {easter + timedelta(days=days) for days in (1, 39, 50)}


def _hours(random: np.random.Generator, channel: np.ndarray) -> np.ndarray:
    """Surgeries from 8 to 19, companies from 7 to 23."""
    low = np.where(channel == COMPANY, 7, 8)
    wide = np.where(channel == COMPANY, 17, 12)
    found: np.ndarray = (low + random.random(len(channel)) * wide).astype(np.int8)
    return found


def _with_dirt(random: np.random.Generator, world: World, lines: Lines) -> Lines:
    """Pairs that cancel, supplements, lines for information, a pharmacy's tracers: all beside the clean lines."""
    shares, visits = value("dirt"), np.flatnonzero(lines.channel < EXPERTISE)
    numbers = {kind: round(shares[name] * len(visits)) for kind, name in _DIRT.items()}
    at = {kind: random.choice(visits, number) if number else visits[:0] for kind, number in numbers.items()}
    company = np.flatnonzero(lines.channel == COMPANY)
    tracers = company[random.random(len(company)) < value("tracer")]
    sources = [np.arange(len(lines)), at[BILLED], at[BILLED], at[SUPPLEMENT], at[INFORMATION], tracers]
    order = np.concatenate(sources)
    kind = np.repeat(np.arange(6, dtype=np.int8), [len(one) for one in sources])
    patient, is_ald = lines.patient[order], lines.is_ald[order]
    strangers = _from(random, world.people.other_pool, len(at[BILLED]))
    pairs = slice(len(lines), len(lines) + 2 * len(strangers))
    patient[pairs], is_ald[pairs] = np.tile(strangers, 2), False  # whoever only cancelled is nobody's patient
    columns = {name: getattr(lines, name)[order] for name in ("doctor", "channel", "day", "hour")}
    return Lines(lines.month, patient, kind=kind, is_ald=is_ald, **columns)


_DIRT = {BILLED: "regularised", SUPPLEMENT: "supplements", INFORMATION: "information"}
__all__ = ["CHANNELS", "Lines", "Pool", "World", "draw_month", "make_pool", "sure_of_month"]
