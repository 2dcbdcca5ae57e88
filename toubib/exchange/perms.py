"""Whether a report may go to the médecin traitant: the patient decides, and a minor under secrecy decides alone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from toubib.exchange.enums import Refusal
from toubib.people.enums import LinkKind
from toubib.people.models import PatientLink
from toubib.people.queries import live_links
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent, Encounter


def why_not_send(*, encounter: Encounter, now: datetime) -> Refusal | None:
    """None where it may go. The patient's last word for this encounter holds, or the last one said of none in particular.

    Under a minor's secrecy only the minor's own word counts (L. 1111-5 CSP): a parent's agreement sends nothing.
    """
    said = Consent.objects.filter(
        Q(encounter=encounter) | Q(encounter__isnull=True),
        patient_id=encounter.patient_id,
        scope=ConsentScope.SEND_TO_MT,
        said_at__lte=now,
    )
    if encounter.minor_secrecy:
        own = PatientLink.objects.filter(
            live_links(now=now), patient_id=encounter.patient_id, kind=LinkKind.SELF
        )
        said = said.filter(said_by__in=own.values("account_id"))
    last = said.order_by("-said_at", "-id").first()
    if last is not None and last.given and last.withdrawn_at is None:
        return None
    return Refusal.MINOR_SECRECY if encounter.minor_secrecy else Refusal.NO_CONSENT
