"""No offer, setting or list forbids or forces a prescription or a leave: R. 4127-8 and R. 4127-5 CSP leave both to the
doctor, within the law, which is data of the rule book alone."""

import ast
import dataclasses
import re
from datetime import date

import pytest
import yaml

from tests.project import tree
from toubib.billing.models import Cover, Plan
from toubib.rulebook.decide import decide
from toubib.waiting.catalogue import Reason

WORDS = re.compile(
    r"prescri|leave|arret|ordonnance|medicine|medicament|certif|sick|renew|refus", re.IGNORECASE
)
# What decides whether a line, a leave or a certificate is signed.
DECIDING = [
    "toubib/record/allergies.py",
    "toubib/record/certificates.py",
    "toubib/record/leaves.py",
    "toubib/record/prescribed.py",
    "toubib/record/operations/encounters.py",
    "toubib/record/operations/leaves.py",
    "toubib/record/operations/papers.py",
    "toubib/record/operations/prescriptions.py",
    "toubib/record/operations/rework.py",
    "toubib/consultation/operations/leave.py",
    "toubib/nomenclature/conditions.py",
    "toubib/nomenclature/verdicts.py",
    "toubib/rulebook/prescription.py",
    "toubib/rulebook/rules/sick_leave.py",
]
PRINTED = {
    "OPERATOR_PHONE",
    "OPERATOR_EMAIL",
}  # what R. 5132-3 CSP wants on the paper, where the doctor has none
BASES = yaml.safe_load(tree.read("toubib/rulebook/cases/bases.yaml"))


def settings_read(path):
    return {
        node.attr
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "settings"
    }


def test_no_setting_is_named_after_a_prescription_or_a_leave():
    names = set(re.findall(r"TOUBIB_[A-Z_]+", tree.read("toubib/config/settings.py")))
    assert {name for name in names if WORDS.search(name)} == set()


def test_what_decides_reads_no_setting_and_no_offer():
    assert set().union(*(settings_read(path) for path in DECIDING)) == PRINTED
    assert [path for path in DECIDING if "billing" in tree.read(path)] == []


def test_a_contract_and_a_reason_have_no_field_that_could():
    fields = {one.name for model in (Plan, Cover) for one in model._meta.concrete_fields}
    assert fields == {
        "id", "name", "kind", "payer", "acts_cap", "starts_on", "ends_on", "plan", "patient", "number"
    }  # fmt: skip
    assert {one.name for one in dataclasses.fields(Reason)} == {
        "key", "label", "pool", "channel", "channel_text", "advice", "photo", "photo_required", "free_text",
        "kiosk_text", "kiosk_device",
    }  # fmt: skip


def test_no_policy_touches_the_law_of_leaves():
    told = {path: tree.read(path) for path in tree.files(".yaml", under="toubib/rulebook/policies")}
    assert [str(path) for path, text in told.items() if re.search(r"sickleave|SL\.", text)] == []


def facts_of(base):
    above = facts_of(BASES[base]["base"]) if "base" in BASES[base] else {}
    own = BASES[base]["facts"].items()
    return {**above, **{name: str(one) if isinstance(one, date) else one for name, one in own}}


def said(answer):
    return {one["code"]: one["kind"] for one in answer["reasons"]}


@pytest.mark.parametrize("days", [1, 3, 5])
@pytest.mark.parametrize("offer", ["subscription", "insurer", "private"])
def test_the_rule_book_says_the_same_of_a_leave_whoever_pays(offer, days):
    """A subscription adds a warning, and nothing else; its cap, used up or not, changes nothing."""
    act = {**facts_of("arret"), "leave_days": days}
    own, paid = (
        decide({**act, "funding": funding, "plan_acts_used": 20, "plan_acts_cap": 20})["sick_leave"]
        for funding in ("amo", offer)
    )
    assert (paid["outcome"], paid["max_days"]) == (own["outcome"], own["max_days"])
    more = {"SL.SUBSCRIPTION_OFFER": "warning"} if offer == "subscription" else {}
    assert said(paid) == {**said(own), **more}


@pytest.mark.parametrize("offer", ["amo", "subscription", "insurer", "private"])
def test_asking_for_a_prescription_costs_nothing(offer):
    """By picture, the act is the same act, and the same price, with an ordonnance or without."""
    act = {**facts_of("video_generaliste"), "funding": offer}
    without, asked = (
        decide({**act, "asks_prescription": one, "asks_certificate": one}) for one in (False, True)
    )
    names = ("classification", "reimbursement", "price")
    assert [asked[name]["outcome"] for name in names] == [without[name]["outcome"] for name in names]
    assert asked["price"] == without["price"]
