"""« Mon espace » : one's own identity, and for whom one acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from toubib.ground.journal import entry_of, trace, trace_many
from toubib.people.enums import LinkKind, LinkProof, Role
from toubib.people.forms import IdentityForm, RelativeForm
from toubib.people.identity import BadInput
from toubib.people.models import PatientLink
from toubib.people.operations import IdentityLocked, NotAMinor, add_relative, revoke_link, set_own_identity
from toubib.people.operations import update_identity as change_identity
from toubib.people.queries import links_of, live_links, own_patient
from toubib.people.web import current_account, current_actor, role_required

ANYONE = tuple(Role)


@role_required(*ANYONE)
@never_cache
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Any account sees its contact and signs out; the identity is a patient's."""
    account, by, now = current_account(request), current_actor(request), timezone.now()
    if by.role != Role.PATIENT:
        return render(request, "people/profile.html", {"account": account, "form": None, "patient": None})
    patient = own_patient(account=account, now=now)
    form = IdentityForm(request.POST or None, initial=IdentityForm.initial_of(patient) if patient else {})
    if request.method == "POST" and form.is_valid():
        try:
            set_own_identity(account=account, identity=form.identity(), by=by, now=now)
        except BadInput as error:
            form.refuse(error)
        except IdentityLocked as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("Votre identité est enregistrée."))
            return redirect("people:profile")
    elif patient is not None:
        trace(
            by=by,
            action="people.identity.read",
            now=now,
            patient=patient.id,
            subject="patient",
            subject_id=patient.id,
        )
    return render(request, "people/profile.html", {"account": account, "form": form, "patient": patient})


@role_required(Role.PATIENT)
@never_cache
def relatives(request: HttpRequest) -> HttpResponse:
    by, now = current_actor(request), timezone.now()
    links = [
        link for link in links_of(account=current_account(request), now=now) if link.kind != LinkKind.SELF
    ]
    trace_many(
        entry_of(
            by=by,
            action="people.identity.read",
            now=now,
            patient=link.patient_id,
            subject="patient",
            subject_id=link.patient_id,
        )
        for link in links
    )
    return render(request, "people/relatives.html", {"links": links})


@role_required(Role.PATIENT)
@never_cache
@require_http_methods(["GET", "POST"])
def add_someone(request: HttpRequest) -> HttpResponse:
    form = RelativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            link = add_relative(
                account=current_account(request),
                identity=form.identity(),
                kind=LinkKind(form.cleaned_data["kind"]),
                proof=LinkProof.DECLARED,
                by=current_actor(request),
                now=timezone.now(),
            )
        except BadInput as error:
            form.refuse(error)
        except NotAMinor as error:
            form.add_error("kind", str(error.sentence))
        else:
            messages.success(request, _("Vous pouvez agir pour %(name)s.") % {"name": link.patient.full_name})
            return redirect("people:relatives")
    return render(request, "people/relative_add.html", {"form": form})


@role_required(Role.PATIENT)
@never_cache
@require_http_methods(["GET", "POST"])
def edit_someone(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The identity of a child or a relative."""
    link, by, now = _my_link(request, link_id), current_actor(request), timezone.now()
    form = IdentityForm(request.POST or None, initial=IdentityForm.initial_of(link.patient))
    if request.method == "POST" and form.is_valid():
        try:
            change_identity(patient=link.patient, identity=form.identity(), by=by, now=now)
        except BadInput as error:
            form.refuse(error)
        except IdentityLocked as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("L’identité est enregistrée."))
            return redirect("people:relatives")
    elif request.method == "GET":
        trace(
            by=by,
            action="people.identity.read",
            now=now,
            patient=link.patient_id,
            subject="patient",
            subject_id=link.patient_id,
        )
    return render(request, "people/relative_edit.html", {"form": form, "link": link})


@role_required(Role.PATIENT)
@require_POST
def end_link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """A second click, when the link is gone already, comes to the same page."""
    mine: Any = PatientLink.objects.filter(account=current_account(request), pk=link_id).exclude(
        kind=LinkKind.SELF
    )
    link = mine.select_related("patient").first()
    if link is None:
        raise Http404
    revoke_link(link=link, by=current_actor(request), now=timezone.now(), reason="by_holder")
    messages.success(request, _("Vous n’agissez plus pour %(name)s.") % {"name": link.patient.full_name})
    return redirect("people:relatives")


def _my_link(request: HttpRequest, link_id: UUID) -> PatientLink:
    rows = PatientLink.objects.filter(
        live_links(now=timezone.now()), account=current_account(request), pk=link_id
    )
    link = rows.exclude(kind=LinkKind.SELF).select_related("patient").first()
    if link is None:
        raise Http404
    return link
