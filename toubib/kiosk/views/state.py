"""What a machine says of itself each minute, and the call for help at the counter."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.kiosk.enums import Check, CheckResult, WipeReason
from toubib.kiosk.models import KioskSession
from toubib.kiosk.operations import wipe_session
from toubib.kiosk.operations.machines import Reported
from toubib.kiosk.reports import now_and_machine, reports
from toubib.kiosk.web import kiosk_of, kiosk_required
from toubib.ui.context import KIOSK_COOKIE

LONGEST = 4096
KEY_HEADER = "Toubib-Borne"


def hear_machines(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, before sessions and the rest: thousands of machines say each minute how they are, and no more."""
    address = "/borne/etat"

    def middleware(request: HttpRequest) -> HttpResponse:
        return (
            report(request) if request.method == "POST" and request.path == address else get_response(request)
        )

    return middleware


@login_not_required
@csrf_exempt  # the launcher posts too, with the key of the machine; nothing of a session is used
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """{"checks": {check: result}, "version", "boot"}: by the page with its cookie, by the launcher with its header."""
    key = request.headers.get(KEY_HEADER) or request.COOKIES.get(KIOSK_COOKIE, "")
    now, machine_id = now_and_machine(key)
    if machine_id is None:
        return JsonResponse({"error": "unknown"}, status=404)
    said = _read(request.body)
    if said is None:
        return JsonResponse({"error": "shape"}, status=400)
    checks, version, boot = said
    reports.add(Reported(machine_id, now, checks, version))
    if boot:  # what was open before the machine started is over
        left = KioskSession.objects.filter(machine_id=machine_id, wiped_at__isnull=True).first()
        if left is not None:
            by = Actor.system("kiosk")
            wipe_session(session_id=left.id, reason=WipeReason.RESTARTED, by=by, now=now)
    return HttpResponse(status=204)


def _read(body: bytes) -> tuple[dict[str, str], str, bool] | None:
    """None when the shape is not that of a report; checks and results that are not ours are left out, and so is what no
    database keeps: one machine's row would hold up all that are written with it."""
    if len(body) > LONGEST:
        return None
    try:
        said = json.loads(body or b"{}")
        pairs = dict(said.get("checks") or {}).items()
        checks = {str(name): str(result) for name, result in pairs}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    known = {
        name: result
        for name, result in checks.items()
        if name in Check.values and result in CheckResult.values
    }
    version = "".join(one for one in str(said.get("version") or "")[:40] if one.isprintable())
    return known, version, said.get("boot") is True


@require_POST
@kiosk_required
def ask_help(request: HttpRequest) -> HttpResponse:
    """« Appeler au comptoir »: the assistant's post lights up; nothing is said of whom or why."""
    machine = kiosk_of(request)
    if machine is not None:
        publish(f"kiosk:{machine.id}", "help", urgent="1" if request.POST.get("urgent") else "")
    return HttpResponse(status=204)
