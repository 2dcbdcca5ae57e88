"""Who may assist where, and delegations on file: both dated, both with their author."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.assistance.enums import Ground, Setting
from toubib.assistance.models import Posting, Protocol
from toubib.directory.models import Place, Practitioner
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_row, transactional
from toubib.people.models import Account


class BadPeriod(Exception):
    """What was typed does not stand; str() is a sentence for the user."""


@transactional
def post_helper(
    *,
    account: Account,
    place: Place,
    starts_on: date,
    secrecy_reference: str,
    setting: Setting = Setting.PLACE,
    by: Actor,
    now: datetime,
) -> Posting:
    """Let an account assist at a place; the written secrecy is named. `setting`: what a nurse's codes tell apart (TLL, TLS,
    TLD). Idempotent while it lasts. Raises BadPeriod."""
    reference = secrecy_reference.strip()
    if not reference:
        raise BadPeriod(_("Indiquez l’engagement écrit de secret : où il est, et sa date."))
    hold_lock(f"assistance.posting.{account.pk}")
    found = Posting.objects.filter(account=account, place=place, ends_on__isnull=True).first()
    if found is not None:
        return found
    made = Posting.objects.create(
        account=account,
        place=place,
        starts_on=starts_on,
        secrecy_reference=reference[:120],
        setting=setting,
        made_by=by.account_id,
        made_at=now,
    )
    trace(by=by, action="assistance.posting.make", now=now, subject="posting", subject_id=made.pk)
    publish(f"account:{account.pk}", "counter")
    return made


@transactional
def end_posting(*, posting_id: UUID, on: date, by: Actor, now: datetime) -> Posting:
    """The account assists there no more from that day. Idempotent."""
    row = lock_row(Posting.objects.all(), pk=posting_id)
    if row.ends_on is not None:
        return row
    if on <= row.starts_on:
        raise BadPeriod(_("La fin suit le début."))
    row.ends_on = on
    row.save(update_fields=["ends_on"])
    trace(by=by, action="assistance.posting.end", now=now, subject="posting", subject_id=row.pk)
    publish(f"account:{row.account_id}", "counter")
    return row


@transactional
def file_protocol(
    *,
    ground: Ground,
    reference: str,
    delegator: Practitioner,
    delegate: Practitioner,
    gestures: Iterable[str],
    starts_on: date,
    ends_on: date | None,
    by: Actor,
    now: datetime,
) -> Protocol:
    """Put a delegation on file (rules: R. 4342-1 ff. CSP). The same one twice is one. Raises BadPeriod."""
    named = reference.strip()[:120]
    if not named:
        raise BadPeriod(_("Indiquez la référence du protocole signé."))
    if ends_on is not None and ends_on <= starts_on:
        raise BadPeriod(_("La fin suit le début."))
    if delegator.pk == delegate.pk:
        raise BadPeriod(_("Un protocole lie deux professionnels."))
    hold_lock("assistance.protocols")
    found = Protocol.objects.filter(delegator=delegator, delegate=delegate, reference=named).first()
    if found is not None:
        return found
    made = Protocol.objects.create(
        ground=ground,
        reference=named,
        delegator=delegator,
        delegate=delegate,
        gestures=sorted(set(gestures)),
        starts_on=starts_on,
        ends_on=ends_on,
        filed_by=by.account_id,
        filed_at=now,
    )
    trace(by=by, action="assistance.protocol.file", now=now, subject="protocol", subject_id=made.pk)
    return made


@transactional
def end_protocol(*, protocol_id: UUID, on: date, by: Actor, now: datetime) -> Protocol:
    """No gesture is delegated under it from that day on. Raises BadPeriod."""
    row = lock_row(Protocol.objects.all(), pk=protocol_id)
    if on <= row.starts_on:
        raise BadPeriod(_("La fin suit le début."))
    if row.ends_on is None or on < row.ends_on:
        row.ends_on = on
        row.save(update_fields=["ends_on"])
        trace(by=by, action="assistance.protocol.end", now=now, subject="protocol", subject_id=row.pk)
    return row
