"""Acts that all questions see alike are judged once: the answers are those of each act by itself."""

import json
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from toubib.observatory.signatures import ALIKE, ID, gather
from toubib.rulebook.engine.bulk import Days, judge_many, questions_of
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.policies import Overlay, find_policy
from toubib.rulebook.tests.acts import random_acts

FIRST, LAST = date(2024, 6, 25), date(2025, 1, 10)  # the law changes once between
DECISIONS = ("reimbursement", "price")
SURE = {"modality": "video", "consent": True, "secure_channel": True, "identified": True, "funding": "amo"}


def acts_like_others(seed):
    """Of twenty acts a hundred and twenty copies each, on any day, at any hour, any age, with or without a word on them."""
    random, found = Random(seed), []
    for number, act in enumerate(random_acts(20, seed=seed, since=FIRST, undated=0)):
        kept = {**act, **SURE} if number % 2 else act
        for copy in range(120):
            found.append(
                {
                    **kept,
                    "act_id": f"{number}-{copy}",
                    "act_date": str(FIRST + timedelta(random.randrange((LAST - FIRST).days + 1))),
                    "act_time": random.choice([None, "03:00", "08:00", "11:59", "12:00", "19:59", "23:10"]),
                    "patient_age": random.choice([None, *range(0, 100, 3)]),
                    "patient_departement": random.choice([None, "01", "67", "68", "75", "971", "974"]),
                    "overrun": random.choice([0, 0, 5]),
                }
            )
    return found


@pytest.mark.slow
def test_alike_acts_have_the_answers_of_each(tmp_path):
    path = tmp_path / "acts.jsonl"
    acts = acts_like_others(7)
    path.write_text("".join(f"{json.dumps(act)}\n" for act in acts))
    connection, days = connect(), Days(FIRST, LAST, undated=False)
    rows = read_table(path, connection)
    overlays = {"law": Overlay(), "more": Overlay((find_policy("territory_for_deserts"),))}
    gather(connection, rows, questions_of(overlays, DECISIONS, days, "outcomes"), days)
    alike = connection.table(ALIKE)

    def answers(table):
        found = judge_many(table, overlays, DECISIONS, "outcomes", keep=(ID,), days=days)
        return {row.pop(ID): tuple(row.items()) for row in found.to_pyarrow().to_pylist()}

    stands_for = dict(zip(*alike.select(ID, "acts").to_pyarrow().to_pydict().values(), strict=True))
    together = Counter()
    for act, answer in answers(alike).items():
        together[answer] += stands_for[act]
    assert together == Counter(answers(rows).values())
    assert len(stands_for) < len(acts) * 3 / 4
