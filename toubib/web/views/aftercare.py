"""After the call: the note once signed, what to do if it gets worse, a word on how it went, a complaint."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from toubib.billing.queries import bill_of
from toubib.consultation.models import Complaint, Feedback
from toubib.consultation.operations import complain, rate_call
from toubib.consultation.queries import guests_who_came, papers_are_due
from toubib.documents.models import Document
from toubib.documents.queries import documents_for_account, documents_of
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.web import current_account, live_roles
from toubib.record.enums import EncounterState, Orientation, TaskState
from toubib.record.leaves import notice_of
from toubib.record.models import Encounter
from toubib.record.noted import additions, changes_of, standing
from toubib.record.operations import answer_task
from toubib.record.perms import is_doctor_of, may_read_encounter, may_read_note
from toubib.record.queries import get_encounter, leave_of, notes_of, tasks_of, trace_read, video_verdict
from toubib.ui.posting import part_of_page
from toubib.waiting.catalogue import signs
from toubib.waiting.models import Ticket
from toubib.waiting.queries import live_ticket_of
from toubib.web.forms import ComplaintForm, RatingForm
from toubib.web.journal_words import accesses_of
from toubib.web.posting import posted_from
from toubib.web.prescribed import prescribed_of
from toubib.web.prices import prices_of

PHASES = {
    EncounterState.PLANNED: "before",
    EncounterState.ARRIVED: "before",
    EncounterState.IN_PROGRESS: "in_call",
    EncounterState.TO_SIGN: "to_sign",
    EncounterState.SIGNED: "signed",
    EncounterState.AMENDED: "signed",
    EncounterState.ABORTED: "aborted",
}


ORIENTED = {
    Orientation.RESOLVED: gettext_lazy("rien d’autre à faire, sauf si cela s’aggrave."),
    Orientation.SAMU: gettext_lazy("le SAMU de votre lieu a été appelé."),
    Orientation.EMERGENCY_DEPARTMENT: gettext_lazy("allez aux urgences."),
    Orientation.IN_PERSON: gettext_lazy("prenez une consultation sur place."),
    Orientation.KIOSK: gettext_lazy("allez à une borne avec appareils."),
    Orientation.MEDECIN_TRAITANT: gettext_lazy("voyez votre médecin traitant."),
    Orientation.REFERRAL: gettext_lazy("voyez le professionnel à qui le médecin vous adresse."),
    Orientation.OTHER: gettext_lazy("suivez ce que le médecin vous indique."),
}


def my_visit(request: HttpRequest, encounter_id: UUID) -> tuple[Account, Encounter, Actor]:
    """A visit that this account may read, and as whom; 404 otherwise, a minor's secret visit for parents too."""
    account, row = current_account(request), get_encounter(encounter_id=encounter_id)
    if row is None or not may_read_encounter(account=account, encounter=row, now=timezone.now()).allowed:
        raise Http404
    role = Role.PATIENT
    if is_doctor_of(account_id=account.id, encounter=row):
        role = Role.PRACTITIONER
        if role not in live_roles(request):
            raise Http404
    return account, row, Actor(account.id, role)


@never_cache
@require_GET
def visit(request: HttpRequest, encounter: UUID) -> HttpResponse:
    account, row, by = my_visit(request, encounter)
    return _show(request, account, row, by)


def _show(request: HttpRequest, account: Account, row: Encounter, by: Actor, **forms: Any) -> HttpResponse:
    now = timezone.now()
    context = visit_context(account, row, by, now=now)
    context |= {
        "rating_form": RatingForm(initial=_rated(context["feedback"])),
        "complaint_form": ComplaintForm(),
    }
    trace_read(
        what="note" if context["notes"] else "encounter",
        patient_id=row.patient_id,
        subject_id=row.id,
        by=by,
        now=now,
    )
    return render(request, "web/visit.html", {**context, **forms}, status=422 if forms else 200)


def _rated(feedback: Feedback | None) -> dict[str, str]:
    if feedback is None:
        return {}
    return {"helped": str(feedback.helped), "call_quality": str(feedback.call_quality)}


def visit_context(account: Account, row: Encounter, by: Actor, *, now: datetime) -> dict[str, Any]:
    is_patient_side = by.role == Role.PATIENT
    phase = PHASES[EncounterState(row.state)]
    readable = may_read_note(account=account, encounter=row, now=now).allowed
    notes = notes_of(encounter=row) if readable and phase == "signed" else []
    mine = Complaint.objects.filter(encounter=row, said_by=account.id).order_by("said_at")
    return {
        "visit": row,
        "prices": prices_of(encounter=row) if notes else [],
        "bill": bill_of(encounter=row) if notes else None,
        "phase": phase,
        "doctor": row.practitioner,
        "patient": row.patient,
        "reason_said": row.get_abort_reason_display().capitalize() if phase == "aborted" else "",
        "oriented": ORIENTED.get(Orientation(row.orientation), ""),
        "live_words": _("Connexion coupée. Cette page se remettra à jour toute seule."),
        "note": standing(notes),
        "amendments": additions(notes),
        "changes": changes_of(notes),
        "notes": notes,
        "present": guests_who_came(encounter_id=row.id) if notes else [],
        "leave": _leave(row) if notes else None,
        "prescribed": prescribed_of(encounter=row) if notes else [],
        "documents": _documents(account, row, is_patient_side, now=now) if notes else [],
        "papers_due": bool(notes) and papers_are_due(encounter_id=row.id),
        "tasks": tasks_of(encounter=row) if notes and is_patient_side else [],
        "verdict": video_verdict(encounter=row) if phase in {"signed", "to_sign"} else None,
        "numbers": [signs().number(key) for key in ("15", "112", "116117")],
        "is_patient_side": is_patient_side,
        "feedback": Feedback.objects.filter(encounter=row).first(),
        "complaints": list(mine) if is_patient_side else [],
        "accesses": accesses_of(encounter=row, me=account.id),
        "room": getattr(row, "room", None),
        "place": _place_kept(account, row) if phase == "aborted" and is_patient_side else None,
    }


def _documents(account: Account, row: Encounter, is_patient_side: bool, *, now: datetime) -> list[Document]:
    """Cancelled ones too: they stay, and say so."""
    if not is_patient_side:
        return documents_of(encounter=row)
    return list(documents_for_account(account_id=account.id, now=now, encounter_id=row.id))


def _leave(row: Encounter) -> dict[str, Any] | None:
    """Nothing of a leave before the Cnam's receipt."""
    leave = leave_of(encounter=row)
    if leave is None or leave.receipt is None:
        return None
    return {"notice": notice_of(leave.content), "row": leave}


def _place_kept(account: Account, row: Encounter) -> Ticket | None:
    """Handed over or missed, the patient is back in the line: the way there."""
    live = live_ticket_of(account_id=account.id)
    return live if live and live.patient_id == row.patient_id else None


@never_cache
@require_GET
def visit_state(request: HttpRequest, encounter: UUID) -> HttpResponse:
    """While the note is written: nothing new, or the page moves to what it has become."""
    _account, row, by = my_visit(request, encounter)
    phase = PHASES[EncounterState(row.state)]
    if phase != request.GET.get("phase"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("web:visit", args=[row.id])
        return answer
    room = getattr(row, "room", None)
    context = {
        "phase": phase,
        "doctor": row.practitioner,
        "room": room,
        "is_patient_side": by.role == Role.PATIENT,
    }
    return render(request, "web/_visit_state.html", context)


@never_cache
@require_GET
def visit_documents(request: HttpRequest, encounter: UUID) -> HttpResponse:
    """The list alone, once more: documents come a moment after the signature."""
    account, row, by = my_visit(request, encounter)
    now = timezone.now()
    readable = may_read_note(account=account, encounter=row, now=now).allowed
    is_patient_side = by.role == Role.PATIENT
    documents = _documents(account, row, is_patient_side, now=now) if readable else []
    context = {"documents": documents, "papers_due": papers_are_due(encounter_id=row.id)}
    return render(request, "web/_documents.html", context)


@part_of_page
@never_cache
@require_GET
def visit_price(request: HttpRequest, encounter: UUID) -> HttpResponse:
    """The price alone, once more: the line of the act comes a moment after the signature."""
    account, row, _by = my_visit(request, encounter)
    readable = may_read_note(account=account, encounter=row, now=timezone.now()).allowed
    context: dict[str, Any] = {"visit": row, "bill": bill_of(encounter=row) if readable else None}
    context["prices"] = prices_of(encounter=row) if readable and context["bill"] is None else []
    return render(request, "web/_visit_bill.html", context)


def _patients_own(request: HttpRequest, encounter: UUID) -> tuple[Account, Encounter, Actor]:
    """The patient's side alone: a doctor neither rates nor complains here."""
    account, row, by = my_visit(request, encounter)
    if by.role != Role.PATIENT:
        raise Http404
    return account, row, by


@posted_from("web:visit", whose=_patients_own)
def rate(request: HttpRequest, encounter: UUID) -> HttpResponse:
    account, row, by = _patients_own(request, encounter)
    form = RatingForm(request.POST)
    if PHASES[EncounterState(row.state)] not in {"to_sign", "signed"}:
        return redirect("web:visit", encounter)
    if not form.is_valid():
        return _show(request, account, row, by, rating_form=form)
    helped, quality = int(form.cleaned_data["helped"]), int(form.cleaned_data["call_quality"])
    rate_call(encounter=row, helped=helped, call_quality=quality, by=by, now=timezone.now())
    messages.success(request, _("Merci. Votre avis est enregistré."))
    return redirect("web:visit", encounter)


@posted_from("web:visit", whose=_patients_own)
def complaint(request: HttpRequest, encounter: UUID) -> HttpResponse:
    account, row, by = _patients_own(request, encounter)
    form = ComplaintForm(request.POST)
    if not form.is_valid():
        return _show(request, account, row, by, complaint_form=form)
    complain(encounter=row, text=form.cleaned_data["text"], by=by, now=timezone.now())
    messages.success(request, _("Votre réclamation est partie. La réponse viendra sur cette page."))
    return redirect("web:visit", encounter)


@posted_from("web:visit", whose=_patients_own)
def task(request: HttpRequest, encounter: UUID) -> HttpResponse:
    """Found a médecin traitant, or not: the patient's side says."""
    _account, row, by = _patients_own(request, encounter)
    said = {"done": TaskState.DONE, "stuck": TaskState.STUCK}.get(request.POST.get("answer", ""))
    if said is None:
        return redirect("web:visit", encounter)
    for one in tasks_of(encounter=row):
        answer_task(task_id=one.id, state=said, by=by, now=timezone.now())
        messages.success(request, _("Merci. Votre réponse est enregistrée."))
    return redirect("web:visit", encounter)
