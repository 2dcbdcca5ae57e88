"""Addresses that only act: opened by hand, reloaded or reached by the language, they lead to the page of their form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def posted_from(page: str, *, whose: Callable[..., object]) -> Callable[[View], View]:
    """POST acts; GET goes to `page`, named by the first id of the address. `whose` answers 404 to anyone else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, **ids: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **ids)
            if request.method not in {"GET", "HEAD"}:
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            whose(request, *ids.values())
            return redirect(page, next(iter(ids.values())))

        return inner

    return decorate
