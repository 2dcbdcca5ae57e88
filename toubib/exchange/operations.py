"""The only writer of deliveries. Rows first: the worker resolves the address, builds, checks and submits.

At least once, never twice while all goes well: a worker that dies between the relay's « 250 » and its own commit sends
again, under the same Message-ID, which lets a receiver drop the second.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from toubib.documents.enums import DocumentKind, DocumentState
from toubib.documents.models import Document
from toubib.exchange.addresses import DirectoryAway, address_book, is_allowed
from toubib.exchange.checks import check_message
from toubib.exchange.enums import OVER, DeliveryState, Refusal, Returned
from toubib.exchange.message import build_message, message_id
from toubib.exchange.models import Delivery
from toubib.exchange.perms import why_not_send
from toubib.exchange.returns import Mailbox, Return, parse_return
from toubib.exchange.source import NotSetUp, letter_of, medecin_traitant_of
from toubib.exchange.submission import Parcel, RelayAway, RelayRefused, submit
from toubib.ground.actors import Actor
from toubib.ground.crypto import CannotDecrypt
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import transactional

log = logging.getLogger("toubib.exchange")
RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720, 1440)]
LEASE = timedelta(minutes=10)  # longer than every exchange with directory and relay may last
BY_WORKER = Actor.system("exchange")


class NotAReport(ValueError):
    """Only a report of a signed encounter is sent to the médecin traitant."""


class _Refused(Exception):
    """This delivery ends here; `reason` is what the doctor reads, `code` what an operator looks up."""

    def __init__(self, reason: Refusal, code: str = "") -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


@dataclass(frozen=True, slots=True)
class _Ready:
    parcel: Parcel
    message_id: str
    sha256: str


@transactional
def send_report(*, document: Document, by: Actor, now: datetime) -> Delivery:
    """Put the report on its way to the patient's médecin traitant, or say why it may not go. Idempotent.

    Asked again after a refusal, a bounce or a surrender, it starts anew. Raises NotAReport.
    """
    if document.kind != DocumentKind.REPORT:
        raise NotAReport
    doctor = medecin_traitant_of(document)
    rpps = (doctor.rpps or "") if doctor else ""
    delivery, made = Delivery.objects.select_for_update().get_or_create(
        document=document,
        recipient_rpps=rpps,
        defaults={
            "recipient_name": doctor.name if doctor else "",
            "queued_at": now,
            "queued_by": by.account_id,
            "next_attempt_at": now,
        },
    )
    if not made and delivery.state not in OVER:
        return delivery
    delivery.state, delivery.reason, delivery.last_error = DeliveryState.WAITING, "", ""
    delivery.attempts, delivery.next_attempt_at, delivery.answered_at = 0, now, None
    delivery.queued_at, delivery.queued_by, delivery.sent_at = now, by.account_id, None
    delivery.followed_at, delivery.followed_by, delivery.outcome = None, None, None
    _trace(delivery, "queue", by=by, now=now)
    reason = _why_not(delivery, has_doctor=doctor is not None, now=now)
    if reason is not None:
        _refuse(delivery, _Refused(reason), by=by, now=now)
    else:
        delivery.save()
    return delivery


@transactional
def follow_delivery(*, delivery_id: UUID, outcome: str, by: Actor, now: datetime) -> Delivery:
    """What was done about a report that did not arrive; the first word said stays."""
    row = Delivery.objects.select_for_update(of=("self",)).select_related("document__encounter")
    delivery = row.get(pk=delivery_id)
    if delivery.followed_at is None:
        delivery.followed_at, delivery.followed_by, delivery.outcome = now, by.account_id, outcome.strip()
        delivery.save(update_fields=["followed_at", "followed_by", "outcome"])
        _trace(delivery, "follow", by=by, now=now)
    return delivery


def deliver_due(*, now: datetime, limit: int = 20) -> int:
    """Send what is due; returns how many left. Each is claimed for LEASE and committed before the network is used."""
    _give_up_dead(now=now)
    sent = 0
    for _ in range(limit):
        claimed = _claim_one(now=now)
        if claimed is None:
            break
        sent += _deliver(claimed, now=now)
    return sent


def read_return(*, raw: bytes, now: datetime) -> Return:
    """Read one message that came back, and move the delivery that it names. What names none changes nothing."""
    found = parse_return(raw)
    if found.delivery_id is not None:
        _apply(found, delivery_id=found.delivery_id, now=now)
    return found


def read_mailbox(*, box: Mailbox, now: datetime, limit: int = 100) -> int:
    """Read what waits in the operator's box; each is marked done once its change is committed."""
    read = 0
    for key, raw in box.fetch():
        if read >= limit:
            break
        read_return(raw=raw, now=now)
        box.done(key)
        read += 1
    return read


def _why_not(delivery: Delivery, *, has_doctor: bool, now: datetime) -> Refusal | None:
    """What may be said without the network, in the order in which it matters to a doctor."""
    document = delivery.document
    if document.state == DocumentState.CANCELLED:
        return Refusal.CANCELLED
    if not has_doctor:
        return Refusal.NO_MEDECIN_TRAITANT
    forbidden = why_not_send(encounter=document.encounter, now=now)
    if forbidden is not None:
        return forbidden
    if not settings.OID_ARC or not settings.STRUCTURE_NUMBER or not settings.MSSANTE_FROM:
        return Refusal.NOT_SET_UP
    if settings.MSSANTE_GATEWAY == "none" or settings.MSSANTE_DIRECTORY == "none":
        return Refusal.NOT_SET_UP
    return None if delivery.recipient_rpps else Refusal.NO_RPPS


def _give_up_dead(*, now: datetime) -> None:
    """Claimed as often as may be and never closed: each time something broke that no refusal foresees."""
    with transaction.atomic():
        due = Delivery.objects.filter(state=DeliveryState.WAITING, next_attempt_at__lte=now)
        for delivery in due.filter(attempts__gt=len(RETRY_AFTER)).select_related("document__encounter"):
            _give_up(delivery, "died", now=now)


def _claim_one(*, now: datetime) -> UUID | None:
    with transaction.atomic():
        due = Delivery.objects.filter(state=DeliveryState.WAITING, next_attempt_at__lte=now)
        row = due.select_for_update(skip_locked=True).order_by("next_attempt_at", "id").first()
        if row is None:
            return None
        row.attempts, row.next_attempt_at = row.attempts + 1, now + LEASE
        row.save(update_fields=["attempts", "next_attempt_at"])
        return row.id


def _deliver(delivery_id: UUID, *, now: datetime) -> bool:
    delivery = Delivery.objects.select_related(
        "document__encounter__patient", "document__encounter__practitioner"
    ).get(pk=delivery_id)
    try:
        ready = _prepare(delivery, now=now)
        submit(ready.parcel, now=now)
    except (_Refused, RelayRefused, NotSetUp) as error:
        refused = error if isinstance(error, _Refused) else _refused_by(error)
        with transaction.atomic():
            _refuse(delivery, refused, by=BY_WORKER, now=now)
        return False
    except (RelayAway, DirectoryAway, CannotDecrypt, FileNotFoundError) as error:
        _try_later(delivery, error, now=now)
        return False
    _note_sent(delivery, ready, now=now)
    return True


def _prepare(delivery: Delivery, *, now: datetime) -> _Ready:
    """Ask again whether it may go, find the address, build the message and check it whole."""
    forbidden = _why_not(delivery, has_doctor=True, now=now)
    if forbidden is not None:
        raise _Refused(forbidden)
    box = address_book().find(rpps=delivery.recipient_rpps)
    if box is None:
        raise _Refused(Refusal.NO_ADDRESS)
    domains = tuple(settings.MSSANTE_DOMAINS)
    if not is_allowed(box.address, domains):
        raise _Refused(Refusal.DOMAIN)
    delivery.recipient_address = box.address
    letter = letter_of(delivery, box)
    content = build_message(letter)
    found = check_message(content, domains=domains, allow_test=settings.DEMO)
    if found:
        log.error(
            "delivery %s refused by our checks: %s", delivery.id, ", ".join(sorted({f.rule for f in found}))
        )
        raise _Refused(Refusal.CHECKS, found[0].rule)
    parcel = Parcel(delivery.id, letter.sender, box.address, content)
    return _Ready(parcel, message_id(letter), hashlib.sha256(content).hexdigest())


def _refused_by(error: RelayRefused | NotSetUp) -> _Refused:
    if isinstance(error, NotSetUp):
        return _Refused(Refusal.NOT_SET_UP, str(error))
    return _Refused(Refusal.DOMAIN if str(error) == "domain" else Refusal.RELAY, str(error))


def _refuse(delivery: Delivery, why: _Refused, *, by: Actor, now: datetime) -> None:
    delivery.state, delivery.reason, delivery.last_error = (
        DeliveryState.REFUSED,
        why.reason.value,
        why.code[:40],
    )
    delivery.next_attempt_at, delivery.answered_at = None, now
    delivery.save()
    _trace(delivery, "refuse", by=by, now=now, reason=why.reason.value)


def _try_later(delivery: Delivery, error: Exception, *, now: datetime) -> None:
    """A bounded number of times, further and further apart; then the doctor is told."""
    code = str(error)[:40] if isinstance(error, RelayAway | DirectoryAway) else type(error).__name__
    log.warning("delivery %s not sent, attempt %s: %s", delivery.id, delivery.attempts, code)
    with transaction.atomic():
        if delivery.attempts > len(RETRY_AFTER):
            _give_up(delivery, code, now=now)
        else:
            delivery.last_error, delivery.next_attempt_at = code, now + RETRY_AFTER[delivery.attempts - 1]
            delivery.save()


def _give_up(delivery: Delivery, code: str, *, now: datetime) -> None:
    delivery.state, delivery.last_error = DeliveryState.GIVEN_UP, code
    delivery.next_attempt_at, delivery.answered_at = None, now
    delivery.save()
    _trace(delivery, "give_up", by=BY_WORKER, now=now, reason=code)


def _note_sent(delivery: Delivery, ready: _Ready, *, now: datetime) -> None:
    with transaction.atomic():
        delivery.state, delivery.sent_at, delivery.next_attempt_at = DeliveryState.SENT, now, None
        delivery.message_id, delivery.message_sha256, delivery.last_error = ready.message_id, ready.sha256, ""
        delivery.save()
        _trace(delivery, "send", by=BY_WORKER, now=now)


@transactional
def _apply(found: Return, *, delivery_id: UUID, now: datetime) -> None:
    """Arrived, or came back. A software that cannot file what arrived tells so after: that overrules « arrived »."""
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None or delivery.sent_at is None:
        return
    open_states = {DeliveryState.SENT, DeliveryState.DELIVERED}
    if found.kind in {Returned.DELIVERED, Returned.READ} and delivery.state == DeliveryState.SENT:
        delivery.state, delivery.last_error, action = DeliveryState.DELIVERED, "", "deliver"
    elif found.kind in {Returned.BOUNCED, Returned.REJECTED} and delivery.state in open_states:
        delivery.state, delivery.last_error, action = DeliveryState.BOUNCED, found.code, "bounce"
    else:
        return
    delivery.answered_at = now
    delivery.save()
    _trace(delivery, action, by=BY_WORKER, now=now, reason=found.code)


def _trace(delivery: Delivery, verb: str, *, by: Actor, now: datetime, reason: str = "") -> None:
    """The journal keeps the step; the doctor's open page hears that there is news."""
    encounter = delivery.document.encounter
    trace(
        by=by,
        action=f"exchange.delivery.{verb}",
        now=now,
        patient=encounter.patient_id,
        subject="delivery",
        subject_id=delivery.id,
        reason=reason,
    )
    professional = getattr(encounter.practitioner, "professional", None)
    told = {delivery.queued_by, professional.account_id if professional else None} - {None}
    for account_id in told:
        publish(f"account:{account_id}", "delivery", encounter=str(encounter.id))
