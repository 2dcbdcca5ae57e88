"""Form fields as the guide draws them: label, hint, control, and the error in a sentence beside the control."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

NOTHING = SafeString("")
WARN = '<svg class="icon" aria-hidden="true"><use href="{}#i-alert-triangle"/></svg>'


@dataclass(frozen=True)
class FieldError:
    target: str  # id of the control to go to, "" for an error of the whole form
    label: str
    sentence: str


def _control_id(bound: BoundField) -> str:
    base = str(bound.auto_id or f"id_{bound.html_name}")
    return f"{base}_0" if isinstance(bound.field.widget, RadioSelect) else base


def list_errors(*, form: BaseForm) -> list[FieldError]:
    whole = [FieldError("", "", str(sentence)) for sentence in form.non_field_errors()]
    return whole + [
        FieldError(_control_id(form[name]), str(form[name].label), str(sentence))
        for name, sentences in form.errors.items()
        if name in form.fields
        for sentence in sentences
    ]


def _hint(bound: BoundField) -> SafeString:
    if not bound.help_text:
        return NOTHING
    return format_html('<span class="hint" id="{}_hint">{}</span>', bound.auto_id, bound.help_text)


def _error(bound: BoundField) -> SafeString:
    if not bound.errors:
        return NOTHING
    sentences = format_html_join(" ", "{}", ((sentence,) for sentence in bound.errors))
    return format_html(
        '<span class="error" id="{}_error">' + WARN + " {}</span>",
        bound.auto_id,
        static("ui/icons.svg"),
        sentences,
    )


def _described_by(bound: BoundField) -> str:
    told = [bound.help_text and f"{bound.auto_id}_hint", bound.errors and f"{bound.auto_id}_error"]
    return " ".join(part for part in told if part)


def _label(bound: BoundField, mark_optional: bool) -> SafeString:
    label = conditional_escape(bound.label)
    if bound.field.required or not mark_optional:
        return label
    return format_html('{} <span class="soft small">{}</span>', label, _("(facultatif)"))


def _control_attributes(bound: BoundField) -> dict[str, Any]:
    described = _described_by(bound)
    # Left unsaid, Django would name its own error list, which these templates do not render.
    return {"aria-describedby": described or False}


def render_field(*, bound: BoundField, mark_optional: bool = True) -> SafeString:
    widget = bound.field.widget
    if bound.is_hidden:
        return bound.as_hidden()
    if isinstance(widget, RadioSelect):
        return render_choices(bound=bound, mark_optional=mark_optional)
    control = bound.as_widget(attrs=_control_attributes(bound))
    if isinstance(widget, CheckboxInput):
        return format_html(
            '<div class="field"><label class="choice" for="{}">{}<span>{}</span></label>{}{}</div>',
            bound.id_for_label,
            control,
            _label(bound, mark_optional=False),
            _hint(bound),
            _error(bound),
        )
    return format_html(
        '<div class="field"><label for="{}">{}</label>{}{}{}</div>',
        bound.id_for_label,
        _label(bound, mark_optional),
        _hint(bound),
        control,
        _error(bound),
    )


def _cards(bound: BoundField) -> Iterator[tuple[str, SafeString, SafeString, SafeString]]:
    hints = getattr(bound.field, "choice_hints", {})
    for one in bound.subwidgets:
        attributes = one.data["attrs"]
        attributes.pop("aria-describedby", None)
        attributes.pop("aria-invalid", None)
        hint = hints.get(str(one.data["value"]))
        below = format_html('<br><span class="small soft">{}</span>', hint) if hint else NOTHING
        label = format_html("<b>{}</b>", one.choice_label) if hint else conditional_escape(one.choice_label)
        yield one.id_for_label, one.tag(), label, below


def render_choices(*, bound: BoundField, css: str = "stack tight", mark_optional: bool = True) -> SafeString:
    """`form.fields["x"].choice_hints = {value: sentence}` adds a line under a choice."""
    described = _described_by(bound)
    several = isinstance(
        bound.field.widget, CheckboxSelectMultiple
    )  # which Django makes a kind of RadioSelect
    role = NOTHING if several else SafeString(' role="radiogroup"')
    invalid = SafeString(' aria-invalid="true"') if role and bound.errors else NOTHING
    cards = format_html_join("", '<label class="choice" for="{}">{}<span>{}{}</span></label>', _cards(bound))
    return format_html(
        '<fieldset class="field"{}{}{} id="{}"><legend>{}</legend>{}<div class="{}">{}</div>{}</fieldset>',
        role,
        invalid,
        format_html(' aria-describedby="{}"', described) if described else NOTHING,
        bound.auto_id,
        _label(bound, mark_optional),
        _hint(bound),
        css,
        cards,
        _error(bound),
    )
