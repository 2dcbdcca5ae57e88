"""Addresses of the pages that mix apps, one file an audience."""

from importlib.util import find_spec

from django.urls import include, path

app_name = "web"
AUDIENCES = ("start", "patient", "staff", "observatory")
urlpatterns = [
    path("", include(f"toubib.web.urls.{name}")) for name in AUDIENCES if find_spec(f"toubib.web.urls.{name}")
]
