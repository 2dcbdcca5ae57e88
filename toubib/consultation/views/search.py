"""Lists that answer while one types: JSON for the combobox. The words go by POST: an address ends in access logs."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.nomenclature.queries import search_diagnoses
from toubib.people.enums import Role
from toubib.people.web import role_required

MOST = 12
LONGEST = 100


def _typed(request: HttpRequest) -> str:
    return request.POST.get("q", "").strip()[:LONGEST]


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def diagnoses(request: HttpRequest) -> JsonResponse:
    """CIM-10, by code or by words."""
    typed = _typed(request)
    found = search_diagnoses(text=typed, limit=MOST) if typed else []
    return JsonResponse(
        {
            "found": [
                {"value": f"{one.code} {one.label}", "label": one.label, "hint": one.code} for one in found
            ]
        }
    )
