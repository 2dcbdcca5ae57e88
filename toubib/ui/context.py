"""What every page knows: demo or not, theme, languages. Asks the database nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEME_COOKIE = "toubib_theme"
THEMES = ("light", "dark")
KIOSK_COOKIE = "toubib_borne"  # the key of an enrolled machine (toubib.kiosk)


@dataclass(frozen=True)
class Page:
    demo: bool
    theme: str  # "light", "dark", or "" for what the device wishes
    language: str
    other_languages: tuple[tuple[str, str], ...]
    here: str  # path and query of this page, for the language and theme forms
    kiosk: bool = False  # an enrolled machine shows this page: large type, its own header and footer


def read_theme(*, request: HttpRequest) -> str:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def page(request: HttpRequest) -> dict[str, Any]:
    language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    others = tuple((code, name) for code, name in settings.LANGUAGES if code != language)
    return {
        "page": Page(
            demo=settings.DEMO,
            theme=read_theme(request=request),
            language=language,
            other_languages=others,
            here=request.get_full_path(),
            kiosk=getattr(request, "kiosk", None) is not None,
        )
    }
