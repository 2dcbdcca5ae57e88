"""The facts that a claim stands on: those kept at the signature, what the directory knows since, what was said since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from toubib.billing.models import FactAnswer
from toubib.billing.settle import VIDEO_CONFIRMED, WAIVED, Act
from toubib.record.enums import VideoFinding
from toubib.record.models import Encounter, EncounterDecision
from toubib.record.queries import video_verdict
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import facts_of_doctor, facts_of_home
from toubib.waiting.questions import COVER_FACTS, LIVES_HERE, QUESTIONS, Question

# Beside the questions of the consulting room: what the operator or the doctor knows of an act that is over
AFTERWARDS = {
    question.fact: question
    for question in (
        Question(VIDEO_CONFIRMED, "", _("La vidéo a-t-elle marché dans les deux sens ?")),
        Question("consent", "", _("Le patient avait-il accepté les soins à distance ?")),
        Question("identified", "", _("L’identité du patient a-t-elle été vérifiée ?")),
        Question("territorial_organisation", "", _("L’acte est-il passé par une organisation territoriale ?")),
        Question("company_agrement", "", _("La société qui emploie le médecin avait-elle son agrément ce jour-là ?")),
    )
}  # fmt: skip
LEAVE_FACTS = frozenset(name for name in QUESTIONS if name.startswith("leave_"))
ASKED = {**{name: one for name, one in QUESTIONS.items() if name not in LEAVE_FACTS}, **AFTERWARDS}
SAID = frozenset({*ASKED, WAIVED})
NOT_FACTS = frozenset({VIDEO_CONFIRMED, WAIVED, LIVES_HERE})
CORRECTABLE = (*COVER_FACTS, LIVES_HERE)


def answers_of(*, encounter: Encounter) -> dict[str, FactAnswer]:
    """By fact, the last answer."""
    rows = FactAnswer.objects.filter(encounter=encounter).order_by("said_at", "id")
    return {row.fact: row for row in rows}


def act_of(*, encounter: Encounter, decision: EncounterDecision) -> Act:
    """Of a signed encounter, with its practitioner and patient at hand."""
    answers = {fact: row.value for fact, row in answers_of(encounter=encounter).items()}
    return Act(
        facts=_facts(encounter, decision, answers),
        answers=answers,
        attestation=encounter.attestation,
        video_measured=_is_measured(encounter),
        secret=encounter.minor_secrecy,
        at=encounter.started_at or encounter.signed_at or encounter.planned_at,
    )


def _is_measured(encounter: Encounter) -> bool:
    """Long enough on both sides; that the two counts differ is no doubt about the picture itself."""
    return video_verdict(encounter=encounter).finding in {VideoFinding.MEASURED, VideoFinding.APART}


def _facts(encounter: Encounter, decision: EncounterDecision, answers: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(decision.facts)
    known = facts_of_doctor(encounter.practitioner)
    facts |= {name: value for name, value in known.items() if facts.get(name) is None}
    facts |= {name: value for name, value in answers.items() if name not in NOT_FACTS}
    if facts.get("patient_ald") is False:
        facts["ald_related"] = False
    if LIVES_HERE in answers:
        rows = Ticket.objects.select_related("place_commune", "place_of_care")
        ticket = rows.filter(encounter=encounter).first()
        home = ticket.place_commune if ticket and answers[LIVES_HERE] else None
        on = timezone.localtime(encounter.started_at or encounter.planned_at)
        place = ticket.place_of_care if ticket else None
        found = facts_of_home(home=home, doctor=encounter.practitioner, on=on, place=place)
        facts |= {name: value for name, value in found.items() if name not in answers}
    return facts
