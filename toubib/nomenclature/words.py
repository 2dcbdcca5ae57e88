"""How names are compared: without accents, case, hyphens, and with what the ear does not hear left out."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[a-z]+|\d+(?:[.,]\d+)?")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "\u00b5": "u", "\u03bc": "u"})
NUMBER = re.compile(r"\d+")
SOUNDS = (
    ("ph", "f"),
    ("th", "t"),
    ("rh", "r"),
    ("qu", "c"),
    ("y", "i"),
    ("k", "c"),
    ("z", "s"),
    ("x", "cs"),
)
LEAST_TO_TAKE = 6  # letters: a shorter word taken for another would be a guess
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def plain(text: str) -> str:
    """Lower case without accents; what has no plain letter is left out."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    return bare.encode("ascii", "ignore").decode("ascii")


def in_order(text: str) -> str:
    """A key that puts 5 mg before 10 mg."""
    return NUMBER.sub(lambda found: found[0].zfill(8), plain(text))


def words_of(text: str) -> list[str]:
    """Words and numbers in order: « Doliprane 2,4 % » → doliprane, 2.4."""
    return [word.replace(",", ".") for word in WORD.findall(plain(text))]


def sound(word: str) -> str:
    """A word as it sounds, nearly: « ibuprophène » and « ibuprofene » sound alike, « amoxiciline » and « amoxicilline »."""
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    kept = "".join(letter for letter, before in zip(word, " " + word, strict=False) if letter != before)
    return kept[:1] + kept[1:].replace("h", "")


def is_nearly(typed: str, word: str) -> bool:
    """Whether `typed` is this word, sounds like it or, from six letters on, is one slip away from it."""
    if typed == word:
        return True
    if min(len(typed), len(word)) < LEAST_TO_TAKE:
        return False
    return sound(typed) == sound(word) or (abs(len(typed) - len(word)) <= 1 and typed in slips(word))


def slips(word: str) -> set[str]:
    """Every word one slip away: a letter lost, doubled up, changed, or two that changed places."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    lost = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    added = {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return lost | swapped | changed | added
