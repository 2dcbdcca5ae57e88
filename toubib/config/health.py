"""Is the process alive, can it serve, how much does it do; and what one is told when the database is away."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST

from toubib.config.heartbeat import LIVE, WORKER, last_beat
from toubib.config.metrics import exposition
from toubib.ui.views import server_error as ui_server_error

HEARTBEAT_LATE = timedelta(seconds=15)
RETRY_AFTER = "5"
INSIDE = frozenset({"/healthz", "/readyz", "/metrics"})
_migrated = False

GetResponse = Callable[[HttpRequest], HttpResponse]


def answer_inside(get_response: GetResponse) -> GetResponse:
    """Middleware, before all that looks at the host: a load balancer and Prometheus ask by address, not by name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path not in INSIDE or request.method not in ("GET", "HEAD"):
            return get_response(request)
        request.resolver_match = match = resolve(request.path)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response

    return middleware


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; asks nothing of anyone."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this server can serve; 503 with the first part that cannot, in the order of need."""
    now = timezone.now()
    for name, check in CHECKS.items():
        fault = check(now=now)
        if fault:
            return JsonResponse({"ready": False, "part": name, "why": fault}, status=503)
    return JsonResponse({"ready": True})


@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _check_database(*, now: datetime) -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        connection.close()
        return type(error).__name__
    except InterfaceError as error:
        connection.close()
        return type(error).__name__
    return ""


def _check_migrations(*, now: datetime) -> str:
    """Asked of the database until all are applied, then known: a running process never loses one."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "" if _migrated else "migrations are not applied: run `toubib migrate`"


def _check_worker(*, now: datetime) -> str:
    return _silence(WORKER, "the worker", now=now)


def _check_live(*, now: datetime) -> str:
    """Sockets and streams; on SQLite one process does all, and it has just answered."""
    return "" if connection.vendor == "sqlite" else _silence(LIVE, "sockets and streams", now=now)


def _silence(name: str, shown: str, *, now: datetime) -> str:
    beat = last_beat(name=name)
    if beat is None:
        return f"no sign of {shown} yet"
    late = now - beat
    return f"no sign of {shown} for {int(late.total_seconds())} s" if late > HEARTBEAT_LATE else ""


CHECKS: dict[str, Callable[..., str]] = {
    "database": _check_database,
    "migrations": _check_migrations,
    "worker": _check_worker,
    "live": _check_live,
}


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Called inside the handling of the exception: a database that is away answers 503, the rest 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        connection.close()
        return database_away(request)
    return ui_server_error(request)


def database_away(request: HttpRequest) -> HttpResponse:
    """503 for one request only; the next one tries again. A script is told in JSON and tries again by itself."""
    response: HttpResponse
    if "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers:
        typed = request.method not in {"GET", "HEAD"}
        response = HttpResponse(render_to_string("503.html", {"typed": typed}), status=503)
    else:
        response = JsonResponse(
            {"error": "database_away", "text": _("Connexion coupée. Nous réessayons.")}, status=503
        )
    response["Retry-After"] = RETRY_AFTER
    return response
