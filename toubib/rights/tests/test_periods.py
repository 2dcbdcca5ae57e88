"""When a record ends, by table; every model of personal data has its period, its words and someone who erases it."""

import re
from datetime import UTC, date, datetime

import pytest
from django.apps import apps

from toubib.ground.models import DataNote
from toubib.rights import periods
from toubib.rights.operations import ELSEWHERE, SWEEPS
from toubib.rights.periods import PERIODS, End, add_years, end_of_record
from toubib.rulebook.parameters import all_parameters, parameter_on, value_on

ON = date(2026, 11, 21)
VISIT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # 3 March in Paris
ADULT, CHILD, LEAP = date(1980, 1, 1), date(2020, 6, 12), date(2016, 2, 29)
ARCHIVED, ESTABLISHMENT = "retention.record.archived_years", "retention.establishment.years"
MINOR, DEATH = "retention.minor.until_age", "retention.death.years"
WHOLE = date(2046, 3, 3)


@pytest.mark.parametrize(
    ("regime", "born", "died", "until", "rule"),
    [
        ("practice", ADULT, None, WHOLE, ARCHIVED),
        ("practice", ADULT, date(2027, 1, 1), WHOLE, ARCHIVED),  # no rule of a practice speaks of a death
        ("practice", CHILD, None, date(2048, 6, 12), MINOR),
        ("practice", date(2018, 3, 3), None, WHOLE, ARCHIVED),  # 28 on the very day
        ("practice", LEAP, None, WHOLE, ARCHIVED),
        ("practice", date(2024, 2, 29), None, date(2052, 2, 29), MINOR),
        ("establishment", ADULT, None, WHOLE, ESTABLISHMENT),
        ("establishment", CHILD, None, date(2048, 6, 12), MINOR),
        ("establishment", ADULT, date(2027, 1, 1), date(2037, 1, 1), DEATH),
        ("establishment", CHILD, date(2027, 1, 1), date(2037, 1, 1), DEATH),
        ("establishment", ADULT, date(2036, 3, 2), date(2046, 3, 2), DEATH),
        ("establishment", ADULT, date(2036, 3, 3), WHOLE, ESTABLISHMENT),  # ten years after: the other rule
    ],
)
def test_end_of_a_record(monkeypatch, regime, born, died, until, rule):
    def value(*, id, on):
        return regime if id == "retention.record.regime" else value_on(id=id, on=on)

    monkeypatch.setattr(periods, "value_on", value)
    assert end_of_record(last=VISIT, born=born, died=died, on=ON) == End(until, rule, date(2031, 3, 3))


def test_years_from_a_leap_day():
    assert (add_years(LEAP, 4), add_years(LEAP, 1), add_years(LEAP, -3)) == (
        date(2020, 2, 29),
        date(2017, 3, 1),
        date(2013, 3, 1),
    )


def personal():
    models = [one for one in apps.get_models() if isinstance(getattr(one, "data", None), DataNote)]
    return {one._meta.label: one for one in models if one.data.personal or one.data.health}


def test_every_model_of_personal_data_has_a_period():
    assert {label: one.data.kept for label, one in personal().items() if one.data.kept not in PERIODS} == {}


def test_every_parameter_of_a_period_is_in_force_and_says_its_source():
    named = {rule for one in PERIODS.values() for rule in one.parameters} | {one.rule for one in SWEEPS}
    rows = {rule: parameter_on(id=rule, on=ON) for rule in named}
    assert {rule: row for rule, row in rows.items() if not (row.reference and row.confidence)} == {}
    ours = {row.id for row in all_parameters() if row.id.startswith("retention.")}
    beside = {"retention.record.regime", ESTABLISHMENT, MINOR, DEATH, "retention.hold.suspends"}
    assert ours == named | beside


def test_words_of_a_note_say_the_numbers_of_the_rule_book():
    wrong = {}
    for words, period in PERIODS.items():
        said = {int(one) for one in re.findall(r"\b\d+\b", words.replace("2021-122", ""))}
        counted = {value_on(id=rule, on=ON) for rule in period.parameters}
        if words != "one day" and said and not counted <= said:
            wrong[words] = counted
    assert wrong == {}


def test_every_model_of_personal_data_is_erased_by_someone():
    swept = {label for sweep in SWEEPS for label in sweep.models}
    labels = set(personal())
    assert (labels - swept - set(ELSEWHERE), set(ELSEWHERE) & swept, (swept | set(ELSEWHERE)) - labels) == (
        set(),
        set(),
        {"consultation.PapersDue"} - labels,
    )
