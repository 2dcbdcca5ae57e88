from datetime import date

import pytest

from toubib.rulebook.parameters import UnknownParameter, all_parameters, value_on


def test_every_parameter_has_a_reference_and_a_known_confidence():
    words = {"seed", "found", "both", "memory", "choice"}
    assert [p.id for p in all_parameters() if not p.reference or p.confidence not in words] == []


def test_periods_do_not_overlap_or_leave_a_gap():
    rows = all_parameters()
    for one, two in zip(rows, rows[1:], strict=False):
        if one.id == two.id:
            assert one.ends == two.starts


def test_value_on_the_first_day_and_the_day_before():
    assert value_on(id="video.min_seconds", on=date(2026, 1, 1)) == 30
    with pytest.raises(UnknownParameter):
        value_on(id="video.min_seconds", on=date(2025, 12, 31))


def test_value_of_an_unknown_parameter_raises():
    with pytest.raises(UnknownParameter):
        value_on(id="no.such", on=date(2026, 6, 1))
