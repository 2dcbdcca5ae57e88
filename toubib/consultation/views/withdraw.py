"""The doctor cancels a document that was issued, issues it again, or sends a report once more."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from toubib.consultation.forms import WithdrawForm
from toubib.consultation.models import Room
from toubib.consultation.operations import PAPERS, issue_rework, withdraw_document
from toubib.consultation.views.common import keep_message, own_room, tell, wants_fragment
from toubib.consultation.views.rights import check_right
from toubib.consultation.views.room import documents_context
from toubib.documents.enums import DocumentKind
from toubib.documents.models import Document
from toubib.documents.operations import NotIssued
from toubib.documents.perms import may_cancel_document
from toubib.documents.queries import get_document, trace_read
from toubib.documents.seal import NoSeal
from toubib.exchange.operations import send_report
from toubib.exchange.queries import delivery_of
from toubib.people.enums import Role
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.enums import SheetKind
from toubib.record.operations import MoveRefused, PaperIncomplete, drop_rework, rework_sheet
from toubib.waiting.operations import MoveRefused as LineMoveRefused


def own_document(request: HttpRequest, document_id: UUID) -> Document:
    """Of an encounter of this doctor. Another's does not exist: 404."""
    document = get_document(document_id=document_id)
    if document is None or document.kind not in PAPERS:
        raise Http404
    access = may_cancel_document(account=current_account(request), document=document, now=timezone.now())
    if not access.allowed:
        raise Http404
    return document


@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asked with the reason, on a page of its own: it cannot be undone."""
    document, now = own_document(request, document_id), timezone.now()
    back = _back(document)
    if document.is_cancelled:
        tell(request, _("Ce document est déjà annulé."))
        return redirect(back)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        again = form.cleaned_data["then"] == "again"
        reason = form.cleaned_data["reason"]
        try:
            withdraw_document(
                document=document, reason=reason, again=again, by=current_actor(request), now=now
            )
        except NotIssued as error:
            form.add_error(None, str(error.sentence))
        except NoSeal:
            form.add_error(
                None, _("Un nouveau document ne peut pas être scellé maintenant. Rien n’a changé.")
            )
        else:
            tell(request, _("Le document est remplacé.") if again else _("Le document est annulé."))
            return redirect(back)
    trace_read(document=document, by=current_actor(request), now=now)
    page = {
        "document": document,
        "form": form,
        "back": back,
        "news": delivery_of(document=document),
        "practitioner": document.encounter.practitioner,
    }
    return render(request, "consultation/withdraw.html", page, status=422 if form.errors else 200)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def send_again(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The report leaves once more, where asking again may change something."""
    document = own_document(request, document_id)
    room = _room_of(document)
    news = delivery_of(document=document)
    said = ""
    told = document.kind == DocumentKind.REPORT and not document.is_cancelled
    if not told or (news is not None and not news.may_retry):
        keep_message(request, NotIssued(_("Ce compte rendu ne se renvoie pas.")))
    else:
        send_report(document=document, by=current_actor(request), now=timezone.now())
        said = _("Le compte rendu repart. Son état s’affiche ici.")
        if not wants_fragment(request):
            tell(request, said)
    if wants_fragment(request) and room is not None:
        page = {"room": room, "sent_again": said, **documents_context(document.encounter)}
        return render(request, "consultation/_documents.html", page)
    return redirect(_back(document))


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def rework(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A cancelled ordonnance taken up again, on the page of its consultation."""
    document = own_document(request, document_id)
    if document.kind != DocumentKind.ORDONNANCE or not document.is_cancelled:
        keep_message(request, NotIssued(_("Annulez d’abord cette ordonnance.")))
        return redirect(_back(document))
    try:
        check_right(request)
        rework_sheet(
            encounter_id=document.encounter_id,
            sheet=SheetKind(document.sheet),
            by=current_actor(request),
            now=timezone.now(),
        )
    except (MoveRefused, LineMoveRefused) as error:
        keep_message(request, error)
    return redirect(f"{_back(document)}#ordonnance")


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def rework_end(request: HttpRequest, room: UUID) -> HttpResponse:
    """Sign and issue what was taken up again, or leave it."""
    found = own_room(request, room)
    by, now, act = current_actor(request), timezone.now(), request.POST.get("do", "")
    try:
        check_right(request)
        if act == "issue" and issue_rework(encounter_id=found.encounter_id, by=by, now=now):
            tell(request, _("La nouvelle ordonnance est signée et émise."))
        elif act == "drop":
            drop_rework(encounter_id=found.encounter_id, by=by, now=now)
    except PaperIncomplete as error:
        keep_message(request, MoveRefused(" ".join([str(error), *error.lacks])))
    except NoSeal:
        keep_message(
            request,
            NotIssued(_("Un nouveau document ne peut pas être scellé maintenant. Rien n’a changé.")),
        )
    except (MoveRefused, LineMoveRefused, NotIssued) as error:
        keep_message(request, error)
    return redirect("consultation:room", room=room)


def _room_of(document: Document) -> Room | None:
    return Room.objects.filter(encounter=document.encounter_id).first()


def _back(document: Document) -> str:
    room = _room_of(document)
    return reverse("consultation:room", args=[room.id]) if room else reverse("consultation:desk")
