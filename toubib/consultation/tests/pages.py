"""What the tests of the doctor's room share: whose client, which address, the words of a page."""

import re

from django.test import Client

from toubib.people.tests.factories import sign_in

FRAGMENT = {"HX-Request": "true"}
TEXTS = {
    "reason": "Toux",
    "findings": "Auscultation impossible",
    "conclusion": "Virose",
    "advice": "Revenir si fièvre",
}


def client_of(account, **more):
    client = Client()
    sign_in(client, account, **more)
    return client


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def url(call, end=""):
    return f"/cabinet/salle/{call.room.id}{end}"


def save(client, call, base=0, **over):
    return client.post(
        url(call, "/note"), {**TEXTS, "base": str(base), **over}, headers={"Accept": "application/json"}
    )
