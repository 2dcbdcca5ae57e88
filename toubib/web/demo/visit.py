"""One visit, step by step, through the operations that the pages call."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw

from toubib.consultation.enums import ParticipantRole
from toubib.consultation.models import Participant, Room
from toubib.consultation.operations import (
    Received,
    end_room,
    enter_room,
    keep_measurements,
    open_room,
    rate_call,
    sign_room,
)
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.identity import age_on, local_day
from toubib.people.models import Patient
from toubib.record.enums import Attestation, Orientation
from toubib.record.models import Encounter
from toubib.record.operations import add_attachment, check_at_start, orient_patient, save_note
from toubib.waiting import catalogue
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Ticket
from toubib.waiting.operations import (
    answer_signs,
    attach_patient,
    attest_on_path,
    finish_step,
    join_line,
    say_for_whom,
    say_medecin_traitant,
    say_place,
    say_reason,
)
from toubib.web.demo.families import Household
from toubib.web.demo.law import attested
from toubib.web.demo.texts import INVENTED, STORIES, WORDS, Story
from toubib.web.demo.world import World, dice

CHILD = ("fever", "fever", "ear", "skin", "belly")
ADULT = ("fever", "skin", "urine", "belly", "back", "mind", "wound", "renewal", "other", "fever")
ELDER = ("renewal", "renewal", "back", "fever", "mind", "skin")
ANSWERS = (
    MedecinTraitant.UNAVAILABLE,
    MedecinTraitant.NONE,
    MedecinTraitant.UNAVAILABLE,
    MedecinTraitant.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for whom, and why."""

    household: Household
    patient: Patient
    reason: str
    earlier_yes: tuple[str, ...] = ()
    secret: bool = False


def wish_of(household: Household, rank: int, *, rng: Random, now: datetime, skin: bool = False) -> Wish:
    patient = household.patients[min(rank, len(household.patients) - 1)]
    years = age_on(patient.birth_date, on=local_day(now))
    reason = "dermatology" if skin else rng.choice(CHILD if years < 15 else ELDER if years > 66 else ADULT)
    yes = ("consciousness",) if rng.random() < 0.04 else ()
    return Wish(
        household, patient, reason, yes, secret=household.family.key == "chloe-bories" and rng.random() < 0.5
    )


def enter_line(wish: Wish, *, world: World, rng: Random, now: datetime) -> Ticket:
    """The whole path of questions, some minutes before `now`, then the line at `now`."""
    ticket, by = _begin(wish, now=now - timedelta(minutes=6)), wish.household.actor
    _answer(ticket, wish, world, rng, now=now - timedelta(minutes=4))
    for step, answers in _last_steps(wish, rng).items():
        finish_step(ticket_id=ticket.id, step=step, answers=answers, by=by, now=now - timedelta(minutes=1))
    if wish.secret:
        finish_step(ticket_id=ticket.id, step="minor_secrecy", answers=True, by=by, now=now)  # type: ignore[arg-type]
    return join_line(ticket_id=ticket.id, by=by, now=now)


def _begin(wish: Wish, *, now: datetime) -> Ticket:
    answers = {sign.key: False for sign in catalogue.signs().signs}
    started = answer_signs(
        answers=answers,
        earlier_yes=list(wish.earlier_yes),
        language=wish.household.family.language,
        by=wish.household.actor,
        now=now,
    )
    if not isinstance(started, Ticket):
        raise LookupError("no sign was said yes")
    return started


def _answer(ticket: Ticket, wish: Wish, world: World, rng: Random, *, now: datetime) -> None:
    home, by, ticket_id = wish.household, wish.household.actor, ticket.id
    who = for_whom(wish, now=now)
    commune = world.communes[home.family.home]
    say_place(
        ticket_id=ticket_id,
        commune_id=commune.id,
        detail=home.family.street,
        callback_phone=home.phone,
        by=by,
        now=now,
    )
    say_for_whom(ticket_id=ticket_id, who=who, patient_id=wish.patient.id, by=by, now=now)
    say_reason(ticket_id=ticket_id, key=wish.reason, text="", by=by, now=now)
    say_medecin_traitant(
        ticket_id=ticket_id, answer=rng.choice(ANSWERS), practitioner_id=None, by=by, now=now
    )
    attach_patient(ticket_id=ticket_id, patient_id=wish.patient.id, by=by, now=now)
    said = attested(dice("attested", home.family.key, wish.reason, now))
    attest_on_path(ticket_id=ticket_id, said=said, by=by, now=now)
    if wish.reason in ("renewal", "dermatology") and rng.random() < 0.12:
        title = (
            "Ancienne ordonnance (inventée)" if wish.reason == "renewal" else "Photo de la peau (inventée)"
        )
        add_attachment(
            patient_id=wish.patient.id,
            ticket_id=ticket_id,
            title=title,
            content=draw_photo(title),
            by=by,
            now=now,
        )


def for_whom(wish: Wish, *, now: datetime) -> str:
    if wish.patient == wish.household.patients[0]:
        return "self"
    return "child" if age_on(wish.patient.birth_date, on=local_day(now)) < 18 else "relative"


def _last_steps(wish: Wish, rng: Random) -> dict[str, dict[str, object]]:
    consents: dict[str, object] = {"care": True, "send_to_mt": rng.random() < 0.7}
    return {"sante": {}, "consentements": consents, "test": {"done": rng.random() < 0.8}}


def doctor_actor(encounter: Encounter) -> Actor:
    return Actor(encounter.practitioner.professional.account_id, Role.PRACTITIONER.value)


def open_call(encounter: Encounter, *, now: datetime) -> Room:
    """The room opens and both sides come in."""
    by = doctor_actor(encounter)
    room = open_room(room_id=encounter.room.id, by=by, now=now)
    for participant in Participant.objects.filter(room=room).select_related("room__encounter"):
        is_doctor = participant.role == ParticipantRole.PRACTITIONER
        actor = by if is_doctor else Actor(participant.account_id, Role.PATIENT.value)
        enter_room(participant=participant, by=actor, now=now + timedelta(seconds=4))
    check_at_start(
        encounter_id=encounter.id, identity=True, place=True, by=by, now=now + timedelta(seconds=40)
    )
    return room


def end_visit(
    encounter: Encounter, *, reason: str, story: Story, rng: Random, began: datetime, now: datetime
) -> bool:
    """Note, orientation, seconds measured, end of the call; says whether there was video in both directions."""
    by = doctor_actor(encounter)
    write_note(encounter, reason=reason, story=story, now=now - timedelta(seconds=30))
    if story.orientation != Orientation.NONE:
        orient_patient(
            encounter_id=encounter.id,
            to=Orientation(story.orientation),
            note=f"{story.orientation_note} {INVENTED}",
            by=by,
            now=now - timedelta(seconds=20),
        )
    video = rng.random() < 0.93
    measure(
        encounter,
        seconds=int((now - began).total_seconds()) - rng.randint(3, 20),
        video=video,
        rng=rng,
        now=now,
    )
    end_room(room_id=encounter.room.id, by=by, now=now)
    return video


def write_note(encounter: Encounter, *, reason: str, story: Story, now: datetime) -> None:
    save_note(
        encounter_id=encounter.id,
        reason=WORDS[reason],
        findings=story.findings,
        conclusion=story.conclusion,
        advice=f"{story.advice}\n{INVENTED}",
        base=0,
        by=doctor_actor(encounter),
        now=now,
    )


def measure(encounter: Encounter, *, seconds: int, video: bool, rng: Random, now: datetime) -> None:
    """Without video one side's camera was off: its picture never came."""
    people = list(Participant.objects.filter(room=encounter.room.id).select_related("room"))
    for receiver in people:
        for sender in people:
            if sender == receiver:
                continue
            shown = video or sender.role == ParticipantRole.PRACTITIONER
            heard = max(0, seconds - rng.randint(0, 8))
            got = Received(sender.id, heard if shown else 0, heard, relay=False)
            keep_measurements(participant=receiver, received=[got], now=now)


def sign_visit(encounter: Encounter, *, video: bool, now: datetime) -> None:
    attestation = Attestation.VIDEO if video else Attestation.AUDIO_ONLY
    sign_room(room_id=encounter.room.id, attestation=attestation, by=doctor_actor(encounter), now=now)


def rate_visit(encounter: Encounter, *, household: Household, rng: Random, now: datetime) -> None:
    if rng.random() < 0.62:
        helped, quality = rng.choice((5, 5, 5, 4, 4, 3, 2)), rng.choice((5, 5, 4, 4, 3))
        rate_call(encounter=encounter, helped=helped, call_quality=quality, by=household.actor, now=now)


def story_for(reason: str, rng: Random) -> Story:
    return rng.choice(STORIES[reason])


@lru_cache(maxsize=4)
def draw_photo(title: str) -> bytes:
    """A grey sheet that says it is invented."""
    picture = Image.new("RGB", (640, 420), "#d9d6cf")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((40, 30, 600, 390), fill="#ffffff", outline="#8a8578")
    for row in range(7):
        pen.line((80, 130 + 32 * row, 520 - 40 * (row % 3), 130 + 32 * row), fill="#b9b4a6", width=6)
    pen.text((80, 70), title.encode("ascii", "ignore").decode(), fill="#333333", font_size=26)
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()
