"""Names compared as people type them."""

import pytest

from toubib.nomenclature.words import in_order, plain, slips, sound, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Doliprane 2,4 %", ["doliprane", "2.4"]),
        ("ŒSTRADIOL d’usage", ["oestradiol", "d", "usage"]),
        ("PARACÉTAMOL/CODÉINE 500mg/30mg", ["paracetamol", "codeine", "500", "mg", "30", "mg"]),
        ("l-thyroxin 12.5 µg", ["l", "thyroxin", "12.5", "ug"]),
        ("", []),
        ("日本", []),
    ],
)
def test_words_are_plain_and_numbers_whole(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ibuprophene", "ibuprofene"),
        ("amoxiciline", "amoxicilline"),
        ("levotirox", "levothyrox"),
        ("omeprasole", "omeprazole"),
        ("koketterie", "coqueterie"),
    ],
)
def test_words_that_sound_alike_have_one_sound(one, two):
    assert sound(one) == sound(two)


def test_sound_keeps_words_apart():
    assert sound("ramipril") != sound("lisinopril")
    assert sound("h") == "h"


def test_slips_are_every_word_one_slip_away():
    found = slips("abc")
    assert {"bc", "ac", "ab", "bac", "acb", "xbc", "abx", "abcx", "xabc", "abc"} <= found
    assert not {"a", "cba", "abxy"} & found


def test_numbers_are_put_in_order_and_accents_dropped():
    assert sorted(["A 10 mg", "A 5 mg", "À 2,5 mg"], key=in_order) == ["À 2,5 mg", "A 5 mg", "A 10 mg"]
    assert plain("Réservé à l’usage") == "reserve a l'usage"
