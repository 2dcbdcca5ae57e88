"""A gesture from the doctor's question to its end: who assists accepts, the patient agrees, times are kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.assistance.catalogue import Kind, UnknownGesture, catalogue_on
from toubib.assistance.enums import GESTURE_MOVES, LIVE_GESTURES, GestureState, Image, Refusal
from toubib.assistance.events import gesture_moved
from toubib.assistance.models import Gesture, Presence, Protocol
from toubib.assistance.operations.presences import NotPosted, answer_presence, begin_presence
from toubib.assistance.queries import helpers_at, kind_of_gesture, practitioner_of, protocol_for
from toubib.directory.enums import Device
from toubib.directory.models import Place, Practitioner
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_row, transactional
from toubib.people.models import Account
from toubib.record.enums import UNSIGNED_STATES, ConsentScope
from toubib.record.models import Attachment, Consent, Encounter
from toubib.record.operations import add_attachment, say_consents
from toubib.rulebook.days import day_of


class GestureRefused(Exception):
    """The gesture cannot be asked for or go on; str() is a sentence for the user."""


@transactional
def ask_gesture(
    *,
    encounter: Encounter,
    ticket_id: UUID,
    place: Place | None,
    key: str,
    words: str,
    by: Actor,
    now: datetime,
) -> Gesture:
    """The doctor asks. Asked twice while it lasts, it is one. Raises GestureRefused."""
    if place is None:
        raise GestureRefused(_("Le patient n’est pas dans un lieu équipé : personne ne peut faire ce geste."))
    if encounter.state not in UNSIGNED_STATES:
        raise GestureRefused(_("Cette consultation est signée."))
    try:
        catalogue = catalogue_on(on=day_of(now))
        kind = catalogue.kind(key)
    except UnknownGesture:
        raise GestureRefused(_("Ce geste n’est pas au catalogue.")) from None
    check_gesture(kind=kind, doctor=encounter.practitioner, place=place, now=now)
    hold_lock(f"assistance.gesture.{encounter.pk}")
    found = Gesture.objects.filter(encounter=encounter, key=key, state__in=LIVE_GESTURES).first()
    if found is not None:
        return found
    made = Gesture.objects.create(
        encounter=encounter,
        ticket_id=ticket_id,
        place=place,
        key=key,
        catalogue=catalogue.version,
        words=words.strip()[:500],
        asked_at=now,
        asked_by=by.account_id,
    )
    _tell(made, "assistance.gesture.ask", by=by, now=now)
    return made


def check_gesture(*, kind: Kind, doctor: Practitioner, place: Place, now: datetime) -> None:
    """Whether the place can do it for this doctor: device, profession, delegation. Raises GestureRefused."""
    if kind.device and kind.device not in place.devices:
        raise GestureRefused(
            _("Ce lieu n’a pas l’appareil : %(device)s.") % {"device": Device(kind.device).label}
        )
    if kind.specialties and doctor.specialty not in kind.specialties:
        raise GestureRefused(_("Ce geste se délègue par un ophtalmologue seulement."))
    able = [one for one in helpers_at(place_id=place.pk, now=now) if kind.may_be_made_by(_profession(one))]
    if not able:
        raise GestureRefused(_("Personne, dans ce lieu, ne peut faire ce geste."))
    if kind.needs_protocol and not any(_protocol(kind, doctor, one, now) for one in able):
        raise GestureRefused(
            _(
                "Ce geste demande un protocole daté entre vous et la personne sur place (R. 4342-1 et suivants CSP). "
                "Aucun n’est au dossier ce jour."
            )
        )


def _profession(account: Account) -> str:
    practitioner = practitioner_of(account=account)
    return practitioner.profession if practitioner else ""


def _protocol(kind: Kind, doctor: Practitioner, account: Account, now: datetime) -> Protocol | None:
    delegate = practitioner_of(account=account)
    return protocol_for(key=kind.key, delegator=doctor, delegate=delegate, on=day_of(now))


@transactional
def accept_gesture(*, gesture_id: UUID, account: Account, by: Actor, now: datetime) -> Gesture:
    """Who assists accepts, and is beside the patient from then on. Idempotent. Raises GestureRefused, NotPosted."""
    row = _locked(gesture_id)
    if row.state != GestureState.ASKED:
        return _already(row, account, GestureState.ACCEPTED)
    kind = kind_of_gesture(row)
    if not kind.may_be_made_by(_profession(account)):
        raise GestureRefused(_("Ce geste n’est pas de votre compétence."))
    protocol = _protocol(kind, row.encounter.practitioner, account, now) if kind.needs_protocol else None
    if kind.needs_protocol and protocol is None:
        raise GestureRefused(_("Aucun protocole daté ne vous délègue ce geste : refusez-le."))
    row.presence = begin_presence(
        ticket_id=row.ticket_id,
        patient_id=row.encounter.patient_id,
        place_id=row.place_id,
        account=account,
        by=by,
        now=now,
    )
    row.protocol, row.answered_at = protocol, now
    return _move(row, GestureState.ACCEPTED, by=by, now=now)


@transactional
def refuse_gesture(
    *, gesture_id: UUID, account: Account, reason: Refusal, words: str, by: Actor, now: datetime
) -> Gesture:
    """Who assists refuses, with a reason that the doctor reads. Idempotent. Raises GestureRefused."""
    row = _locked(gesture_id)
    if row.state == GestureState.REFUSED:
        return row
    if row.state != GestureState.ASKED:
        raise GestureRefused(_("Ce geste n’attend plus de réponse."))
    if account.pk not in {one.pk for one in helpers_at(place_id=row.place_id, now=now)}:
        raise NotPosted(_("Vous n’êtes pas affecté à ce lieu aujourd’hui."))
    row.refusal, row.refusal_words, row.answered_at, row.ended_at = reason, words.strip()[:300], now, now
    return _move(row, GestureState.REFUSED, by=by, now=now)


@transactional
def answer_gesture(*, gesture_id: UUID, agreed: bool, by: Actor, now: datetime) -> Gesture:
    """The patient's side agrees to the gesture and to who makes it, refuses, or stops it under way. Idempotent."""
    row = _locked(gesture_id)
    if agreed and row.state == GestureState.ACCEPTED:
        state = GestureState.AGREED
    elif not agreed and row.state == GestureState.ACCEPTED:
        state = GestureState.DECLINED
    elif not agreed and row.state in (GestureState.AGREED, GestureState.UNDER_WAY):
        state = GestureState.REVOKED
    else:
        return row
    row.patient_answered_at, row.patient_answered_by = now, by.account_id
    if not agreed:
        row.ended_at = now
    _say(row, agreed, by=by, now=now)
    if agreed and row.presence is not None and row.presence.agreed is None:
        _agree_to_presence(row.presence, row, by=by, now=now)
    return _move(row, state, by=by, now=now)


def _say(row: Gesture, agreed: bool, *, by: Actor, now: datetime) -> None:
    about = f"gesture:{row.pk}"
    Consent.objects.filter(about=about, withdrawn_at__isnull=True).update(withdrawn_at=now)
    say_consents(
        patient_id=row.encounter.patient_id,
        answers={ConsentScope.CARE: agreed},
        by=by,
        now=now,
        encounter_id=row.encounter_id,
        about=about,
    )


def _agree_to_presence(presence: Presence, row: Gesture, *, by: Actor, now: datetime) -> None:
    answer_presence(
        presence_id=presence.pk,
        agreed=True,
        patient_id=row.encounter.patient_id,
        by=by,
        now=now,
        encounter_id=row.encounter_id,
    )


@transactional
def start_gesture(*, gesture_id: UUID, account: Account, by: Actor, now: datetime) -> Gesture:
    """The gesture begins. Idempotent. Raises GestureRefused."""
    row = _own(gesture_id, account)
    if row.state == GestureState.UNDER_WAY:
        return row
    if row.state != GestureState.AGREED:
        raise GestureRefused(_("Attendez l’accord du patient."))
    row.started_at = now
    return _move(row, GestureState.UNDER_WAY, by=by, now=now)


def finish_gesture(
    *, gesture_id: UUID, account: Account, image: Image, content: bytes | None, by: Actor, now: datetime
) -> Gesture:
    """The gesture ends; a picture that is kept joins the record. Idempotent. Raises GestureRefused, images.BadFile."""
    row = Gesture.objects.select_related("encounter").get(pk=gesture_id)
    if row.state == GestureState.DONE:
        return row
    kind = kind_of_gesture(row)
    if image == Image.KEPT and content is None:
        raise GestureRefused(_("Choisissez l’image à garder, ou dites qu’elle n’est pas gardée."))
    if image != Image.NONE and not kind.has_image:
        raise GestureRefused(_("Ce geste ne fait pas d’image."))
    return _finish(row, kind, account, image, content if image == Image.KEPT else None, by=by, now=now)


@transactional
def _finish(
    row: Gesture,
    kind: Kind,
    account: Account,
    image: Image,
    content: bytes | None,
    *,
    by: Actor,
    now: datetime,
) -> Gesture:
    locked = _own(row.pk, account)
    if locked.state == GestureState.DONE:
        return locked
    if locked.state != GestureState.UNDER_WAY:
        raise GestureRefused(_("Ce geste n’est pas en cours."))
    if content is not None:
        kept = add_attachment(
            patient_id=row.encounter.patient_id,
            title=kind.title,
            content=content,
            by=by,
            now=now,
            ticket_id=locked.ticket_id,
        )
        Attachment.objects.filter(pk=kept.pk).update(encounter=locked.encounter_id)
        locked.attachment = kept
    locked.image, locked.ended_at = image, now
    return _move(locked, GestureState.DONE, by=by, now=now)


@transactional
def withdraw_gesture(*, gesture_id: UUID, by: Actor, now: datetime) -> Gesture:
    """The doctor needs it no more, or stops it. Idempotent."""
    row = _locked(gesture_id)
    if row.state not in LIVE_GESTURES:
        return row
    row.ended_at = now
    return _move(row, GestureState.WITHDRAWN, by=by, now=now)


def _locked(gesture_id: UUID) -> Gesture:
    rows = Gesture.objects.select_related("encounter__practitioner", "presence")
    return lock_row(rows, pk=gesture_id)


def _own(gesture_id: UUID, account: Account) -> Gesture:
    row = _locked(gesture_id)
    if row.presence is None or row.presence.helper_id != account.pk:
        raise GestureRefused(_("Une autre personne fait ce geste."))
    return row


def _already(row: Gesture, account: Account, wanted: GestureState) -> Gesture:
    mine = row.presence is not None and row.presence.helper_id == account.pk
    if mine and row.state in (wanted, GestureState.AGREED, GestureState.UNDER_WAY, GestureState.DONE):
        return row
    raise GestureRefused(_("Ce geste n’attend plus de réponse."))


def _move(row: Gesture, state: GestureState, *, by: Actor, now: datetime) -> Gesture:
    if state not in GESTURE_MOVES[GestureState(row.state)]:
        raise GestureRefused(_("Ce geste est déjà passé à autre chose."))
    row.state = state
    row.save()
    _tell(row, f"assistance.gesture.{state}", by=by, now=now)
    return row


def _tell(row: Gesture, action: str, *, by: Actor, now: datetime) -> None:
    patient = row.encounter.patient_id
    trace(
        by=by, action=action, now=now, patient=patient, subject="gesture", subject_id=row.pk, reason=row.key
    )
    publish(f"ticket:{row.ticket_id}", "gesture")
    for helper in helpers_at(place_id=row.place_id, now=now):
        publish(f"account:{helper.pk}", "counter")
    gesture_moved.send(sender=Gesture, gesture=row, by=by, now=now)
