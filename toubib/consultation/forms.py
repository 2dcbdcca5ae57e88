"""What a doctor types at the desk and in a room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from toubib.consultation.enums import ParticipantRole
from toubib.directory.models import Practitioner
from toubib.record.enums import Attestation, Orientation
from toubib.waiting.enums import RefusalReason
from toubib.waiting.models import Pool

LONGEST_NOTE = 10_000
REQUIRED = {
    "required": _("Choisissez une réponse."),
    "invalid_choice": _("Choisissez une réponse de la liste."),
}


def language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


class DutyForm(forms.Form):
    """Lines, languages and ages for this stretch of duty."""

    pools = forms.ModelMultipleChoiceField(
        label=_("Files où vous recevez"),
        queryset=Pool.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une file.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Langues parlées"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une langue.")},
    )
    min_age = forms.IntegerField(
        label=_("Âge, à partir de"),
        min_value=0,
        max_value=150,
        initial=0,
        error_messages={"invalid": _("Écrivez un âge en chiffres."), "required": _("Écrivez un âge.")},
    )
    max_age = forms.IntegerField(
        label=_("Âge, jusqu’à"),
        min_value=0,
        max_value=150,
        initial=150,
        error_messages={"invalid": _("Écrivez un âge en chiffres."), "required": _("Écrivez un âge.")},
    )

    def __init__(self, *args: Any, practitioner: Practitioner, pools: list[Pool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_pools: Any = self.fields["pools"]
        open_pools.queryset = Pool.objects.filter(pk__in=[pool.pk for pool in pools]).order_by("name")
        open_pools.label_from_instance = lambda pool: pool.name
        open_pools.initial = [pool.pk for pool in pools]
        spoken = list(dict.fromkeys(["fr", *practitioner.languages]))
        languages: Any = self.fields["languages"]
        languages.choices = [(code, language_name(code)) for code in spoken]
        languages.initial = spoken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("min_age"), cleaned.get("max_age")
        if low is not None and high is not None and low > high:
            self.add_error("max_age", _("L’âge le plus haut suit le plus bas."))
        return cleaned


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Pourquoi refusez-vous ?"),
        choices=[(one.value, one.label.capitalize()) for one in RefusalReason],
        widget=forms.RadioSelect,
        error_messages=REQUIRED,
    )
    note = forms.CharField(
        label=_("En quelques mots"),
        required=False,
        max_length=500,
        error_messages={"max_length": _("Écrivez 500 signes au plus.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == RefusalReason.OTHER and not cleaned.get("note", "").strip():
            self.add_error("note", _("Dites en quelques mots votre raison."))
        return cleaned


class TierForm(forms.Form):
    reason = forms.CharField(
        label=_("Raison médicale"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Votre nom et cette raison sont écrits au journal."),
        error_messages={
            "required": _("Écrivez la raison : une priorité porte un nom et une raison."),
            "max_length": _("Écrivez 500 signes au plus."),
        },
    )


class SignForm(forms.Form):
    attestation = forms.ChoiceField(
        label=_("L’échange a eu lieu par"),
        choices=[(one.value, one.label.capitalize()) for one in Attestation],
        error_messages=REQUIRED,
    )


class CheckForm(forms.Form):
    identity = forms.BooleanField(label=_("Identité redemandée"), required=False)
    place = forms.BooleanField(label=_("Lieu et numéro redemandés"), required=False)


class SecondParentForm(forms.Form):
    agreed = forms.ChoiceField(
        label=_("Accord du second parent"),
        required=False,
        error_messages=REQUIRED,
        choices=[("", _("Acte usuel : pas demandé")), ("yes", _("Donné")), ("no", _("Refusé ou pas obtenu"))],
    )


class OrientForm(forms.Form):
    to = forms.ChoiceField(
        label=_("Orientation"),
        choices=[(one.value, one.label.capitalize()) for one in Orientation],
        error_messages=REQUIRED,
    )
    days = forms.IntegerField(
        label=_("À voir sur place d’ici, en jours"),
        required=False,
        min_value=0,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3}),
        error_messages={
            "invalid": _("Écrivez un nombre de jours."),
            "min_value": _("Écrivez un nombre de jours."),
            "max_value": _("Un an au plus."),
        },
    )
    note = forms.CharField(
        label=_("En quelques mots"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("Écrivez 1 000 signes au plus.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("to") == Orientation.OTHER and not cleaned.get("note", "").strip():
            self.add_error("note", _("Dites où vous orientez ce patient."))
        return cleaned


class InviteForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Qui invitez-vous ?"),
        choices=[
            (ParticipantRole.RELATIVE, _("Un proche")),
            (ParticipantRole.INTERPRETER, _("Un interprète")),
            (ParticipantRole.COLLEAGUE, _("Un autre professionnel")),
        ],
        error_messages=REQUIRED,
    )


class AmendForm(forms.Form):
    text = forms.CharField(
        label=_("Ce que vous ajoutez"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("La note signée reste telle quelle. Votre ajout est signé et daté."),
        error_messages={
            "required": _("Écrivez ce que vous ajoutez."),
            "max_length": _("Ce texte est trop long : 10 000 signes au plus."),
        },
    )


class WithdrawForm(forms.Form):
    """Why a document that was issued no longer holds, and what follows."""

    reason = forms.CharField(
        label=_("Pourquoi ce document est-il annulé ?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Gardé avec le document. Le patient ne lit pas cette phrase."),
        error_messages={
            "required": _("Dites pourquoi ce document est annulé."),
            "max_length": _("Écrivez 500 signes au plus."),
        },
    )
    then = forms.ChoiceField(
        label=_("Et ensuite ?"),
        widget=forms.RadioSelect,
        choices=[
            ("none", _("Rien ne le remplace")),
            (
                "again",
                _(
                    "Émettre à la place un nouveau document, avec l’identité et le lieu d’exercice d’aujourd’hui"
                ),
            ),
        ],
        error_messages=REQUIRED,
    )
