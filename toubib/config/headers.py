"""Headers that Django has no setting for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
OURS = (
    "camera",
    "microphone",
    "bluetooth",
    "publickey-credentials-get",
    "publickey-credentials-create",
    "fullscreen",
)
NOBODYS = ("geolocation", "display-capture", "payment", "usb", "serial", "midi", "browsing-topics")
PERMISSIONS_POLICY = ", ".join([f"{name}=(self)" for name in OURS] + [f"{name}=()" for name in NOBODYS])


def limit_features(get_response: GetResponse) -> GetResponse:
    """Middleware: camera, microphone and passkeys for our own pages alone; what we never use, for nobody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
