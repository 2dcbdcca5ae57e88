"""Addresses of the observatory, open to all."""

from __future__ import annotations

from django.urls import path

from toubib.web.views import observatory, reforms

urlpatterns = [
    path("observatoire", observatory.observatory, name="observatory"),
    path("observatoire/donnees.csv", observatory.observatory_csv, name="observatory_csv"),
    path("observatoire/carte.png", observatory.observatory_map, {"form": "png"}, name="observatory_map_png"),
    path("observatoire/carte.svg", observatory.observatory_map, {"form": "svg"}, name="observatory_map_svg"),
    path(
        "observatoire/courbe.png",
        observatory.observatory_curve,
        {"form": "png"},
        name="observatory_curve_png",
    ),
    path(
        "observatoire/courbe.svg",
        observatory.observatory_curve,
        {"form": "svg"},
        name="observatory_curve_svg",
    ),
    path("observatoire/reformes", reforms.reforms, name="observatory_reforms"),
    path("observatoire/reformes.csv", reforms.reforms_csv, name="observatory_reforms_csv"),
    path(
        "observatoire/reformes.png",
        reforms.reforms_picture,
        {"form": "png"},
        name="observatory_reforms_png",
    ),
    path(
        "observatoire/reformes.svg",
        reforms.reforms_picture,
        {"form": "svg"},
        name="observatory_reforms_svg",
    ),
]
