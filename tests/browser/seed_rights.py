"""A patient with papers, agreements and a request to erase, for the browser tests. Functions take and give JSON."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django.utils import timezone

from tests.browser.seed import account_id
from toubib.documents.models import Document
from toubib.documents.operations import cancel_document
from toubib.ground.actors import Actor
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.queries import links_of
from toubib.rights.operations import ask_erasure
from toubib.rights.tests.factories import fill_record


def papers() -> dict[str, str]:
    """Jeanne and her child with a visit each, one document cancelled; a request that waits; the ids to open."""
    now, jeanne = timezone.now(), Account.objects.get(pk=account_id(name="jeanne"))
    doctors = {
        name: ProfessionalAccount.objects.get(account_id=account_id(name=name))
        for name in ("vasseur", "lenoir")
    }
    cast = SimpleNamespace(jeanne=jeanne, **doctors)
    own, child = (link.patient for link in links_of(account=jeanne, now=now))
    visit = fill_record(cast, own, jeanne, at=now - timedelta(days=2))
    fill_record(cast, child, jeanne, at=now - timedelta(days=20))
    paper = Document.objects.filter(encounter=visit, state="issued").get()
    by = Actor(cast.vasseur.account_id, "practitioner")
    cancelled = Document.objects.filter(encounter=visit, state="cancelled").get()
    cancel_document(document=cancelled, reason="Erreur", by=by, now=now)
    paul = Account.objects.get(pk=account_id(name="paul"))
    asked = ask_erasure(account=paul, close_account=True, by=Actor(paul.id, "patient"), now=now)
    return {
        "paper": str(paper.id), "cancelled": str(cancelled.id), "child": str(child.id), "visit": str(visit.id),
        "erasure": str(asked.id), "own": str(own.id),
    }  # fmt: skip
