"""Machines for those who look after them: a code for one, what each last said, its end."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from toubib.directory.models import Place
from toubib.kiosk.enums import Check, CheckResult
from toubib.kiosk.forms import MachineForm
from toubib.kiosk.models import Machine
from toubib.kiosk.operations import BadMachine, make_enrolment_code, revoke_machine
from toubib.kiosk.queries import machine_rows
from toubib.people.enums import Role
from toubib.people.web import current_actor, role_required


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR)
def machines(request: HttpRequest) -> HttpResponse:
    """The code is shown once, in the answer itself: it is kept nowhere."""
    now = timezone.now()
    places = list(Place.objects.filter(closed_on__isnull=True).select_related("commune").order_by("name"))
    form = MachineForm(request.POST or None, places=places)
    code = ""
    if request.method == "POST" and form.is_valid():
        place, name = form.places[form.cleaned_data["place"]], form.cleaned_data["name"]
        try:
            row, code = make_enrolment_code(place=place, name=name, by=current_actor(request), now=now)
        except BadMachine as error:
            form.add_error("name", str(error.sentence))
        else:
            shown = {"code": code, "until": row.expires_at, "made": row}
            form = MachineForm(places=places)
            return render(request, "kiosk/machines.html", {**_rows(), **shown, "form": form})
    return render(
        request, "kiosk/machines.html", {**_rows(), "form": form}, status=422 if form.errors else 200
    )


def _rows() -> dict[str, object]:
    words, results = dict(Check.choices), dict(CheckResult.choices)
    rows = [
        (
            row,
            [
                (words[name], results[result], result)
                for name, result in sorted(row.checks.items())
                if name in words
            ],
        )
        for row in machine_rows(now=timezone.now())
    ]
    return {"rows": rows}


@require_POST
@role_required(Role.ADMINISTRATOR, Role.MEDICAL_DIRECTOR)
def revoke(request: HttpRequest, machine_id: UUID) -> HttpResponse:
    machine = Machine.objects.filter(pk=machine_id).first()
    if machine is None:
        raise Http404
    revoke_machine(machine=machine, by=current_actor(request), now=timezone.now())
    messages.success(request, _("La borne est retirée. Ce qu’elle tenait est effacé."))
    return redirect("kiosk:machines")
