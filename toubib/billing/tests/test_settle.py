"""What a line says, for any facts: the shares sum, nothing is asked of the AMO that the law refuses, a doubt holds."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toubib.billing.enums import ClaimState
from toubib.billing.settle import VIDEO_CONFIRMED, Act, amount_of, cents_of, settle

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
FACTS = {
    "act_date": "2026-11-20", "act_time": "11:00", "act_kind": "teleconsultation", "modality": "video",
    "secure_channel": True, "phone_ground": "none", "consent": True, "identified": True, "funding": "amo",
    "overrun": 0, "regulated_by": "none", "covid": False, "practitioner_profession": "doctor",
    "practitioner_specialty": "general_practice", "practitioner_sector": "s1", "practitioner_employer": "liberal",
    "practitioner_country": "FR", "is_medecin_traitant": True, "has_medecin_traitant": True, "patient_age": 40,
    "same_territory": True, "patient_zone": "none", "patient_departement": "69", "c2s": False, "ame": False,
    "patient_ald": False, "ald_related": False, "maternity": False, "work_accident": False, "alsace_moselle": False,
    "leave_kind": "none", "replaces_mt": False, "patient_residence": "home", "emergency": False,
    "referred_by_mt": False, "mt_unavailable": False,
}  # fmt: skip
BOOLS = (
    "c2s",
    "ame",
    "patient_ald",
    "ald_related",
    "maternity",
    "work_accident",
    "alsace_moselle",
    "is_medecin_traitant",
)


def act(answers=None, attestation="video", measured=True, secret=False, **facts):
    return Act({**FACTS, **facts}, answers or {}, attestation, measured, secret, AT)


def shares(line):
    one = line.amounts
    return one.amo_cents + one.amc_cents + one.public_cents + one.plan_cents + one.patient_cents


def test_the_usual_act():
    line = settle(act())
    one = line.amounts
    assert (line.state, line.code, line.amo_rate, line.third_party) == ("ready", "TCG", 70, False)
    assert (one.tariff_cents, one.amo_cents, one.amc_cents, one.patient_cents, one.due_now_cents) == (2500, 1550, 750, 200, 2500)  # fmt: skip


def test_c2s_and_a_child():
    line = settle(act(c2s=True)).amounts
    assert (line.amo_cents, line.public_cents, line.patient_cents, line.due_now_cents) == (1750, 750, 0, 0)
    line = settle(act(patient_age=10)).amounts
    assert (line.amo_cents, line.amc_cents, line.patient_cents) == (1750, 750, 0)


@pytest.mark.parametrize("funding", ["subscription", "insurer"])
def test_a_contract_pays_all_and_the_amo_nothing(funding):
    line = settle(act(funding=funding, plan_acts_used=3, plan_acts_cap=20))
    one = line.amounts
    assert (line.state, line.funding, line.third_party) == ("ready", funding, False)
    assert (one.plan_cents, one.amo_cents, one.amc_cents, one.patient_cents, one.due_now_cents) == (
        2500,
        0,
        0,
        0,
        0,
    )
    assert "CLAIM.PLAN_PAYS" in {reason["code"] for reason in line.said["reasons"]}
    assert line.said["reimbursement"] == "NO"


def test_a_contract_past_its_cap_pays_nothing():
    line = settle(act(funding="subscription", plan_acts_used=20, plan_acts_cap=20))
    assert (line.amounts.plan_cents, line.amounts.patient_cents) == (0, 2500)
    assert "SUB.CAP_REACHED" in {reason["code"] for reason in line.said["reasons"]}


def test_secrecy_holds_whatever_else_is_known():
    line = settle(act(secret=True))
    assert (line.state, line.said["holds"]) == ("held", ["CLAIM.MINOR_SECRECY"])
    assert (line.amounts.tariff_cents, line.amounts.due_now_cents) == (2500, 0)


def test_a_secret_act_without_picture_owes_nothing():
    assert settle(act(secret=True, attestation="none")).state == "nothing"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in BOOLS}),
    st.sampled_from([3, 17, 40, 85, None]),
    st.sampled_from(["amo", "subscription", "insurer", "private"]),
    st.sampled_from(["08:00", "22:30", None]),
    st.booleans(),
)
def test_shares_sum_to_the_cent_and_a_doubt_holds(said, age, funding, hour, measured):
    line = settle(act(**said, patient_age=age, funding=funding, act_time=hour, plan_acts_used=1, plan_acts_cap=5, measured=measured))  # fmt: skip
    one = line.amounts
    assert shares(line) == one.tariff_cents + one.overrun_cents
    assert 0 <= one.due_now_cents <= one.tariff_cents + one.overrun_cents
    if line.state == ClaimState.HELD:
        assert line.said["holds"]
        assert ("CLAIM.RULE_UNDETERMINED" in line.said["holds"]) == bool(line.said.get("missing"))
    if line.state == ClaimState.READY and funding != "amo":
        assert (one.amo_cents, one.amc_cents, one.public_cents) == (0, 0, 0)
    again = settle(act(**said, patient_age=age, funding=funding, act_time=hour, plan_acts_used=1, plan_acts_cap=5, measured=measured))  # fmt: skip
    assert again.digest == line.digest


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(-(10**9), 10**9))
def test_cents_survive_their_writing(cents):
    assert cents_of(amount_of(cents)) == cents


def test_an_answer_settles_the_picture():
    assert settle(act(measured=False)).state == "held"
    assert settle(act(measured=False, answers={VIDEO_CONFIRMED: True})).state == "ready"
