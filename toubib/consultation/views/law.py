"""What the law says of this consultation, live: five checks, why, and what the doctor can settle by a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from toubib.consultation.decisions import judge
from toubib.consultation.models import Room
from toubib.consultation.views.common import keep_message, own_room, wants_fragment
from toubib.consultation.views.rights import writer_required
from toubib.people.enums import Role
from toubib.people.web import current_account, current_actor, role_required
from toubib.record.enums import UNSIGNED_STATES, Attestation, EncounterState
from toubib.record.models import EncounterDecision
from toubib.record.queries import decisions_of
from toubib.rulebook.codes import CONTESTED, find_code
from toubib.rulebook.facts import all_facts
from toubib.ui.formats import say_euros
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, attest_in_consultation
from toubib.waiting.queries.facts import NOT_YET_KNOWN, said_of
from toubib.waiting.questions import ASK_INSTEAD, QUESTIONS, Question

NAMES = {
    "classification": gettext_lazy("Nature de l’acte"),
    "reimbursement": gettext_lazy("Prise en charge"),
    "cap": gettext_lazy("Seuil d’activité à distance"),
    "sick_leave": gettext_lazy("Arrêt de travail"),
    "price": gettext_lazy("Prix"),
}
WORDS = {
    "teleconsultation": gettext_lazy("téléconsultation"),
    "tele_advice": gettext_lazy("téléconseil : ce n’est pas un acte remboursé"),
    "INVALID": gettext_lazy("l’acte ne tient pas tel quel"),
    "YES": gettext_lazy("oui"),
    "NO": gettext_lazy("non"),
    "NOT_APPLICABLE": gettext_lazy("sans objet"),
    "NOT_ASKED": gettext_lazy("pas demandé"),
    "COUNTED": gettext_lazy("cet acte compte"),
    "NOT_COUNTED": gettext_lazy("cet acte ne compte pas"),
    "UNDETERMINED": gettext_lazy("la règle ne se prononce pas"),
}
LOOKS = {"NO": "no", "INVALID": "no", "UNDETERMINED": "may"}
MARKS = {"refusal": "no", "warning": "may"}
LEAVE = ("leave_kind", "leave_days", "leave_running_days", "leave_justified", "leave_motive_given")
ELSEWHERE = {
    "identified": gettext_lazy("Cochez « Qui est là », plus haut."),
    "modality": gettext_lazy("Attestez le moyen de l’échange à la signature."),
    "secure_channel": gettext_lazy("Suit du moyen de l’échange."),
    "consent": gettext_lazy("Le patient n’a pas répondu pour cette consultation."),
    "practitioner_sector": gettext_lazy("Manque à votre fiche : l’administration la complète."),
    "practitioner_employer": gettext_lazy("Manque à votre fiche : l’administration la complète."),
    "practitioner_country": gettext_lazy("Manque à votre fiche : l’administration la complète."),
}


@dataclass(frozen=True, slots=True)
class Row:
    look: str
    text: str
    reference: str
    value: str
    contested: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """A fact that lacks: the question to ask here, or else where it is said."""

    label: str
    question: Question | None
    hint: str


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    title: Any
    outcome: str
    words: str
    look: str
    rows: list[Row]
    lacks: list[Lack]


@writer_required
@never_cache
@require_GET
def law(request: HttpRequest, room: UUID) -> HttpResponse:
    """The panel alone; `attestation`: what the doctor is about to attest."""
    found = own_room(request, room)
    return render(
        request, "consultation/_law.html", law_context(request, found, channel=_channel(request.GET))
    )


@role_required(Role.PRACTITIONER)
@never_cache
@require_POST
def attest(request: HttpRequest, room: UUID) -> HttpResponse:
    """What the doctor says: a fact or several, kept with the question, the name and the hour."""
    found = own_room(request, room)
    said = {fact: read for fact in QUESTIONS if (read := _read(request, QUESTIONS[fact])) is not None}
    refusal = ""
    try:
        attest_in_consultation(
            encounter_id=found.encounter_id, said=said, by=current_actor(request), now=timezone.now()
        )
    except (MoveRefused, Ticket.DoesNotExist) as error:
        refusal = str(error)
    if not wants_fragment(request):
        if refusal:
            keep_message(request, MoveRefused(refusal))
        return redirect("consultation:room", room=found.id)
    more = {"open_check": request.POST.get("open", ""), "law_refusal": refusal}
    return render(
        request,
        "consultation/_law.html",
        {**law_context(request, found, channel=_channel(request.POST)), **more},
    )


def _read(request: HttpRequest, question: Question) -> tuple[Any, str] | None:
    """None: not asked here, or no answer that can be."""
    typed = request.POST.get(question.fact)
    words = str(question.doctor)
    if typed is None:
        return None
    if typed in {"", "unknown"}:
        return None, words
    if question.kind == "bool":
        return ({"yes": True, "no": False}[typed], words) if typed in {"yes", "no"} else None
    if question.kind == "choice":
        return (typed, words) if typed in dict(question.choices) else None
    fact = all_facts()[question.fact]
    fits = typed.isdecimal() and len(typed) < 6 and fact.least <= int(typed) <= fact.most
    return (int(typed), words) if fits else None


def _channel(typed: Any) -> str:
    said = typed.get("attestation", "")
    return said if said in Attestation.values else ""


def law_context(request: HttpRequest, found: Room, *, channel: str = "") -> dict[str, Any]:
    """Live until the signature; then what was kept with it."""
    encounter = found.encounter
    unsigned = EncounterState(encounter.state) in UNSIGNED_STATES
    common = {"room": found, "topic": f"account:{current_account(request).id}", "law_unsigned": unsigned}
    if not unsigned:
        return {**common, "law_kept": [_kept(row) for row in decisions_of(encounter=encounter)]}
    begun = encounter.started_at is not None
    channel = channel or (Attestation.VIDEO.value if begun else "")  # as the form of the signature begins
    judged = judge(encounter=encounter, now=timezone.now(), channel=channel)
    ticket = Ticket.objects.filter(encounter=encounter).first()
    said = {row.fact: row for row in said_of(ticket=ticket).values()} if ticket else {}
    checks = checks_of(judged.decision, asks=ticket is not None)
    price = {"estimate": judged.estimate, "law_channel": channel}
    leave = [(QUESTIONS[fact], judged.facts.get(fact)) for fact in LEAVE]
    answers = [row for row in said.values() if row.value is not None and row.fact in QUESTIONS]
    return {**common, **price, "checks": checks, "leave": leave, "law_said": answers}


def _kept(row: EncounterDecision) -> dict[str, Any]:
    return {"row": row, "checks": checks_of(row.decision, asks=False), "estimate": row.estimate}


def checks_of(decision: dict[str, Any], *, asks: bool) -> list[Check]:
    """`asks`: what lacks may still be settled here."""
    used = {one["id"]: one for one in decision["parameters"]}
    return [_check(name, decision[name], used, asks=asks) for name in NAMES]


def _check(name: str, found: dict[str, Any], used: dict[str, Any], *, asks: bool) -> Check:
    outcome = found["outcome"]
    rows = [_row(one, used) for one in found["reasons"] if not one["code"].startswith("MISSING.")]
    return Check(
        name=name,
        title=NAMES[name],
        outcome=outcome,
        words=_words(name, found),
        look=LOOKS.get(outcome, "yes"),
        rows=rows,
        lacks=_lacks(found["missing"], asks=asks),
    )


def _words(name: str, found: dict[str, Any]) -> str:
    if name == "price" and found["outcome"] == "FIXED":
        return _("%(tariff)s, dont %(patient)s à la charge du patient") % {
            "tariff": say_euros(found["tariff"]),
            "patient": say_euros(found["patient"]),
        }
    if name == "sick_leave" and found.get("max_days"):
        return _("%(answer)s ; au plus %(days)s jours") % {
            "answer": WORDS[found["outcome"]],
            "days": found["max_days"],
        }
    return str(WORDS.get(found["outcome"], found["outcome"]))


def _row(reason: dict[str, str], used: dict[str, Any]) -> Row:
    code = find_code(reason["code"])
    parameter = used.get(code.parameter)
    reference = reason["reference"].removesuffix(CONTESTED)  # the badge says it
    return Row(
        look=MARKS.get(reason["kind"], "yes"),
        text=reason["text_doctor"],
        reference=reference,
        value=_value(parameter["value"]) if parameter else "",
        contested=reference != reason["reference"]
        or any(used[id]["contested"] for id in code.parameters if id in used),
    )


def _value(value: Any) -> str:
    """A share as a percentage, an amount or a number as it is; « oui » and lists say nothing more than the reason."""
    if isinstance(value, bool | list):
        return ""
    if isinstance(value, float):
        return f"{value:.0%}".replace("%", "\u00a0%") if 0 < value <= 1 else f"{value:g}".replace(".", ",")
    return str(value)


def _lacks(missing: list[str], *, asks: bool) -> list[Lack]:
    facts, asked, found = all_facts(), set(), []
    for name in missing:
        question = QUESTIONS.get(ASK_INSTEAD.get(name, name)) if asks else None
        if question is not None and question.fact in asked:
            question = None
        elif question is not None:
            asked.add(question.fact)
        hint = str(ELSEWHERE.get(name) or NOT_YET_KNOWN.get(name, ""))
        found.append(Lack(facts[name].label, question, hint))
    return found
