"""One decision: its form, its reasons, its price, the law it used; what a missing date answers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toubib.rulebook.codes import all_codes
from toubib.rulebook.decide import decide, euros
from toubib.rulebook.facts import BadFact, all_facts, json_schema
from toubib.rulebook.policies import Overlay, find_policy
from toubib.rulebook.tests.completions import GOOD, values_of

PLAIN = {name: GOOD.get(name, False) for name in all_facts() if all_facts()[name].type == "bool"}
ACT = {**PLAIN, **GOOD, "act_id": "42", "act_date": "2025-03-10"}


def codes(decision):
    return [reason["code"] for reason in decision["reasons"]]


def test_decision_has_the_form_of_the_face():
    answer = decide(ACT)
    assert list(answer) == [
        "act_id", "on", "classification", "reimbursement", "cap", "sick_leave", "price", "parameters",
    ]  # fmt: skip
    assert answer["act_id"] == "42"
    assert answer["on"] == "2025-03-10"
    assert {name: answer[name]["outcome"] for name in list(answer)[2:7]} == {
        "classification": "teleconsultation",
        "reimbursement": "YES",
        "cap": "COUNTED",
        "sick_leave": "NOT_ASKED",
        "price": "FIXED",
    }
    price = {key: answer["price"][key] for key in ("code", "tariff", "amo", "amc", "public", "patient")}
    assert price == {
        "code": "TCG", "tariff": "25.00", "amo": "15.50", "amc": "7.50", "public": "0.00", "patient": "2.00",
    }  # fmt: skip
    assert set(answer["reimbursement"]["reasons"][0]) == {
        "code", "kind", "text_patient", "text_doctor", "reference",
    }  # fmt: skip
    assert set(answer["parameters"][0]) == {"id", "value", "from", "reference", "confidence", "contested"}
    assert answer["cap"]["in_denominator"] is True
    json.dumps(answer)


def test_lists_are_sorted():
    answer = decide({"act_date": "2025-03-10"})
    for name in ("classification", "reimbursement", "cap", "sick_leave", "price"):
        assert codes(answer[name]) == sorted(codes(answer[name]))
        assert answer[name]["missing"] == sorted(answer[name]["missing"])
    ids = [parameter["id"] for parameter in answer["parameters"]]
    assert ids == sorted(set(ids))


def test_every_failing_condition_is_a_refusal_and_none_when_yes():
    answer = decide({**ACT, "consent": False, "modality": "phone", "same_territory": False})
    refusals = [r["code"] for r in answer["reimbursement"]["reasons"] if r["kind"] == "refusal"]
    assert refusals == ["REIMB.NOT_TERRITORIAL", "REIMB.NOT_VIDEO", "REIMB.NO_CONSENT"]
    paid = [r for r in decide(ACT)["reimbursement"]["reasons"] if r["kind"] == "refusal"]
    assert paid == []


def test_missing_facts_are_said_in_words():
    answer = decide({**ACT, "consent": None})
    assert answer["reimbursement"]["outcome"] == "UNDETERMINED"
    assert answer["reimbursement"]["missing"] == ["consent"]
    said = {r["code"]: r["text_patient"] for r in answer["reimbursement"]["reasons"]}
    assert said["MISSING.consent"] == "Nous ne savons pas si le patient a consenti à l’acte."


def test_undetermined_price_tells_both_sets():
    price = decide({**ACT, "consent": None})["price"]
    assert price["outcome"] == "UNDETERMINED"
    assert [price[name] for name in ("tariff", "amo", "amc", "public", "patient")] == [None] * 5
    assert price["if_yes"] == {
        "tariff": "25.00", "amo": "15.50", "amc": "7.50", "public": "0.00", "patient": "2.00",
    }  # fmt: skip
    assert price["if_no"] == {
        "tariff": "25.00", "amo": "0.00", "amc": "0.00", "public": "0.00", "patient": "25.00",
    }  # fmt: skip


@pytest.mark.slow
def test_act_without_a_date_is_undetermined_only_where_the_law_changed():
    answer = decide({**ACT, "act_date": None})
    assert answer["on"] is None
    assert decide({"act_kind": "in_person"})["classification"]["outcome"] == "in_person"
    assert answer["cap"]["outcome"] == "UNDETERMINED"
    assert answer["cap"]["missing"] == ["act_date"]
    assert answer["sick_leave"]["outcome"] == "NOT_ASKED"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"act_kind": "walk"}, "act_kind"),
        ({"colour": "blue"}, "colour"),
        ({"consent": "yes"}, "consent"),
        ({"consent": 1}, "consent"),
        ({"act_date": "2025-02-30"}, "act_date"),
        ({"act_date": "10/03/2025"}, "act_date"),
        ({"act_date": "1025-03-10"}, "act_date"),
        ({"act_time": "25:00"}, "act_time"),
        ({"patient_age": -1}, "patient_age"),
        ({"patient_age": 40.5}, "patient_age"),
        ({"patient_age": True}, "patient_age"),
        ({"overrun": 1.234}, "overrun"),
        ({"overrun": float("nan")}, "overrun"),
        ({"overrun": "5"}, "overrun"),
        ({"practitioner_country": "France"}, "practitioner_country"),
        ({"patient_departement": "20"}, "patient_departement"),
        ({"practitioner_situations": "retired"}, "practitioner_situations"),
        ({"practitioner_situations": ["tired"]}, "practitioner_situations"),
        ({"act_id": 7}, "act_id"),
        ({"act_id": "x" * 201}, "act_id"),
        ({"act_id": "\ud800"}, "act_id"),
        ({"patient_age": float("inf")}, "patient_age"),
    ],
)
def test_bad_fact_names_its_field(facts, field):
    with pytest.raises(BadFact) as caught:
        decide(facts)
    assert caught.value.field == field


def test_policy_takes_an_act_out_of_the_cap():
    zone = Overlay((find_policy("fmt_zone"),))
    act = {**ACT, "patient_zone": "ZIP"}
    assert decide(act)["cap"]["outcome"] == "COUNTED"
    answer = decide(act, zone)["cap"]
    assert (answer["outcome"], codes(answer)) == ("NOT_COUNTED", ["CAP.REF_ZONE"])
    assert answer["in_denominator"] is True


def test_parameters_under_a_policy_are_the_values_used():
    policy = find_policy("tariff_as_in_person")
    law, found = (decide(ACT, overlay)["parameters"] for overlay in (Overlay(), Overlay((policy,))))
    changed = [one for one in found if one not in law]
    assert changed == [
        {
            "id": "tariff.TCG",
            "value": 30.0,
            "from": None,
            "reference": f"tariff_as_in_person : {policy.label} ({policy.source})",
            "confidence": "choice",
            "contested": False,
        }
    ]
    assert [one["id"] for one in law] == [one["id"] for one in found]


def test_schema_accepts_what_is_read_and_refuses_what_is_not():
    import jsonschema

    check = jsonschema.Draft202012Validator(json_schema())
    assert list(check.iter_errors(ACT)) == []
    assert list(check.iter_errors(dict.fromkeys(all_facts()))) == []
    assert len(list(check.iter_errors({"act_kind": "walk", "colour": "blue"}))) == 2


def test_every_code_said_is_registered_or_a_policy_s():
    known = set(all_codes())
    for day in ("2019-03-01", "2020-05-01", "2022-12-10", "2025-03-10", "2026-10-01"):
        answer = decide({"act_date": day})
        said = {
            c
            for n in ("classification", "reimbursement", "cap", "sick_leave", "price")
            for c in codes(answer[n])
        }
        assert {code for code in said if not code.startswith("MISSING.")} <= known


def cents(text):
    return round(float(text) * 100)


facts = st.fixed_dictionaries(
    {
        name: st.sampled_from(values_of(name))
        for name in (
            "modality", "funding", "overrun", "practitioner_specialty", "practitioner_sector",
            "practitioner_employer", "company_agrement", "patient_age", "c2s", "ame", "patient_ald",
            "ald_related", "maternity", "work_accident", "alsace_moselle", "participation_paid_today",
            "participation_paid_year", "act_time", "regulated_by", "referred_by_mt", "act_kind",
        )
    }
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    facts,
    st.sampled_from(["2019-03-01", "2022-05-01", "2024-05-14", "2024-05-15", "2025-03-09", "2026-02-01"]),
)
def test_shares_sum_to_the_tariff_and_the_overrun_due(changed, day):
    act = {**ACT, **changed, "act_date": day}
    answer = decide(act)
    price = answer["price"]
    if price["outcome"] != "FIXED":
        return
    parts = {name: cents(price[name]) for name in ("tariff", "amo", "amc", "public", "patient")}
    total = parts["amo"] + parts["amc"] + parts["public"] + parts["patient"]
    assert min(parts.values()) >= 0
    not_due = act["practitioner_employer"] == "company" and day >= "2024-03-02"
    covered = answer["reimbursement"]["outcome"] == "YES" and (act["c2s"] or act["ame"])
    between_professionals = act["act_kind"] == "tele_expertise"
    due = 0 if not_due or covered or between_professionals else cents(act["overrun"])
    assert total == parts["tariff"] + due
    if answer["reimbursement"]["outcome"] == "NO":
        assert (parts["amo"], parts["amc"], parts["public"]) == (0, 0, 0)


def test_money_is_written_in_euros_and_cents():
    assert [euros(value) for value in (0, 5, 1550, None)] == ["0.00", "0.05", "15.50", None]
