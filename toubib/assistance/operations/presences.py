"""Someone beside the patient: proposed from the counter, agreed to by the patient's side, taken back at any time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.assistance.enums import LIVE_GESTURES, GestureState, Setting
from toubib.assistance.events import gesture_moved, presence_changed
from toubib.assistance.models import Gesture, Presence
from toubib.assistance.queries import open_presence, posting_of, practitioner_of
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_row, transactional
from toubib.people.models import Account
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent
from toubib.record.operations import say_consents


class NotPosted(Exception):
    """This account does not assist there today; str() is a sentence for the user."""


@transactional
def begin_presence(
    *,
    ticket_id: UUID,
    patient_id: UUID | None,
    place_id: UUID,
    account: Account,
    by: Actor,
    now: datetime,
    setting: Setting | None = None,
) -> Presence:
    """Propose to stay beside the patient. `setting`: None, that of the assignment. Idempotent while it lasts. Raises NotPosted."""
    posting = posting_of(account=account, place_id=place_id, now=now)
    if posting is None:
        raise NotPosted(_("Vous n’êtes pas affecté à ce lieu aujourd’hui."))
    hold_lock(f"assistance.ticket.{ticket_id}")
    found = open_presence(ticket_id=ticket_id, account_id=account.pk)
    if found is not None:
        return found
    practitioner = practitioner_of(account=account)
    made = Presence.objects.create(
        ticket_id=ticket_id,
        patient_id=patient_id,
        place_id=place_id,
        helper=account,
        practitioner=practitioner,
        profession=practitioner.profession if practitioner else "",
        setting=setting or posting.setting,
        began_at=now,
    )
    _trace(made, "assistance.presence.propose", by=by, now=now)
    return made


@transactional
def answer_presence(
    *,
    presence_id: UUID,
    agreed: bool,
    patient_id: UUID,
    by: Actor,
    now: datetime,
    encounter_id: UUID | None = None,
) -> Presence:
    """The patient's side agrees to the presence, refuses it, or takes its word back. Idempotent."""
    row = lock_row(Presence.objects.all(), pk=presence_id)
    if row.ended_at is not None or row.agreed is agreed:
        return row
    row.agreed, row.answered_at, row.answered_by = agreed, now, by.account_id
    row.patient_id = row.patient_id or patient_id
    if not agreed:
        row.ended_at = now
    row.save(update_fields=["agreed", "answered_at", "answered_by", "patient", "ended_at"])
    about = f"presence:{row.pk}"
    Consent.objects.filter(about=about, withdrawn_at__isnull=True).update(withdrawn_at=now)
    scope = ConsentScope.THIRD_PERSON if row.profession else ConsentScope.LAY_ASSISTANT
    say_consents(
        patient_id=patient_id, answers={scope: agreed}, by=by, now=now, encounter_id=encounter_id, about=about
    )
    if not agreed:
        _stop_gestures(row, GestureState.REVOKED, by=by, now=now)
    _trace(row, "assistance.presence.agree" if agreed else "assistance.presence.refuse", by=by, now=now)
    return row


@transactional
def end_presence(*, presence_id: UUID, by: Actor, now: datetime) -> Presence:
    """Who assisted leaves the patient alone with the doctor. Idempotent."""
    row = lock_row(Presence.objects.all(), pk=presence_id)
    if row.ended_at is None:
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _stop_gestures(row, GestureState.LEFT, by=by, now=now)
        _trace(row, "assistance.presence.end", by=by, now=now)
    return row


def leave_left_open(*, ticket_id: UUID, by: Actor, now: datetime) -> int:
    """The request is over: whoever is still noted beside the patient is not any more. How many."""
    rows = Presence.objects.filter(ticket_id=ticket_id, ended_at__isnull=True)
    left = list(rows.values_list("pk", flat=True))
    for presence_id in left:
        end_presence(presence_id=presence_id, by=by, now=now)
    return len(left)


def _stop_gestures(row: Presence, state: GestureState, *, by: Actor, now: datetime) -> None:
    for gesture in Gesture.objects.select_for_update().filter(presence=row, state__in=LIVE_GESTURES):
        if state == GestureState.REVOKED and gesture.state == GestureState.ACCEPTED:
            gesture.state = GestureState.DECLINED
        else:
            gesture.state = state
        gesture.ended_at = now
        gesture.save(update_fields=["state", "ended_at"])
        gesture_moved.send(sender=Gesture, gesture=gesture, by=by, now=now)


def _trace(row: Presence, action: str, *, by: Actor, now: datetime) -> None:
    trace(by=by, action=action, now=now, patient=row.patient_id, subject="presence", subject_id=row.pk)
    publish(f"account:{row.helper_id}", "counter")
    publish(f"ticket:{row.ticket_id}", "presence")
    presence_changed.send(sender=Presence, presence=row, by=by, now=now)
