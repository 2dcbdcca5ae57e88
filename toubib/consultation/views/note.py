"""The note: saved by itself, never lost to another page, signed with the doctor's word on the channel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.consultation.forms import AmendForm, SignForm
from toubib.consultation.forms_note import CorrectForm, NoteForm, add_wrong, sent_of
from toubib.consultation.models import Room
from toubib.consultation.operations import LeaveRefused, sign_room
from toubib.consultation.views.common import keep_message, own_room, tell
from toubib.consultation.views.rights import check_right, is_doctor, writer_required
from toubib.consultation.views.room import SIGNED, room_context
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.models import Note
from toubib.record.noted import LABELS, LACKS, parts_of
from toubib.record.operations import (
    MoveRefused,
    NoteIncomplete,
    NoteWrong,
    PaperIncomplete,
    StaleNote,
    amend_note,
    correct_note,
    save_note,
)
from toubib.record.queries import draft_note, notes_of
from toubib.ui.formats import say_hour
from toubib.waiting.operations import MoveRefused as LineMoveRefused


def _save(request: HttpRequest, found: Room, form: NoteForm) -> Note:
    """Raises StaleNote, MoveRefused."""
    return save_note(
        encounter_id=found.encounter_id,
        **form.parts(),
        base=form.cleaned_data["base"],
        by=current_actor(request),
        now=timezone.now(),
    )


def _said(note: Note) -> dict[str, Any]:
    return {"base": note.saves, "said": _("Enregistrée à %(hour)s") % {"hour": say_hour(note.saved_at)}}


@writer_required
@never_cache
@require_POST
def save(request: HttpRequest, room: UUID) -> HttpResponse:
    """Save the draft: JSON for the script, a redirect for the button. 409: another page saved since."""
    found = own_room(request, room)
    by_script = _by_script(request)
    form = NoteForm(request.POST)
    if not form.is_valid():
        if by_script:
            return JsonResponse({"error": "form", "fields": form.errors.get_json_data()}, status=400)
        return _again(request, found, form)
    try:
        note = _save(request, found, form)
    except StaleNote as error:
        if by_script:
            return JsonResponse({"error": "stale", **_other(error.current)}, status=409)
        return _stale(request, found, form, error)
    except MoveRefused as error:
        if by_script:
            return JsonResponse({"error": "closed", "sentence": str(error)}, status=410)
        keep_message(request, error)
        return redirect("consultation:room", room=room)
    if by_script:
        return JsonResponse(_said(note))
    tell(request, _("La note est enregistrée."))
    return redirect("consultation:room", room=room)


def _other(note: Note) -> dict[str, Any]:
    return {"base": note.saves, "texts": sent_of(note)}


def _again(request: HttpRequest, found: Room, form: NoteForm, **more: Any) -> HttpResponse:
    """The page with what was typed."""
    context = room_context(request, found, note_form=form, **more)
    return render(request, "consultation/room.html", context, status=422)


def _stale(request: HttpRequest, found: Room, form: NoteForm, error: StaleNote) -> HttpResponse:
    """Both texts: what was typed stays in the fields, the other stands beside; saving again keeps this one."""
    typed = request.POST.copy()
    typed["base"] = str(error.current.saves)
    bound = NoteForm(typed)
    bound.is_valid()
    differ = _differ(form, error.current)
    return _again(request, found, bound, stale=str(error), differ=differ)


def _differ(form: NoteForm, other: Note) -> list[tuple[Any, str]]:
    """(label, words) of each part that the other page wrote otherwise."""
    theirs = parts_of(other)
    mine: dict[str, str] = form.texts()
    measures = form.measures()
    if measures is not None:
        mine["measurements"] = "\n".join(one.words for one in measures)
    return [(LABELS[name], theirs[name]) for name, text in mine.items() if theirs[name] != text]


@writer_required
@never_cache
@require_POST
def sign(request: HttpRequest, room: UUID) -> HttpResponse:
    """Save what the page shows, then sign. Missing parts are named beside their fields; to the script in JSON, so that
    a refusal leaves the page, and the call in it, where they are."""
    found = own_room(request, room)
    if found.encounter.state in SIGNED:
        tell(request, _("Cette note est déjà signée."))
        return _on(request, reverse("consultation:room", args=[room]))
    form, how = NoteForm(request.POST), SignForm(request.POST)
    if not (form.is_valid() and how.is_valid()):
        return _refuse(request, found, form, how)
    try:
        _save(request, found, form)
        sign_room(
            room_id=found.id,
            attestation=how.cleaned_data["attestation"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except StaleNote as error:
        if _by_script(request):
            return JsonResponse({"error": "stale", **_other(error.current)}, status=409)
        return _stale(request, found, form, error)
    except (NoteIncomplete, NoteWrong, PaperIncomplete, LeaveRefused) as error:
        return _incomplete(request, found, form, how, _wrong(error))
    except (MoveRefused, LineMoveRefused) as refusal:
        if _by_script(request):
            return JsonResponse({"error": "form", "fields": {}, "sentences": [str(refusal)]}, status=422)
        keep_message(request, refusal)
        return redirect("consultation:room", room=room)
    tell(request, _("Note signée. Le patient peut la lire."))
    return _on(request, reverse("consultation:desk") if is_doctor(request) else settings.LOGIN_REDIRECT_URL)


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _on(request: HttpRequest, url: str) -> HttpResponse:
    return JsonResponse({"next": url}) if _by_script(request) else redirect(url)


def _wrong(error: NoteIncomplete | NoteWrong | PaperIncomplete | LeaveRefused) -> dict[str, str]:
    """Each sentence by its field; that of the page whole under ""."""
    if isinstance(error, NoteIncomplete):
        return {name: str(LACKS[name]) for name in error.fields}
    if isinstance(error, NoteWrong):
        return dict(error.parts)
    more = error.lacks if isinstance(error, PaperIncomplete) else error.sentences
    return {"": " ".join([str(error), *(str(one) for one in more)])}


def _incomplete(
    request: HttpRequest, found: Room, form: NoteForm, how: SignForm, wrong: dict[str, str]
) -> HttpResponse:
    add_wrong(form, wrong)
    if _by_script(request):
        return _refuse(request, found, form, how)
    typed = request.POST.copy()
    typed["base"] = _base(found)
    form.data = typed
    return _again(request, found, form, sign_form=how)


def _refuse(request: HttpRequest, found: Room, form: NoteForm, how: SignForm) -> HttpResponse:
    if not _by_script(request):
        return _again(request, found, form, sign_form=how)
    errors = {**form.errors, **how.errors}
    sentences = [str(one) for one in errors.pop(NON_FIELD_ERRORS, [])]
    fields = {name: " ".join(str(one) for one in said) for name, said in errors.items()}
    said = {"error": "form", "fields": fields, "sentences": sentences, "base": int(_base(found))}
    return JsonResponse(said, status=422)


def _base(found: Room) -> str:
    current = draft_note(encounter=found.encounter)
    return str(current.saves if current else 0)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def amend(request: HttpRequest, room: UUID) -> HttpResponse:
    """Add to a signed note; nothing is erased."""
    found = own_room(request, room)
    form = AmendForm(request.POST)
    if not form.is_valid():
        return render(
            request, "consultation/room.html", room_context(request, found, amend_form=form), status=422
        )
    notes = notes_of(encounter=found.encounter)
    if any(not note.why and note.conclusion == form.cleaned_data["text"] for note in notes[1:]):
        return redirect("consultation:room", room=room)  # the second click of a double one
    try:
        check_right(request)
        amend_note(
            encounter_id=found.encounter_id,
            text=form.cleaned_data["text"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except (MoveRefused, LineMoveRefused) as error:
        keep_message(request, error)
    else:
        tell(request, _("Votre ajout est signé."))
    return redirect("consultation:room", room=room)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def correct(request: HttpRequest, room: UUID) -> HttpResponse:
    """A new version of a signed note, with its reason; the page keeps every word of those before."""
    found = own_room(request, room)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _correct_again(request, found, form)
    try:
        check_right(request)
        correct_note(
            encounter_id=found.encounter_id,
            texts=form.texts(),
            measurements=form.measures() or (),
            why=form.cleaned_data["why"],
            base=form.cleaned_data["base"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except NoteWrong as error:
        add_wrong(form, error.parts)
        return _correct_again(request, found, form)
    except StaleNote as error:
        form.add_error(None, str(error))
        typed = request.POST.copy()
        typed["base"] = str(error.current.version)
        form.data = typed
        return _correct_again(request, found, form)
    except (MoveRefused, LineMoveRefused) as error:
        keep_message(request, error)
    else:
        tell(request, _("Votre correction est signée. L’ancien texte reste lisible."))
    return redirect("consultation:room", room=room)


def _correct_again(request: HttpRequest, found: Room, form: CorrectForm) -> HttpResponse:
    context = room_context(request, found, correct_form=form)
    return render(request, "consultation/room.html", context, status=422)
