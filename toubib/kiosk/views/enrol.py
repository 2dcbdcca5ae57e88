"""K0: a machine is enrolled by a code that serves once, then shows its key at each start (docs/kiosk.md)."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from toubib.ground.actors import Actor
from toubib.kiosk.forms import CodeForm
from toubib.kiosk.operations import (
    BadCode,
    BadMachine,
    enrol_machine,
    make_enrolment_code,
    renew_key,
    write_states,
)
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.queries import demo_place, machine_at_rest, machine_of_key
from toubib.kiosk.queries.machines import DEMO_HELD
from toubib.kiosk.web import kiosk_of
from toubib.people.operations import TooManyTries, count_try
from toubib.people.web import address_of
from toubib.ui.context import KIOSK_COOKIE

KEPT_FOR = 400 * 24 * 3600


@login_not_required
@never_cache
@csrf_exempt  # the launcher posts too, with the code as its only proof; nothing of a session is used
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The browser that types the code becomes the machine; the launcher, which asks for JSON, is told the key."""
    if request.method == "GET" and kiosk_of(request) is not None:
        return redirect("kiosk:idle")
    form = CodeForm(request.POST or None)
    wants_key = "application/json" in request.headers.get("Accept", "")
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            count_try(key=f"kiosk.enrol:{address_of(request)}", now=now)
            machine, key = enrol_machine(code=form.cleaned_data["code"], now=now)
        except (BadCode, BadMachine, TooManyTries) as error:
            form.add_error("code", str(error.sentence))
        else:
            if wants_key:
                return JsonResponse({"key": key, "name": machine.name, "place": machine.place.name})
            return _become(request, key, kept=True)
    if wants_key and request.method == "POST":
        return JsonResponse({"error": " ".join(str(one) for one in form.errors.get("code", []))}, status=400)
    return render(request, "kiosk/enrol.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@csrf_exempt  # posted by the launcher's own page, from a file: the key is the proof
@sensitive_post_parameters("key")
@require_POST
def present_key(request: HttpRequest) -> HttpResponse:
    """The launcher's page gives the browser the key that the machine keeps; the cookie goes with the browser."""
    if request.headers.get("Origin", "null") not in {"null", settings.PUBLIC_URL}:
        raise Http404
    key = request.POST.get("key", "")
    if machine_of_key(key=key) is None:
        return redirect("kiosk:enrol")
    return _become(request, key, kept=False)


@login_not_required
@require_POST
def enrol_demo(request: HttpRequest) -> HttpResponse:
    """Demo only: this browser becomes the kiosk of the pharmacy, at one click; a machine that nobody holds serves again."""
    place = demo_place() if settings.DEMO else None
    if place is None:
        raise Http404
    now, by = timezone.now(), Actor.system("demo")
    free = machine_at_rest(place=place, now=now)
    if free is not None:
        key = renew_key(machine=free, by=by, now=now)
        write_states(reported=[Reported(free.pk, now, {}, DEMO_HELD)])  # taken: the next click gets another
        return _become(request, key, kept=False)
    name = _("Borne d’essai n° %(rank)s") % {"rank": place.machines.count() + 1}
    _row, code = make_enrolment_code(place=place, name=name, by=by, now=now)
    machine, key = enrol_machine(code=code, now=now)
    write_states(reported=[Reported(machine.pk, now, {}, DEMO_HELD)])
    return _become(request, key, kept=False)


def _become(request: HttpRequest, key: str, *, kept: bool) -> HttpResponse:
    logout(request)
    messages.success(request, _("La borne est inscrite."))
    answer = redirect(f"{reverse('kiosk:idle')}?demarrage=1")
    answer.set_cookie(
        KIOSK_COOKIE,
        key,
        max_age=KEPT_FOR if kept else None,
        httponly=True,
        secure=settings.HTTPS,
        samesite="Lax",
    )
    return answer
