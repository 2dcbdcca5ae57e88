"""The law as data: whole, dated, and honest about what is not certain."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from toubib.rulebook.parameters import (
    Alternative,
    BadParameters,
    UnknownParameter,
    all_parameters,
    history,
    in_force,
    parameter_on,
    value_on,
)
from toubib.rulebook.parameters.loader import load_folder

ONE_DAY = timedelta(days=1)


def test_ids_are_unique_and_sorted_with_their_periods():
    keys = [(row.id, row.starts) for row in all_parameters()]
    assert keys == sorted(set(keys))


def test_every_value_has_a_label_a_reference_and_a_known_confidence():
    words = {"seed", "found", "both", "memory", "choice"}
    rows = all_parameters()
    assert [row.id for row in rows if not (row.label and row.reference and row.confidence in words)] == []


def test_what_is_contested_or_from_memory_is_never_called_verified():
    assert [
        row.id for row in all_parameters() if row.verified and (row.contested or row.confidence == "memory")
    ] == []


def test_what_is_contested_says_how():
    assert [row.id for row in all_parameters() if row.contested and not (row.alternatives or row.note)] == []


def test_periods_do_not_overlap_or_leave_a_gap():
    joints = [(one, two) for one, two in pairwise(all_parameters()) if one.id == two.id]
    assert [one.id for one, two in joints if one.ends != two.starts] == []


def test_neighbouring_periods_differ_in_value_or_in_reference():
    same = [
        one.id
        for one, two in pairwise(all_parameters())
        if one.id == two.id and (one.value, one.reference) == (two.value, two.reference)
    ]
    assert same == []


def test_labels_are_unique_so_that_a_reader_can_tell_rules_apart():
    labels = {row.id: row.label for row in all_parameters()}
    assert len(set(labels.values())) == len(labels)


GONE = "no rule"  # nothing in force


@pytest.mark.parametrize(
    ("id", "first_day", "before", "after"),
    [
        ("reimb.start", date(2018, 9, 15), False, True),
        ("cap.in_force", date(2021, 9, 26), False, True),
        ("cap.rate.general", date(2021, 9, 26), GONE, 0.20),
        ("cap.rate.psychiatry", date(2024, 6, 22), 0.20, 0.40),
        ("cap.numerator.includes_teleexpertise", date(2024, 6, 22), True, False),
        ("cap.numerator.includes_own_mt_patients", date(2024, 6, 22), True, False),
        ("cap.suspension.winter_2022_23", date(2022, 12, 1), False, True),
        ("cap.suspension.winter_2022_23", date(2023, 2, 1), True, False),
        ("reimb.phone_allowed_covid", date(2020, 3, 1), False, True),
        ("reimb.phone_allowed_covid", date(2022, 6, 1), True, False),
        ("reimb.prior_in_person_visit_months", date(2018, 9, 15), GONE, 12),
        ("reimb.prior_in_person_visit_months", date(2021, 9, 26), 12, GONE),
        ("reimb.alternance_required", date(2021, 9, 26), False, True),
        ("reimb.territoriality.waiver.zone", date(2021, 9, 26), GONE, ("ZIP", "ZAC")),
        ("reimb.territoriality.waiver.zone", date(2024, 6, 22), ("ZIP", "ZAC"), ("ZIP",)),
        ("reimb.company_agrement_required", date(2024, 3, 2), False, True),
        ("reimb.covid_full_coverage", date(2022, 10, 1), True, False),
        ("participation.amount", date(2024, 5, 15), 1.00, 2.00),
        ("participation.daily_max", date(2024, 5, 15), 4.00, 8.00),
        ("sickleave.tele.max_days", date(2024, 1, 1), GONE, 3),
        ("sickleave.tele.doctor_abroad_forbidden", date(2025, 3, 1), False, True),
        ("sickleave.dental_surgeon", date(2026, 1, 1), False, True),
        ("sickleave.reason_required", date(2026, 9, 1), False, True),
        ("sickleave.max_first_days", date(2026, 9, 1), GONE, 31),
        ("sickleave.max_prolongation_days", date(2026, 9, 1), GONE, 62),
        ("te.max_per_patient_per_year", date(2022, 4, 1), 6, 4),
        ("te.reply_delay_days", date(2024, 6, 22), GONE, 7),
    ],
)
def test_value_on_the_day_before_and_on_the_day_itself(id, first_day, before, after):
    def value(on):
        try:
            return value_on(id=id, on=on)
        except UnknownParameter:
            return GONE

    assert (value(first_day - ONE_DAY), value(first_day)) == (before, after)


@pytest.mark.parametrize(
    ("id", "figures"),
    [
        ("tariff.TCG", {date(2018, 9, 15): 25.00, date(2026, 11, 21): 25.00}),
        ("tariff.G", {date(2023, 10, 31): 25.00, date(2023, 11, 1): 26.50, date(2024, 12, 22): 30.00}),
        ("tariff.G.child", {date(2023, 11, 1): 31.50, date(2024, 12, 22): 35.00}),
        ("tariff.TC", {date(2020, 1, 1): 23.00}),
        ("tariff.TCS.psychiatry", {date(2025, 1, 1): 50.20}),
        ("tariff.TCS.gynaecology", {date(2025, 1, 1): 32.00}),
        ("tariff.TCS.ophthalmology", {date(2025, 1, 1): 30.00}),
        ("tariff.TE1", {date(2022, 3, 31): 12.00}),
        ("tariff.TE2", {date(2025, 12, 31): 20.00, date(2026, 1, 1): 23.00}),
        ("tariff.TE2.drom", {date(2025, 12, 31): 24.00, date(2026, 1, 1): 27.60}),
        ("tariff.RQD", {date(2022, 3, 31): 10.00, date(2022, 4, 1): 10.00}),
        ("tariff.RQD.drom", {date(2022, 4, 1): 12.00}),
        ("tariff.addon.MHP", {date(2024, 12, 22): 5.00}),
        ("tariff.TLS", {date(2020, 1, 1): 10.00}),
        ("tariff.TLL", {date(2020, 1, 1): 12.00}),
        ("tariff.TLD", {date(2020, 1, 1): 15.00}),
        ("amo.rate.standard", {date(2025, 3, 10): 0.70}),
        ("amo.rate.ald_related", {date(2025, 3, 10): 1.00}),
        ("amo.rate.alsace_moselle", {date(2025, 3, 10): 0.90}),
        ("participation.yearly_max", {date(2025, 3, 10): 50.00}),
        ("participation.exempt_under_age", {date(2025, 3, 10): 18}),
        ("te.amo_rate", {date(2025, 3, 10): 1.00}),
    ],
)
def test_figures_are_those_of_the_texts(id, figures):
    assert {on: value_on(id=id, on=on) for on in figures} == figures


def test_in_force_tells_the_values_of_a_day_sorted_by_id():
    rows = in_force(on=date(2025, 3, 10))
    assert [row.id for row in rows] == sorted({row.id for row in rows})
    assert all(row.covers(date(2025, 3, 10)) for row in rows)


def test_history_is_every_period_the_oldest_first():
    assert [row.value for row in history(id="cap.suspension.winter_2022_23")] == [False, True, False]


def test_a_contested_start_keeps_the_other_day():
    row = parameter_on(id="cap.rate.general", on=date(2025, 3, 10))
    assert (row.contested, row.verified) == (True, False)
    assert [(one.value, one.starts) for one in row.alternatives] == [(0.20, date(2022, 4, 1))]


def test_what_is_unknown_raises():
    for ask in (lambda: value_on(id="no.such", on=date(2026, 6, 1)), lambda: history(id="no.such")):
        with pytest.raises(UnknownParameter):
            ask()


GOOD = """
- id: a.b
  label: Une règle
  unit: days
  values:
    - {from: 2020-01-01, value: 1, reference: R, confidence: found}
    - {from: 2021-01-01, to: 2022-01-01, value: 2, reference: R, confidence: memory,
       alternatives: [{value: 3, from: 2021-02-01, source: S}]}
"""


def load(tmp_path, text):
    (tmp_path / "law.yaml").write_text(text, encoding="utf-8")
    return load_folder(tmp_path)


def test_a_file_is_read_with_its_defaults(tmp_path):
    rows = load(tmp_path, GOOD)
    told = [(row.value, row.starts, row.ends, row.verified, row.contested, row.alternatives) for row in rows]
    assert told == [
        (1, date(2020, 1, 1), date(2021, 1, 1), True, False, ()),
        (2, date(2021, 1, 1), date(2022, 1, 1), False, False, (Alternative(3, "S", date(2021, 2, 1)),)),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("reference: R, confidence: found", "confidence: found", "law.yaml: a.b: 2020-01-01: reference: missing"),
        ("confidence: found", "confidence: sure", "law.yaml: a.b: 2020-01-01: confidence: sure is none of"),
        ("value: 1", "value: un", "law.yaml: a.b: 2020-01-01: value: 'un' is not a value in days"),
        ("value: 1", "value: true", "law.yaml: a.b: 2020-01-01: value: True is not a value in days"),
        ("value: 1", "value: -1", "law.yaml: a.b: 2020-01-01: value: -1 is not a value in days"),
        ("value: 1", "valeur: 1", "law.yaml: a.b: 2020-01-01: unknown key: valeur"),
        ("unit: days", "unit: lunes", "law.yaml: a.b: 2020-01-01: unit: lunes is not known"),
        ("label: Une règle", "note: x", "law.yaml: a.b: unknown key: note"),
        ("from: 2020-01-01", "from: 2020-02-30", "law.yaml: -: not readable as YAML"),
        ("from: 2020-01-01", "from: hier", "law.yaml: a.b: from: 'hier' is not a day (YYYY-MM-DD)"),
        ("from: 2021-01-01, to: 2022-01-01", "from: 2021-01-01, to: 2021-01-01", "to: the period ends before it begins"),
        ("from: 2020-01-01,", "from: 2020-01-01, to: 2021-06-01,", "law.yaml: a.b: overlap: one period ends 2021-06-01"),
        ("from: 2020-01-01,", "from: 2020-01-01, to: 2020-06-01,", "law.yaml: a.b: gap from 2020-06-01 to 2021-01-01"),
        ("from: 2021-01-01,", "from: 2019-01-01,", "law.yaml: a.b: periods out of order"),
        ("confidence: memory,", "confidence: memory, verified: true,", "verified: a contested value, or one from memory"),
        ("confidence: found}", "confidence: found, contested: true}", "contested: an alternative or a note must say how"),
        ("source: S", "note: S", "law.yaml: a.b: 2021-01-01: alternatives: source: missing"),
        ("confidence: found}", "confidence: found, href: 'http://x'}", "href: an https address is expected"),
        ("- id: a.b", "- nom: a.b", "law.yaml: -: a parameter without id"),
        ("  values:", "  values: []\n  reste:", "law.yaml: a.b: unknown key: reste"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_naming_file_parameter_and_fault(tmp_path, was, becomes, says):
    assert was in GOOD
    with pytest.raises(BadParameters) as refused:
        load(tmp_path, GOOD.replace(was, becomes, 1))
    file, line, rest = str(refused.value).split(":", 2)
    assert says in f"{file}:{rest}"
    assert line.isdigit()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("confidence: found", "confidence: sure", "law.yaml:6: a.b: 2020-01-01: confidence: sure is none of"),
        ("value: 2", "value: two", "law.yaml:7: a.b: 2021-01-01: value: 'two' is not a value in days"),
        ("source: S", "note: S", "law.yaml:7: a.b: 2021-01-01: alternatives: source: missing"),
        ("from: 2021-01-01", "from: 2021-02-30", "law.yaml:7: -: not readable as YAML: day is out of range"),
        ("unit: days", "unit: [", "law.yaml:6: -: not readable as YAML"),
        ("label: Une règle", "note: x", "law.yaml:2: a.b: unknown key: note"),
    ],
)
def test_a_broken_file_names_the_line(tmp_path, was, becomes, says):
    with pytest.raises(BadParameters) as refused:
        load(tmp_path, GOOD.replace(was, becomes, 1))
    assert str(refused.value).startswith(says)


def test_a_declared_gap_is_accepted(tmp_path):
    text = GOOD.replace("from: 2020-01-01,", "from: 2020-01-01, to: 2020-06-01,").replace(
        "unit: days", "unit: days\n  gap: true"
    )
    assert [(row.starts, row.ends) for row in load(tmp_path, text)][0] == (date(2020, 1, 1), date(2020, 6, 1))


def test_one_id_in_two_files_is_refused(tmp_path):
    (tmp_path / "other.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadParameters, match=r"other\.yaml:2: a\.b: id given twice"):
        load(tmp_path, GOOD)


@pytest.mark.parametrize("text", ["", "a: b", "- x", "- [", "\x00"])
def test_a_file_that_is_no_list_of_parameters_is_refused(tmp_path, text):
    with pytest.raises(BadParameters, match=r"^law\.yaml"):
        load(tmp_path, text)
