"""Every address, by app, and the pages of errors."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from toubib.config import health

APPS = ("ui", "people", "record", "documents", "waiting", "billing", "consultation", "kiosk", "web")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
urlpatterns += [path("", include(f"toubib.{app}.urls")) for app in APPS if find_spec(f"toubib.{app}.urls")]
urlpatterns.append(path("", include("toubib.kiosk.urls_counter")))

handler400 = "toubib.ui.views.bad_request"
handler403 = "toubib.ui.views.permission_denied"
handler404 = "toubib.ui.views.not_found"
handler500 = "toubib.config.health.server_error"
