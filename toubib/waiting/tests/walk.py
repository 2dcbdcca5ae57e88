"""The path by HTTP: the answers of someone for whom all goes well, and steps taken up to a point."""

from __future__ import annotations

import io
import re
from typing import Any

from django.test import Client
from PIL import Image

from toubib.ground.models import OutboundMessage
from toubib.territory.tests.factories import make_commune
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import NO

ADDRESS = "camille@exemple.test"
STEPS = (
    "signes",
    "lieu",
    "pour-qui",
    "motif",
    "medecin-traitant",
    "identite",
    "sante",
    "consentements",
    "test",
)
GOOD: dict[str, dict[str, Any]] = {
    "signes": dict.fromkeys(NO, "no"),
    "lieu": {"town": "valbrune", "detail": "4 rue des Lavoirs, 2e étage", "phone": "06 39 98 00 42"},
    "pour-qui": {"who": "self", "language": "fr"},
    "motif": {"key": "fever", "text": "39 depuis hier."},
    "medecin-traitant": {"answer": "none"},
    "identite": {
        "form": "identity", "birth_given_names": "Camille Rose", "birth_name": "Durand",
        "birth_date": "17/05/1990", "sex": "F", "adult_name": "Nadia Durand",
    },
    "sante": {"allergies": "Pénicilline", "treatments": "", "history": "", "pregnancy": "no"},
    "consentements": {"care": "on"},
    "test": {"do": "skip"},
}  # fmt: skip


def post(client: Client, step: str, **over: Any) -> Any:
    """Answer a step well, but for what is given; None takes an answer away."""
    typed = {name: value for name, value in {**GOOD[step], **over}.items() if value is not None}
    return client.post(f"/consulter/{step}", typed)


def walk_to(client: Client, step: str, **over: dict[str, Any]) -> Ticket:
    """Answer all that comes before `step` (« pret »: all of it); `over`: answers by step, - written _."""
    make_commune(code_insee="12903", name="Valbrune", postal_codes=["12900"])
    for one in STEPS[: STEPS.index(step)] if step in STEPS else STEPS:
        if one == "identite" and "_auth_user_id" not in client.session:
            enter_by_code(client)
        answer = post(client, one, **over.get(one.replace("-", "_"), {}))
        assert answer.status_code == 302, (one, answer.context and answer.context.get("form").errors)
    return the_ticket(client)


def enter_by_code(client: Client, address: str = ADDRESS) -> Any:
    client.post("/consulter/identite", {"address": address})
    return client.post("/consulter/identite/code", {"do": "check", "code": last_code(address)})


def last_code(address: str = ADDRESS) -> str:
    rows = OutboundMessage.objects.order_by("-created_at", "-id")
    body = next(row.body for row in rows if row.to == address)
    return re.sub(r"\D", "", re.search(r"code est ([\d\s]+)", body).group(1))  # type: ignore[union-attr]


def the_ticket(client: Client) -> Ticket:
    return Ticket.objects.get(pk=client.session["ticket"])


def photo(colour: Any = "red") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    out.seek(0)
    out.name = "bras.jpg"
    return out


def errors(answer: Any) -> dict[str, list[str]]:
    """The sentences beside each field of the page."""
    return {name: [str(one) for one in found] for name, found in answer.context["form"].errors.items()}
