"""A doctor's own templates: kept from a note, inserted by the script, renamed, deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from toubib.consultation.forms_note import TemplateForm
from toubib.consultation.views.common import keep_message, own_room, tell, wants_fragment
from toubib.people.enums import Role
from toubib.people.queries import professional_of
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.models import NoteTemplate
from toubib.record.noted import TEXTS, standing
from toubib.record.operations import TemplateRefused, delete_template, keep_template, rename_template
from toubib.record.queries import notes_of, template_of, templates_of
from toubib.ui.posting import part_of_page


def _practitioner(request: HttpRequest) -> UUID:
    professional = professional_of(account=current_account(request))
    if professional is None:
        raise Http404
    return professional.practitioner_id


def _own(request: HttpRequest, template_id: UUID) -> NoteTemplate:
    found = template_of(template_id=template_id, practitioner_id=_practitioner(request))
    if found is None:
        raise Http404
    return found


@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, wrong: tuple[UUID, TemplateForm] | None = None) -> HttpResponse:
    rows = [
        (
            row,
            wrong[1]
            if wrong and wrong[0] == row.id
            else TemplateForm(initial={"title": row.title}, auto_id=f"t-{row.id}-%s"),
        )
        for row in templates_of(practitioner_id=_practitioner(request))
    ]
    return render(request, "consultation/templates.html", {"rows": rows}, status=422 if wrong else 200)


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, template: UUID) -> HttpResponse:
    """GET: its texts, for the script that inserts them. POST: rename or delete."""
    row = _own(request, template)
    by, now = current_actor(request), timezone.now()
    if request.method == "GET":
        return JsonResponse({"title": row.title, "texts": row.content})
    if request.POST.get("do") == "delete":
        delete_template(template_id=row.id, by=by, now=now)
        tell(request, _("Le modèle est supprimé."))
        return redirect("consultation:templates")
    form = TemplateForm(request.POST, auto_id=f"t-{row.id}-%s")
    if not form.is_valid():
        return _page(request, (row.id, form))
    rename_template(template_id=row.id, title=form.cleaned_data["title"], by=by, now=now)
    tell(request, _("Le modèle a son nouveau nom."))
    return redirect("consultation:templates")


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def keep(request: HttpRequest, room: UUID) -> HttpResponse:
    """Keep the note of this room, as saved, under a name."""
    found = own_room(request, room)
    form = TemplateForm(request.POST)
    more: dict[str, Any] = {}
    if form.is_valid():
        note = standing(notes_of(encounter=found.encounter))
        try:
            keep_template(
                practitioner_id=found.encounter.practitioner_id,
                title=form.cleaned_data["title"],
                texts={name: getattr(note, name, "") for name in TEXTS},
                by=current_actor(request),
                now=timezone.now(),
            )
            more = {"said": _("Modèle gardé.")}
            form = TemplateForm()
        except TemplateRefused as error:
            more = {"refusal": str(error)}
            if not wants_fragment(request):
                keep_message(request, error)
    if not wants_fragment(request):
        return redirect("consultation:room", room=room)
    rows = templates_of(practitioner_id=found.encounter.practitioner_id)
    context = {"room": found, "templates": rows, "template_form": form, "template_open": True, **more}
    return render(request, "consultation/_templates.html", context)
