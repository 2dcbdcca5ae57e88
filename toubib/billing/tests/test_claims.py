"""The line of an act: what it says, what holds it, what makes a new version, what is never rewritten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimDue, ClaimLine, FactAnswer
from toubib.billing.operations import NotAnswered, answer_facts, settle_due_claims
from toubib.billing.settle import WAIVED
from toubib.billing.tests.factories import make_signed, make_taken
from toubib.record.enums import AbortReason, Attestation
from toubib.record.operations import amend_note
from toubib.waiting.operations import abort_call

pytestmark = pytest.mark.django_db(transaction=True)
MONEY = (
    "tariff_cents",
    "amo_cents",
    "amc_cents",
    "public_cents",
    "plan_cents",
    "patient_cents",
    "due_now_cents",
)


def money(line):
    return tuple(getattr(line, name) for name in MONEY)


def codes(line):
    return {one["code"] for one in line.said["reasons"]}


def answer(act, **said):
    return answer_facts(
        encounter_id=act.encounter.pk,
        said={name: (value, name) for name, value in said.items()},
        by=act.doctor,
        now=timezone.now(),
    )


def base(line):
    """Without what a night or a Sunday adds."""
    return line.tariff_cents - (500 if "MHP" in line.said["addons"] else 0)


def test_a_signature_makes_one_line_by_the_worker(signed):
    assert ClaimDue.objects.count() == 1
    at = signed.encounter.signed_at
    assert [settle_due_claims(now=at + timedelta(seconds=s)) for s in (4, 5, 6)] == [0, 1, 0]  # papers first
    line = ClaimLine.objects.get()
    assert (line.state, line.version, line.code, line.funding, base(line)) == ("ready", 1, "TCG", "amo", 2500)
    assert line.amo_rate == 70 and not line.third_party
    assert line.due_now_cents == line.tariff_cents  # advanced, then paid back
    assert line.receipt is not None and line.receipt.kind == "receipt"


def test_settling_again_changes_nothing(signed):
    first = signed.settle()
    assert [signed.settle().pk for _ in range(3)] == [first.pk] * 3
    assert signed.lines() == [(1, "ready")]


@pytest.mark.parametrize("fact", ["c2s", "ame"])
def test_solidarity_pays_all_and_the_patient_advances_nothing(fact):
    line = make_signed(said={fact: True}).settle()
    assert (line.third_party, line.patient_cents, line.due_now_cents, line.amc_cents) == (True, 0, 0, 0)
    assert line.amo_cents + line.public_cents == line.tariff_cents
    assert "CLAIM.THIRD_PARTY" in codes(line)


@pytest.mark.parametrize(
    "said", [{"patient_ald": True, "ald_related": True}, {"maternity": True}, {"work_accident": True}]
)
def test_full_rate_is_third_party_and_the_participation_comes_later(said):
    line = make_signed(said=said).settle()
    assert (line.third_party, line.amo_rate, line.amc_cents, line.due_now_cents) == (True, 100, 0, 0)
    assert line.patient_cents == (0 if "maternity" in said else 200)


def test_an_ald_for_another_reason_is_no_third_party():
    line = make_signed(said={"patient_ald": True, "ald_related": False}).settle()
    assert (line.third_party, line.amo_rate) == (False, 70)


def test_what_is_not_reimbursed_is_owed_and_asks_nothing_of_the_amo():
    line = make_signed(said={"is_medecin_traitant": False, "has_medecin_traitant": True, "mt_unavailable": False,
                             "referred_by_mt": False, "emergency": False, "replaces_mt": False,
                             "patient_residence": "home"}).settle()  # fmt: skip
    if line.state == ClaimState.HELD:
        pytest.fail(f"held for {line.said.get('missing')}")
    assert (line.amo_cents, line.amc_cents, line.patient_cents) == (0, 0, line.tariff_cents)
    assert line.said["reimbursement"] == "NO" and not line.third_party


@pytest.mark.parametrize("attestation", [Attestation.NONE, Attestation.AUDIO_ONLY, Attestation.PHONE])
def test_nothing_is_owed_where_the_picture_failed(attestation):
    act = make_signed(attestation=attestation)
    line = act.settle()
    assert (line.state, money(line), codes(line)) == ("nothing", (0,) * 7, {"CLAIM.NO_LIVE_VIDEO"})
    settle_due_claims(now=timezone.now() + timedelta(seconds=10))
    assert ClaimLine.objects.get().receipt is None


def test_a_picture_that_nobody_measured_holds_until_it_is_confirmed():
    act = make_signed(seconds=0)
    line = act.settle()
    assert (line.state, line.said["holds"]) == ("held", ["CLAIM.VIDEO_NOT_MEASURED"])
    assert answer(act, video_confirmed=False).state == "nothing"
    assert answer(act, video_confirmed=True).state == "ready"
    assert act.lines() == [(1, "replaced"), (2, "replaced"), (3, "ready")]


def test_no_line_for_a_call_that_ended_unsigned():
    act = make_taken()
    abort_call(
        encounter_id=act.encounter_id, reason=AbortReason.LINE_FAILED, by=act.doctor, now=timezone.now()
    )
    assert settle_due_claims(now=timezone.now() + timedelta(seconds=10)) == 0
    assert ClaimLine.objects.count() == 0


def test_a_doubt_holds_the_line_and_the_answer_releases_it():
    act = make_signed(said={"c2s": None})
    line = act.settle()
    assert (line.state, line.said["holds"], line.said["missing"]) == (
        "held",
        ["CLAIM.RULE_UNDETERMINED"],
        ["c2s"],
    )
    assert money(line) == (0,) * 7
    assert line.said["if_yes"] != line.said["if_no"]
    done = answer(act, c2s=True)
    assert (done.state, done.third_party, done.version) == ("ready", True, 2)
    assert act.lines() == [(1, "replaced"), (2, "ready")]
    assert ClaimDue.objects.count() == 1  # the receipt follows
    row = FactAnswer.objects.get()
    assert (row.fact, row.value, row.role) == ("c2s", True, "practitioner")


def test_the_same_answer_twice_is_one(signed):
    answer(signed, c2s=True)
    answer(signed, c2s=True)
    assert (FactAnswer.objects.count(), signed.lines()) == (1, [(1, "ready")])


def test_a_fact_that_is_none_is_refused(signed):
    with pytest.raises(NotAnswered):
        answer(signed, funding="private")
    assert FactAnswer.objects.count() == 0


def test_an_addition_that_changes_no_amount_makes_no_version(signed):
    signed.settle()
    amend_note(encounter_id=signed.encounter.pk, text="Va mieux", by=signed.doctor, now=timezone.now())
    assert signed.settle().version == 1


def test_a_doctors_sheet_completed_later_releases_what_it_held():
    act = make_signed()
    doctor = act.encounter.practitioner
    decision = act.encounter.decisions.get()
    decision.facts = {**decision.facts, "practitioner_sector": None}
    decision.save()
    doctor.sector = ""
    doctor.save()
    assert act.settle().said["missing"] == ["practitioner_sector"]
    doctor.sector = "s1"
    doctor.save()
    assert act.settle().state == "ready"


def test_waiving_and_claiming_again(signed):
    signed.settle()
    assert answer(signed, **{WAIVED: True}).state == "nothing"
    assert answer(signed, **{WAIVED: False}).state == "ready"


def test_a_changed_amount_replaces_the_receipt_and_nothing_owed_cancels_it(signed):
    def run():
        settle_due_claims(now=timezone.now() + timedelta(seconds=10))
        return list(
            signed.encounter.documents.filter(kind="receipt")
            .order_by("issued_at")
            .values_list("state", flat=True)
        )

    assert run() == ["issued"]
    answer(signed, c2s=True)
    assert run() == ["cancelled", "issued"]
    answer(signed, **{WAIVED: True})
    assert run() == ["cancelled", "cancelled"]
