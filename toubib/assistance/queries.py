"""Reads of assistance: who may assist where, who is beside the patient, what was asked and done."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from toubib.assistance.catalogue import Kind, catalogue_on, kind_of
from toubib.assistance.enums import LIVE_GESTURES, GestureState
from toubib.assistance.models import Gesture, Posting, Presence, Protocol
from toubib.directory.enums import Profession
from toubib.directory.models import Place, Practitioner
from toubib.ground.prepared import read
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import professional_of, roles_of
from toubib.rulebook.days import day_of
from toubib.ui.formats import say_hour

# Professions in the words of the facts of an act (`assisted_by`); the others are other professionals
ASSISTED_BY = {
    Profession.PHARMACIST: "pharmacist",
    Profession.NURSE: "nurse",
    Profession.ORTHOPTIST: "orthoptist",
    Profession.MIDWIFE: "midwife",
    Profession.PSYCHOLOGIST: "psychologist",
}
NOT_EQUIPMENT = frozenset({"printer"})


def _lasting(on: date) -> Q:
    return Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))


def postings_on(*, on: date) -> QuerySet[Posting]:
    """Who may assist where that day."""
    return Posting.objects.filter(_lasting(on)).select_related("place__commune", "place__host", "account")


def posting_of(*, account: Account, place_id: UUID, now: datetime) -> Posting | None:
    """The assignment that lets this account assist at this place now; none without the role."""
    if Role.ASSISTANT not in roles_of(account=account, now=now) or not account.is_active:
        return None
    return postings_on(on=day_of(now)).filter(account=account, place_id=place_id).first()


def places_of(*, account: Account, now: datetime) -> list[Place]:
    """Where the account may assist today."""
    if Role.ASSISTANT not in roles_of(account=account, now=now):
        return []
    rows = postings_on(on=day_of(now)).filter(account=account).order_by("place__name")
    return [one.place for one in rows]


def helpers_at(*, place_id: UUID, now: datetime) -> list[Account]:
    """Accounts that may assist at the place now."""
    rows = postings_on(on=day_of(now)).filter(place_id=place_id, account__is_active=True)
    found = [one.account for one in rows.order_by("account__display_name", "id")]
    return [one for one in found if Role.ASSISTANT in roles_of(account=one, now=now)]


def practitioner_of(*, account: Account) -> Practitioner | None:
    professional = professional_of(account=account)
    return professional.practitioner if professional else None


def protocols_on(*, on: date) -> QuerySet[Protocol]:
    return Protocol.objects.filter(_lasting(on)).select_related("delegator", "delegate")


def protocol_for(
    *, key: str, delegator: Practitioner, delegate: Practitioner | None, on: date
) -> Protocol | None:
    """The delegation on file that covers this gesture, between these two, that day."""
    if delegate is None:
        return None
    rows = protocols_on(on=on).filter(delegator=delegator, delegate=delegate).order_by("starts_on", "id")
    return next((one for one in rows if key in one.gestures), None)


def presences_of(*, ticket_id: UUID) -> list[Presence]:
    """Everyone who assisted for this request, first the first."""
    rows = Presence.objects.select_related("helper", "practitioner", "place")
    return list(rows.filter(ticket_id=ticket_id).order_by("began_at", "id"))


def open_presence(*, ticket_id: UUID, account_id: UUID) -> Presence | None:
    rows = Presence.objects.filter(ticket_id=ticket_id, helper_id=account_id, ended_at__isnull=True)
    return rows.first()


def presences_at(*, place_id: UUID) -> list[Presence]:
    """Who is beside a patient at this place now."""
    rows = Presence.objects.select_related("helper", "practitioner")
    return list(rows.filter(place_id=place_id, ended_at__isnull=True).order_by("began_at", "id"))


def gestures_of(*, encounter_id: UUID) -> list[Gesture]:
    """What was asked during this visit, in order."""
    rows = Gesture.objects.select_related("presence__helper", "presence__practitioner", "protocol")
    return list(rows.filter(encounter_id=encounter_id).order_by("asked_at", "id"))


def gestures_at(*, place_id: UUID) -> list[Gesture]:
    """What is asked of this place now."""
    rows = Gesture.objects.select_related("presence__helper", "encounter__practitioner")
    return list(rows.filter(place_id=place_id, state__in=LIVE_GESTURES).order_by("asked_at", "id"))


def get_gesture(*, gesture_id: UUID) -> Gesture | None:
    rows = Gesture.objects.select_related("encounter__practitioner", "presence__helper", "place")
    return rows.filter(pk=gesture_id).first()


def kind_of_gesture(gesture: Gesture) -> Kind:
    return kind_of(key=gesture.key, version=gesture.catalogue)


def equipment_at(*, place: Place) -> bool:
    """Whether the place has a device that measures or shows: a printer is none."""
    return bool(set(place.devices) - NOT_EQUIPMENT)


def presences_at_act(*, ticket_id: UUID, accepted_at: datetime | None) -> list[Presence]:
    """Who assisted with the patient's agreement, once a doctor had taken the request."""
    agreed = (one for one in presences_of(ticket_id=ticket_id) if one.agreed)
    return [one for one in agreed if _was_there(one, accepted_at=accepted_at)]


def _was_there(presence: Presence, *, accepted_at: datetime | None) -> bool:
    """Still beside the patient, or at least once a doctor took the case: who left before assisted no act."""
    left = presence.ended_at
    return left is None or (accepted_at is not None and left >= accepted_at)


def assisted_by(*, ticket_id: UUID, accepted_at: datetime | None = None) -> str:
    """In the words of the facts of an act: who assisted with the patient's agreement; a professional before a lay person."""
    own = Presence.objects.only("profession", "agreed", "ended_at")
    rows = [
        one for one in read(own, ticket_id=ticket_id, agreed=True) if _was_there(one, accepted_at=accepted_at)
    ]
    words = [
        ASSISTED_BY.get(Profession(row.profession), "other_professional") if row.profession else "lay_person"
        for row in rows
    ]
    return next((one for one in words if one != "lay_person"), words[0] if words else "none")


def made_of(*, encounter_id: UUID) -> list[Gesture]:
    """Gestures that were made, for the report."""
    done = (GestureState.DONE,)
    return [one for one in gestures_of(encounter_id=encounter_id) if one.state in done]


def pathways_on(*, on: date) -> list[tuple[str, list[Kind]]]:
    """The catalogue of that day by pathway, for a list of choices."""
    found = catalogue_on(on=on)
    return [
        (name, [one for one in found.kinds if one.pathway == key]) for key, name in found.pathways.items()
    ]


def names_of(*, abouts: list[str]) -> dict[str, str]:
    """By what a consent is about: who assisted, or the gesture."""
    people = Presence.objects.select_related("helper").filter(pk__in=_ids(abouts, "presence:"))
    made = Gesture.objects.filter(pk__in=_ids(abouts, "gesture:"))
    found = {f"presence:{one.pk}": one.helper.display_name for one in people}
    return found | {f"gesture:{one.pk}": kind_of_gesture(one).title for one in made}


def _ids(abouts: list[str], kind: str) -> list[str]:
    return [about.removeprefix(kind) for about in abouts if about.startswith(kind)]


def describe_helper(presence: Presence) -> str:
    """« Karim Haddad, pharmacien (RPPS …) »; a lay person by name and what they are."""
    who = presence.practitioner
    if who is None:
        return _("%(name)s, personne non soignante") % {"name": presence.helper.display_name}
    said = {"name": presence.helper.display_name, "role": who.get_profession_display(), "rpps": who.rpps}
    return _("%(name)s, %(role)s (RPPS %(rpps)s)") % said


def told_of(*, encounter_id: UUID) -> str:
    """Gestures that were made, a line each, for the report."""
    return "\n".join(_line(one) for one in made_of(encounter_id=encounter_id))


def _line(gesture: Gesture) -> str:
    said = {
        "title": kind_of_gesture(gesture).title,
        "start": say_hour(gesture.started_at) if gesture.started_at else "",
        "end": say_hour(gesture.ended_at) if gesture.ended_at else "",
        "who": describe_helper(gesture.presence) if gesture.presence else "",
        "image": gesture.get_image_display(),
    }
    line = _("%(title)s, de %(start)s à %(end)s, par %(who)s, avec l’accord du patient ; %(image)s.") % said
    if gesture.protocol is not None:
        line += " " + _("Sous le protocole « %(reference)s ».") % {"reference": gesture.protocol.reference}
    return line
