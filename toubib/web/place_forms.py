"""What one asks of the finder of places, and what a manager says of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Access, Assistance, Device, Verdict
from toubib.directory.queries import Wanted
from toubib.people.forms import DayField, Form, text_field


def _box(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


FILTERS = ("ouvert", "aide", "plain_pied", "appareil")


class FinderForm(forms.Form):
    """By GET: a code of commune or a rounded position, and what the place must have."""

    commune = forms.RegexField(
        r"^[0-9][0-9AB][0-9]{3}$", required=False, max_length=5, widget=forms.HiddenInput
    )
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    ouvert = _box(_("Ouvert maintenant"))
    aide = _box(_("Quelqu’un pour m’aider"))
    plain_pied = _box(_("De plain-pied, ou en fauteuil roulant"))
    appareil = forms.ChoiceField(
        label=_("Avec cet appareil"),
        required=False,
        choices=[("", _("Peu importe")), *((one.value, one.label) for one in Device)],
    )

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        device = Device(said["appareil"]) if said["appareil"] else None
        return Wanted(
            open_now=said["ouvert"], assisted=said["aide"], device=device, step_free=said["plain_pied"]
        )

    def count_filters(self) -> int:
        return sum(bool(self.cleaned_data[name]) for name in FILTERS)

    def where(self) -> dict[str, Any]:
        """The place asked, without what is wanted."""
        return {
            name: value
            for name in ("commune", "lat", "lon")
            if (value := self.cleaned_data[name]) not in ("", None)
        }


class EvidenceForm(Form):
    """What was seen of one item, on a day."""

    item = forms.CharField(max_length=8, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=_("Constat"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez un constat.")},
    )
    words = text_field(_("Ce que vous avez vu"), longest=500, empty=_("Écrivez ce que vous avez vu."))
    seen_on = DayField(label=_("Vu le"))


class HoursForm(Form):
    hours = text_field(
        _("Heures d’ouverture"),
        longest=500,
        empty=_("Écrivez les heures."),
        widget=forms.Textarea,
        attrs={"rows": 3, "spellcheck": "false"},
        help_text=_(
            "En anglais abrégé, comme OpenStreetMap : Mo-Fr 09:00-12:30,14:00-19:00; PH off. Un jour à part : 2026 Dec 24 09:00-12:00."
        ),
    )


class HelpForm(Form):
    """Who helps, how one gets in."""

    assistance = forms.ChoiceField(label=_("Aide"), choices=Assistance.choices, widget=forms.RadioSelect)
    access = forms.MultipleChoiceField(
        label=_("Accès"), choices=Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    way_in = text_field(_("Comment entrer"), longest=300, required=False)


class DevicesForm(Form):
    devices = forms.MultipleChoiceField(
        label=_("Appareils en ordre"),
        choices=Device.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
