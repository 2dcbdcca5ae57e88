"""Addresses open to all: the start page, the rule of the line, the law in force, data, accessibility; the relays of the device test."""

from __future__ import annotations

from django.urls import path

from toubib.web.views import rules, start

urlpatterns = [
    path("", start.start, name="start"),
    path("file-en-direct", start.line_now, name="line_now"),
    path("regle-de-la-file", start.line_rule, name="line_rule"),
    path("regles", rules.rules_in_force, name="rules"),
    path("vos-donnees", start.your_data, name="your_data"),
    path("accessibilite", start.accessibility, name="accessibility"),
    path("consulter/test/relais", start.test_relays, name="test_relays"),
]
