"""The ordonnance beside the call: each act answers with its own part of the page, since a new page would cut the call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.consultation.forms_prescription import LineForm
from toubib.consultation.models import Room
from toubib.consultation.views.common import keep_message, own_room, wants_fragment
from toubib.ground.ids import new_id
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.enums import UNSIGNED_STATES, SheetKind
from toubib.record.models import Encounter
from toubib.record.operations import (
    MoveRefused,
    NotPrescribable,
    confirm_line,
    move_line,
    put_line,
    remove_line,
    renew_lines,
    say_weight,
)
from toubib.record.prescribed import Item
from toubib.record.queries import (
    READABLE,
    earlier_sheets,
    encounter_of_line,
    is_weighed,
    latest_summary,
    marked,
    rework_of,
    sheets_of,
    trace_read,
)
from toubib.record.told import QUESTIONS, allergy_of
from toubib.ui.posting import part_of_page

SEARCH, WEIGHT = "id_rx_text", "rx-weight"


def fresh_form(sheet: str = SheetKind.MEDICINES) -> LineForm:
    return LineForm(initial={"line": new_id(), "sheet": sheet}, auto_id="id_rx_%s")


def prescription_context(encounter: Encounter) -> dict[str, Any]:
    """The sheets, what each lacks, what there is to renew, and what must stay in view while one prescribes."""
    begun = rework_of(encounter=encounter) if encounter.state in READABLE else None
    unsigned = encounter.state in UNSIGNED_STATES or begun is not None
    summary = latest_summary(patient_id=encounter.patient_id) if unsigned else None
    content = summary.content if summary else {}
    sheets = [begun] if begun else sheets_of(encounter=encounter)
    if unsigned:
        sheets = marked(sheets, encounter=encounter, on=timezone.localdate())
    return {
        "sheets": sheets,
        "rx_unsigned": unsigned,
        "rx_complete": all(sheet.is_complete for sheet in sheets),
        "rx_weighed": is_weighed(encounter=encounter),
        "rx_rework": begun,
        "rx_form": fresh_form(begun.row.sheet if begun else SheetKind.MEDICINES),
        "rx_earlier": earlier_sheets(encounter=encounter) if unsigned and not begun else [],
        "rx_allergy": allergy_of(content),
        "rx_treatments": str(content.get("treatments") or ""),
        "rx_treatments_label": QUESTIONS["treatments"].label,
    }


def _answer(request: HttpRequest, found: Room, **more: Any) -> HttpResponse:
    if not wants_fragment(request):
        return redirect("consultation:room", room=found.id)
    return _part(request, found, **more)


def _part(request: HttpRequest, found: Room, **more: Any) -> HttpResponse:
    found.encounter.refresh_from_db()
    context = {"room": found, "encounter": found.encounter, **prescription_context(found.encounter), **more}
    return render(request, "consultation/_ordonnance.html", context)


def _refused(request: HttpRequest, error: Exception) -> dict[str, Any]:
    reference = getattr(error, "reference", "")
    if not wants_fragment(request):
        keep_message(request, error)
    return {"rx_refusal": str(error), "rx_reference": reference}


@part_of_page
@role_required(Role.PRACTITIONER)
@never_cache
@require_GET
def line(request: HttpRequest, room: UUID, line: UUID) -> HttpResponse:
    """The part with the form filled from one line."""
    found = own_room(request, room)
    if encounter_of_line(line_id=line) != found.encounter_id:
        raise Http404
    trace_read(
        what="prescription",
        patient_id=found.encounter.patient_id,
        subject_id=found.encounter_id,
        by=current_actor(request),
        now=timezone.now(),
    )
    begun = rework_of(encounter=found.encounter)
    for sheet in [begun] if begun else sheets_of(encounter=found.encounter):
        for one in sheet.lines:
            if one.row.id == line:
                shown = {**one.item.as_kept(), "line": line, "sheet": sheet.row.sheet}
                form = LineForm(initial=shown, auto_id="id_rx_%s")
                return _part(request, found, rx_form=form, rx_editing=line, rx_focus="id_rx_directions")
    raise Http404


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def put(request: HttpRequest, room: UUID) -> HttpResponse:
    """Add a line, or write over one."""
    found = own_room(request, room)
    form = LineForm(request.POST, auto_id="id_rx_%s")
    if not form.is_valid():
        if not wants_fragment(request):
            keep_message(request, MoveRefused(_("La ligne n’est pas enregistrée : vérifiez-la.")))
        return _answer(request, found, rx_form=form, rx_focus=SEARCH)
    sheet = SheetKind(form.cleaned_data["sheet"])
    more: dict[str, Any] = {"rx_form": fresh_form(sheet), "rx_focus": SEARCH, "rx_said": _said(form.item())}
    try:
        put_line(
            encounter_id=found.encounter_id,
            line_id=form.cleaned_data["line"],
            sheet=sheet,
            item=form.item(),
            by=current_actor(request),
            now=timezone.now(),
        )
    except (NotPrescribable, MoveRefused) as error:
        more = {"rx_form": form, "rx_focus": SEARCH, **_refused(request, error)}
    return _answer(request, found, **more)


def _said(item: Item) -> str:
    return _("Ligne enregistrée : %(text)s") % {"text": item.text}


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def change(request: HttpRequest, room: UUID, line: UUID) -> HttpResponse:
    """Move a line up or down, take it away, or say why it stands beside a noted allergy that it resembles."""
    found = own_room(request, room)
    if encounter_of_line(line_id=line) not in {None, found.encounter_id}:
        raise Http404
    act, by, now = request.POST.get("do", ""), current_actor(request), timezone.now()
    more: dict[str, Any] = {"rx_focus": SEARCH}
    try:
        if act == "remove":
            remove_line(encounter_id=found.encounter_id, line_id=line, by=by, now=now)
            more["rx_said"] = _("Ligne retirée.")
        elif act in {"up", "down"}:
            move_line(encounter_id=found.encounter_id, line_id=line, up=act == "up", by=by, now=now)
            more |= {"rx_said": _("Ligne déplacée."), "rx_focus": f"rx-{act}-{line}"}
        elif act == "confirm":
            reason = request.POST.get("reason", "")
            more |= {"rx_typed": reason, "rx_typed_of": line, "rx_focus": f"rx-reason-{line}"}
            confirm_line(encounter_id=found.encounter_id, line_id=line, reason=reason, by=by, now=now)
            more |= {"rx_said": _("Raison enregistrée."), "rx_focus": SEARCH}
    except MoveRefused as error:
        more |= _refused(request, error)
    return _answer(request, found, **more)


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def renew(request: HttpRequest, room: UUID) -> HttpResponse:
    """Lines of earlier ordonnances, taken anew."""
    found = own_room(request, room)
    chosen = [one for typed in request.POST.getlist("lines") if (one := _uuid(typed))]
    more: dict[str, Any] = {"rx_focus": SEARCH}
    try:
        refusals = renew_lines(
            encounter_id=found.encounter_id, lines=chosen, by=current_actor(request), now=timezone.now()
        )
        taken = len(chosen) - len(refusals)
        more["rx_said"] = ngettext("%(n)s ligne renouvelée", "%(n)s lignes renouvelées", taken) % {"n": taken}
        if refusals:
            more |= _refused(request, MoveRefused(" ".join(refusals)))
    except MoveRefused as error:
        more = _refused(request, error)
    return _answer(request, found, **more)


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def weight(request: HttpRequest, room: UUID) -> HttpResponse:
    """The child's weight on the sheet of medicines."""
    found = own_room(request, room)
    more: dict[str, Any] = {"rx_said": _("Poids enregistré."), "rx_focus": SEARCH}
    try:
        say_weight(
            encounter_id=found.encounter_id,
            weight=request.POST.get("weight", "")[:10],
            by=current_actor(request),
            now=timezone.now(),
        )
    except MoveRefused as error:
        more = _refused(request, error)
    return _answer(request, found, **more)
