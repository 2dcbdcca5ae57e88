"""A tiny server for the tests of the call: page, passes, measures, messages, and the real signalling.

Run as a program, so that a test may kill it: `python -m toubib.consultation.tests.harness PORT FOLDER [TURN_URL…]`.
No database: what pages sent stands in FOLDER and outlives the process.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

SECRET = "harness-secret-harness-secret-harness"
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'"
)
UI = Path(__file__).resolve().parents[2] / "ui" / "static"
ROOM = "0190aaaa-0000-7000-8000-000000000001"
PEOPLE = {
    "odile": ("patient", "Odile Ferrand", "", "patient"),
    "salome": ("practitioner", "Dre Salomé Vasseur", "99900004211", "professional"),
    "karim": ("colleague", "Karim Haddad", "99900004229", "professional"),
    "lucie": ("relative", "Lucie Ferrand", "", "patient"),
    "fifth": ("interpreter", "Cinquième Personne", "", "patient"),
}
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Appel</title>
<link rel="stylesheet" href="/static/ui/tokens.css"><link rel="stylesheet" href="/static/ui/components.css">
<link rel="stylesheet" href="/static/ui/media/call.css">
<script type="module" src="/static/ui/media/{script}.js"></script></head><body><main>{body}</main></body></html>"""


UNITS = [
    {
        "id": name,
        "number": number,
        "kind": name,
        "label": label,
        "media": media,
        "media_label": named,
        "virtual": not named,
    }
    for number, name, label, media, named in (
        (1, "thermometer", "thermomètre", "", ""),
        (5, "stethoscope", "stéthoscope", "sound", "Fake Audio Input 2"),
        (6, "otoscope", "otoscope (virtuel)", "camera", ""),
        (7, "dermatoscope", "dermatoscope", "camera", "fake_device_2"),
        (8, "slit_lamp", "lampe à fente", "camera", "absente"),
    )
]


class Topics:
    """The smallest hub: topics and who follows them."""

    def __init__(self) -> None:
        self.followers: dict[str, set[Callable[[dict[str, Any]], None]]] = {}

    def subscribe(self, topic: str, hear: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        self.followers.setdefault(topic, set()).add(hear)
        return lambda: self.followers[topic].discard(hear)

    def tell(self, topic: str, news: dict[str, Any]) -> None:
        for hear in tuple(self.followers.get(topic, ())):
            hear({"topic": topic, **news})


def configure(turn_urls: list[str]) -> None:
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY=SECRET,
        TURN_URLS=turn_urls,
        TURN_SECRET=SECRET,
        STUN_URLS=[],
        STATIC_URL="/static/",
        USE_I18N=True,
        LANGUAGE_CODE="fr",
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.staticfiles", "toubib.ui"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"builtins": ["toubib.ui.templatetags.ui"]},
            }
        ],
    )
    django.setup()


class Harness:
    """The ASGI application."""

    def __init__(self, folder: Path) -> None:
        from django.utils import timezone

        from toubib.consultation import signalling
        from toubib.consultation.signalling import Signalling, same_site

        signalling.GRACE = float(os.environ.get("HARNESS_GRACE", signalling.GRACE))

        self.folder, self.now = folder, timezone.now
        self.hub = Topics()
        self.signalling = Signalling(
            hub=self.hub,
            origin_allowed=lambda origin, host: same_site(origin, host, trusted=[], host_allowed=bool),
            now=timezone.now,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self.signalling(scope, receive, send)
        elif scope["type"] == "http":
            query = {key: values[0] for key, values in parse_qs(scope["query_string"].decode()).items()}
            body = b""
            while True:
                event = await receive()
                body += event.get("body", b"")
                if not event.get("more_body"):
                    break
            status, kind, answer = self.answer(scope["method"], scope["path"], query, body)
            headers = [(b"content-type", kind.encode()), (b"content-security-policy", CSP.encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": answer})

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        person = query.get("p", "")
        if path.startswith("/static/"):
            return self.file(path.removeprefix("/static/"))
        if path == "/salle":
            return 200, "text/html; charset=utf-8", self.page(query).encode()
        if path == "/credentials":
            gone = (self.folder / f"gone-{person}").exists()
            return (410, "text/plain", b"") if gone else as_json(self.credentials(person, query))
        if path in ("/measures", "/messages", "/result") and method == "POST":
            return self.keep(path[1:], person, json.loads(body))
        if path == "/messages":
            return as_json({"messages": self.messages(query.get("after", ""))})
        if path == "/publish":
            self.hub.tell(f"room:{ROOM}", json.loads(body))
            return as_json({})
        if path == "/reset":
            self.signalling.rooms.clear()
            self.signalling.barred.clear()
        if path == "/test":
            return 200, "text/html; charset=utf-8", self.test_page().encode()
        return (200 if path in ("/after", "/healthz", "/reset") else 404), "text/plain", path.encode()

    def file(self, name: str) -> tuple[int, str, bytes]:
        kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
        path = UI / name
        if not path.is_file():
            return 404, "text/plain", b""
        return 200, kinds.get(path.suffix, "application/octet-stream"), path.read_bytes()

    def page(self, query: dict[str, str]) -> str:
        from django.template.loader import render_to_string

        person, mode = query["p"], query.get("mode", "")
        context = {
            "credentials_url": f"/credentials?p={person}&mode={mode}",
            "measures_url": f"/measures?p={person}",
            "messages_url": f"/messages?p={person}",
            "after_url": "/after",
            "desk": PEOPLE[person][3] == "professional",
            "accept_requests": mode == "kiosk",
            "call_units": UNITS if mode == "kiosk" else [],
        }
        body = render_to_string("ui/call_stage.html", context) + render_to_string(
            "ui/call_chat.html", context
        )
        return PAGE.format(script="call", body=body)

    def test_page(self) -> str:
        from django.template.loader import render_to_string

        body = render_to_string(
            "ui/call_devicetest.html", {"ice_url": "/credentials?p=odile", "result_url": "/result"}
        )
        return PAGE.format(script="devicetest", body=body)

    def credentials(self, person: str, query: dict[str, str]) -> dict[str, Any]:
        from toubib.consultation.tokens import ice_config, make_room_token

        role, name, rpps, side = PEOPLE[person]
        now = self.now()
        token = make_room_token(
            room_id=ROOM, participant_id=person, role=role, name=name, rpps=rpps, side=side, now=now
        )
        ice = ice_config(participant_id=person, side=side, now=now)
        if query.get("mode") == "relay":
            ice["iceTransportPolicy"] = "relay"
        return {"token": token, "participant": person, "room": ROOM, "ice": ice, "ws": "/ws/salle"}

    def keep(self, kind: str, person: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        body.pop("token", None)
        if kind == "messages" and any(line["client_id"] == body["client_id"] for line in self.messages("")):
            return as_json({})
        with (self.folder / f"{kind}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"p": person, **body}) + "\n")
        if kind == "messages":
            self.hub.tell(f"room:{ROOM}", {"event": "chat"})
        return as_json({})

    def messages(self, after: str) -> list[dict[str, Any]]:
        lines = kept(self.folder, "messages")
        shaped = [
            {
                "id": f"{index:06}",
                "client_id": line["client_id"],
                "participant": line["p"],
                "name": PEOPLE[line["p"]][1],
                "text": line["text"],
                "sent_at": "",
            }
            for index, line in enumerate(lines, 1)
        ]
        return [line for line in shaped if line["id"] > after]


def kept(folder: Path, kind: str) -> list[dict[str, Any]]:
    path = folder / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def as_json(value: object) -> tuple[int, str, bytes]:
    return 200, "application/json", json.dumps(value).encode()


if __name__ == "__main__":
    import uvicorn

    port, folder, *turn_urls = sys.argv[1:]
    configure(turn_urls)
    uvicorn.run(
        Harness(Path(folder)),
        port=int(port),
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=256 * 1024,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
