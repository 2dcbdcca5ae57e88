"""What others printed, beside ours, and where they disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy

LABELS = {
    "teleconsultations_facturees": gettext_lazy("Téléconsultations facturées"), "teleconsultations_facturees_avec_hopital": gettext_lazy("Téléconsultations, hôpital compris"),
    "tc_mg_liberaux": gettext_lazy("Téléconsultations de généralistes libéraux"), "tc_mg_centres_sante": gettext_lazy("Téléconsultations de généralistes en centre de santé"),
    "tc_mg_mois": gettext_lazy("Téléconsultations de généralistes libéraux, par mois"), "part_plateformes": gettext_lazy("Part des sociétés"),
    "part_mg_liberaux": gettext_lazy("Part des généralistes libéraux"), "part_specialistes_liberaux": gettext_lazy("Part des spécialistes libéraux"),
    "part_activite_tc_mg": gettext_lazy("Part de l’activité, généralistes"), "part_activite_tc_psychiatres": gettext_lazy("Part de l’activité, psychiatres"),
    "part_activite_tc_endocrinologues": gettext_lazy("Part de l’activité, endocrinologues"), "part_activite_tc_gynecologues": gettext_lazy("Part de l’activité, gynécologues"),
    "cible_taux_appropriation_mg": gettext_lazy("Cible nationale"), "ald_avec_telesante_6_mois": gettext_lazy("Patients en ALD avec un acte de télésanté, six mois"),
    "telexpertises": gettext_lazy("Télé-expertises"), "remboursement_total": gettext_lazy("Remboursé"),
}  # fmt: skip
PERIODS = {"PPG": gettext_lazy("politiques prioritaires du Gouvernement (PPG)")}


@dataclass(frozen=True)
class Printed:
    name: Any
    period: Any
    value: str
    of: str
    source: str
    disputed: bool


def published_of(document: Mapping[str, Any], keys: tuple[str, ...]) -> list[Printed]:
    """In the order of the document; `disputed`: another source prints another value of the same thing and period."""
    rows = [row for row in document.get("published", []) if row["key"] in keys]
    said = Counter((row["key"], row["period"]) for row in rows)
    return [
        Printed(
            LABELS.get(row["key"], row["key"]), PERIODS.get(row["period"], row["period"]), f"{number_format(row['value'], force_grouping=True)}\u00a0{row['unit']}", _of(row),
            row["source"], said[row["key"], row["period"]] > 1 or "contredit" in row["source"] or "écrit" in row["source"],
        )
        for row in rows
    ]  # fmt: skip


def _of(row: Mapping[str, Any]) -> str:
    """Of whom it is said; "" where the name says it already."""
    return "" if str(LABELS.get(row["key"], "")).lower() == row["of"].lower() else row["of"]
