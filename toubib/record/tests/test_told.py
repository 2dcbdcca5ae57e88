"""What the patient said, as every page shows it: nothing hidden, and no allergy taken for none."""

import pytest

from toubib.record.told import QUESTIONS, Allergy, allergy_of, told_of

NONE = Allergy("none", "Allergies : aucune connue")
UNKNOWN = Allergy("unknown", "Allergies : non précisé")


@pytest.mark.parametrize(
    "words",
    ["Aucune", "aucune.", "Aucune allergie connue", "NON", "Pas d’allergie", "Pas d'allergies", "Rien",
     "Néant", "None", "No known allergies", "  Non,  aucune ! "],
)  # fmt: skip
def test_a_whole_answer_of_none_is_none(words):
    assert allergy_of({"allergies": words}) == NONE


@pytest.mark.parametrize("words", ["", "  ", "?", "Je ne sais pas", "I don’t know", "Inconnu"])
def test_an_answer_of_not_knowing_is_unknown(words):
    assert allergy_of({"allergies": words}) == UNKNOWN


@pytest.mark.parametrize(
    "words",
    ["Aucune sauf la pénicilline", "No penicillin please", "Non : pénicilline", "Rien à part le latex",
     "None except peanuts", "Aucun antibiotique !", "Je ne sais pas, peut-être l’aspirine", "Nonoxynol",
     "Aucune, mais ma mère est allergique à l’iode", "+++", "青霉素", "0", "🥜"],
)  # fmt: skip
def test_anything_more_than_none_is_shown_as_an_allergy(words):
    assert allergy_of({"allergies": words}) == Allergy("known", f"Allergie : {words}")


def test_nothing_told_is_unknown():
    assert (allergy_of({}), allergy_of({"allergies": None})) == (UNKNOWN, UNKNOWN)


def test_each_answer_is_shown_in_words_and_blank_ones_are_not():
    content = {
        "weight": "14,5",
        "pregnancy": "unsure",
        "allergies": "Latex",
        "treatments": "",
        "history": " ",
    }
    assert told_of(content) == [
        ("Allergies", "Latex"),
        ("Grossesse", "Je ne sais pas"),
        ("Poids de l’enfant", "14,5 kg"),
    ]


def test_an_answer_that_nobody_foresaw_is_shown_as_it_stands():
    assert told_of({"pregnancy": "twins", "smoker": "yes"}) == [("Grossesse", "twins"), ("smoker", "yes")]


def test_percent_signs_in_what_was_said_stay():
    assert told_of({"history": "50 %(said)s"}) == [("Maladies et opérations", "50 %(said)s")]
    assert set(QUESTIONS) == {"allergies", "treatments", "history", "pregnancy", "weight"}
