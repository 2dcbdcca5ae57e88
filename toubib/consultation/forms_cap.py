"""What a doctor declares of the year outside this platform."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.people.forms import Form

MOST = 100_000
WRONG = {
    "required": _("Écrivez un nombre, zéro s’il n’y en a aucun."),
    "invalid": _("Écrivez un nombre entier, en chiffres."),
    "min_value": _("Écrivez zéro ou plus."),
    "max_value": _("Ce nombre est trop grand. Relisez-le."),
}


def _count(label: Any, help_text: Any, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=MOST,
        required=required,
        error_messages=WRONG,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class DeclareForm(Form):
    conventioned_acts = _count(
        _("Tous vos actes conventionnés de l’année, hors de cette plateforme"),
        _("Au cabinet, en visite, à distance ailleurs : tout ce que l’Assurance maladie a payé."),
    )
    counted_acts = _count(
        _("Dont vos téléconsultations ailleurs, hors vos patients médecin traitant"),
        _("Celles d’autres plateformes ou de votre logiciel."),
    )
    own_mt_acts = _count(
        _("Dont les actes pour vos patients, comme médecin traitant"),
        _("Ne sert qu’à l’autre lecture du seuil. Laissez vide si vous ne savez pas."),
        required=False,
    )
