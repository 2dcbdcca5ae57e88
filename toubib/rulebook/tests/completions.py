"""Every completion of an act's unknown facts, judged: what « UNDETERMINED » and « missing » must say of it."""

import random
from itertools import product

from toubib.rulebook.codes import find_code
from toubib.rulebook.decide import Found, _read, _statement, judge, undated_programs
from toubib.rulebook.engine.clauses import new_memory
from toubib.rulebook.engine.program import DECISIONS, LAW, program_on
from toubib.rulebook.facts import all_facts, read_facts
from toubib.rulebook.law import undated_starts

NUMBERS = {
    "patient_age": [5, 6, 15, 16, 17, 18, 70, 71, 80, 81],
    "months_since_in_person": [3, 12, 13, 999],
    "leave_days": [1, 2, 3, 4, 31, 32, 62, 63],
    "leave_running_days": [0, 1, 2, 3, 5],
    "te_acts_this_year": [0, 3, 4, 5, 6],
    "te_reply_days": [7, 8],
    "plan_acts_used": [0, 5],
    "plan_acts_cap": [4, 20],
}
TEXTS = {
    "act_id": ["a"],
    "practitioner_id": ["d"],
    "patient_id": ["p"],
    "practitioner_country": ["FR", "RE", "BE"],
    "patient_departement": ["35", "971"],
    "act_time": ["07:59", "10:00", "12:00", "20:00"],
}
GOOD = {
    "act_kind": "teleconsultation",
    "act_time": "10:00",
    "modality": "video",
    "phone_ground": "none",
    "secure_channel": True,
    "consent": True,
    "identified": True,
    "asks_prescription": False,
    "asks_certificate": False,
    "funding": "amo",
    "overrun": 0,
    "regulated_by": "none",
    "territorial_organisation": False,
    "same_territory": True,
    "practitioner_country": "FR",
    "practitioner_profession": "doctor",
    "practitioner_specialty": "general_practice",
    "practitioner_sector": "s1",
    "practitioner_employer": "liberal",
    "patient_age": 40,
    "referred_by_mt": True,
    "leave_kind": "none",
    "patient_departement": "35",
    "participation_paid_today": 0,
    "participation_paid_year": 0,
    "months_since_in_person": 3,
    "practitioner_situations": [],
    "patient_zone": "none",
    "patient_residence": "home",
    "plan_acts_used": 0,
    "plan_acts_cap": 20,
    "te_acts_this_year": 0,
    "te_reply_days": 2,
    "leave_days": 2,
    "leave_running_days": 0,
    "place_type": "home",
    "assisted_by": "none",
}  # fmt: skip


TURNS = (
    {},
    {"leave_kind": "initial"},
    {"leave_kind": "prolongation", "leave_running_days": 1},
    {"leave_kind": "prolongation", "leave_days": 4, "practitioner_profession": "midwife"},
    {"act_kind": "tele_expertise"},
    {"practitioner_employer": "company", "overrun": 5},
    {"modality": "phone", "phone_ground": "no_terminal"},
    {"referred_by_mt": False, "has_medecin_traitant": True},
    {"same_territory": False, "patient_zone": "ZIP"},
    {"c2s": True, "practitioner_sector": "s2"},
    {"modality": "chat", "asks_prescription": True},
    {"act_kind": "telecare", "practitioner_profession": "nurse", "asks_prescription": True},
    {"leave_kind": "prolongation", "leave_days": 4, "leave_running_days": 3},
    {"practitioner_specialty": "ophthalmology", "place_type": "optician"},
    {"practitioner_specialty": "cardiology", "practitioner_sector": "s2", "overrun": 5},
    {"practitioner_sector": "none"},
    {"c2s": True, "overrun": 5},
)


ONE_OR_ANOTHER = "REIMB.ONE_OR_ANOTHER"


def values_of(name):
    """Values around everything that a rule could ask of a fact."""
    fact = all_facts()[name]
    if fact.type == "bool":
        return [True, False]
    if fact.type == "enum":
        return list(fact.values)
    if fact.type == "money":
        return [0, 1, 5] if name == "overrun" else [0, 7, 8, 49, 50]
    if fact.type == "list":
        return [[], ["retired"], ["replacement"]]
    return NUMBERS.get(name) or TEXTS[name]


def plain_act(day):
    """A whole act, all plain."""
    facts = {name: GOOD.get(name, False) for name in all_facts() if name != "act_date"}
    return facts | {"act_id": "a", "practitioner_id": "d", "patient_id": "p", "act_date": day}


def some_act(rng, day):
    """A whole act: the plain one with some facts changed at random."""
    facts = plain_act(day)
    facts |= rng.choice(TURNS)
    for name in rng.sample([one for one in facts if one != "act_date"], rng.randint(0, 9)):
        facts[name] = rng.choice(values_of(name))
    return facts


def judge_all(acts, overlay=LAW):
    """What the program of their common day says of many acts: (decision → Found) each."""
    rows = [read_facts(one) for one in acts]
    program = program_on(rows[0]["act_date"], overlay)
    sql, names = _statement(program)
    memory = new_memory()
    marks = ",".join("?" * len(rows[0]))
    values = [[v.isoformat() if hasattr(v, "isoformat") else v for v in row.values()] for row in rows]
    memory.executemany(f"INSERT INTO act VALUES ({marks})", values)
    return [_read(dict(zip(names, one, strict=True))) for one in memory.execute(sql).fetchall()]


def told(name, found: Found):
    """The outcome that counts: of a price, its amounts too."""
    if name != "price":
        return found.outcome
    shown = ("code", "tariff", "amo", "amc", "public", "patient")
    return (found.outcome, *(found.figures[figure] for figure in shown))


def complete(facts, unknown, overlay=LAW):
    """(the values told, what is then said) of every completion."""
    combos = list(product(*(values_of(name) for name in unknown)))
    return combos, judge_all([{**facts, **dict(zip(unknown, one, strict=True))} for one in combos], overlay)


def expected(facts, unknown, overlay=LAW):
    """Decision → (outcome, missing), by brute force over all completions."""
    return _summed_up(unknown, *complete(facts, unknown, overlay))


def silences(got, answers):
    """Refusals that every completion says and the act itself does not; what is invalid or a NO and says no refusal."""
    found = []
    for name in DECISIONS:
        always = set.intersection(*({c for c in one[name].codes if is_refusal(c)} for one in answers))
        if not always <= set(got[name].codes):
            found.append((name, sorted(always - set(got[name].codes))))
        refusals = {code for code in got[name].codes if is_refusal(code)}
        if got[name].outcome in ("INVALID", "NO") and not refusals:
            found.append((name, got[name].outcome))
        if ONE_OR_ANOTHER in refusals and (always or len(refusals) > 1 or got[name].outcome != "NO"):
            found.append((name, sorted(refusals)))
    return found


def is_refusal(code):
    return find_code(code).kind == "refusal"


def expected_undated(facts, unknown):
    """The same of an act without a date: over one day of each program besides."""
    days = {program_on(start): start.isoformat() for start in reversed(undated_starts())}
    combos, answers = [], []
    for day in days.values():
        some = list(product([day], *(values_of(name) for name in unknown)))
        told_all = [{**facts, **dict(zip(["act_date", *unknown], one, strict=True))} for one in some]
        answers += judge_all(told_all)
        combos += some
    return _summed_up(["act_date", *unknown], combos, answers)


def judge_undated(facts):
    """What is said of an act without a date: decision → Found."""
    row = read_facts(facts)
    return {name: found for part in undated_programs() for name, found in judge(row, part).items()}


def _summed_up(unknown, combos, answers):
    found = {}
    for name in DECISIONS:
        outcome = {key(combo): told(name, one[name]) for combo, one in zip(combos, answers, strict=True)}
        missing = [fact for i, fact in enumerate(unknown) if _moves(i, combos, outcome)]
        kinds = set(outcome.values())
        found[name] = (kinds.pop() if len(kinds) == 1 else "UNDETERMINED", sorted(missing))
    return found


def key(combo):
    return repr(combo)


def _moves(place, combos, outcome):
    """Do two completions that differ only in this fact differ in their outcome?"""
    seen = {}
    for combo in combos:
        rest = repr(combo[:place] + combo[place + 1 :])
        seen.setdefault(rest, set()).add(outcome[key(combo)])
    return any(len(kinds) > 1 for kinds in seen.values())


def disagreements(seed, day, most_unknown=4, most_completions=3000, overlay=LAW, first=()):
    """Where the engine and brute force differ on one random act: [(decision, expected, got, facts)], and the refusals
    that the engine does not say though every completion does.

    `first`: the facts that are made unknown before others.
    """
    rng = random.Random(f"{seed} {day}")
    facts = some_act(rng, day)
    names = [one for one in facts if one not in ("act_date", "act_id", "practitioner_id", "patient_id")]
    unknown, size = [], 1
    for name in (*first, *rng.sample(names, len(names))):
        if name in unknown:
            continue
        if len(unknown) < rng.randint(1, most_unknown) and size * len(values_of(name)) <= most_completions:
            unknown.append(name)
            size *= len(values_of(name))
    partial = {name: None if name in unknown else value for name, value in facts.items()}
    got = judge_all([partial], overlay)[0]
    combos, answers = complete(facts, unknown, overlay)
    silent = [(name, codes, "not said", partial) for name, codes in silences(got, answers)]
    return silent + differences(got, _summed_up(unknown, combos, answers), partial)


def differences(got, wanted, partial):
    """Where what the engine says is not what every completion says: [(decision, expected, got, facts)]."""
    found = []
    for name, (outcome, missing) in wanted.items():
        seen = told(name, got[name])
        seen = "UNDETERMINED" if got[name].outcome == "UNDETERMINED" else seen
        if (seen, list(got[name].missing)) != (outcome, missing):
            found.append((name, (outcome, missing), (seen, list(got[name].missing)), partial))
    return found
