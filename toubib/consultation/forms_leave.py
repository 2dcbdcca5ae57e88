"""The sick-leave notice as a form. A draft takes what is typed; the signature asks for what lacks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.record.enums import Exits, Job, LeaveKind
from toubib.record.leaves import Notice

DAYS = {"invalid": _("Écrivez un nombre de jours."), "min_value": _("Écrivez un nombre de jours.")}
TEXT = {"max_length": _("Ce texte est trop long.")}


def _days(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3}),
        error_messages={**DAYS, "max_value": _("Écrivez un nombre de jours.")},
    )


def _words(label: Any, most: int = 120, *, rows: int = 0, hint: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput
    return forms.CharField(
        label=label, required=False, max_length=most, widget=widget, help_text=hint, error_messages=TEXT
    )


class LeaveForm(forms.Form):
    kind = forms.ChoiceField(label=_("Nature"), choices=LeaveKind.choices)
    first_day = forms.DateField(
        label=_("Premier jour"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Cette date n’existe pas. Vérifiez le jour ou le mois.")},
    )
    days = _days(_("Nombre de jours"))
    running_days = _days(_("Jours déjà prescrits de l’arrêt en cours"))
    motive = _words(_("Motif médical"), 500, rows=1, hint=_("Il n’est jamais sur le volet de l’employeur."))
    exits = forms.ChoiceField(label=_("Sorties"), choices=Exits.choices)
    address = _words(_("Adresse où visiter le patient"), 200)
    job = forms.ChoiceField(label=_("Situation"), choices=Job.choices)
    employer_name = _words(_("Employeur"))
    employer_phone = _words(_("Téléphone de l’employeur"), 20)
    employer_email = _words(_("E-mail de l’employeur"))
    caisse = _words(_("Caisse"))
    work_accident = forms.BooleanField(label=_("En rapport avec un accident du travail"), required=False)
    ald = forms.BooleanField(label=_("En rapport avec une ALD"), required=False)
    impossibility = _words(
        _("Pourquoi une consultation sur place est impossible"),
        500,
        rows=1,
        hint=_("Pour une prolongation seulement."),
    )
    above_ceiling = _words(_("Pourquoi dépasser le plafond légal"), 500, rows=1)

    FIRST = ("kind", "first_day", "days", "motive", "address", "job", "employer_name", "exits")
    MORE = (
        "running_days", "impossibility", "above_ceiling", "caisse", "employer_phone", "employer_email",
        "work_accident", "ald",
    )  # fmt: skip

    def notice(self) -> Notice:
        said = dict(self.cleaned_data)
        said["first_day"] = said["first_day"].isoformat() if said["first_day"] else ""
        return Notice(**said)

    def first(self) -> list[Any]:
        return [self[name] for name in self.FIRST]

    def more(self) -> list[Any]:
        return [self[name] for name in self.MORE]

    @property
    def more_open(self) -> bool:
        return self["kind"].value() == LeaveKind.PROLONGATION or any(self[name].errors for name in self.MORE)


class ReceiptForm(forms.Form):
    number = forms.CharField(
        label=_("Numéro de l’accusé de réception"),
        max_length=60,
        error_messages={
            "required": _("Écrivez le numéro que le téléservice a donné."),
            "max_length": _("Écrivez le numéro que le téléservice a donné."),
        },
    )
