"""Addresses that only act, or that answer a part of a page: opened by hand, reloaded, or reached after signing in
again, they lead to the page they belong to."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getclosurevars, isfunction
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve

GetResponse = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


def part_of_page(view: View) -> View:
    """Mark a view whose answer is a part of the page above it. Goes on the outside."""
    view.is_part = True  # type: ignore[attr-defined]
    return view


def page_of(address: str) -> str:
    """The address itself; for one that is no page, the page above it that can be opened, or the start page."""
    path = address.split("?")[0].split("#")[0]
    if _opens(path) is not False:
        return address
    while path := path.rpartition("/")[0]:
        if _opens(path):
            return path
    return "/"


def _opens(path: str) -> bool | None:
    """Whether a page is there; None where nothing is (the 404 page says so in its own words)."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return None
    if getattr(view, "is_part", False):
        return False
    while view is not None:
        methods = getclosurevars(view).nonlocals.get("request_method_list") if isfunction(view) else None
        if methods is not None and "GET" not in methods:
            return False
        view = getattr(view, "__wrapped__", None)
    return True


def lead_to_the_page(get_response: GetResponse) -> GetResponse:
    """Middleware: a browser that opens such an address is led to its page, which judges who may see it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        page = page_of(request.path) if _is_opened(request, answer) else request.path
        return answer if page == request.path else HttpResponseRedirect(page)

    return middleware


def _is_opened(request: HttpRequest, answer: HttpResponse) -> bool:
    """As a page, not by a script."""
    if request.method not in {"GET", "HEAD"}:
        return False
    if answer.status_code == 405:
        return "text/html" in request.headers.get("Accept", "")
    part = request.resolver_match is not None and getattr(request.resolver_match.func, "is_part", False)
    return part and answer.status_code == 200 and request.headers.get("Sec-Fetch-Dest") == "document"
