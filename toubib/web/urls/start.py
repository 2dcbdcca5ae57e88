"""Addresses open to all: the start page, the rule of the line, the law in force, data, accessibility; the relays of the device test."""

from __future__ import annotations

from django.urls import path

from toubib.web.views import open_places, places, rules, start

urlpatterns = [
    path("", start.start, name="start"),
    path("file-en-direct", start.line_now, name="line_now"),
    path("regle-de-la-file", start.line_rule, name="line_rule"),
    path("regles", rules.rules_in_force, name="rules"),
    path("lieux", places.places, name="places"),
    path("lieux/communes", places.communes, name="places_communes"),
    path("lieux.csv", open_places.places_csv, name="places_csv"),
    path("lieux.geojson", open_places.places_geojson, name="places_geojson"),
    path("fhir/Location", open_places.locations, name="fhir_location"),
    path("fhir/Location/<uuid:place>", open_places.location, name="fhir_location_read"),
    path("lieux/<uuid:place>", places.place, name="place"),
    path("vos-donnees", start.your_data, name="your_data"),
    path("accessibilite", start.accessibility, name="accessibility"),
    path("consulter/test/relais", start.test_relays, name="test_relays"),
]
