"""The questions of « Ce que vous paierez »: three groups, each of which may be left or answered « je ne sais pas »."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from toubib.people.forms import Form
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Ticket
from toubib.waiting.questions import COVER_FACTS, LIVES_HERE, MT_FACTS, QUESTIONS

NOTHING, UNKNOWN = "nothing", "unknown"
YES_NO = [("yes", _("Oui")), ("no", _("Non")), (UNKNOWN, _("Je ne sais pas"))]
BOTH = _("Vous avez coché « rien de tout cela » et autre chose. Gardez l’un des deux.")


def _group(label: Any, facts: tuple[str, ...]) -> forms.MultipleChoiceField:
    offered = [(fact, QUESTIONS[fact].patient) for fact in facts]
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[*offered, (NOTHING, _("Rien de tout cela")), (UNKNOWN, _("Je ne sais pas"))],
    )


# What the answer on the médecin traitant said already is not asked again.
SAID_BEFORE: dict[str, tuple[str, ...]] = {
    MedecinTraitant.NONE: MT_FACTS,
    MedecinTraitant.UNAVAILABLE: ("mt_unavailable",),
}


class PriceForm(Form):
    """`said()`: fact → value and words; a box left without « rien de tout cela » is unknown, never « no »."""

    mt = _group(_("Votre médecin traitant et cette demande"), MT_FACTS)
    cover = _group(_("Ce qui vous concerne"), COVER_FACTS)
    home = forms.ChoiceField(
        label=_("Habitez-vous cette commune ?"), required=False, widget=forms.RadioSelect, choices=YES_NO
    )

    def __init__(self, data: Any = None, *, ticket: Ticket, said: Mapping[str, Any]) -> None:
        super().__init__(data, initial=_initial(said, left_out=SAID_BEFORE.get(ticket.medecin_traitant, ())))
        self.asked = tuple(
            fact for fact in MT_FACTS if fact not in SAID_BEFORE.get(ticket.medecin_traitant, ())
        )
        if self.asked:
            self.fields["mt"] = _group(self.fields["mt"].label, self.asked)
        else:
            del self.fields["mt"]
        if ticket.place_commune is None:
            del self.fields["home"]
        else:
            self.fields["home"].label = _now("Habitez-vous à %(commune)s ?") % {
                "commune": ticket.place_commune.name
            }

    def clean_mt(self) -> list[str]:
        return self._one_or_the_other("mt")

    def clean_cover(self) -> list[str]:
        return self._one_or_the_other("cover")

    def _one_or_the_other(self, name: str) -> list[str]:
        picked: list[str] = self.cleaned_data[name]
        if NOTHING in picked and len(picked) > 1:
            raise ValidationError(str(BOTH))
        return picked

    def said(self) -> dict[str, tuple[Any, str]]:
        said: dict[str, tuple[Any, str]] = {}
        for name, facts in (("mt", self.asked), ("cover", COVER_FACTS)):
            if name in self.fields:
                said |= self._of_group(self.cleaned_data[name], facts)
        if "home" in self.fields:
            value = {"yes": True, "no": False}.get(self.cleaned_data["home"])
            said[LIVES_HERE] = (value, str(self.fields["home"].label))
        return said

    @staticmethod
    def _of_group(picked: list[str], facts: tuple[str, ...]) -> dict[str, tuple[Any, str]]:
        others = False if picked and UNKNOWN not in picked else None
        return {fact: (True if fact in picked else others, str(QUESTIONS[fact].patient)) for fact in facts}


def _initial(said: Mapping[str, Any], *, left_out: tuple[str, ...]) -> dict[str, Any]:
    """What was said, as boxes: all « no » is « rien de tout cela », a mix of « yes » and unknown keeps « je ne sais pas »."""
    found: dict[str, Any] = {}
    for name, facts in (("mt", MT_FACTS), ("cover", COVER_FACTS)):
        asked = [fact for fact in facts if fact not in left_out]
        values = [said.get(fact) for fact in asked]
        picked = [fact for fact in asked if said.get(fact)]
        if values and all(value is False for value in values):
            picked = [NOTHING]
        elif picked and None in values:
            picked = [*picked, UNKNOWN]
        found[name] = picked
    home = said.get(LIVES_HERE)
    found["home"] = "" if home is None else "yes" if home else "no"
    return found
