"""What the functions write is what Django's templates write."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from toubib.ui.renderer import WRITERS, FormRenderer

ODD = '<b> & "guillemets" d’abord \n 1 234'
CHOICES = [("", "—"), ("a", gettext_lazy("Oui")), (1200, 1200), (ODD, ODD), ("s", mark_safe("<i>sûr</i>"))]
GROUPED = [("Un & deux", [("a", "A"), ("b", "B")]), ("c", "C"), (None, "rien")]
ATTRS = [{}, {"id": "id_x", "required": True, "disabled": False, "data-low": 1200, "title": ODD, "step": 0.5}]
WIDGETS = [
    forms.TextInput, forms.NumberInput, forms.EmailInput, forms.HiddenInput, forms.PasswordInput, forms.Textarea,
    forms.CheckboxInput, forms.FileInput, forms.Select, forms.SelectMultiple, forms.NullBooleanSelect,
    forms.RadioSelect, forms.CheckboxSelectMultiple, forms.DateInput, forms.URLInput,
]  # fmt: skip
VALUES = [None, "", "a", 1200, 0, 2.5, True, ODD, mark_safe("&amp;"), gettext_lazy("Oui")]


class Own(forms.Select):
    option_template_name = "django/forms/widgets/checkbox_option.html"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", [*WIDGETS, Own])
def test_a_control_is_that_of_django_byte_for_byte(kind, language):
    for choices in (CHOICES, GROUPED) if issubclass(kind, forms.widgets.ChoiceWidget) else (None,):
        for attrs in ATTRS:
            widget = kind(attrs=attrs)
            if choices and kind is not forms.NullBooleanSelect:
                widget.choices = choices
            for value in VALUES:
                with override(language):
                    ours, theirs = (
                        widget.render("x", value, renderer=one()) for one in (FormRenderer, DjangoTemplates)
                    )
                assert ours == theirs


def test_radios_and_boxes_one_by_one_are_those_of_django():
    class Form(forms.Form):
        one = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)
        more = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)

    def written(renderer):
        form = Form({"one": "a", "more": ["a", "s"]}, renderer=renderer)
        return [box.tag() for name in ("one", "more") for box in form[name].subwidgets]

    assert written(FormRenderer()) == written(DjangoTemplates())


def test_every_form_uses_it():
    assert isinstance(get_default_renderer(), FormRenderer)
    assert all(FormRenderer().get_template(name) for name in WRITERS)
