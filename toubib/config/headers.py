"""Headers that Django has no setting for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.http import HttpRequest, HttpResponse

# Bluetooth needs no word: it is for our own pages by default, and a browser without it warns of the name on every page.
USES = "toubib_features"  # of an answer
GetResponse = Callable[[HttpRequest], HttpResponse]
OURS = (
    "camera",
    "microphone",
    "publickey-credentials-get",
    "publickey-credentials-create",
    "fullscreen",
)
NOBODYS = ("geolocation", "display-capture", "payment", "usb", "serial", "midi", "browsing-topics")


def _policy(more: Collection[str] = ()) -> str:
    ours = [f"{name}=(self)" for name in (*OURS, *more)]
    return ", ".join(ours + [f"{name}=()" for name in NOBODYS if name not in more])


PERMISSIONS_POLICY = _policy()


def limit_features(get_response: GetResponse) -> GetResponse:
    """Middleware: camera, microphone and passkeys for our own pages alone; what we never use, for nobody. A view that uses
    one more says so on its answer (`USES`): the finder of places alone asks where one is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        more = getattr(response, USES, ())
        response.headers["Permissions-Policy"] = _policy(more) if more else PERMISSIONS_POLICY
        return response

    return middleware
