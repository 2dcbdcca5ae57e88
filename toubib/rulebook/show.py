"""`toubib rulebook show`: the parameters of a day for people, in French or in English, and as JSON.

Labels and references are data, in French; all around them is in the language asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from toubib.rulebook.parameters import Alternative, Parameter
from toubib.rulebook.unread import UNREAD

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
SUBJECTS = {
    "reimbursement": ("Quand une téléconsultation est remboursée", "When a teleconsultation is reimbursed"),
    "shares": ("Qui paie quelle part", "Who pays which share"),
    "tariffs": ("Tarifs", "Tariffs"),
    "sick_leave": ("Arrêt de travail", "Sick leave"),
    "cap": ("Plafond d’actes à distance", "Cap on remote acts"),
    "tele_expertise": ("Télé-expertise", "Tele-expertise"),
    "classification": ("De quel acte s’agit-il ?", "Which act is it?"),
    "zones": ("Zones", "Zones"),
    "subscription": ("Abonnements", "Subscriptions"),
    "documents": ("Identité, ordonnances, agréments", "Identity, prescriptions, approvals"),
    "prescription": ("Médicaments prescrits à distance", "Medicines prescribed remotely"),
    "retention": ("Combien de temps les données sont gardées", "How long data is kept"),
    "platform": ("Choix de Toubib, pas de la loi", "Choices of Toubib, not of the law"),
}
UNITS = {
    "acts": ("actes", "acts"),
    "age": ("ans", "years of age"),
    "communes": ("communes", "communes"),
    "consultations": ("consultations", "consultations"),
    "days": ("jours", "days"),
    "minutes": ("minutes", "minutes"),
    "months": ("mois", "months"),
    "requests": ("demandes", "requests"),
    "seconds": ("secondes", "seconds"),
    "tests": ("essais", "tests"),
    "years": ("ans", "years"),
}
WORDS = {
    "head": ("En vigueur le {on}", "In force on {on}"),
    "none": ("Aucun paramètre n’est en vigueur le {on}.", "No parameter is in force on {on}."),
    "row": ("  {id} = {value}, depuis le {day}{marks}", "  {id} = {value}, since {day}{marks}"),
    "contested": ("contesté", "contested"),
    "unverified": ("non vérifié", "unverified"),
    "unread": ("pour information : aucune règle ne le lit encore", "for information: no rule reads it yet"),
    "foot": (
        "Paramètres : {count} ; contestés ou non vérifiés : {doubtful} ; qu’aucune règle ne lit encore : {unread}.",
        "Parameters: {count}; contested or unverified: {doubtful}; that no rule reads yet: {unread}.",
    ),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
    "nothing": ("rien", "nothing"),
}


def lines_of(rows: Sequence[Parameter], *, on: date, language: str) -> list[str]:
    """By subject; each parameter on a line, its label and reference on the next."""
    if not rows:
        return [_say("none", language).format(on=on)]
    lines = [_say("head", language).format(on=on)]
    order = [*SUBJECTS, *sorted({row.subject for row in rows} - set(SUBJECTS))]
    for subject in order:
        of_it = [row for row in rows if row.subject == subject]
        if of_it:
            lines += ["", _in(SUBJECTS.get(subject, (subject, subject)), language).upper()]
            lines += [line for row in of_it for line in _row(row, language)]
    foot = _say("foot", language).format(
        count=len(rows),
        doubtful=sum(not row.verified for row in rows),
        unread=sum(row.id in UNREAD for row in rows),
    )
    return [*lines, "", foot]


def as_json(row: Parameter) -> dict[str, Any]:
    return {
        "id": row.id,
        "value": row.value,
        "unit": row.unit,
        "from": row.starts.isoformat(),
        "to": _iso(row.ends),
        "reference": row.reference,
        "confidence": row.confidence,
        "contested": row.contested,
        "verified": row.verified,
        "alternatives": [_alternative(one) for one in row.alternatives],
    }


def _alternative(one: Alternative) -> dict[str, Any]:
    said = {"value": one.value, "from": _iso(one.starts), "to": _iso(one.ends), "source": one.source}
    return {**said, "note": one.note or None}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _row(row: Parameter, language: str) -> list[str]:
    doubts = (("contested", row.contested), ("unverified", not row.verified), ("unread", row.id in UNREAD))
    marks = [_say(word, language) for word, here in doubts if here]
    shown = f"  [{', '.join(marks)}]" if marks else ""
    head = _say("row", language).format(id=row.id, value=_value(row, language), day=row.starts, marks=shown)
    return [head, f"      {row.label}. {row.reference}"]


def _value(row: Parameter, language: str) -> str:
    value = row.value
    if isinstance(value, bool):
        return _say("yes" if value else "no", language)
    if isinstance(value, tuple):
        return ", ".join(value) or _say("nothing", language)
    if isinstance(value, str):
        return value
    if row.unit in ("EUR", "coefficient_EUR"):
        return f"{value:.2f}".replace(".", ",") + " €" if language == FRENCH else f"{value:.2f} EUR"
    if row.unit == "ratio":
        share = format((Decimal(str(value)) * 100).normalize(), "f")
        return f"{share.replace('.', ',')} %" if language == FRENCH else f"{share}%"
    return f"{value} {_in(UNITS[row.unit], language)}"


def _say(word: str, language: str) -> str:
    return _in(WORDS[word], language)


def _in(pair: tuple[str, str], language: str) -> str:
    return pair[LANGUAGES.index(language)]
