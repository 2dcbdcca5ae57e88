"""A whole visit by HTTP: names, e-mails, phones and clinical words stand in no address, no log line, no journal entry."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from django.utils import timezone

from toubib.consultation.models import Room
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import sign_in
from toubib.record.models import Encounter
from toubib.waiting.models import Offer
from toubib.waiting.operations import dispatch_all
from toubib.waiting.tests.factories import make_scene, put_on_duty
from toubib.waiting.tests.walk import ADDRESS, walk_to

pytestmark = pytest.mark.django_db
PERSONAL = re.compile(
    r"durand|camille|vasseur|salom|ferrand|lucie|exemple\.test|0?6[ .]?39[ .]?98|lavoirs|p(é|%C3%A9|\\u00e9)nicill"
    r"|angine|d(é|%C3%A9|\\u00e9)lai|17/05/1990|1990-05-17",
    re.IGNORECASE,
)


class Seeing(Client):
    """A browser that keeps each address it asked for or was sent to."""

    seen: list[str]

    def request(self, **asked):
        answer = super().request(**asked)
        self.seen.append(asked.get("PATH_INFO", "") + "?" + asked.get("QUERY_STRING", ""))
        self.seen.append(answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", ""))
        return answer


def browser(seen, account=None):
    client = Seeing()
    client.seen = seen
    if account:
        sign_in(client, account)
    return client


def whole_visit(seen):
    scene = make_scene()
    patient = browser(seen)
    ticket = walk_to(patient, "pret")
    assert patient.post("/consulter/pret").url == f"/attente/{ticket.id}"
    patient.get(f"/attente/{ticket.id}")
    patient.post(f"/attente/{ticket.id}/inviter", {"role": "relative"})
    link = re.search(r"/invite/[\w-]+", patient.get(f"/attente/{ticket.id}").content.decode())[0]
    guest = browser([])  # the link itself is a key, in its own address by nature
    assert guest.post(link, {"name": "Lucie Ferrand"}).status_code == 302
    seen += guest.seen[1:]
    now, doctor = timezone.now(), browser(seen, scene.cast.vasseur.account)
    put_on_duty(scene, scene.cast.vasseur, now=now)
    dispatch_all(now=now)
    doctor.get("/cabinet")
    room = doctor.post(f"/cabinet/proposition/{Offer.objects.get().id}/prendre").url
    key = Room.objects.get().id
    for page in (room, f"{room}/etat", f"{room}/invites"):
        doctor.get(page)
    doctor.post(f"{room}/ouvrir")
    patient.get(f"/salle/{key}")
    patient.post(f"/salle/{key}/acces")
    note = {
        "reason": "Fièvre, Pénicilline",
        "findings": "Angine",
        "conclusion": "Angine de Camille",
        "base": "0",
    }
    doctor.post(f"{room}/note", note)
    doctor.post(f"{room}/finir")
    doctor.post(f"{room}/signer", {**note, "base": "1", "attestation": "video"})
    visit = Encounter.objects.get()
    assert visit.state == "signed"
    assert "Angine de Camille" in patient.get(f"/consultation/{visit.id}").content.decode()
    patient.post(f"/consultation/{visit.id}/reclamation", {"text": "Délai trop long"})
    patient.get("/mon-espace")
    patient.post("/mon-espace/mes-donnees/copie")
    director, compliance = browser(seen, scene.cast.director), browser(seen, scene.cast.compliance)
    director.get("/direction")
    compliance.post("/conformite/chercher", {"who": "Durand"})
    compliance.get("/conformite")
    browser(seen).post("/connexion", {"door": "code", "address": ADDRESS})


def test_nothing_personal_in_addresses_logs_and_journal(caplog, settings):
    settings.DEMO = True
    settings.LOGGING_CONFIG = None
    seen: list[str] = []
    with caplog.at_level(logging.DEBUG):
        logger = logging.getLogger("toubib")
        logger.propagate, before = True, logger.propagate
        try:
            whole_visit(seen)
        finally:
            logger.propagate = before
    assert {line for line in seen if PERSONAL.search(line)} == set()
    assert [line for line in caplog.text.splitlines() if PERSONAL.search(line)] == []
    rows = JournalEntry.objects.values_list("role", "action", "subject", "subject_id", "reason")
    assert [row for row in rows if PERSONAL.search(" ".join(map(str, row)))] == []
    assert rows.count() > 20
