"""The forms of a page, filled in as someone would, and what the database says afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.db import models

TYPED = {"tel": "06 39 98 00 42", "email": "essai@exemple.test", "number": "5", "date": "2026-01-05"}
BY_NAME = {
    "phone": "06 39 98 00 42", "callback_phone": "06 39 98 00 42", "birth_date": "17/05/1990", "town": "valbrune",
    "birth_given_names": "Camille Rose", "birth_name": "Durand", "base": "0", "code": "123456",
}  # fmt: skip
# Traces and messages to the next page are not what an act leaves.
LEFT_OUT = {"ground.JournalEntry", "sessions.Session"}


@dataclass
class Form:
    action: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, formaction

    def submissions(self, url: str) -> list[tuple[str, dict[str, Any]]]:
        """(address, what is sent) of each of its buttons."""
        return [
            (where or self.action or url, {**self.fields, **({name: [value]} if name else {})})
            for name, value, where in self.buttons or [("", "", "")]
        ]


class Reader(HTMLParser):
    """Collects forms; controls outside count for the form that their `form` attribute names."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.outside: list[tuple[str, str, dict[str, str]]] = []
        self.open: Form | None = None
        self.select: tuple[Form, str] | None = None
        self.area: tuple[Form, str] | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.open)
            self.by_id[given.get("id", "")] = self.open
        form = self.by_id.get(given["form"]) if "form" in given else self.open
        if form is None:
            if "form" in given:
                self.outside.append((tag, given["form"], given))
            return
        if tag in ("input", "button", "select", "textarea") and "disabled" not in given:
            self.control(form, tag, given)
        elif tag == "option" and self.select:
            self.choose(given)

    def control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "submit" if tag == "button" else "text")
        if tag == "select":
            self.select = (form, name)
            form.fields.setdefault(name, [""])
        elif tag == "textarea":
            self.area = (form, name)
            form.fields[name] = [""]
        elif kind in ("submit", "image"):
            form.buttons.append((name, given.get("value", ""), given.get("formaction", "")))
        elif kind == "radio":
            if "checked" in given or not form.fields.get(name):
                form.fields[name] = [given.get("value", "on")]
        elif kind == "checkbox":
            form.fields.setdefault(name, []).append(given.get("value", "on"))
        elif kind not in ("button", "file", "reset"):
            value = given.get("value") or BY_NAME.get(name) or TYPED.get(kind, "Essai")
            form.fields[name] = [given.get("value", "") if kind == "hidden" else value]

    def choose(self, given: dict[str, str]) -> None:
        assert self.select
        form, name = self.select
        if "selected" in given or form.fields[name] == [""]:
            form.fields[name] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self.area:
            form, name = self.area
            form.fields[name] = [form.fields[name][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area:
            form, name = self.area
            if not form.fields[name][0].strip():
                form.fields[name] = ["Essai de texte"]
            self.area = None


def forms_of(html: str) -> list[Form]:
    """Forms of this page that change something."""
    reader = Reader()
    reader.feed(html)
    for tag, owner, given in reader.outside:
        if owner in reader.by_id and "disabled" not in given:
            reader.control(reader.by_id[owner], tag, given)
    return [form for form in reader.forms if form.method == "post"]


def final_state() -> dict[str, list[Any]]:
    """Of each model, what its rows say, without ids and moments."""
    found = {}
    for model in apps.get_models():
        if model._meta.label in LEFT_OUT or model._meta.app_label in ("contenttypes", "auth", "sessions"):
            continue
        names = [one.attname for one in model._meta.concrete_fields if _says(one)]
        rows = [[str(getattr(row, name)) for name in names] for row in model._default_manager.all()]
        found[model._meta.label] = sorted(rows)
    return found


def _says(one: Any) -> bool:
    moving = (models.DateTimeField, models.UUIDField, models.ForeignKey, models.BinaryField)
    return not (
        one.primary_key or isinstance(one, moving) or one.name in ("token_digest", "password", "digest")
    )
