"""Lists that answer while one types: JSON for the combobox. The words go by POST: an address ends in access logs."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.nomenclature.queries import MedicineFound, search_diagnoses, search_medicines
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


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def medicines(request: HttpRequest) -> JsonResponse:
    """The BDPM, by name, substance or CIP; one that may not be prescribed here says why, and is not taken."""
    typed, on = _typed(request), timezone.localdate()
    found = search_medicines(text=typed, on=on, limit=MOST) if typed else []
    return JsonResponse({"found": [_medicine(one) for one in found]})


def _medicine(one: MedicineFound) -> dict[str, str]:
    refused = one.refused
    return {
        "value": one.inn or one.name,
        "label": one.inn or one.name,
        "hint": one.name if one.is_marketed else _("%(name)s (pas commercialisé)") % {"name": one.name},
        "cis": one.cis,
        "dose": " + ".join(one.dosages),
        "refused": f"{refused.text_doctor} ({refused.reference})" if refused else "",
    }
