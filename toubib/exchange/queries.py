"""Where a report to the médecin traitant stands, in the doctor's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from toubib.documents.enums import DocumentState
from toubib.documents.models import Document
from toubib.exchange.enums import OVER, DeliveryState, Refusal
from toubib.exchange.models import Delivery

SILENCE = timedelta(
    days=3
)  # a receipt or a delivery report comes within the hour where the receiver sends one
TO_FOLLOW = (Refusal.NO_RPPS, Refusal.NO_ADDRESS, Refusal.DOMAIN, Refusal.CHECKS, Refusal.RELAY)

# What the report itself says of its recipient does not change, nor does the platform while it runs
HOPELESS = (Refusal.CANCELLED, Refusal.NOT_SET_UP, Refusal.NO_MEDECIN_TRAITANT, Refusal.NO_RPPS)


@dataclass(frozen=True, slots=True)
class DeliveryNews:
    """`tone` is a class of the design (info, good, warning); `at` is when this became so.

    `may_retry`: asking `send_report` again may change something. `code`: what to tell a technician, empty where nothing.
    """

    state: DeliveryState
    words: str
    tone: str
    at: datetime
    recipient: str
    next_attempt_at: datetime | None = None
    may_retry: bool = False
    code: str = ""
    reason: str = ""


def delivery_of(*, document: Document) -> DeliveryNews | None:
    """The news of this report's sending; None where nobody asked for it."""
    return deliveries_of(documents=[document]).get(document.id)


def deliveries_of(*, documents: Iterable[Document]) -> dict[UUID, DeliveryNews]:
    """The news of several reports, by document, in one query."""
    rows = Delivery.objects.filter(document__in=[one.id for one in documents]).order_by("queued_at", "id")
    return {row.document_id: news_of(row) for row in rows}


def news_of(delivery: Delivery) -> DeliveryNews:
    state = DeliveryState(delivery.state)
    tones = {DeliveryState.SENT: "info", DeliveryState.WAITING: "info", DeliveryState.DELIVERED: "good"}
    return DeliveryNews(
        state=state,
        words=_words(delivery, state),
        tone=tones.get(state, "warning"),
        at=delivery.answered_at or delivery.sent_at or delivery.queued_at,
        recipient=delivery.recipient_name,
        next_attempt_at=delivery.next_attempt_at if state == DeliveryState.WAITING else None,
        may_retry=state in OVER and delivery.reason not in HOPELESS,
        code=delivery.last_error,
        reason=delivery.reason,
    )


def unanswered_deliveries(*, now: datetime, followed: bool = False) -> QuerySet[Delivery]:
    """Reports that did not arrive, or of which nothing was heard where an operator's box would tell: the oldest first;
    those followed, the newest. What the patient did not agree to is nobody's to follow."""
    lost = Q(state__in=[DeliveryState.BOUNCED, DeliveryState.GIVEN_UP])
    lost |= Q(state=DeliveryState.REFUSED, reason__in=TO_FOLLOW)
    if settings.MSSANTE_MAILBOX != "none":
        lost |= Q(state=DeliveryState.SENT, sent_at__lte=now - SILENCE)
    rows = Delivery.objects.filter(
        lost, followed_at__isnull=not followed, document__state=DocumentState.ISSUED
    )
    rows = rows.select_related("document__encounter__patient", "document__encounter__practitioner")
    return rows.order_by("-followed_at", "-id") if followed else rows.order_by("queued_at", "id")


def count_undelivered() -> int:
    """Reports that did not arrive and that someone must send otherwise: for the operator's watch."""
    return Delivery.objects.filter(state__in=[DeliveryState.GIVEN_UP, DeliveryState.BOUNCED]).count()


def _words(delivery: Delivery, state: DeliveryState) -> str:
    match state:
        case DeliveryState.REFUSED:
            return str(Refusal(delivery.reason).label)
        case DeliveryState.WAITING if delivery.attempts and delivery.last_error:
            return _("L’envoi n’a pas encore réussi. Nous réessayons.")
        case DeliveryState.WAITING:
            return _("Le compte rendu part dans un instant.")
        case DeliveryState.SENT:
            return _("Le compte rendu est remis à la messagerie MSSanté.")
        case DeliveryState.DELIVERED:
            return _("Le compte rendu est arrivé chez le médecin traitant.")
        case DeliveryState.BOUNCED if delivery.last_error.startswith("mdn"):
            return _("Le logiciel du médecin traitant n’a pas pu ranger le compte rendu. Prévenez-le.")
        case DeliveryState.BOUNCED:
            return _("Le message est revenu : l’adresse du médecin traitant ne l’a pas reçu.")
        case DeliveryState.GIVEN_UP:
            return _(
                "L’envoi n’a pas réussi après plusieurs essais. Envoyez le compte rendu par un autre moyen."
            )
