"""What the panel « Pourquoi ? » marks as contested: every reason that rests on a value that sources dispute."""

from toubib.consultation.views.law import checks_of
from toubib.rulebook.decide import decide
from toubib.rulebook.tests.completions import plain_act


def rows(decision, name):
    check = next(one for one in checks_of(decision, asks=False) if one.name == name)
    return {row.text: row for row in check.rows}


def test_reason_that_rests_on_a_contested_value_has_the_mark_once():
    far = {"same_territory": False, "patient_zone": "ZIP", "has_medecin_traitant": False}
    decision = decide({**plain_act("2025-03-10"), **far})
    reason = next(one for one in decision["reimbursement"]["reasons"] if one["code"] == "TERR.WAIVER_ZONE")
    row = rows(decision, "reimbursement")[reason["text_doctor"]]
    assert reason["reference"].endswith(" (contesté)")
    assert (row.contested, row.reference) == (True, reason["reference"].removesuffix(" (contesté)"))


def test_reason_that_rests_on_none_has_no_mark():
    decision = decide(plain_act("2025-03-10"))
    reason = next(one for one in decision["reimbursement"]["reasons"] if one["code"] == "PATHWAY.REFERRED")
    assert rows(decision, "reimbursement")[reason["text_doctor"]].contested is False


def test_decision_kept_before_references_said_so_has_the_mark_by_its_parameters():
    decision = decide(plain_act("2025-03-10"))
    for reason in decision["cap"]["reasons"]:
        reason["reference"] = reason["reference"].removesuffix(" (contesté)")
    assert [row.contested for row in rows(decision, "cap").values()] == [True]
