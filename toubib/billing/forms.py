"""What is typed about claims and contracts, with sentences of ours where it does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from toubib.billing.enums import ClaimState, PlanKind
from toubib.billing.facts import ASKED
from toubib.billing.models import Plan
from toubib.billing.queries.claims import Search
from toubib.people.forms import NOT_CHOSEN, DayField, Form, text_field
from toubib.people.models import Patient
from toubib.rulebook.facts import all_facts
from toubib.waiting.questions import Question

UNKNOWN = "unknown"
STATES = [(state.value, state.label) for state in ClaimState if state != ClaimState.REPLACED]
NUMBER = {"invalid": _("Écrivez un nombre."), "min_value": _("Écrivez un nombre plus grand.")}


class SearchForm(Form):
    """Filters of the list of claims; nothing typed: all."""

    du = DayField(label=_("Du"), required=False)
    au = DayField(label=_("Au"), required=False)
    etat = forms.ChoiceField(
        label=_("État"), required=False, choices=[("", _("tous")), *STATES], error_messages=NOT_CHOSEN
    )
    medecin = forms.ChoiceField(label=_("Médecin"), required=False, error_messages=NOT_CHOSEN)

    def __init__(self, data: Any = None, *, doctors: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["medecin"].choices = [("", _("tous")), *doctors]  # type: ignore[attr-defined]

    def search(self) -> Search:
        if not self.is_valid():
            return Search()
        typed = self.cleaned_data
        return Search(typed["du"] or None, typed["au"] or None, typed["etat"], typed["medecin"])


class ExportForm(Form):
    first = DayField(label=_("Du"))
    last = DayField(label=_("Au"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["last"] < typed["first"]:
            raise ValidationError(_("Le dernier jour vient après le premier."))
        return typed


class PlanForm(Form):
    name = text_field(_("Nom du contrat"), longest=80, empty=_("Écrivez un nom."))
    kind = forms.ChoiceField(
        label=_("Sorte"), choices=PlanKind.choices, widget=forms.RadioSelect, error_messages=NOT_CHOSEN
    )
    payer = text_field(_("Qui paie"), longest=120, empty=_("Écrivez qui paie."))
    acts_cap = forms.IntegerField(
        label=_("Actes par an, au plus"),
        required=False,
        min_value=1,
        max_value=10000,
        error_messages={**NUMBER, "max_value": _("Écrivez un nombre plus petit.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Vide : pas de plafond. Le patient voit ce nombre."),
    )
    starts_on = DayField(label=_("Depuis le"))


class CoverForm(Form):
    """Whose contract it is: by name and birth date, exactly one person of the platform."""

    plan = forms.ModelChoiceField(
        label=_("Contrat"),
        queryset=Plan.objects.order_by("name"),
        error_messages=NOT_CHOSEN,
        empty_label=None,
    )
    birth_name = text_field(_("Nom de naissance"), longest=80, empty=_("Écrivez le nom."))
    given_names = text_field(_("Prénoms de naissance"), longest=120, empty=_("Écrivez les prénoms."))
    birth_date = DayField(label=_("Date de naissance"))
    number = text_field(_("Numéro de contrat"), longest=40, empty=_("Écrivez le numéro."))
    starts_on = DayField(label=_("Depuis le"))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if all(typed.get(name) for name in ("birth_name", "given_names", "birth_date")):
            found = list(
                Patient.objects.filter(
                    birth_name__iexact=typed["birth_name"],
                    birth_given_names__iexact=typed["given_names"],
                    birth_date=typed["birth_date"],
                )[:2]
            )
            if len(found) != 1:
                raise ValidationError(
                    _("Aucune personne seule n’a ces nom, prénoms et date. Vérifiez-les auprès d’elle.")
                )
            typed["patient"] = found[0]
        return typed


def said_from(data: Mapping[str, Any], *, among: Iterable[str]) -> dict[str, tuple[Any, str]]:
    """Answers of a form to questions of `facts.ASKED`: fact → value (None: unknown) and words. What fits none is left."""
    said: dict[str, tuple[Any, str]] = {}
    for name in among:
        question, typed = ASKED.get(name), data.get(name)
        if question is None or typed in (None, ""):
            continue
        fits, value = _read(question, str(typed))
        if fits:
            said[name] = (value, str(question.doctor))
    return said


def _read(question: Question, typed: str) -> tuple[bool, Any]:
    if typed == UNKNOWN:
        return True, None
    if question.kind == "bool":
        return typed in {"yes", "no"}, typed == "yes"
    if question.kind == "choice":
        return typed in dict(question.choices), typed
    fact = all_facts()[question.fact]
    fits = typed.isdecimal() and len(typed) < 6 and fact.least <= int(typed) <= fact.most
    return fits, int(typed) if fits else None
