"""A line of the ordonnance as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from toubib.record.enums import NonSubstitutable, SheetKind
from toubib.record.prescribed import Item

NUMBER = {"invalid": _("Écrivez un nombre entier."), "min_value": _("Écrivez un nombre positif.")}
LONG = {"max_length": _("Ce texte est trop long.")}


def _number(label: Any, *, least: int, most: int, sentence: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=most,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3, "autocomplete": "off"}),
        error_messages={**NUMBER, "max_value": sentence},
    )


def _text(label: Any, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **{"required": False, "error_messages": LONG, **more},
    )


class LineForm(forms.Form):
    """`line`: the id that the line has or will have, so that a form sent twice makes one line."""

    line = forms.UUIDField(widget=forms.HiddenInput)
    cis = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    sheet = forms.ChoiceField(
        label=_("Feuille"), choices=[(key, capfirst(label)) for key, label in SheetKind.choices]
    )
    text = _text(
        _("Médicament ou texte"),
        500,
        required=True,
        error_messages={**LONG, "required": _("Cherchez un médicament, ou écrivez une ligne libre.")},
    )
    dose = _text(_("Dosage"), 120)
    directions = _text(_("Posologie et mode d’emploi"), 500)
    duration_days = _number(_("Durée, en jours"), least=1, most=365, sentence=_("Un an au plus."))
    boxes = _number(_("ou boîtes"), least=1, most=99, sentence=_("99 boîtes au plus."))
    renewals = _number(_("À renouveler"), least=0, most=12, sentence=_("12 fois au plus."))
    non_substitutable = forms.ChoiceField(
        label=_("Non substituable"), required=False, choices=[("", _("Non")), *NonSubstitutable.choices]
    )
    ald = forms.BooleanField(label=_("En rapport avec l’ALD"), required=False)

    def item(self) -> Item:
        said = self.cleaned_data
        only = said["sheet"] == SheetKind.MEDICINES
        return Item(
            text=said["text"].strip(),
            cis=said["cis"] if only else "",
            dose=said["dose"].strip() if only else "",
            directions=said["directions"].strip(),
            duration_days=said["duration_days"] if only else None,
            boxes=said["boxes"] if only else None,
            renewals=(said["renewals"] or 0) if only else 0,
            non_substitutable=said["non_substitutable"] if only else "",
            ald=said["ald"],
        )
