"""A line beside a noted allergy: words compared, nothing judged."""

from datetime import date

import pytest
from django.utils import timezone

from toubib.nomenclature.operations import load_demo_lists
from toubib.record.allergies import Mark, is_answered, is_like, marks_of
from toubib.record.prescribed import Item

DAY = date(2026, 3, 2)
PLAIN = Item("amoxicilline")


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("amoxicilline", "amoxiciline", True),
        ("penicillines", "amoxicilline", True),
        ("sulfamides", "sulfamethoxazole", True),
        ("iode", "iode", True),
        ("paracetamol", "amoxicilline", False),
        ("latex", "lasix", False),
    ],
)
def test_words_are_alike_when_they_begin_or_end_so(one, other, like):
    assert is_like(one, other) is is_like(other, one) is like


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "line", "mark"),
    [
        ("pénicilline (urticaire dans l’enfance)", PLAIN, Mark("penicilline", "amoxicilline")),
        ("Aucune sauf la pénicilline", PLAIN, Mark("penicilline", "amoxicilline")),
        ("Doliprane", Item("paracétamol"), Mark("doliprane", "paracetamol")),
        ("pollens", PLAIN, None),
        ("aucune", PLAIN, None),
        ("", PLAIN, None),
        ("acide folique", Item("acide acétylsalicylique"), None),
    ],
)
def test_a_noted_word_marks_the_line_that_resembles_it(told, line, mark):
    load_demo_lists(now=timezone.now())
    assert marks_of([line], content={"allergies": told}, on=DAY) == [mark]


def test_a_reason_answers_for_its_own_word_alone():
    mark = Mark("penicilline", "amoxicilline")
    said = Item("amoxicilline", allergy="penicilline", allergy_reason="Prise depuis, sans réaction")
    assert [is_answered(one, mark) for one in (PLAIN, said)] == [False, True]
    assert [is_answered(said, Mark("amoxicilline", "amoxicilline")), is_answered(PLAIN, None)] == [
        False,
        True,
    ]
