"""Error pages, language and theme."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from toubib.ui import sheet
from toubib.ui.context import THEME_COOKIE, THEMES
from toubib.ui.posting import page_of

A_YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the form stood on; to the start page where the address is not ours."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(page_of(address) if ours and address.startswith("/") else "/")


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=A_YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


@login_not_required
@require_POST
def switch_theme(request: HttpRequest) -> HttpResponse:
    """light, dark, or system: the server then writes data-theme itself, so nothing flashes."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=A_YEAR, secure=settings.HTTPS, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@login_not_required
def show_sheet(request: HttpRequest) -> HttpResponse:
    """Every component on one page; in the demo and in tests only."""
    if not (settings.DEMO or getattr(settings, "UI_SHEET", False)):
        raise Http404
    template = sheet.PAGES.get(request.GET.get("page", ""), "ui/sheet.html")
    return render(request, template, sheet.make_context(request=request))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page left open too long, or a cookie refused: nothing was sent, say how to go on."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("400.html"), status=400)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """No user, no session, no database: any of them may be what failed."""
    return HttpResponse(render_to_string("500.html"), status=500)


@login_not_required
def unavailable(request: HttpRequest) -> HttpResponse:
    """For callers that know the database is away; a page that retries by itself."""
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = "10"
    return response
