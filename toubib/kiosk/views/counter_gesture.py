"""« /comptoir/geste/… »: one gesture that a doctor asks of this place, from the answer to its end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.assistance.enums import Image, Refusal
from toubib.assistance.models import Gesture
from toubib.assistance.operations import (
    GestureRefused,
    NotPosted,
    accept_gesture,
    finish_gesture,
    refuse_gesture,
    start_gesture,
)
from toubib.assistance.queries import get_gesture, kind_of_gesture
from toubib.kiosk.forms_counter import FinishForm, RefuseForm
from toubib.kiosk.views.counter import assistant_only, own_place
from toubib.people.web import current_account, current_actor
from toubib.record.images import BadFile

STEPS = {"accept": accept_gesture, "start": start_gesture}


@assistant_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gesture(request: HttpRequest, gesture: UUID) -> HttpResponse:
    """What is asked and by whom; nothing of the patient but that they are in the cabin."""
    row = get_gesture(gesture_id=gesture)
    if row is None:
        raise Http404
    own_place(request, row.place_id)
    if request.method != "POST":
        return _page(request, row)
    act = request.POST.get("do", "")
    if act == "refuse":
        return _refuse(request, row)
    if act == "finish":
        return _finish(request, row)
    if act not in STEPS:
        raise Http404
    account, by = current_account(request), current_actor(request)
    try:
        STEPS[act](gesture_id=row.pk, account=account, by=by, now=timezone.now())
    except (GestureRefused, NotPosted) as refusal:
        messages.warning(request, str(refusal))
    return redirect("counter:gesture", row.pk)


def _page(request: HttpRequest, row: Gesture, **more: Any) -> HttpResponse:
    kind = kind_of_gesture(row)
    mine = row.presence is not None and row.presence.helper_id == current_account(request).pk
    part = "Toubib-Fragment" in request.headers
    context = {
        "gesture": row,
        "kind": kind,
        "mine": mine,
        "account": current_account(request),
        "doctor": row.encounter.practitioner,
        "refuse_form": RefuseForm(),
        "finish_form": FinishForm(has_image=kind.has_image),
        **more,
    }
    return render(request, "kiosk/_gesture.html" if part else "kiosk/gesture.html", context)


def _refuse(request: HttpRequest, row: Gesture) -> HttpResponse:
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refuse_form=form)
    try:
        refuse_gesture(
            gesture_id=row.pk,
            account=current_account(request),
            reason=Refusal(form.cleaned_data["reason"]),
            words=form.cleaned_data["words"],
            by=current_actor(request),
            now=timezone.now(),
        )
    except (GestureRefused, NotPosted) as refusal:
        messages.warning(request, str(refusal))
    return redirect("counter:gesture", row.pk)


def _finish(request: HttpRequest, row: Gesture) -> HttpResponse:
    form = FinishForm(request.POST, request.FILES, has_image=kind_of_gesture(row).has_image)
    if not form.is_valid():
        return _page(request, row, finish_form=form)
    sent = form.cleaned_data.get("file")
    try:
        finish_gesture(
            gesture_id=row.pk,
            account=current_account(request),
            image=Image(form.cleaned_data["image"]),
            content=sent.read() if sent else None,
            by=current_actor(request),
            now=timezone.now(),
        )
    except (GestureRefused, NotPosted, BadFile) as refusal:
        form.add_error("file" if "file" in form.fields else None, str(refusal))
        return _page(request, row, finish_form=form)
    messages.success(request, _("Geste fini. Le médecin le voit."))
    return redirect("counter:counter")
