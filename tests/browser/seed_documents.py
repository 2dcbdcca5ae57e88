"""Documents of signed visits, for the browser tests. Functions take and give JSON."""

from __future__ import annotations

from django.utils import timezone

from tests.browser.seed import account_id
from toubib.documents.operations import cancel_document, issue_document
from toubib.documents.samples import MEDICINES, sample_contents
from toubib.ground.actors import Actor
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.queries import own_patient
from toubib.record.enums import EncounterState
from toubib.record.tests.factories import make_encounter


def documents() -> dict[str, str]:
    """The codes of one that holds, one cancelled, one specimen; the id of the first."""
    now = timezone.now()
    vasseur = ProfessionalAccount.objects.get(account_id=account_id(name="vasseur"))
    jeanne = own_patient(account=Account.objects.get(pk=account_id(name="jeanne")), now=now)
    assert jeanne is not None
    visit = make_encounter(jeanne, vasseur, EncounterState.SIGNED)
    by = Actor(vasseur.account_id, "practitioner")
    leave = sample_contents(now=now)["arret-de-travail-specimen"]
    good, gone, specimen = (
        issue_document(encounter=visit, content=content, by=by, now=now)
        for content in (MEDICINES, MEDICINES, leave)
    )
    cancel_document(document=gone, reason="essai", by=by, now=now)
    return {"good": good.code, "cancelled": gone.code, "specimen": specimen.code, "id": str(good.id)}
