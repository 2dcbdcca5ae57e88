"""How many acts of each channel fall in each month, and how many are of people in ALD: whole numbers, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toubib.observatory.generator.calibration import Order, quarter_number, shared_out, value

CHANNELS = ("gp", "specialist", "company", "centre")
FIRST_EXPERTISE = 2022
ROUNDS = 400


@dataclass(frozen=True)
class Month:
    """`channels`: téléconsultations of each; the lines of people in ALD are of `lines`, all kinds together."""

    year: int
    month: int
    channels: tuple[int, int, int, int]
    expertise: int
    telesoin: int
    ald: int = 0

    @property
    def visits(self) -> int:
        return sum(self.channels)

    @property
    def lines(self) -> int:
        return self.visits + self.expertise + self.telesoin

    @property
    def quarter(self) -> int:
        return self.year * 4 + (self.month - 1) // 3

    @property
    def place(self) -> int:
        """In the order of months, from 2020."""
        return (self.year - 2020) * 12 + self.month - 1


def plan_months(order: Order, ald_slots: np.ndarray) -> list[Month]:
    months = [one for year in order.years for one in _year(order, year)]
    return _with_ald(order, months, ald_slots)


def _year(order: Order, year: int) -> list[Month]:
    weights = value("months_2020") if year == 2020 else value("months")
    total = round(value("acts")[year] * order.scale)
    parts = [shared_out(int(number), weights) for number in shared_out(total, value("channels")[year])]
    expertise, telesoin = (
        _expertise(order, year),
        shared_out(round(value("telesoin")[year] * order.scale), weights),
    )
    return [
        Month(
            year,
            month + 1,
            (int(parts[0][month]), int(parts[1][month]), int(parts[2][month]), int(parts[3][month])),
            int(expertise[month]),
            int(telesoin[month]),
        )
        for month in range(12)
    ]


def _expertise(order: Order, year: int) -> np.ndarray:
    """Even before 2022; from there each quarter is as much more than the one before."""
    own = value("expertise")
    if year < FIRST_EXPERTISE:
        return shared_out(round(own["year_before"] * order.scale), [1.0] * 12)
    quarters = np.arange(4) + (year - FIRST_EXPERTISE) * 4
    numbers = own["first"] + (own["last"] - own["first"]) * quarters / 11
    return shared_out(round(numbers.sum() * order.scale), np.repeat(numbers, 3))


def _with_ald(order: Order, months: list[Month], slots: np.ndarray) -> list[Month]:
    lines = {
        quarter: sum(one.lines for one in months if one.quarter == quarter) for quarter in order.quarters
    }
    draws = solve_ald(order, lines, slots)
    found = []
    for quarter in order.quarters:
        own = [one for one in months if one.quarter == quarter]
        shares = shared_out(min(draws[quarter], lines[quarter]), [max(one.lines, 1e-9) for one in own])
        for one, share in zip(own, shares, strict=True):
            found.append(
                Month(
                    one.year, one.month, one.channels, one.expertise, one.telesoin, min(int(share), one.lines)
                )
            )
    return found


def targets(order: Order) -> dict[int, float]:
    """Quarter → distinct patients in ALD over six months: a geometric path between the two published figures."""
    (first, low), (last, high) = (
        (quarter_number(name), number) for name, number in value("ald_window").items()
    )
    inside = [quarter for quarter in order.quarters if quarter >= first and quarter - 1 in order.quarters]
    return {q: order.scale * low * (high / low) ** ((q - first) / (last - first)) for q in inside}


def solve_ald(order: Order, lines: dict[int, int], slots: np.ndarray) -> dict[int, int]:
    """Lines of people in ALD by quarter, such that two quarters together give the expected distinct number."""
    share = value("ald_before")
    wanted = {quarter: draws_for(slots, target) for quarter, target in targets(order).items()}
    draws = {quarter: share * number for quarter, number in lines.items()}
    for _ in range(ROUNDS):
        ratio = {
            quarter: want / max(draws[quarter - 1] + draws[quarter], 1e-9) for quarter, want in wanted.items()
        }
        for quarter in draws:
            around = [ratio[one] for one in (quarter, quarter + 1) if one in ratio]
            if around:
                draws[quarter] *= float(np.prod(around)) ** (1 / 2)
    return {quarter: round(number) for quarter, number in draws.items()}


def draws_for(slots: np.ndarray, target: float) -> float:
    """Draws from the pool after which `target` distinct people are expected: Σ people(c) × (1 − exp(−n c / size))."""
    numbers = np.arange(len(slots))
    size = float((slots * numbers).sum())
    low, high = 0.0, 50.0 * size
    for _ in range(80):
        middle = (low + high) / 2
        distinct = float((slots * -np.expm1(-middle * numbers / size)).sum())
        low, high = (middle, high) if distinct < target else (low, middle)
    return low
