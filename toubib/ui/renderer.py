"""Form controls written by plain functions instead of Django's templates, byte for byte the same: a page of forms has
hundreds of attributes, each of which costs three nodes there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData

FOLDER = "django/forms/widgets/"
OPTION = f"{FOLDER}select_option.html"
INPUTS = (
    "input",
    "text",
    "hidden",
    "number",
    "email",
    "tel",
    "url",
    "password",
    "search",
    "checkbox",
    "file",
    "color",
)
Widget = Mapping[str, Any]


class FormRenderer(DjangoTemplates):
    """What is not written here is left to Django's templates."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        write = WRITERS.get(template_name)
        written = write(context["widget"]) if write else None
        return super().render(template_name, context, request) if written is None else written


def _text(value: Any) -> str:
    """As « stringformat:'s' » and the escaping of templates say it."""
    return conditional_escape(value if isinstance(value, SafeData) else str(value))


def _shown(value: Any) -> str:
    """As « {{ value }} » says it."""
    return conditional_escape(value if isinstance(value, str) else str(localize(value)))


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return (
        f'<input type="{_shown(widget["type"])}" name="{_shown(widget["name"])}"{value}{_attributes(widget)}>'
    )


def _input_alone(widget: Widget) -> str | None:
    return None if widget.get("wrap_label") else _input(widget)


def _textarea(widget: Widget) -> str:
    value = _shown(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_shown(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _select(widget: Widget) -> str | None:
    """Options of a look of their own are left to their template."""
    groups = widget["optgroups"]
    if any(option["template_name"] != OPTION for _name, options, _index in groups for option in options):
        return None
    inside = "".join(_group(name, options) for name, options, _index in groups)
    return f'<select name="{_shown(widget["name"])}"{_attributes(widget)}>{inside}\n</select>'


def _group(name: Any, options: list[dict[str, Any]]) -> str:
    inside = "".join(
        f'\n  <option value="{_text(one["value"])}"{_attributes(one)}>{_shown(one["label"])}</option>\n'
        for one in options
    )
    return f'\n  <optgroup label="{_shown(name)}">{inside}\n  </optgroup>' if name else inside


WRITERS: dict[str, Callable[[Widget], str | None]] = {
    **dict.fromkeys((f"{FOLDER}{name}.html" for name in INPUTS), _input),
    f"{FOLDER}radio_option.html": _input_alone,
    f"{FOLDER}checkbox_option.html": _input_alone,
    f"{FOLDER}textarea.html": _textarea,
    f"{FOLDER}select.html": _select,
}
