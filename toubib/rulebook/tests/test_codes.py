"""The registry of reasons: each code with its article and both sentences, each code that a rule says in the registry."""

import re
from datetime import date
from pathlib import Path

import pytest

from toubib.rulebook.codes import KINDS, all_codes, explain, explain_all
from toubib.rulebook.law import Law, period_starts
from toubib.rulebook.parameters import all_parameters

RULES = Path(__file__).resolve().parents[1] / "rules"
PRESCRIPTION = RULES.parent / "prescription.py"  # of medicines, not of acts
CODE = re.compile(r'"((?:REIMB|PATHWAY|TERR|CAP|SL|CLS|TE|SUB|PRICE|RX)\.[A-Z0-9_]+)"')
REQUIRED = {"SL.OK", "SL.NOT_ASKED", "CAP.NO_CAP_YET", "CAP.NOT_REMOTE", "CLS.OK"}
BUILT = {"PRICE.ADDON_MEG", "PRICE.ADDON_MOP", "PRICE.ADDON_MHP"}  # named after the addition
BY_DOCUMENT = {"CAP.DOCTOR_EXEMPT"}  # proven by a decision on file, said by the doctor's page


def said_in_rules():
    return {
        code
        for path in [*RULES.glob("*.py"), PRESCRIPTION]
        for code in CODE.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("code", sorted(all_codes()))
def test_code_has_its_article_and_both_sentences(code):
    entry = all_codes()[code]
    assert entry.kind in KINDS
    assert entry.reference or code == "MISSING"
    for sentence in (entry.patient, entry.doctor):
        assert sentence.endswith("."), sentence
    assert entry.parameter == "" or entry.parameter in {one.id for one in all_parameters()}


def test_every_code_of_a_rule_is_registered_and_every_code_is_of_use():
    of_policies = {code for code in all_codes() if code.startswith("CAP.REF_")}
    assert said_in_rules() <= set(all_codes())
    assert set(all_codes()) - said_in_rules() == of_policies | BUILT | BY_DOCUMENT | {"MISSING"}
    assert set(all_codes()) >= REQUIRED


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
