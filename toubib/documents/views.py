"""A document for who may see it, and the open page that says whether a document is genuine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from toubib.documents.codes import read_code
from toubib.documents.contents import Prescriber
from toubib.documents.forms import CodeForm, FileForm
from toubib.documents.models import Document
from toubib.documents.pace import count_failure, may_ask
from toubib.documents.perms import may_read_document
from toubib.documents.queries import (
    document_of_code,
    document_of_file,
    get_document,
    header_of,
    pdf_of,
    trace_read,
)
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.perms import actor_of
from toubib.people.web import address_of, current_account, live_roles, role_required
from toubib.record.perms import IS_DOCTOR

UNKNOWN, OTHER_FILE, TOO_MANY = "unknown", "other_file", "too_many"  # what the page says without a verdict


@never_cache
@require_GET
@role_required(Role.PRACTITIONER, Role.PATIENT)
def show(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The sealed file, in the browser (which prints it) or, with `?enregistrer`, to keep. 404 to anyone else."""
    now, document = timezone.now(), get_document(document_id=document_id)
    if document is None:
        raise Http404
    trace_read(document=document, by=_reader(request, document, now), now=now)
    way = "attachment" if "enregistrer" in request.GET else "inline"
    response = HttpResponse(pdf_of(document=document), content_type="application/pdf")
    response["Content-Disposition"] = f'{way}; filename="{_file_name(document)}"'
    return response


def _reader(request: HttpRequest, document: Document, now: datetime) -> Actor:
    """Who reads, in the role that lets them: its doctor only in a session with the second factor. Raises Http404."""
    account = current_account(request)
    access = may_read_document(account=account, document=document, now=now)
    role = Role.PRACTITIONER if IS_DOCTOR in access.reasons else Role.PATIENT
    if not access.allowed or role not in live_roles(request):
        raise Http404
    return actor_of(account=account, role=role)


def _file_name(document: Document) -> str:
    """The day of the act and the beginning of the code: two documents never bear the same name."""
    act = document.encounter
    day = timezone.localdate(act.started_at or act.signed_at or act.planned_at)
    return f"{slugify(document.title)}-{day:%Y-%m-%d}-{document.code[:4].lower()}.pdf"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page may say: nothing here is of the patient. `file`: a file was given, and is the one issued."""

    document: Document
    prescriber: Prescriber
    file: bool = False

    @property
    def replaced(self) -> bool:
        return getattr(self.document, "replaced_by", None) is not None


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """A code to type, or a file to drop. A file is hashed where it arrives and kept nowhere."""
    if request.method == "POST":
        return _verify_file(request, FileForm(request.POST, request.FILES))
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("documents:verify_code", code=form.cleaned_data["code"])
    return _page(request, code_form=form)


@login_not_required
@never_cache
@require_GET
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Genuine, cancelled or unknown (404)."""
    known = read_code(code)
    if known is not None and known != code:
        return redirect("documents:verify_code", code=known)
    address, now = address_of(request), timezone.now()
    if not may_ask(address=address, now=now):
        return _page(request, outcome=TOO_MANY, status=429)
    document = document_of_code(code=known) if known else None
    if document is None:
        count_failure(address=address, now=now)
        return _page(request, outcome=UNKNOWN, typed=code[:60], status=404)
    return _page(request, verdict=_verdict(document))


def _verify_file(request: HttpRequest, form: FileForm) -> HttpResponse:
    if not form.is_valid():
        return _page(request, file_form=form)
    address, now = address_of(request), timezone.now()
    if not may_ask(address=address, now=now):
        return _page(request, outcome=TOO_MANY, status=429)
    digest = hashlib.sha256()
    for chunk in form.cleaned_data["file"].chunks():
        digest.update(chunk)
    document = document_of_file(sha256=digest.hexdigest())
    if document is None:
        count_failure(address=address, now=now)
        return _page(request, outcome=OTHER_FILE)
    return _page(request, verdict=_verdict(document, file=True))


def _verdict(document: Document, *, file: bool = False) -> Verdict:
    return Verdict(document=document, prescriber=header_of(document=document).prescriber, file=file)


def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    outcome: str = "",
    verdict: Verdict | None = None,
    typed: str = "",
    code_form: CodeForm | None = None,
    file_form: FileForm | None = None,
) -> HttpResponse:
    context = {
        "outcome": outcome,
        "verdict": verdict,
        "typed": typed,
        "code_form": code_form or CodeForm(),
        "file_form": file_form or FileForm(),
    }
    return render(request, "documents/verify.html", context, status=status)
