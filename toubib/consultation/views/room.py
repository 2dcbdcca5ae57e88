"""« /cabinet/salle/… »: the doctor's page of one consultation, and the acts that change its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.billing.views.doctor import claim_context
from toubib.consultation.forms import AmendForm, CheckForm, OrientForm, SecondParentForm, SignForm
from toubib.consultation.forms_note import CorrectForm, NoteForm, TemplateForm, initial_of
from toubib.consultation.models import Room
from toubib.consultation.note_html import write_notes
from toubib.consultation.operations import end_room, open_room
from toubib.consultation.queries import guests_who_came, measured_seconds
from toubib.consultation.views.assisted import assisted_context
from toubib.consultation.views.certificate import certificate_context
from toubib.consultation.views.common import go, keep_message, own_room, tell
from toubib.consultation.views.file import MAJORITY, file_context, ticket_of
from toubib.consultation.views.guests import guests_context
from toubib.consultation.views.law import law_context
from toubib.consultation.views.leave import leave_context
from toubib.consultation.views.line import line_context, trace_line
from toubib.consultation.views.prescription import prescription_context
from toubib.consultation.views.rights import check_right, is_doctor, writer_required
from toubib.documents.enums import DocumentKind
from toubib.documents.queries import documents_of
from toubib.exchange.enums import Refusal
from toubib.exchange.queries import DeliveryNews, deliveries_of
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.identity import age_on
from toubib.people.web import current_account, current_actor, role_required
from toubib.record import operations as record
from toubib.record.enums import AbortReason, Attestation, EncounterState
from toubib.record.models import Encounter, Note
from toubib.record.noted import additions, changes_of, standing
from toubib.record.queries import draft_note, notes_of, templates_of, video_verdict
from toubib.ui.formats import say_length
from toubib.ui.posting import part_of_page
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, abort_call, hand_over, patient_absent
from toubib.waiting.queries import current_duty

SIGNED = (EncounterState.SIGNED, EncounterState.AMENDED)


@writer_required
@never_cache
@require_GET
def room(request: HttpRequest, room: UUID) -> HttpResponse:
    """Before, during and after the call: one address, from any machine."""
    return render(request, "consultation/room.html", room_context(request, own_room(request, room)))


def room_context(request: HttpRequest, found: Room, **more: Any) -> dict[str, Any]:
    """Everything that the page shows; `more` brings back what was typed."""
    now, by = timezone.now(), current_actor(request)
    encounter, ticket = found.encounter, ticket_of(found)
    duty = current_duty(account_id=current_account(request).id) if is_doctor(request) else None
    trace_line(duty=duty, by=by, now=now)
    context = {
        "room": found,
        "encounter": encounter,
        "ticket": ticket,
        "practitioner": encounter.practitioner,
        "duty": duty,
        "topic": f"account:{current_account(request).id}",
        "phase": phase_of(encounter),
        **line_context(duty=duty, now=now),
        **file_context(room=found, ticket=ticket, by=by, now=now),
        **note_context(encounter),
        **guests_context(found),
        **assisted_context(found, ticket),
        **beside_context(encounter),
        **law_context(request, found),
        **prescription_context(encounter),
        **leave_context(encounter),
        **certificate_context(encounter),
        **documents_context(encounter),
        **claim_context(encounter),
        **status_of(found, now=now),
    }
    return {**context, **more}


def phase_of(encounter: Encounter) -> str:
    if encounter.state in SIGNED:
        return "signed"
    words = {
        EncounterState.IN_PROGRESS: "call",
        EncounterState.TO_SIGN: "ended",
        EncounterState.ABORTED: "aborted",
    }
    return words.get(EncounterState(encounter.state), "before")


def note_context(encounter: Encounter) -> dict[str, Any]:
    """The form with the draft, or the signed versions."""
    signed = encounter.state in SIGNED
    notes = notes_of(encounter=encounter) if signed else []
    draft = None if signed else draft_note(encounter=encounter)
    return {
        "note": draft,
        "note_form": NoteForm(initial=initial_of(draft)),
        "notes": notes,
        **versions_of(notes),
        "correct_form": CorrectForm(initial={**initial_of(standing(notes)), "base": len(notes)}),
        "template_form": TemplateForm(),
        "templates": templates_of(practitioner_id=encounter.practitioner_id),
        "sign_form": SignForm(initial={"attestation": Attestation.VIDEO}),
        "amend_form": AmendForm(),
        "verdict": video_verdict(encounter=encounter),
        "present": guests_who_came(encounter_id=encounter.id) if signed else [],
    }


def documents_context(encounter: Encounter) -> dict[str, Any]:
    """What was issued, and where the report to the médecin traitant stands."""
    made = documents_of(encounter=encounter) if encounter.state in SIGNED else []
    news = deliveries_of(documents=made) if made else {}
    replaced = {one.replaces_id for one in made}
    again = {
        one.id
        for one in made
        if one.kind == DocumentKind.ORDONNANCE and one.is_cancelled and one.id not in replaced
    }
    shown = [(one, _named(news.get(one.id), encounter), one.id in again) for one in made]
    return {"documents": shown}


def _named(news: DeliveryNews | None, encounter: Encounter) -> DeliveryNews | None:
    """A médecin traitant who exists and whom the patient did not name is not one who was not told of."""
    if news is None or news.reason != Refusal.NO_MEDECIN_TRAITANT:
        return news
    there = (MedecinTraitant.UNAVAILABLE, MedecinTraitant.AVAILABLE)
    if not Ticket.objects.filter(encounter=encounter, medecin_traitant__in=there).exists():
        return news
    return replace(
        news, words=_("Le patient a un médecin traitant, indiqué sans nom : rien ne lui est envoyé.")
    )


def versions_of(notes: list[Note]) -> dict[str, Any]:
    """What stands and what was added, as text, and what each correction changed."""
    said = write_notes([standing(notes), *additions(notes)]) if notes else ""
    return {"signed_text": said, "changes": changes_of(notes)}


def beside_context(encounter: Encounter) -> dict[str, Any]:
    """The small forms that stay on the page during the call."""
    agreed = {True: "yes", False: "no", None: ""}[encounter.second_parent_agreed]
    checks = {"identity": bool(encounter.identity_checked), "place": bool(encounter.place_checked)}
    return {
        "may_ask_secrecy": is_minor(encounter),
        "check_form": CheckForm(initial=checks),
        "second_parent_form": SecondParentForm(initial={"agreed": agreed}),
        "orient_form": OrientForm(
            initial={
                "to": encounter.orientation,
                "days": encounter.orientation_days,
                "note": encounter.orientation_note or "",
            }
        ),
    }


def is_minor(encounter: Encounter) -> bool:
    on = timezone.localdate(encounter.planned_at)
    return age_on(encounter.patient.birth_date, on=on) < MAJORITY


def status_of(found: Room, *, now: datetime) -> dict[str, str]:
    """Sentences that grow during the call: what both browsers measured, and since when."""
    by_patient, by_doctor = measured_seconds(room_id=found.id)
    encounter = found.encounter
    since = encounter.started_at
    length = say_length(((encounter.ended_at or now) - since).total_seconds()) if since else ""
    return {
        "measured": _("vidéo mesurée des deux côtés : %(length)s")
        % {"length": say_length(min(by_patient, by_doctor))},
        "measured_detail": _("Reçue par le patient : %(patient)s ; par vous : %(doctor)s.")
        % {"patient": say_length(by_patient), "doctor": say_length(by_doctor)},
        "elapsed": _("En consultation · %(length)s") % {"length": length} if length else _("En consultation"),
    }


@writer_required
@never_cache
@require_GET
def status(request: HttpRequest, room: UUID) -> HttpResponse:
    """The same sentences, asked every few seconds; no data of the patient's."""
    return JsonResponse(status_of(own_room(request, room), now=timezone.now()))


@writer_required
@never_cache
@require_GET
def watch(request: HttpRequest, room: UUID) -> HttpResponse:
    """Asked when the duty changed: a page behind the state of its consultation starts anew.

    A page that is being left says no state, and stays until it is gone."""
    found = own_room(request, room)
    shown = request.GET.get("etat")
    if shown and shown != phase_of(found.encounter):
        return HttpResponse(headers={"HX-Redirect": f"/cabinet/salle/{found.id}"})
    return HttpResponse()


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def documents(request: HttpRequest, room: UUID) -> HttpResponse:
    """The fragment that the making and the sending of documents renew."""
    found = own_room(request, room)
    return render(
        request, "consultation/_documents.html", {"room": found, **documents_context(found.encounter)}
    )


# Acts that change the state: POST, then the page that follows


def _act(request: HttpRequest, room_id: UUID, move: Callable[[Room, Actor, datetime], object]) -> Room | None:
    """Carry it out in one place; None when refused, with the sentence kept for the next page."""
    found = own_room(request, room_id)
    try:
        move(found, current_actor(request), timezone.now())
    except (MoveRefused, record.MoveRefused) as error:
        keep_message(request, error)
        return None
    return found


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def start(request: HttpRequest, room: UUID) -> HttpResponse:
    """« Ouvrir la salle », and « Rappeler » before signing; not for a doctor who lost the right to practise."""

    def begin(found: Room, by: Actor, now: datetime) -> None:
        if phase_of(found.encounter) != "call":
            check_right(request)
        open_room(room_id=found.id, by=by, now=now)

    _act(request, room, begin)
    return redirect("consultation:room", room=room)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def finish(request: HttpRequest, room: UUID) -> HttpResponse:
    """End the call for everyone; the note remains."""

    def end(found: Room, by: Actor, now: datetime) -> None:
        if phase_of(found.encounter) == "call":
            end_room(room_id=found.id, by=by, now=now)

    _act(request, room, end)
    return redirect("consultation:room", room=room)


def _abort(reason: AbortReason) -> Callable[..., Ticket]:
    def move(*, encounter_id: UUID, by: Actor, now: datetime) -> Ticket:
        return abort_call(encounter_id=encounter_id, reason=reason, by=by, now=now)

    return move


LEAVING: dict[str, tuple[Callable[..., Ticket], Callable[[], str]]] = {
    "confier": (hand_over, lambda: _("Le patient est de nouveau dans la file, à sa place.")),
    "absent": (patient_absent, lambda: _("Le patient garde sa place. Nous le rappelons par message.")),
    "liaison-rompue": (
        _abort(AbortReason.LINE_FAILED),
        lambda: _("Consultation interrompue : la liaison est rompue. Rien n’est dû."),
    ),
    "urgence": (
        _abort(AbortReason.EMERGENCY),
        lambda: _("Consultation finie : les secours sont appelés. Rien n’est dû."),
    ),
}


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def leave(request: HttpRequest, room: UUID, act: str) -> HttpResponse:
    """Hand over, patient absent, line failed, emergency: the consultation ends unsigned."""
    if act not in LEAVING:
        raise Http404
    operation, sentence = LEAVING[act]

    def move(found: Room, by: Actor, now: datetime) -> None:
        operation(encounter_id=found.encounter_id, by=by, now=now)

    if _act(request, room, move) is None:
        return go(request, f"/cabinet/salle/{room}")
    tell(request, sentence())
    return go(request, "/cabinet")
