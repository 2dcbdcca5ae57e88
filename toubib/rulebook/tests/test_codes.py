"""The registry of reasons: each code with its article and both sentences, each code that a rule says in the registry."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from toubib.rulebook.codes import KINDS, all_codes, explain, explain_all
from toubib.rulebook.decide import decide
from toubib.rulebook.engine.program import program_from
from toubib.rulebook.law import Law, period_starts
from toubib.rulebook.parameters import all_parameters
from toubib.rulebook.policies import Overlay, find_policy
from toubib.rulebook.tests.completions import plain_act
from toubib.rulebook.trial import CASES

ASIDE = {"bases", "disputed"}

HERE = Path(__file__).resolve().parent
REQUIRED = {"SL.OK", "SL.NOT_ASKED", "CAP.NO_CAP_YET", "CAP.NOT_REMOTE", "CLS.OK"}
# Proven by a decision on file and said by the doctor's page; said of each unknown fact: below
ELSEWHERE = {"CAP.DOCTOR_EXEMPT", "MISSING"}
OF_POLICIES = {  # code: the policy, and what is told of an act that it takes out
    "CAP.REF_ZONE": ("fmt_zone", {"patient_zone": "ZIP"}),
    "CAP.REF_ASSISTED": ("fmt_assisted", {"assisted_by": "pharmacist"}),
    "CAP.REF_FRAGILE": ("fmt_fragile_or", {"c2s": True}),
    "CAP.REF_DOCTOR_SITUATION": ("fmt_doctor_situation", {"practitioner_situations": ["disability"]}),
    "CAP.REF_SUSPENSION": ("fmt_epidemic", {"suspension_area": True}),
}


def said_by_cases():
    """What the cases that hold expect to be said (test_cases.py, test_law_otherwise.py)."""
    files = [*CASES.glob("*.yaml"), *(HERE / "law_otherwise").glob("*.yaml")]
    read = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files if path.stem not in ASIDE]
    cases = [case for one in read for case in (one if isinstance(one, list) else one["cases"])]
    expected = [wanted for case in cases for wanted in case["expect"].values()]
    return {
        code for wanted in expected for key in ("says", "reasons", "refusals") for code in wanted.get(key, [])
    }


def said_by_programs(overlay, starts):
    blocks = [block for start in starts for block in program_from(start, overlay).blocks.values()]
    return {code for block in blocks for code in block.says}


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_code_has_its_article_and_both_sentences(code):
    entry = all_codes()[code]
    assert entry.kind in KINDS
    assert entry.reference
    for sentence in (entry.patient, entry.doctor):
        assert sentence.endswith("."), sentence
    assert set(entry.parameters) <= {one.id for one in all_parameters()}


def test_every_code_is_said_by_a_case():
    of_medicines = {code for code in all_codes() if code.startswith("RX.")}  # test_prescription.py says each
    assert set(all_codes()) - said_by_cases() - ELSEWHERE - of_medicines == set(OF_POLICIES)
    assert set(all_codes()) >= REQUIRED


@pytest.mark.slow
def test_every_code_that_the_law_can_say_is_registered():
    assert said_by_programs(Overlay(), period_starts()) - set(all_codes()) == set()


@pytest.mark.parametrize("code", sorted(OF_POLICIES))
def test_code_of_a_policy_is_said_under_it(code):
    name, told_of_it = OF_POLICIES[code]
    act = {**plain_act("2025-03-10"), **told_of_it}
    reasons = decide(act, Overlay((find_policy(name),)))["cap"]["reasons"]
    assert [one["code"] for one in reasons if one["code"] in OF_POLICIES] == [code]


def test_reference_is_the_one_of_the_day():
    before, after = (
        explain("CAP.COUNTED_2021", day)["reference"] for day in (date(2022, 1, 1), date(2025, 1, 1))
    )
    assert "avenant 9" in before.lower()
    assert before != "" and after != ""


def test_sentences_are_filled_with_the_values_of_the_day():
    assert "3 jours" in explain("SL.OVER_3_DAYS", date(2025, 3, 10))["text_patient"]
    assert "2 €" in explain("PRICE.PARTICIPATION", date(2025, 3, 10))["text_patient"]
    assert "1 €" in explain("PRICE.PARTICIPATION", date(2024, 5, 14))["text_patient"]


def test_reasons_are_sorted_and_missing_facts_among_them():
    found = explain_all(["REIMB.NO_CONSENT", "PATHWAY.MT"], ["c2s"], date(2025, 3, 10))
    assert [one["code"] for one in found] == ["MISSING.c2s", "PATHWAY.MT", "REIMB.NO_CONSENT"]


def test_law_remembers_what_was_asked_and_puts_a_policy_over_it():
    law = Law(date(2025, 3, 10), {"cap.rate.general": 0.5})
    assert (law.number("cap.rate.general"), law.number("cap.rate.psychiatry")) == (0.5, 0.4)
    assert (
        law.is_true("cap.in_force") and law.cents("tariff.TCG") == 2500 and law.names("nothing.at.all") == ()
    )
    assert law.asked >= {"cap.rate.general", "tariff.TCG", "nothing.at.all"}
    parameter = law.parameter("cap.rate.general")
    assert parameter is not None and parameter.value == 0.2


def test_sentences_of_an_act_without_a_date_are_those_of_the_last_law_known():
    assert explain("SL.OVER_3_DAYS", None) == explain("SL.OVER_3_DAYS", period_starts()[-1])


@pytest.mark.parametrize(
    ("code", "day", "mark"),
    [
        ("TERR.MT", date(2025, 3, 10), " (contesté)"),
        ("TERR.WAIVER_ZONE", date(2025, 3, 10), " (contesté)"),
        ("SL.OVER_LEGAL_CEILING", date(2026, 9, 1), " (contesté)"),
        ("SL.OVER_LEGAL_CEILING", date(2026, 8, 31), ""),
        ("PRICE.ADDON_MHP", date(2025, 3, 10), " (non vérifié)"),
        ("PATHWAY.MT", date(2025, 3, 10), ""),
        ("SL.OVER_3_DAYS", date(2025, 3, 10), ""),
    ],
)
def test_reference_says_that_a_value_behind_it_is_contested_or_not_verified(code, day, mark):
    said = explain(code, day)["reference"]
    assert said.partition(" (contesté)")[1] + said.partition(" (non vérifié)")[1] == mark
