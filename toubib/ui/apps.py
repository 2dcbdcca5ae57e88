"""The ui app: base templates, design tokens, components, icons, page scripts. No table."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "toubib.ui"
    label = "ui"
