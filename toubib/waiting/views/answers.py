"""Where the patient is, for whom, why, and the médecin traitant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import LinkKind
from toubib.people.identity import MAJORITY, age_on, local_day
from toubib.people.models import PatientLink
from toubib.people.queries import links_of
from toubib.territory.models import Commune
from toubib.territory.queries import find_communes, first_communes
from toubib.ui.formats import say_age, say_phone
from toubib.waiting import catalogue
from toubib.waiting.enums import MedecinTraitant
from toubib.waiting.forms import ForWhomForm, MedecinTraitantForm, PlaceForm, ReasonForm
from toubib.waiting.operations import (
    attest_place,
    say_for_whom,
    say_language,
    say_medecin_traitant,
    say_place,
    say_reason,
)
from toubib.waiting.queries import admission_to, doctors_on_duty, pool_for
from toubib.waiting.queries.doctors import find_doctors_here
from toubib.waiting.queries.facts import said_of
from toubib.waiting.questions import AT_HOME_WORDS, PLACE_TYPE
from toubib.waiting.views.common import Visit, draft_life, next_step, path_context, step_page
from toubib.waiting.views.signs import GENERAL

PERSON = "waiting.person"


# Where


@step_page("lieu")
def place(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.method != "POST":
        return _show_place(
            request, PlaceForm(found=(), initial=_place_known(visit)), _near(visit.ticket.place_commune)
        )
    found = find_communes(text=request.POST.get("town", "")[:120])
    form = PlaceForm(request.POST, found=found)
    if request.POST.get("do") == "search":
        shown = PlaceForm(found=found, initial={name: request.POST.get(name, "") for name in form.fields})
        return _show_place(request, shown, found, searched=True)
    if not form.is_valid():
        return _show_place(request, form, found)  # the sentence beside the field says that none was found
    say_place(
        ticket_id=visit.ticket.id, commune_id=form.cleaned_data["place"].id, detail=form.cleaned_data["detail"],
        callback_phone=form.cleaned_data["phone"], by=visit.by, now=visit.now,
    )  # fmt: skip
    attest_place(
        ticket_id=visit.ticket.id, place_type=form.cleaned_data["at_home"], words=str(AT_HOME_WORDS), by=visit.by, now=visit.now,
    )  # fmt: skip
    visit.ticket.refresh_from_db()
    return next_step(request, visit.ticket)


def _place_known(visit: Visit) -> dict[str, Any]:
    ticket = visit.ticket
    phone = ticket.callback_phone or (visit.account.phone if visit.account else "") or ""
    commune, said = ticket.place_commune, said_of(ticket=ticket).get(PLACE_TYPE)
    return {
        "town": commune.name if commune else "",
        "commune": str(commune.id) if commune else "",
        "detail": ticket.place_detail or "",
        "phone": say_phone(phone),
        "at_home": said.value if said else "",
    }


def _near(commune: Commune | None) -> list[Commune]:
    return [commune] if commune else []


def _show_place(
    request: HttpRequest, form: PlaceForm, found: list[Commune], *, searched: bool = False
) -> HttpResponse:
    chosen = form["commune"].value() or (str(found[0].id) if len(found) == 1 else "")
    asked = bool(form["town"].value()) and (searched or (form.is_bound and form.has_error("town")))
    more: dict[str, Any] = {
        "form": form,
        "found": found,
        "chosen": chosen,
        "searched": asked,
        **_way_out(found),
    }
    return render(request, "waiting/place.html", path_context("lieu", back="waiting:signs", **more))


def _way_out(found: list[Commune]) -> dict[str, Any]:
    """For who looks for a commune in vain: those of the demo, and how long the answers wait."""
    minutes = int(draft_life(timezone.now()).total_seconds()) // 60
    return {
        "minutes": minutes,
        "demo_communes": first_communes(limit=8) if settings.DEMO and not found else [],
    }


@login_not_required
@never_cache
@require_POST
def communes(request: HttpRequest) -> HttpResponse:
    """The list alone, for the page's script. By POST: where someone is stands in no address."""
    found = find_communes(text=request.POST.get("town", "")[:120])
    chosen = str(found[0].id) if len(found) == 1 else ""
    searched = bool(request.POST.get("town", "").strip())
    shown = {"found": found, "chosen": chosen, "searched": searched, **_way_out(found)}
    return render(request, "waiting/communes.html", shown)


# For whom


@step_page("pour-qui")
def for_whom(request: HttpRequest, visit: Visit) -> HttpResponse:
    links = links_of(account=visit.account, now=visit.now) if visit.account else []
    others = [link for link in links if link.kind != LinkKind.SELF]
    languages = _languages()
    form = ForWhomForm(
        request.POST or None,
        people=_people(others, visit),
        languages=languages,
        initial={"who": _who_said(request, visit), "language": _language_said(visit, languages)},
    )
    if request.method == "POST" and form.is_valid():
        return _keep_for_whom(request, visit, form, others)
    trace_many(
        entry_of(by=visit.by, action="people.identity.read", now=visit.now, patient=link.patient_id,
                 subject="patient", subject_id=link.patient_id)
        for link in others
    )  # fmt: skip
    return render(request, "waiting/for_whom.html", path_context("pour-qui", form=form))


def _languages() -> list[str]:
    """French, and what the doctors on duty speak: nobody chooses to wait for someone who is not there."""
    pool = pool_for(key=GENERAL)
    spoken = {code for duty in doctors_on_duty(pool_id=pool.id) for code in duty.languages} if pool else set()
    return ["fr", *sorted(spoken - {"fr"})]


def _language_said(visit: Visit, languages: list[str]) -> str:
    wanted = visit.ticket.language if visit.ticket.draft.get("who") else (get_language() or "fr")[:2]
    return wanted if wanted in languages else "fr"


def _people(others: list[PatientLink], visit: Visit) -> list[tuple[str, str, str]]:
    today = local_day(visit.now)
    known = [
        (f"link-{link.patient_id}", link.patient.full_name, say_age(link.patient.birth_date, on=today))
        for link in others
    ]
    child = _("Un autre enfant") if known else _("Mon enfant")
    relative = _("Un autre proche") if known else _("Un proche que j’aide")
    with_adult = _("Moins de 18 ans : un adulte reste à côté, tout le temps de l’appel.")
    asked = _("Avec son accord, et à côté de vous si possible.")
    return [("self", _("Moi"), ""), *known, ("child", child, with_adult), ("relative", relative, asked)]


def _who_said(request: HttpRequest, visit: Visit) -> str:
    who = str(visit.ticket.draft.get("who", ""))
    person = visit.ticket.patient_id or request.session.get(PERSON)
    return f"link-{person}" if person and who in {"child", "relative"} else who


def _keep_for_whom(
    request: HttpRequest, visit: Visit, form: ForWhomForm, others: list[PatientLink]
) -> HttpResponse:
    """A person named from the list is confirmed at the step of identity, or at once when that step is past."""
    said, known = form.cleaned_data["who"], visit.ticket.patient_id
    link = next((one for one in others if f"link-{one.patient_id}" == said), None)
    if link:
        request.session[PERSON] = str(link.patient_id)
    else:
        request.session.pop(PERSON, None)
    say_for_whom(
        ticket_id=visit.ticket.id,
        who=_kind_of(link, visit) if link else said,
        patient_id=link.patient_id if link is not None and known is not None else None,
        anew=link is None and said != "self",
        by=visit.by,
        now=visit.now,
    )
    ticket = say_language(
        ticket_id=visit.ticket.id, language=form.cleaned_data["language"], by=visit.by, now=visit.now
    )
    return next_step(request, ticket)


def _kind_of(link: PatientLink, visit: Visit) -> str:
    return "relative" if age_on(link.patient.birth_date, on=local_day(visit.now)) >= MAJORITY else "child"


# Why


@step_page("motif")
def reason(request: HttpRequest, visit: Visit) -> HttpResponse:
    ticket = visit.ticket
    kiosk = getattr(request, "kiosk", None)
    form = ReasonForm(
        request.POST or None,
        shut=_shut(now=visit.now),
        devices=kiosk.place.devices if kiosk is not None else None,
        initial={"key": ticket.reason_key, "text": ticket.reason_text or ""},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        ticket = say_reason(
            ticket_id=ticket.id, key=typed["key"], text=typed["text"], by=visit.by, now=visit.now
        )
        return next_step(request, ticket)
    return render(request, "waiting/reason.html", path_context("motif", form=form))


def _shut(*, now: datetime) -> dict[str, str]:
    """By reason, why its line is closed, when it opens later than the answers are kept."""
    rows = catalogue.reasons()
    said = {key: _why_shut(key, now=now) for key in {row.pool for row in rows}}
    return {row.key: said[row.pool] for row in rows if said[row.pool]}


def _why_shut(key: str, *, now: datetime) -> str:
    pool = pool_for(key=key)
    if pool is None:
        return _("Pas de file ici pour ce motif.")
    admission = admission_to(pool=pool, now=now)
    opens = admission.next_opening
    soon = admission.open or (opens is not None and opens - now <= draft_life(now))
    return "" if soon else admission.reason


# The médecin traitant


@step_page("medecin-traitant")
def medecin_traitant(request: HttpRequest, visit: Visit) -> HttpResponse:
    ticket = visit.ticket
    own = ticket.own_practitioner
    if request.method != "POST":
        known = {"answer": ticket.medecin_traitant, "name": f"{own.given_name} {own.family_name}" if own else "",
                 "doctor": str(own.id) if own else ""}  # fmt: skip
        form = MedecinTraitantForm(found=[own] if own else [], initial=known)
        return _show_doctors(request, form, [own] if own else [])
    found = find_doctors_here(text=request.POST.get("name", "")[:120])
    typed = request.POST.copy()
    if not typed.get("answer") and typed.get("doctor"):
        typed["answer"] = MedecinTraitant.HERE.value  # who picks a doctor of the list has answered
    form = MedecinTraitantForm(typed, found=found)
    if request.POST.get("do") == "search":
        said = {name: request.POST.get(name, "") for name in form.fields}
        shown = MedecinTraitantForm(found=found, initial={**said, "answer": MedecinTraitant.HERE.value})
        return _show_doctors(request, shown, found, searched=True)
    if not form.is_valid():
        return _show_doctors(request, form, found)
    own = form.cleaned_data["practitioner"]
    ticket = say_medecin_traitant(
        ticket_id=ticket.id, answer=MedecinTraitant(form.cleaned_data["answer"]),
        practitioner_id=own.id if own else None, by=visit.by, now=visit.now,
    )  # fmt: skip
    return next_step(request, ticket)


def _show_doctors(
    request: HttpRequest, form: MedecinTraitantForm, found: list[Any], *, searched: bool = False
) -> HttpResponse:
    chosen = form["doctor"].value() or (str(found[0].id) if len(found) == 1 else "")
    more: dict[str, Any] = {"form": form, "found": found, "chosen": chosen, "searched": searched}
    return render(request, "waiting/medecin_traitant.html", path_context("medecin-traitant", **more))


@login_not_required
@never_cache
@require_POST
def doctors(request: HttpRequest) -> HttpResponse:
    """The list alone, for the page's script."""
    found = find_doctors_here(text=request.POST.get("name", "")[:120])
    chosen = str(found[0].id) if len(found) == 1 else ""
    return render(request, "waiting/doctors.html", {"found": found, "chosen": chosen, "searched": True})
