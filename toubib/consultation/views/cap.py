"""« /cabinet/seuil »: where the doctor stands in the year, what the next act does, and the declaration of the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.activity.enums import CapOutcome
from toubib.activity.operations import CannotDeclare, declare_activity
from toubib.activity.queries import Standing, cap_of, declarations_of, status_of
from toubib.consultation.forms_cap import DeclareForm
from toubib.consultation.views.common import tell
from toubib.directory.models import Practitioner
from toubib.people.enums import Role
from toubib.people.web import current_account, current_actor, role_required
from toubib.rulebook.parameters import Parameter, all_parameters

if TYPE_CHECKING:
    from toubib.rulebook.cap_status import CapStatus

READINGS = {
    "ALL_CONVENTIONED_ACTIVITY": gettext_lazy("sur tous vos actes conventionnés"),
    "NON_MT_ACTIVITY_ONLY": gettext_lazy("sur vos actes hors patients médecin traitant"),
}
LOOKS = {CapOutcome.ABOVE: "no", CapOutcome.NEAR: "may", CapOutcome.UNDETERMINED: "may"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the denominator, in words."""

    words: str
    outcome: str
    look: str
    share: str
    rate: str
    remaining: int | None
    in_person: int | None
    counted: int | None
    acts: int | None


@role_required(Role.PRACTITIONER)
@never_cache
@require_http_methods(["GET", "POST"])
def cap(request: HttpRequest) -> HttpResponse:
    doctor = _own(request)
    now = timezone.now()
    today = timezone.localtime(now).date()
    form = DeclareForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            declare_activity(
                practitioner=doctor,
                year=today.year,
                **form.cleaned_data,
                declared_on=today,
                by=current_actor(request),
                now=now,
            )
        except CannotDeclare as error:
            form.add_error(error.field, str(error))
        else:
            tell(request, _("Votre déclaration est gardée, datée d’aujourd’hui."))
            return redirect("consultation:cap")
    page = {"form": form, **cap_context(cap_of(practitioner=doctor, year=today.year))}
    return render(request, "consultation/cap.html", page, status=422 if form.errors else 200)


def _own(request: HttpRequest) -> Practitioner:
    professional = getattr(current_account(request), "professional", None)
    if professional is None:
        raise Http404
    found: Practitioner = professional.practitioner
    return found


def cap_context(standing: Standing) -> dict[str, Any]:
    status = standing.status
    declared = declarations_of(practitioner_id=standing.practitioner.pk, year=standing.year)
    return {
        "practitioner": standing.practitioner,
        "standing": standing,
        "readings": [reading_of(one) for one in (status, status.other) if one is not None],
        "next_act": _next_act(standing),
        "declared": declared,
        "parameters": _parameters(status),
        "range": None if status.ratio is not None else (percent(status.lowest), percent(status.highest)),
    }


def reading_of(status: CapStatus) -> Reading:
    outcome = CapOutcome(status.outcome)
    return Reading(
        words=str(READINGS.get(status.reading, status.reading)),
        outcome=str(outcome.label),
        look=LOOKS.get(outcome, "yes"),
        share=_share(status),
        rate=percent(status.rate) if status.rate is not None else "",
        remaining=status.remaining_acts,
        in_person=status.in_person_needed,
        counted=status.counted,
        acts=status.acts,
    )


def _share(status: CapStatus) -> str:
    """Empty where it is unknown; a range where unsure acts move it and not the outcome."""
    if status.ratio is not None:
        return percent(status.ratio)
    if status.outcome == CapOutcome.UNDETERMINED:
        return ""
    return _between(status)


def _between(status: CapStatus) -> str:
    return f"{percent(status.lowest)} – {percent(status.highest)}"


def percent(share: Fraction) -> str:
    """« 18,4 % »."""
    return f"{number_format(round(float(share) * 100, 1), decimal_pos=1)}\u00a0%"


def _next_act(standing: Standing) -> tuple[str, str] | None:
    """The share after one more act that counts, and the word for it; None where it is not known."""
    counts = standing.counts
    more = replace(counts, counted=counts.counted + 1, acts=counts.acts + 1)
    after = status_of(standing.practitioner, standing.year, more, standing.declared)
    if after.ratio is None and not (standing.declared and counts.unsure):
        return None
    share = percent(after.ratio) if after.ratio is not None else _between(after)
    return share, str(CapOutcome(after.outcome).label)


def _parameters(status: CapStatus) -> list[Parameter]:
    """The rows of law that gave the answer, for their article and their doubts."""
    today = timezone.localdate()
    rows = (row for row in all_parameters() if row.id in status.parameters)
    return [row for row in rows if row.starts <= today and (row.ends is None or today < row.ends)]
