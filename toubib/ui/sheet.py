"""The component sheet: what the pages are made of, shown whole to people and to tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest

from toubib.ui.steps import build_steps

PAGES = {"parcours": "ui/sheet_flow.html", "bureau": "ui/sheet_desk.html", "file": "ui/sheet_line.html"}


class SheetForm(forms.Form):
    """One field of each kind; the words are examples and are not translated."""

    birth = forms.CharField(label="Date de naissance", help_text="Par exemple, 14 03 1955")
    why = forms.CharField(label="Ce qui vous amène", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    language = forms.ChoiceField(label="Langue", choices=[("fr", "Français"), ("en", "English")])
    photo = forms.FileField(label="Une photo", required=False)
    company = forms.ChoiceField(
        label="Qui est avec vous ?",
        choices=[("alone", "Je suis seul"), ("kin", "Un proche")],
        widget=forms.RadioSelect,
    )
    call = forms.ChoiceField(
        label="Quand faut-il vous prévenir ?",
        choices=[("one", "Quand une personne est devant moi"), ("turn", "Quand c’est mon tour")],
        widget=forms.RadioSelect,
        initial="one",
    )
    signs = forms.MultipleChoiceField(
        label="Ce que vous avez",
        choices=[("cough", "Toux"), ("fever", "Fièvre")],
        widget=forms.CheckboxSelectMultiple,
    )
    agree = forms.BooleanField(label="J’accepte que le pharmacien reste")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["call"].choice_hints = {  # type: ignore[attr-defined]
            "one": "environ 6 min avant",
            "turn": "vous avez 3 min pour revenir",
        }

    def clean_birth(self) -> str:
        raise forms.ValidationError("Février n’a pas 31 jours. Vérifiez le jour ou le mois.")


def make_context(*, request: HttpRequest) -> dict[str, Any]:
    """`?erreurs=1` shows the same form as it comes back wrong; `?appareil=kiosk|desk` the other contexts."""
    wrong = {"birth": "31 02 1955", "call": "turn", "language": "fr"}
    form = SheetForm(wrong) if request.GET.get("erreurs") else SheetForm()
    device = request.GET.get("appareil", "")
    return {
        "form": form,
        "device": device if device in ("kiosk", "desk") else "",
        "steps": build_steps(labels=["Sécurité", "Motif", "Identité", "Test", "File"], current=2),
        "page_obj": Paginator(list(range(50)), 10).page(2),
        "back_url": "/",
        "later_url": "/",
        "moment": datetime(2026, 11, 21, 13, 32, tzinfo=UTC),
        "birth": date(1955, 3, 14),
        "today": date(2026, 11, 21),
    }
