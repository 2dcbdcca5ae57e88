"""What must be right before a server starts."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from toubib.waiting.catalogue import BadCatalogue, check_files


@register("toubib")
def check_catalogue(**kwargs: Any) -> list[CheckMessage]:
    """Warning signs and reasons can be read: a bad file refuses the start, not the first patient."""
    try:
        check_files()
    except BadCatalogue as error:
        return [Error(str(error), id="waiting.E001")]
    return []
