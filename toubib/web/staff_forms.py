"""What the medical director and the compliance officer type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from toubib.people.forms import DayField, Form, text_field
from toubib.rights.enums import Answer
from toubib.web.audit import AREAS, Search


class OutcomeForm(Form):
    outcome = text_field(
        _("Ce qui a été fait"),
        longest=1000,
        empty=_("Écrivez ce qui a été fait, en une phrase."),
        widget=forms.Textarea,
        attrs={"rows": 2},
    )


class AnswerForm(Form):
    answer = text_field(
        _("Votre réponse"),
        longest=4000,
        empty=_("Écrivez votre réponse."),
        widget=forms.Textarea,
        attrs={"rows": 6},
        help_text=_("La personne la lit dans son espace."),
    )


class WhoForm(Form):
    who = text_field(
        _("Nom d’un patient, ou nom ou adresse d’un compte"),
        longest=120,
        empty=_("Écrivez un nom."),
        help_text=_("Le nom ne reste pas dans l’adresse de la page."),
        attrs={"autocomplete": "off", "spellcheck": "false"},
    )


class SearchForm(Form):
    """By GET: ids, days and a part of the platform; no name."""

    patient = forms.UUIDField(required=False, widget=forms.HiddenInput)
    account = forms.UUIDField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(
        label=_("Partie"),
        required=False,
        choices=[("", _("Toutes")), *AREAS.items()],
        error_messages={"invalid_choice": _("Choisissez une réponse de la liste.")},
    )
    since = DayField(label=_("Depuis le"), required=False)
    until = DayField(label=_("Jusqu’au"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        since, until = typed.get("since"), typed.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(_("La fin suit le début.")))
        return typed

    def search(self) -> Search:
        """What is valid; a wrong field searches nothing of its own."""
        good = {name: value for name, value in self.cleaned_data.items() if value and name not in self.errors}
        return Search(**good)


class ErasureAnswerForm(Form):
    decision = forms.ChoiceField(
        label=_("Votre réponse"),
        choices=[
            (Answer.DONE.value, _("Effacer ce qui peut l’être")),
            (Answer.REFUSED.value, _("Refuser")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choisissez une réponse."),
            "invalid_choice": _("Choisissez une réponse."),
        },
    )
    words = text_field(
        _("Vos raisons"),
        longest=4000,
        empty=_("Écrivez vos raisons : la personne les lira."),
        widget=forms.Textarea,
        attrs={"rows": 6},
        help_text=_("La personne les lit : ce qui est effacé, ce que la loi garde et jusqu’à quand."),
    )


class HoldForm(Form):
    why = text_field(
        _("Pour quel recours"),
        longest=1000,
        empty=_("Écrivez quel papier ou quel recours vous avez vu."),
        help_text=_("Sans détail de santé. Rien de ce dossier ne s’efface tant que le recours dure."),
    )


class DeathForm(Form):
    died_on = DayField(label=_("Jour du décès"))
    known_by = text_field(
        _("Papier vu"),
        longest=1000,
        empty=_("Écrivez quel papier ou quel recours vous avez vu."),
        help_text=_("Acte de décès, certificat, notaire."),
    )
