"""Certificates by template beside the call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.consultation.views.common import keep_message, own_room, wants_fragment
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required
from toubib.record.certificates import OPEN_PLACE, REFUSED, TEMPLATES
from toubib.record.enums import UNSIGNED_STATES
from toubib.record.models import Encounter
from toubib.record.operations import CertificateRefused, MoveRefused, drop_certificate, write_certificate
from toubib.record.queries import certificates_of


def certificate_context(encounter: Encounter) -> dict[str, Any]:
    rows = certificates_of(encounter=encounter)
    return {
        "certificates": [(row, TEMPLATES[row.template].title, OPEN_PLACE in row.body) for row in rows],
        "certificate_unsigned": encounter.state in UNSIGNED_STATES,
        "certificate_kinds": [
            *((key, one.title) for key, one in TEMPLATES.items()),
            *((key, one.title) for key, one in REFUSED.items()),
        ],
    }


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def certificate(request: HttpRequest, room: UUID) -> HttpResponse:
    """Begin one, write its text, or take it away; one that is not given from afar says why."""
    found = own_room(request, room)
    template, body = request.POST.get("template", ""), request.POST.get("body")
    by, now = current_actor(request), timezone.now()
    more: dict[str, Any] = {"certificate_said": _("Enregistré.")}
    try:
        if request.POST.get("do") == "drop":
            drop_certificate(encounter_id=found.encounter_id, template=template, by=by, now=now)
        else:
            text = body.replace("\r\n", "\n") if body is not None else None
            write_certificate(encounter_id=found.encounter_id, template=template, body=text, by=by, now=now)
    except (CertificateRefused, MoveRefused) as error:
        more = {"certificate_refusal": str(error), "certificate_reference": getattr(error, "reference", "")}
        if not wants_fragment(request):
            keep_message(request, error)
    if not wants_fragment(request):
        return redirect("consultation:room", room=room)
    encounter = Encounter.objects.select_related("patient", "practitioner").get(pk=found.encounter_id)
    context = {"room": found, **certificate_context(encounter), **more, "certificate_open": True}
    return render(request, "consultation/_certificates.html", context)
