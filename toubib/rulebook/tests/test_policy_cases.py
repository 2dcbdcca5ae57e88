"""The cases that stand in the files of the shipped policies, and cases of a doctor's standing: tried as a lawyer would."""

import pytest

from toubib.rulebook.policies import BadPolicy, Overlay, find_policy, policy_files
from toubib.rulebook.trial import cases_of, differences, read_bases, try_file

BASES = read_bases()


@pytest.mark.slow
@pytest.mark.parametrize("name", policy_files())
def test_shipped_policy_holds_its_cases_on_both_sides(name):
    """Some case that the law answers otherwise, and some that it answers alike; each names its article."""
    cases, _ = cases_of(name)
    overlay = Overlay((find_policy(name),))
    assert [differences(case, BASES, overlay) for case in cases] == [[]] * len(cases)
    assert {bool(differences(case, BASES)) for case in cases} == {True, False}
    assert [case["case"] for case in cases if not case.get("article", "").strip()] == []
    assert len({case["case"] for case in cases}) == len(cases) >= 2


DOCTOR = (
    "{year: 2025, specialty: general_practice, counted_acts: 15, conventioned_acts: 100, own_mt_acts: 40}"
)


def tried(tmp_path, doctor, expect, more=""):
    path = tmp_path / "cases.yaml"
    path.write_text(f"- case: c\n  doctor: {doctor}\n  expect: {expect}\n{more}", encoding="utf-8")
    return try_file(str(path))


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("{cap_status: {outcome: BELOW, ratio: 0.15, other: {ratio: 0.25}}}", []),
        ('{cap_status: {ratio: "3/20", remaining_acts: 6}}', []),
        ("{cap_status: {outcome: NEAR}}", ["c: cap_status.outcome: 'NEAR' expected, 'BELOW' answered"]),
        ("{cap_status: {ratio: 0.1501}}", ["c: cap_status.ratio: 0.1501 expected, 0.15 answered"]),
        ("{cap_status: {rate: null}}", ["c: cap_status.rate: None expected, 0.2 answered"]),
        (
            "{cap_status: {other: {outcome: BELOW, in_person_needed: 15}}}",
            ["c: cap_status.other.outcome: 'BELOW' expected, 'ABOVE' answered"],
        ),
    ],
)
def test_standing_otherwise_than_expected_is_said(tmp_path, expect, said):
    at = f"{tmp_path}/cases.yaml:1: "
    assert tried(tmp_path, DOCTOR, expect) == (1, [f"{at}{line}" for line in said])


@pytest.mark.parametrize(
    ("doctor", "expect", "more", "said"),
    [
        ("{}", "{cap_status: {}}", "", "doctor: year: a whole number"),
        ("{year: 1999}", "{cap_status: {}}", "", "doctor: year: from 2018"),
        ("{year: 2025, acts: 5}", "{cap_status: {}}", "", "doctor: a map of "),
        ("[2025]", "{cap_status: {}}", "", "doctor: a map of "),
        ("{year: 2025, counted_acts: -1}", "{cap_status: {}}", "", "doctor: counted_acts: a whole number"),
        ("{year: 2025, counted_acts: many}", "{cap_status: {}}", "", "doctor: counted_acts: a whole number"),
        ("{year: 2025, specialty: magic}", "{cap_status: {}}", "", "doctor: specialty: magic"),
        ("{year: 2025, outside: 5}", "{cap_status: {}}", "", "doctor: outside: null, or a map"),
        (DOCTOR, "{cap: {}}", "", "cap_status is expected and nothing else"),
        (DOCTOR, "{cap_status: [BELOW]}", "", "expect: cap_status: a map of"),
        (DOCTOR, "{cap_status: {share: 1}}", "", "expect: cap_status: a map of"),
        (DOCTOR, "{cap_status: {ratio: little}}", "", "expect: cap_status.ratio: a share as 0.25"),
        (DOCTOR, "{cap_status: {}}", "  facts: {c2s: true}\n", "facts of an act, or a doctor, not both"),
    ],
)
def test_case_of_a_doctor_that_cannot_be_read_names_its_line(tmp_path, doctor, expect, more, said):
    with pytest.raises(BadPolicy) as caught:
        tried(tmp_path, doctor, expect, more)
    assert str(caught.value).startswith(f"{tmp_path}/cases.yaml:1: cases: ")
    assert said in str(caught.value)
