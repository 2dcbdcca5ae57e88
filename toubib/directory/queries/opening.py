"""Whether a place of care may open on a day, and every reason why not, for its manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from toubib.directory.checklist import Checklist, Item, checklist_on
from toubib.directory.enums import Device, OrganisationKind, Verdict
from toubib.directory.models import Place, PlaceEvidence
from toubib.directory.queries.hours import are_hours
from toubib.directory.queries.standing import has_agrement


@dataclass(frozen=True, slots=True)
class Reason:
    """`kind`: refusal or warning. `item`: of the checklist, where it is one."""

    code: str
    kind: str
    sentence: str
    item: str = ""


def may_open(*, place: Place, on: date) -> list[Reason]:
    """Every reason, sorted by code; the place may open where none is a refusal."""
    checklist = checklist_on(on=on)
    found = _beside(place, on)
    if checklist is None:
        found.append(
            Reason(
                "PLACE.NO_CHECKLIST", "refusal", _("Aucune liste de contrôle n’est en vigueur ce jour-là.")
            )
        )
    else:
        found += _of_kind(place, checklist)
        seen = last_evidence(place=place, on=on)
        for item in checklist.asked_of(place.kind):
            found += _of_item(place, item, seen.get(item.id))
    return sorted(found, key=lambda one: one.code)


def is_refused(*, place: Place, on: date) -> bool:
    return any(one.kind == "refusal" for one in may_open(place=place, on=on))


def last_evidence(*, place: Place, on: date) -> dict[str, PlaceEvidence]:
    """By item, what was last seen by that day."""
    rows = PlaceEvidence.objects.filter(place=place, seen_on__lte=on).order_by("seen_on", "said_at", "id")
    return {row.item: row for row in rows}


def evidence_of(*, place: Place) -> list[PlaceEvidence]:
    """All that was seen, the latest first."""
    return list(PlaceEvidence.objects.filter(place=place).order_by("-seen_on", "-said_at", "-id"))


def all_places() -> list[Place]:
    """Open or not, by name."""
    return list(Place.objects.select_related("commune", "host", "operator").order_by("name", "id"))


def get_place(*, place_id: UUID) -> Place | None:
    return Place.objects.select_related("commune", "host", "operator").filter(pk=place_id).first()


def _beside(place: Place, on: date) -> list[Reason]:
    found = []
    if not are_hours(place.hours):
        found.append(Reason("PLACE.HOURS", "refusal", _("Les heures d’ouverture ne se lisent pas.")))
    if place.ars_declared_on is None or place.ars_declared_on > on:
        found.append(
            Reason("PLACE.ARS_NOT_DECLARED", "warning", _("La déclaration à l’ARS n’est pas au dossier."))
        )
    is_company = place.operator.kind == OrganisationKind.COMPANY
    if is_company and not has_agrement(organisation=place.operator, on=on):
        sentence = _("La société n’a pas d’agrément ce jour-là : ses consultations ne sont pas remboursées.")
        found.append(Reason("PLACE.NO_AGREMENT", "warning", sentence))
    return found


def _of_kind(place: Place, checklist: Checklist) -> list[Reason]:
    status = checklist.status_of(place.kind)
    if not status:
        sentence = _("La liste de contrôle en vigueur ce jour-là ne dit rien de cette sorte de lieu.")
        return [Reason("PLACE.KIND_UNKNOWN", "refusal", sentence)]
    if status == "forbidden":
        return [Reason("PLACE.KIND_FORBIDDEN", "refusal", checklist.forbidden_sentence)]
    if place.kind in checklist.kinds["sensitive"]:
        return [Reason("PLACE.KIND_SENSITIVE", "warning", checklist.sensitive_sentence)]
    return []


def _of_item(place: Place, item: Item, seen: PlaceEvidence | None) -> list[Reason]:
    found = []
    lacking = [Device(one).label for one in item.devices if one not in place.devices]
    if lacking:
        sentence = _("%(title)s : il manque %(devices)s.") % {
            "title": item.title,
            "devices": ", ".join(map(str, lacking)),
        }
        found.append(Reason(f"PLACE.{item.id}.DEVICES", "refusal", sentence, item.id))
    if seen is None:
        sentence = _("%(title)s : à montrer. %(see)s") % {"title": item.title, "see": item.see}
        found.append(Reason(f"PLACE.{item.id}.UNSEEN", "refusal", sentence, item.id))
    elif seen.verdict != Verdict.MET:
        sentence = _("%(title)s : %(verdict)s. %(words)s") % {
            "title": item.title,
            "verdict": Verdict(seen.verdict).label,
            "words": seen.words,
        }
        found.append(Reason(f"PLACE.{item.id}.NOT_MET", "refusal", sentence.strip(), item.id))
    return found
