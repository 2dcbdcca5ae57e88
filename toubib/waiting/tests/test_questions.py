"""The words of a fact are said where the law reads them, where one is asked, and where a place says them: all alike."""

from toubib.directory.enums import PLACE_TYPES, PlaceKind
from toubib.rulebook.facts import all_facts
from toubib.waiting.questions import AT_HOME, PLACE_TYPE, QUESTIONS


def test_choices_of_a_question_are_the_values_of_its_fact():
    asked = {
        one.fact: sorted(value for value, _words in one.choices)
        for one in QUESTIONS.values()
        if one.kind == "choice"
    }
    assert asked == {fact: sorted(all_facts()[fact].values) for fact in asked}, "facts.yaml, questions.py"


def test_a_kind_of_place_is_a_place_of_the_law():
    known = set(all_facts()[PLACE_TYPE].values)
    assert set(PLACE_TYPES.values()) | {"other"} | {value for value, _words in AT_HOME} <= known
    assert set(PLACE_TYPES) <= set(PlaceKind)
