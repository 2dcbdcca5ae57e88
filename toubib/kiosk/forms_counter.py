"""Forms of the post: the cabin seen, the answer to a gesture, its end; the code of the counter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.assistance.enums import Image, Refusal
from toubib.directory.enums import Device


class CabinForm(forms.Form):
    """Boxes to tick, none ticked before somebody looked."""

    room_ready = forms.BooleanField(
        label=_("La pièce est calme, éclairée, rangée, sans rien à voir du précédent."),
        required=False,
    )
    door_closes = forms.BooleanField(label=_("La porte ferme : on n’entend rien dehors."), required=False)
    cleaned = forms.MultipleChoiceField(
        label=_("Nettoyés et désinfectés"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, devices: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["cleaned"]
        field.choices = [(one, str(Device(one).label).capitalize()) for one in devices]  # type: ignore[attr-defined]


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Pourquoi ?"),
        choices=Refusal.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites pourquoi : le médecin le lit.")},
    )
    words = forms.CharField(label=_("Précisez, si besoin"), required=False, max_length=300)


class FinishForm(forms.Form):
    image = forms.ChoiceField(
        label=_("L’image"),
        choices=Image.choices,
        widget=forms.RadioSelect,
        initial=Image.NONE,
        error_messages={"required": _("Dites ce que devient l’image.")},
    )
    file = forms.FileField(label=_("Image à garder au dossier"), required=False)

    def __init__(self, *args: Any, has_image: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_image:
            self.fields["image"].widget = forms.HiddenInput()
            del self.fields["file"]


class VoucherForm(forms.Form):
    code = forms.CharField(
        label=_("Code donné au comptoir"),
        help_text=_("Six chiffres. Il sert une fois, sur cette borne."),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Écrivez le code donné au comptoir.")},
    )
