"""The patient's path before the line: each answer is kept as it comes, and can be taken up again for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.people.models import Patient
from toubib.rulebook.days import value_at
from toubib.waiting import catalogue
from toubib.waiting.enums import PREPARING_STATES, ExitReason, MedecinTraitant, TicketState
from toubib.waiting.models import Attestation, SignStop, Ticket
from toubib.waiting.operations.moves import MoveRefused, lock_ticket, move_ticket


class SignsIncomplete(Exception):
    """No « yes », and a question has no answer; `missing` names the signs."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(_("Répondez à chaque question."))
        self.missing = missing


@transactional
def answer_signs(
    *, answers: Mapping[str, bool], earlier_yes: list[str], language: str, by: Actor, now: datetime
) -> Ticket | list[catalogue.Sign]:
    """All « no »: a ticket begins, which keeps the signs said « yes » earlier. One « yes », whatever is blank: the
    signs, and only a count is stored. Raises SignsIncomplete when nothing is « yes »."""
    asked = catalogue.signs()
    yes = [sign.key for sign in asked.signs if answers.get(sign.key)]
    if yes:
        _count_stops(signs=yes, on=timezone.localtime(now).date())
        return asked.named(yes)
    missing = [sign.key for sign in asked.signs if sign.key not in answers]
    if missing:
        raise SignsIncomplete(missing)
    stopped = _stopped_by_yes(by=by, now=now)
    earlier = [*stopped.signs_yes, *earlier_yes] if stopped else earlier_yes
    ticket = Ticket(
        state=TicketState.TRIAGED,
        account_id=by.account_id,
        created_at=now,
        touched_at=now,
        language=language,
        signs_version=asked.version,
        signs_yes=[key for key in dict.fromkeys(earlier) if key in asked.keys],
    )
    if stopped:
        _take_up(ticket, stopped, by=by, now=now)
    ticket.save(force_insert=True)
    return ticket


TAKEN_UP = (
    "created_at", "language", "draft", "reason_key", "reason_text", "place_commune_id", "place_detail",
    "callback_phone", "medecin_traitant", "own_practitioner_id",
)  # fmt: skip


def _stopped_by_yes(*, by: Actor, now: datetime) -> Ticket | None:
    """The last request of this account, when a « yes » in the line ended it a short while ago."""
    if by.account_id is None:
        return None
    last = Ticket.objects.filter(account_id=by.account_id).select_related("patient").order_by("-id").first()
    if last is None or last.exit_reason != ExitReason.WORSENED or last.ended_at is None:
        return None
    life = timedelta(minutes=value_at(id="waiting.draft_minutes", now=now))
    return last if now - last.ended_at <= life else None


def _take_up(ticket: Ticket, stopped: Ticket, *, by: Actor, now: datetime) -> None:
    """The « yes » was a mistake: what was answered serves again; the place in the line was given back. The beginning
    is that of the request that ended, so that the photos sent since go with this one."""
    for name in TAKEN_UP:
        setattr(ticket, name, getattr(stopped, name))
    if stopped.patient is not None:
        _set_patient(ticket, stopped.patient, now)
        _trace_identity(ticket, by=by, now=now)


@transactional
def repeat_signs(*, ticket_id: UUID, yes: list[str], by: Actor, now: datetime) -> Ticket:
    """The signs asked again while preparing: a « yes » said then withdrawn is kept for the doctor."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    asked = catalogue.signs()
    known = [key for key in yes if key in asked.keys]
    ticket.signs_yes, ticket.signs_version = [*dict.fromkeys([*ticket.signs_yes, *known])], asked.version
    ticket.save()
    return ticket


def _count_stops(*, signs: list[str], on: date) -> None:
    for sign in signs:
        row, _made = SignStop.objects.get_or_create(on=on, sign=sign)
        SignStop.objects.filter(pk=row.pk).update(count=F("count") + 1)


def lock_preparing(*, ticket_id: UUID, now: datetime) -> Ticket:
    """The row, locked and touched. Raises MoveRefused once the request is in the line."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state not in PREPARING_STATES:
        raise MoveRefused(_("Cette demande est déjà partie : vos réponses ne changent plus ici."))
    ticket.touched_at = now
    return ticket


@transactional
def say_place(
    *,
    ticket_id: UUID,
    commune_id: UUID,
    detail: str,
    callback_phone: str,
    place_of_care_id: UUID | None = None,
    by: Actor,
    now: datetime,
) -> Ticket:
    """Where the patient is now, and a number to call back: asked before the line (emergency from afar).
    `place_of_care_id`: the place whose kiosk is used."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    ticket.place_commune_id, ticket.place_detail, ticket.callback_phone = commune_id, detail, callback_phone
    ticket.place_of_care_id = place_of_care_id
    ticket.save()
    return ticket


@transactional
def say_for_whom(
    *, ticket_id: UUID, who: str, patient_id: UUID | None, anew: bool = False, by: Actor, now: datetime
) -> Ticket:
    """`who`: self, child, relative. A known patient of the account may be named at once; `anew`: it is someone else."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    if anew or ticket.draft.get("who", who) != who or (patient_id and patient_id != ticket.patient_id):
        _forget_patient(ticket)
    ticket.draft = {**ticket.draft, "who": who}
    if patient_id is not None:
        _set_patient(ticket, Patient.objects.get(pk=patient_id), now)
    ticket.save()
    return ticket


def _forget_patient(ticket: Ticket) -> None:
    """Another person is to be seen: what was said of the first one's health and agreements does not serve."""
    ticket.patient_id, ticket.patient_age = None, None
    Attestation.objects.filter(ticket=ticket).delete()
    done = [step for step in ticket.draft.get("done", []) if step == "test"]
    kept = {name: said for name, said in ticket.draft.items() if name in {"who", "test"}}
    ticket.draft = {**kept, "done": done}


@transactional
def say_language(*, ticket_id: UUID, language: str, by: Actor, now: datetime) -> Ticket:
    """The language to be spoken in the call: only a doctor who speaks it is offered the request."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    ticket.language = language
    ticket.save()
    return ticket


@transactional
def ask_secrecy(*, ticket_id: UUID, secret: bool, by: Actor, now: datetime) -> Ticket:
    """A minor who asks for themself may ask that parents do not learn of it (L. 1111-5 CSP)."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    ticket.draft = {**ticket.draft, "minor_secrecy": secret}
    ticket.save()
    return ticket


@transactional
def say_reason(*, ticket_id: UUID, key: str, text: str, by: Actor, now: datetime) -> Ticket:
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    ticket.reason_key, ticket.reason_text = key, text
    ticket.save()
    return ticket


@transactional
def say_medecin_traitant(
    *, ticket_id: UUID, answer: MedecinTraitant, practitioner_id: UUID | None, by: Actor, now: datetime
) -> Ticket:
    """Asked once; nobody waits longer for want of one."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    ticket.medecin_traitant, ticket.own_practitioner_id = answer, practitioner_id
    ticket.save()
    return ticket


@transactional
def attach_account(*, ticket_id: UUID, account_id: UUID, now: datetime) -> Ticket:
    """The person entered by a code: the ticket is theirs from now on, on any device."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    if ticket.account_id not in {None, account_id}:
        raise MoveRefused(_("Cette demande est celle de quelqu’un d’autre."))
    ticket.account_id = account_id
    ticket.save()
    return ticket


@transactional
def attach_patient(*, ticket_id: UUID, patient_id: UUID, by: Actor, now: datetime) -> Ticket:
    """Who is to be seen; the caller has checked that the account acts for this patient."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    if ticket.patient_id not in {None, patient_id}:
        _forget_patient(ticket)
    _set_patient(ticket, Patient.objects.get(pk=patient_id), now)
    ticket.save()
    _trace_identity(ticket, by=by, now=now)
    return ticket


def _trace_identity(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action="waiting.ticket.identify",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.id,
    )


def _set_patient(ticket: Ticket, patient: Patient, now: datetime) -> None:
    ticket.patient = patient
    ticket.patient_age = age_on(born=patient.birth_date, on=timezone.localtime(now).date())


def age_on(*, born: date, on: date) -> int:
    """Whole years; someone born on 29 February has a birthday on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@transactional
def finish_step(
    *, ticket_id: UUID, step: str, answers: dict[str, object], by: Actor, now: datetime
) -> Ticket:
    """Mark a step without columns of its own (sante, consentements, test) as done, with its answers."""
    ticket = lock_preparing(ticket_id=ticket_id, now=now)
    done = [*ticket.draft.get("done", [])]
    ticket.draft = {**ticket.draft, step: answers, "done": done if step in done else [*done, step]}
    ticket.save()
    return ticket


@transactional
def stop_preparing(*, ticket_id: UUID, by: Actor, now: datetime) -> Ticket:
    """The person gives up before the line. Idempotent."""
    ticket = lock_ticket(ticket_id=ticket_id)
    if ticket.state in PREPARING_STATES:
        move_ticket(ticket=ticket, to=TicketState.LEFT, by=by, now=now, exit_reason=ExitReason.CANCELLED)
    return ticket


def expire_drafts(*, now: datetime) -> int:
    """End what was left for `waiting.draft_minutes`; returns how many."""
    limit = now - timedelta(minutes=value_at(id="waiting.draft_minutes", now=now))
    count = 0
    for ticket_id in Ticket.objects.filter(state__in=PREPARING_STATES, touched_at__lt=limit).values_list(
        "id", flat=True
    ):
        with transaction.atomic():
            ticket = lock_ticket(ticket_id=ticket_id)
            if ticket.state in PREPARING_STATES and ticket.touched_at < limit:
                move_ticket(
                    ticket=ticket,
                    to=TicketState.EXPIRED,
                    by=Actor.system("worker"),
                    now=now,
                    exit_reason=ExitReason.ABANDONED,
                )
                count += 1
    return count
