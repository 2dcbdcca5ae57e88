"""What the patient says of their health, and the photos: kept as they come, whatever else is wrong on the page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from toubib.ground.files import read_file
from toubib.people.enums import Sex
from toubib.people.identity import MAJORITY
from toubib.record.images import BadFile
from toubib.record.models import Attachment
from toubib.record.operations import AttachmentKept, add_attachment, remove_attachment, tell_health_summary
from toubib.record.queries import attachments_for, disposition, latest_summary, trace_read
from toubib.record.told import concerns
from toubib.waiting import catalogue
from toubib.waiting.forms import HealthForm
from toubib.waiting.operations import ask_secrecy, finish_step
from toubib.waiting.views.common import Visit, next_step, path_context, step_page

MOST_FILES = 6


@step_page("sante")
def health(request: HttpRequest, visit: Visit) -> HttpResponse:
    ask, own = _what_to_ask(visit), getattr(request, "kiosk", None) is None
    if request.method != "POST":
        return _show(request, visit, HealthForm(ask=ask, files=own, initial=_known(visit)))
    form = HealthForm(request.POST, request.FILES, ask=ask, files=own)
    right = form.is_valid()
    _keep_files(form, visit)
    if request.POST.get("do") == "add" and not form.has_error("documents") and not form.has_error("camera"):
        typed = {
            name: request.POST.get(name, "") for name in form.fields if name not in {"documents", "camera"}
        }
        return _show(request, visit, HealthForm(ask=ask, files=own, initial=typed), fresh=True)
    _need_photo(form, visit)
    if not right or form.errors:
        return _show(request, visit, form)
    return _keep(request, visit, form)


def _what_to_ask(visit: Visit) -> frozenset[str]:
    """Pregnancy by sex and age, weight for a child, secrecy for a minor who asks for themself."""
    patient, age = visit.ticket.patient, visit.ticket.patient_age
    if patient is None or age is None:
        return frozenset()
    alone = age < MAJORITY and visit.ticket.draft.get("who") == "self"
    return concerns(male=patient.sex == Sex.MALE, age=age) | ({"secrecy"} if alone else set())


def _known(visit: Visit) -> dict[str, Any]:
    """What this account said last time, to be read again: a parent does not read what the child told alone."""
    ticket = visit.ticket
    assert ticket.patient_id is not None
    known = latest_summary(patient_id=ticket.patient_id, told_by=visit.by.account_id)
    if known is None:
        return {}
    trace_read(what="summary", patient_id=ticket.patient_id, subject_id=known.id, by=visit.by, now=visit.now)
    told = {name: text for name, text in known.content.items() if isinstance(text, str)}
    if known.told_at < ticket.created_at:
        told.pop("pregnancy", None)  # changes from one visit to the next: asked anew
    return {**told, "secrecy": bool(ticket.draft.get("minor_secrecy"))}


def _files(visit: Visit) -> list[Attachment]:
    """Those that this account sent on this way to the line."""
    assert visit.ticket.patient_id is not None
    rows = attachments_for(patient_id=visit.ticket.patient_id, ticket_id=visit.ticket.id)
    return [
        row for row in rows if row.added_at >= visit.ticket.created_at and row.added_by == visit.by.account_id
    ]


def _keep_files(form: HealthForm, visit: Visit) -> None:
    """Keep each file that can be kept; say which cannot, by its place. No more are opened than may be kept."""
    room, looked = MOST_FILES - len(_files(visit)), 0
    for name in ("camera", "documents"):
        for number, upload in enumerate(form.cleaned_data.get(name) or [], start=1):
            looked += 1
            if room <= 0 or looked > MOST_FILES:
                full = _("Vous avez déjà %(most)s fichiers. Retirez-en un d’abord.")
                many = _("Envoyez %(most)s fichiers au plus à la fois.")
                form.add_error(name, (full if room <= 0 else many) % {"most": MOST_FILES})
                return
            try:
                _keep_file(upload, visit)
                room -= 1
            except BadFile as error:
                form.add_error(name, _("Fichier %(number)s : %(why)s") % {"number": number, "why": error})


def _keep_file(upload: Any, visit: Visit) -> None:
    content = upload.read()
    reason = catalogue.reason(visit.ticket.reason_key)
    if reason is not None and reason.key == "renewal":
        title = _("Ancienne ordonnance")
    else:
        title = _("Document") if content.startswith(b"%PDF-") else _("Photo")
    assert visit.ticket.patient_id is not None
    add_attachment(
        patient_id=visit.ticket.patient_id,
        ticket_id=visit.ticket.id,
        title=title,
        content=content,
        by=visit.by,
        now=visit.now,
    )


def _need_photo(form: HealthForm, visit: Visit) -> None:
    """At a kiosk it is shown to the camera."""
    if "documents" not in form.fields:
        return
    reason = catalogue.reason(visit.ticket.reason_key)
    if reason is not None and reason.photo_required and not _files(visit):
        form.add_error("documents", _("Ce motif demande une photo ou un document. Ajoutez-le ici."))


def _keep(request: HttpRequest, visit: Visit, form: HealthForm) -> HttpResponse:
    ticket = visit.ticket
    assert ticket.patient_id is not None
    known, told = latest_summary(patient_id=ticket.patient_id, told_by=visit.by.account_id), form.summary()
    if known is None or known.content != told or known.told_at < ticket.created_at:
        tell_health_summary(patient_id=ticket.patient_id, content=told, by=visit.by, now=visit.now)
    if "secrecy" in form.fields:
        ask_secrecy(ticket_id=ticket.id, secret=form.cleaned_data["secrecy"], by=visit.by, now=visit.now)
    ticket = finish_step(ticket_id=ticket.id, step="sante", answers={}, by=visit.by, now=visit.now)
    return next_step(request, ticket)


def _show(request: HttpRequest, visit: Visit, form: HealthForm, *, fresh: bool = False) -> HttpResponse:
    files = _files(visit)
    reason = catalogue.reason(visit.ticket.reason_key)
    said = (
        ngettext("%(n)s fichier ajouté.", "%(n)s fichiers ajoutés.", len(files)) % {"n": len(files)}
        if files
        else ""
    )
    more: dict[str, Any] = {
        "form": form, "files": files, "said": said, "fresh": fresh, "reason": reason, "patient": visit.ticket.patient,
        "minor": _is_minor(visit), "full": len(files) >= MOST_FILES, "alone": visit.ticket.draft.get("who") == "self",
    }  # fmt: skip
    return render(request, "waiting/health.html", path_context("sante", **more))


def _is_minor(visit: Visit) -> bool:
    age = visit.ticket.patient_age
    return age is not None and age < MAJORITY


def _mine(visit: Visit, attachment_id: UUID) -> Attachment:
    found = (
        next((row for row in _files(visit) if row.id == attachment_id), None)
        if visit.ticket.patient_id
        else None
    )
    if found is None:
        raise Http404
    return found


@step_page("sante")
def show_file(request: HttpRequest, visit: Visit, attachment_id: UUID) -> HttpResponse:
    found = _mine(visit, attachment_id)
    trace_read(
        what="attachment", patient_id=found.patient_id, subject_id=found.id, by=visit.by, now=visit.now
    )
    response = HttpResponse(read_file(found.file), content_type=found.file.media_type)
    response["Content-Disposition"] = disposition(found)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@step_page("sante")
def remove_file(request: HttpRequest, visit: Visit, attachment_id: UUID) -> HttpResponse:
    """A second click, when it is gone already, comes to the same page; what is another's is not found."""
    if request.method != "POST":
        return redirect("waiting:health")
    if Attachment.objects.filter(pk=attachment_id).exists():
        _mine(visit, attachment_id)
        try:
            remove_attachment(attachment_id=attachment_id, by=visit.by, now=visit.now)
        except AttachmentKept as error:
            messages.warning(request, str(error))
    return redirect("waiting:health")
