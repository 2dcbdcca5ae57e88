"""What a patient is asked of their health: the one table of keys, labels and answers, for every page that asks or shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Question:
    """`answers`: the closed ones, (value, words); none: the patient's own words. `shown`: how these read on a page."""

    label: Any
    hint: Any = ""
    answers: tuple[tuple[str, Any], ...] = ()
    shown: Any = "%(said)s"

    def words(self, said: str) -> str:
        """What a page shows of an answer; an unknown value as it stands: nothing that was said is hidden."""
        return str(self.shown) % {"said": dict(self.answers).get(said, said)}


QUESTIONS: dict[str, Question] = {
    "allergies": Question(
        _("Allergies"), _("Un médicament, un aliment, le latex. « Aucune » est une réponse.")
    ),
    "treatments": Question(_("Traitements en cours"), _("Nom, dose, depuis quand.")),
    "history": Question(_("Maladies et opérations"), _("Asthme, diabète, cœur, reins, opérations.")),
    "pregnancy": Question(
        _("Grossesse"), answers=(("no", _("Non")), ("yes", _("Oui")), ("unsure", _("Je ne sais pas")))
    ),
    "weight": Question(
        _("Poids de l’enfant"), _("En kilos, même à peu près. Exemple : 14,5."), shown=_("%(said)s kg")
    ),
}

FERTILE = range(11, 56)
WEIGHED_UNDER = 16


def concerns(*, male: bool, age: int) -> frozenset[str]:
    """Those of the questions that not everyone is asked: pregnancy by sex and age, weight of a child."""
    asked = set() if male or age not in FERTILE else {"pregnancy"}
    return frozenset(asked | ({"weight"} if age < WEIGHED_UNDER else set()))


# An answer counts as « none » or « unknown » only as a whole: « aucune sauf la pénicilline » is an allergy.
_NONE = frozenset({
    "aucun", "aucune", "aucune allergie", "aucune connue", "aucune allergie connue", "aucune a ma connaissance",
    "aucune allergie a ma connaissance", "pas d allergie", "pas d allergies", "pas d allergie connue",
    "pas d allergies connues", "pas d allergie a ma connaissance", "non", "non aucune", "non aucune allergie",
    "non rien", "rien", "rien de connu", "rien a signaler", "neant", "none", "none known", "no", "nothing",
    "no allergy", "no allergies", "no known allergy", "no known allergies", "none that i know of",
})  # fmt: skip
_UNKNOWN = frozenset({
    "", "je ne sais pas", "je sais pas", "ne sais pas", "ne sait pas", "je ne sais pas encore", "inconnu", "inconnue",
    "inconnues", "i don t know", "don t know", "i do not know", "unknown", "not known",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allergy:
    """`known` stands out, `unknown` is dashed, `none` is plain."""

    kind: str
    words: str


def told_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, words) of each answer given, in the order of the questions; an unknown key comes last, as it stands."""
    keys = [*QUESTIONS, *(key for key in content if key not in QUESTIONS)]
    return [_row(key, str(content[key])) for key in keys if str(content.get(key) or "").strip()]


def _row(key: str, said: str) -> tuple[str, str]:
    question = QUESTIONS.get(key, Question(key))
    return str(question.label), question.words(said)


def allergy_of(content: Mapping[str, Any]) -> Allergy:
    """What the badge of allergies says. When in doubt the patient's own words stand out."""
    said = str(content.get("allergies") or "").strip()
    plain = _plain(said)
    if plain in _UNKNOWN:
        return Allergy("unknown", _now("Allergies : non précisé"))
    if plain in _NONE:
        return Allergy("none", _now("Allergies : aucune connue"))
    return Allergy("known", _now("Allergie : %(what)s") % {"what": said})


def _plain(words: str) -> str:
    """Lower case, without accents, punctuation or double spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(c))
    return re.sub(r"[\s.,;:!?'’\"«»()/_–—-]+", " ", bare).strip()
