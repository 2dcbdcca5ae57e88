"""What the conditions of prescription of a medicine mean: sentences of the BDPM → categories of the rule book."""

from __future__ import annotations

from collections.abc import Iterable

from toubib.nomenclature.words import plain

# Beginnings and parts of the sentences as the file writes them, lower case without accents.
SAID = {
    "narcotics": ("stupefiant",),
    "secured": ("ordonnance securisee",),
    "hospital_only": ("reserve a l'usage hospitalier",),
    "professional_use": ("reserve a l'usage professionnel",),
    "hospital": (
        "prescription hospitaliere",
        "prescription reservee aux medecins hospitaliers",
        "prescription reservee aux medecins exercant dans les services hospitaliers",
        "prescription par un medecin exercant dans un etablissement",
    ),
    "initial_hospital": (
        "prescription initiale hospitaliere",
        "premiere administration en milieu hospitalier",
    ),
    "specialists": (
        "prescription reservee",
        "reservee a certains specialistes",
        "reservee aux specialistes",
        "prescription initiale par un medecin exercant",
        "renouvellement de la prescription reserve",
    ),
    "special_monitoring": ("surveillance particuliere",),
}


def categories_of(conditions: Iterable[str]) -> list[str]:
    """Sorted; a sentence that no part fits (« liste I », « limitée à 4 semaines ») restricts nothing here."""
    texts = [plain(condition) for condition in conditions]
    return sorted(
        kind for kind, parts in SAID.items() if any(part in text for text in texts for part in parts)
    )
