"""What may stand on an ordonnance printed here: the gravest reason is said, and unknown is never a yes."""

from datetime import date

import pytest

from toubib.rulebook.codes import all_codes
from toubib.rulebook.parameters import all_parameters
from toubib.rulebook.prescription import ALLOWED, CATEGORIES, SUBSTANCES, is_allowed, judge_medicine

NOW = date(2026, 11, 22)


def judged(words=(), categories=(), *, on=NOW, conditions_known=True, authorised=True):
    return judge_medicine(
        words=frozenset(words),
        categories=frozenset(categories),
        conditions_known=conditions_known,
        authorised=authorised,
        on=on,
    )


@pytest.mark.parametrize(
    ("word", "first_day"),
    [
        ("tianeptine", date(2012, 9, 3)),
        ("zolpidem", date(2017, 4, 10)),
        ("pregabaline", date(2021, 5, 24)),
        ("tramadol", date(2025, 3, 1)),
        ("codeine", date(2025, 3, 1)),
        ("dihydrocodeine", date(2025, 3, 1)),
    ],
)
def test_substance_needs_a_secured_sheet_from_its_day_on(word, first_day):
    before = date.fromordinal(first_day.toordinal() - 1)
    assert (judged([word], on=before), judged([word], on=first_day)) == ("RX.OK", "RX.SECURED")


@pytest.mark.parametrize("word", ["morphine", "fentanyl", "oxycodone", "methylphenidate", "methadone"])
def test_narcotic_is_refused_by_its_substance_alone(word):
    assert judged([word], conditions_known=False) == "RX.NARCOTIC"


@pytest.mark.parametrize(("category", "code"), CATEGORIES.items())
def test_category_is_refused_with_its_own_reason(category, code):
    assert judged(categories=[category]) == code
    assert is_allowed(code) is False


def test_gravest_reason_is_the_one_said():
    assert judged(["codeine", "morphine"], ["special_monitoring", "hospital"]) == "RX.NARCOTIC"
    assert judged(["tramadol"], ["specialists"]) == "RX.SECURED"
    assert judged(categories=["special_monitoring", "initial_hospital"]) == "RX.INITIAL_HOSPITAL"


def test_unknown_conditions_are_neither_yes_nor_no():
    assert judged(conditions_known=False) == "RX.CONDITIONS_UNKNOWN"
    assert judged(on=date(2009, 1, 1)) == "RX.CONDITIONS_UNKNOWN"  # no list speaks of that day
    assert is_allowed("RX.CONDITIONS_UNKNOWN") is None
    assert is_allowed("RX.UNKNOWN_MEDICINE") is None
    assert judged(["paracetamol"]) == "RX.OK"
    assert judged(["pholcodine", "apomorphine"]) == "RX.OK"


def test_medicine_without_authorisation_is_refused_first():
    assert judged(["morphine"], authorised=False) == "RX.NOT_AUTHORISED"


def test_every_word_of_the_lists_is_known_here_and_every_code_registered():
    lists = [one for one in all_parameters() if one.id.startswith("prescription.") and one.unit == "list"]
    named = {word for one in lists for value in (one, *one.alternatives) for word in value.value}
    assert named <= {*SUBSTANCES, *CATEGORIES}
    assert set(SUBSTANCES) <= named
    codes = {code for code in all_codes() if code.startswith("RX.")}
    assert codes == {*CATEGORIES.values(), *ALLOWED, "RX.NOT_AUTHORISED"}
