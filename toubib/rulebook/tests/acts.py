"""Random acts, as JSON objects of facts: every value of every fact, often unknown, often on a boundary of the law."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from toubib.rulebook.facts import Fact, all_facts
from toubib.rulebook.law import period_starts

LAST = date(2026, 12, 31)
LIKELY = {
    "act_kind": "teleconsultation",
    "modality": "video",
    "funding": "amo",
    "practitioner_profession": "doctor",
    "practitioner_country": "FR",
    "phone_ground": "none",
}
NUMBERS = {
    "patient_age": [0, 5, 6, 15, 16, 17, 18, 69, 70, 71, 80, 81, 130],
    "leave_days": [1, 2, 3, 4, 5, 31, 32, 62, 63, 1100],
    "leave_running_days": [0, 1, 2, 3, 4, 60],
    "months_since_in_person": [0, 11, 12, 13, 999],
    "te_acts_this_year": [0, 3, 4, 5],
    "te_reply_days": [0, 6, 7, 8],
}


def random_acts(
    n: int,
    seed: float = 1,
    *,
    since: date = date(2018, 1, 1),
    undated: float = 0.02,
    days: Sequence[date] = (),
) -> list[dict[str, Any]]:
    """`n` acts from a day to the end of 2026, or of some `days`; `undated` of them have no date, some know much and some
    little."""
    random = Random(seed)
    return [_act(random, number, since, undated, days) for number in range(n)]


def _act(random: Random, number: int, since: date, undated: float, days: Sequence[date]) -> dict[str, Any]:
    share = random.choice([0.0, 0.05, 0.2, 0.6])
    act: dict[str, Any] = {"act_id": f"a{number}"}
    for name, fact in all_facts().items():
        if name in act:
            continue
        unknown = random.random() < (undated if name == "act_date" else share)
        value = None if unknown else _value(random, fact, since, days)
        if value is not None or random.random() < 0.5:
            act[name] = value
    return act


def _value(random: Random, fact: Fact, since: date, days: Sequence[date]) -> Any:
    if fact.name in LIKELY and random.random() < 0.7:
        return LIKELY[fact.name]
    makers = {
        "string": lambda: f"{fact.name}-{random.randrange(50)}",
        "enum": lambda: random.choice(fact.values),
        "bool": lambda: random.random() < 0.5,
        "int": lambda: random.choice(NUMBERS.get(fact.name, range(fact.least, min(fact.most, 40)))),
        "money": lambda: random.choice([0, 2, 5, 8, 10.5, 48, 49.99, 50]),
        "date": lambda: (random.choice(days) if days else _day(random, since)).isoformat(),
        "time": lambda: f"{random.randrange(24):02d}:{random.choice([0, 0, 30, 59]):02d}",
        "country": lambda: random.choice(["FR", "RE", "BE", "MA"]),
        "departement": lambda: random.choice(["01", "2A", "75", "67", "971", "974"]),
        "list": lambda: [value for value in fact.values if random.random() < 0.1],
    }
    return makers[fact.type]()


def _day(random: Random, since: date) -> date:
    if random.random() < 0.4:
        start = random.choice([day for day in period_starts() if since < day <= LAST])
        return start - timedelta(days=random.choice([0, 1]))
    return since + timedelta(days=random.randrange((LAST - since).days))
