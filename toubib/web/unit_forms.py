"""One device of a place, as its manager writes it down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Device
from toubib.kiosk.guides import GUIDES
from toubib.record.readings import unit_words

# What devices may be set to, in UCUM; those of the catalogue and those that `record.readings` converts
UNITS = ("mm[Hg]", "kPa", "Cel", "[degF]", "kg", "[lb_av]", "mg/dL", "mmol/L", "%")


class UnitForm(forms.Form):
    number = forms.IntegerField(
        label=_("Numéro collé sur l’appareil"),
        min_value=1,
        max_value=99,
        error_messages={
            "required": _("Écrivez le numéro, de 1 à 99."),
            "invalid": _("Écrivez le numéro, de 1 à 99."),
            "min_value": _("Écrivez le numéro, de 1 à 99."),
            "max_value": _("Écrivez le numéro, de 1 à 99."),
        },
    )
    kind = forms.ChoiceField(
        label=_("Sorte d’appareil"),
        choices=[(one.value, one.label) for one in GUIDES],
        error_messages={"required": _("Choisissez la sorte d’appareil.")},
    )
    maker = forms.CharField(label=_("Fabricant"), max_length=60, required=False)
    model = forms.CharField(label=_("Modèle"), max_length=60, required=False)
    serial = forms.CharField(
        label=_("Numéro de série"),
        max_length=60,
        required=False,
        help_text=_(
            "Tel que le navigateur le lit : mesurez une fois, puis recopiez-le. Un autre sera refusé."
        ),
    )
    ucum = forms.ChoiceField(
        label=_("Unité réglée sur l’appareil"),
        choices=[("", _("celle que l’appareil envoie")), *((one, unit_words(one)) for one in UNITS)],
        required=False,
    )
    media_label = forms.CharField(
        label=_("Nom de la caméra ou du micro sur la borne"),
        max_length=80,
        required=False,
        help_text=_("Pour un otoscope, un dermatoscope, une lampe à fente ou un stéthoscope."),
    )

    def facts(self) -> dict[str, Any]:
        return {**self.cleaned_data, "kind": Device(self.cleaned_data["kind"])}
