import json
from datetime import date, timedelta
from random import Random

import pytest

from toubib.rulebook.decide import decide
from toubib.rulebook.engine.bulk import judge_table
from toubib.rulebook.engine.program import DECISIONS
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.law import period_of, period_starts
from toubib.rulebook.policies import Overlay, find_policy
from toubib.rulebook.rules.price import AMOUNTS
from toubib.rulebook.tests.acts import LAST, random_acts

LAW = Overlay()
TODAYS = date(2025, 12, 31)


def bulk(acts, folder, overlay):
    path = folder / "acts.jsonl"
    path.write_text("".join(f"{json.dumps(act)}\n" for act in acts))
    table = read_table(path, connect())
    return {
        row["act_id"]: row
        for row in judge_table(table, overlay=overlay, detail="lists").to_pyarrow().to_pylist()
    }


def alone(act, overlay):
    """A decision in the form of a row of the table."""
    found = decide(act, overlay)
    row = {"act_id": act["act_id"]}
    for name in DECISIONS:
        one = found[name]
        row[name] = one["outcome"]
        row[f"{name}_reasons"] = [reason["code"] for reason in one["reasons"]]
        row[f"{name}_text_patient"] = [reason["text_patient"] for reason in one["reasons"]]
        row[f"{name}_text_doctor"] = [reason["text_doctor"] for reason in one["reasons"]]
        row[f"{name}_missing"] = one["missing"]
    row["cap_in_denominator"] = found["cap"]["in_denominator"]
    row["sick_leave_max_days"] = found["sick_leave"]["max_days"]
    price = found["price"]
    row["price_code"] = price["code"]
    row |= {f"price_{name}": cents(price[name]) for name in AMOUNTS}
    for case in ("if_yes", "if_no"):
        if case in price:
            row |= {f"price_{case}_{name}": cents(price[case][name]) for name in AMOUNTS}
    return row


def cents(euros):
    return None if euros is None else round(float(euros) * 100)


def compare(acts, folder, overlay=LAW):
    rows = bulk(acts, folder, overlay)
    assert len(rows) == len(acts)
    for act in acts:
        expected = alone(act, overlay)
        row = rows[act["act_id"]]
        assert {name: row[name] for name in expected} == expected, act


def days_drawn(eras):
    """The first and the last day of some periods of law since 2018: a run of them all compiles the law forty times.
    `make test` draws the same ones each time; a higher `eras` by hand tries them all."""
    starts = [start for start in period_starts() if date(2018, 1, 1) <= start < TODAYS]
    ends = {start: period_of(start)[1] or LAST for start in starts}
    return [
        day
        for start in Random(eras).sample(starts, min(eras, len(starts)))
        for day in (start, ends[start] - timedelta(1))
    ]


@pytest.mark.slow
def test_one_by_one_equals_in_bulk_on_many(tmp_path):
    """20,000 in all: of the law of this year and of no date, and of days since 2018."""
    compare(random_acts(8_000, seed=1, since=TODAYS), tmp_path)
    compare(random_acts(12_000, seed=2, days=days_drawn(3), undated=0), tmp_path)


@pytest.mark.slow
def test_one_by_one_equals_in_bulk_under_policies(tmp_path):
    policies = tuple(
        find_policy(name) for name in ("fmt_all", "territory_for_deserts", "tariff_as_in_person")
    )
    compare(random_acts(1_000, seed=2, since=date(2025, 9, 1), undated=0), tmp_path, Overlay(policies))
