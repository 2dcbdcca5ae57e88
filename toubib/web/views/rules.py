"""`/regles`: the law in force on a day, for anyone."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from toubib.web.law import changes, subjects_on

BAD_DATE = _("Ce jour ne se lit pas, ou n’existe pas. Écrivez-le ainsi : 2025-03-10.")


class DayForm(forms.Form):
    """Which day, and which words."""

    date = forms.DateField(
        label=_("Règles du"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": BAD_DATE},
    )
    q = forms.CharField(
        label=_("Chercher un mot"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": _("Cherchez avec moins de mots.")},
    )


@login_not_required
@require_safe
def rules_in_force(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = DayForm({"date": today.isoformat(), **request.GET.dict()})
    if not form.is_valid() and form.has_error("date"):
        form.fields["date"].widget.input_type = "text"  # a date box would drop what was typed
    on: date = form.cleaned_data.get("date") or today
    subjects = subjects_on(on=on, words=form.cleaned_data.get("q", ""))
    rules = [rule for subject in subjects for rule in subject.rules]
    page = {
        "form": form,
        "on": on,
        "subjects": subjects,
        "count": sum(rule.fits for rule in rules),
        "doubtful": sum(bool(rule.doubt) for rule in rules),
        "changes": changes(),
    }
    return render(request, "web/rules.html", page)
