"""What must hold of every year of acts: reforms that only take acts out, and the order of rows (Hypothesis)."""

import json
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toubib.observatory.simulate import simulate
from toubib.rulebook.cap_status import Outside, cap_status
from toubib.rulebook.decide import decide
from toubib.rulebook.engine.bulk import judge_many
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.policies import Overlay, find_policy, policy_files, read_policy
from toubib.rulebook.tests.acts import random_acts
from toubib.rulebook.tests.test_properties import only_excludes

pytestmark = pytest.mark.slow
YEAR = 2025
DOCTORS = 12
FEW = settings(max_examples=4, deadline=None, database=None)
seeds = st.integers(0, 10**6)
POLICIES = [policy for policy in map(find_policy, policy_files()) if only_excludes(policy)]
LEAVING = """
id: leaving
label: "Ôter des deux côtés de la part les actes pour les patients des zones"
source: "un essai"
excluded_acts_leave_denominator: true
exclude:
  - when: {patient_zone: [ZIP, ZAC]}
"""


def year_of_acts(seed, n=400):
    """Random acts of one year by a few doctors."""
    random = Random(seed)
    found = []
    for act in random_acts(n, seed=seed):
        day = act.get("act_date")
        known = {"act_date": f"{YEAR}-{day[5:7]}-{min(int(day[8:]), 28):02d}"} if day else {}
        found.append({**act, **known, "practitioner_id": f"d{random.randrange(DOCTORS)}"})
    return found


def activities(seed, acts):
    """What each doctor did in the year: these acts, the own patients' among them, and more."""
    random = Random(seed)
    found = []
    for doctor in sorted({act["practitioner_id"] for act in acts}):
        own = [act for act in acts if act["practitioner_id"] == doctor]
        of_own_patients = sum(act.get("is_medecin_traitant") is True for act in own)
        more = random.choice([0, 5, 30, 100])
        found.append(
            {
                "practitioner_id": doctor,
                "practitioner_specialty": random.choice(["general_practice", "psychiatry"]),
                "year": YEAR,
                "conventioned_acts": len(own) + more,
                "own_mt_acts": of_own_patients + more // 3,
            }
        )
    return found


def write(rows, folder, name):
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def simulated(acts, doctors, folder, policies):
    files = {"acts": write(acts, folder, "acts"), "activity": write(doctors, folder, "activity")}
    return simulate(**files, year=YEAR, policies=policies)


def judged(acts, overlays, folder):
    """The answers on the cap of each act, by overlay."""
    table = read_table(write(acts, folder, "acts"), connect())
    keep = ("act_id", "practitioner_id")
    return judge_many(table, overlays, ("cap",), "outcomes", keep=keep).to_pyarrow().to_pylist()


def counted(rows, doctor, name):
    return sum(row["practitioner_id"] == doctor and row[f"{name}|cap"] == "COUNTED" for row in rows)


@FEW
@given(seed=seeds)
def test_no_share_rises_under_a_policy_that_only_excludes(seed, tmp_path_factory):
    """In either reading of the denominator, for each doctor; alone and all together."""
    acts = year_of_acts(seed)
    overlays = {policy.id: Overlay((policy,)) for policy in POLICIES}
    overlays |= {"law": Overlay(), "all": Overlay(tuple(POLICIES))}
    rows = judged(acts, overlays, tmp_path_factory.mktemp("share"))
    for doctor in activities(seed, acts):
        by_law = shares(doctor, counted(rows, doctor["practitioner_id"], "law"), overlays["law"])
        for name, overlay in overlays.items():
            under = shares(doctor, counted(rows, doctor["practitioner_id"], name), overlay)
            for reading, share in by_law.items():
                assert under[reading] <= share, (name, reading, doctor)


def shares(doctor, number, overlay):
    """Reading → the share of a doctor's acts that count."""
    found = cap_status(
        year=YEAR,
        specialty=doctor["practitioner_specialty"],
        counted=number,
        acts_here=doctor["conventioned_acts"],
        own_mt_here=doctor["own_mt_acts"],
        outside=Outside(0, 0, 0),
        overlay=overlay,
    )
    return {one.reading: one.highest for one in (found, found.other)}


@FEW
@given(seed=seeds)
def test_fewer_doctors_are_above_under_a_policy_that_only_excludes(seed, tmp_path_factory):
    acts = year_of_acts(seed)
    found = simulated(acts, activities(seed, acts), tmp_path_factory.mktemp("fewer"), POLICIES).policies
    law = found["law"]
    for name, row in found.items():
        assert row["practitioners"] == law["practitioners"], name
        assert row["counted_acts"] <= law["counted_acts"], name
        assert row["above"] <= law["above"], name
        above = row["above"] + row["near"]
        assert above <= law["above"] + law["near"] + law["undetermined"], name


@FEW
@given(seed=seeds, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(seed, order, tmp_path_factory):
    acts = year_of_acts(seed)
    doctors = activities(seed, acts)
    policies = [find_policy("fmt_all"), find_policy("law_2021"), read_policy(LEAVING, "leaving.yaml")]
    before = simulated(acts, doctors, tmp_path_factory.mktemp("order"), policies)
    order.shuffle(acts)
    order.shuffle(doctors)
    assert simulated(acts, doctors, tmp_path_factory.mktemp("order"), policies) == before


@FEW
@given(seed=seeds)
def test_a_counted_act_that_is_excluded_leaves_both_sides_where_a_policy_says_so(seed, tmp_path_factory):
    """Such acts never raise a share; acts that the law did not count leave the lower side alone, and may."""
    acts = year_of_acts(seed)
    overlays = {"law": Overlay(), "leaving": Overlay((read_policy(LEAVING, "leaving.yaml"),))}
    rows = judged(acts, overlays, tmp_path_factory.mktemp("leaving"))
    for doctor in {act["practitioner_id"] for act in acts}:
        own = [row for row in rows if row["practitioner_id"] == doctor]
        gone = [
            row for row in own if row["leaving|cap_in_denominator"] is False and row["law|cap_in_denominator"]
        ]
        both = [row for row in gone if row["law|cap"] == "COUNTED"]
        excluded = [row for row in own if (row["law|cap"], row["leaving|cap"]) == ("COUNTED", "NOT_COUNTED")]
        assert both == excluded
        counts, activity = counted(rows, doctor, "law"), len(own)
        after = Fraction(counts - len(both), activity - len(both)) if activity > len(both) else 0
        assert after <= Fraction(counts, activity)


def test_a_share_rises_where_acts_leave_that_were_not_counted(tmp_path):
    """17 counted acts of 100 are below the cap; without 30 acts for the doctor's own patients they are 17 of 70."""
    act = {
        "act_date": "2025-03-10",
        "act_kind": "teleconsultation",
        "funding": "amo",
        "practitioner_id": "d",
        "practitioner_profession": "doctor",
    }
    counts = {**act, "is_medecin_traitant": False, "patient_zone": "none"}
    own = {**act, "is_medecin_traitant": True, "patient_zone": "ZIP"}
    elsewhere = [{**own, "patient_zone": "none"}] * 10 + [{**own, "act_kind": "in_person"}] * 10  # these stay
    doctor = {"practitioner_id": "d", "practitioner_specialty": "other", "year": YEAR}
    doctor |= {"conventioned_acts": 100, "own_mt_acts": 60}
    policy = read_policy(LEAVING, "leaving.yaml")
    for leaving, above in ((12, 0), (15, 0), (16, 1), (30, 1)):
        found = simulated([counts] * 17 + [own] * leaving + elsewhere, [doctor], tmp_path, [policy]).policies
        assert (found["law"]["below"], found["leaving"]["above"]) == (1, above), leaving
    assert decide(own, Overlay((policy,)))["cap"]["in_denominator"] is False
