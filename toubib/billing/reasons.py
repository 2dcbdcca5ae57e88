"""Why a line is held, or why nothing is owed: what billing itself says, beside the reasons of the rule book.

A code never changes its meaning. Kept with the line in French, as the reasons of the rule book are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Said:
    """A reason in two sentences."""

    code: str
    kind: str
    patient: Any
    doctor: Any
    reference: str = ""

    def as_kept(self) -> dict[str, str]:
        return {
            "code": self.code,
            "kind": self.kind,
            "text_patient": str(self.patient),
            "text_doctor": str(self.doctor),
            "reference": self.reference,
        }


RULE_UNDETERMINED = Said(
    "CLAIM.RULE_UNDETERMINED",
    "warning",
    _("Il manque un fait pour dire qui paie. Vous n’avez rien à faire ni à régler en attendant."),
    _("La règle ne se prononce pas : il manque un fait. La ligne attend ; le soin n’attend pas."),
)
VIDEO_NOT_MEASURED = Said(
    "CLAIM.VIDEO_NOT_MEASURED",
    "warning",
    _(
        "Les deux appareils n’ont pas mesuré de vidéo. Le médecin confirme ce qu’il en est ; rien n’est à régler."
    ),
    _("Vidéo attestée, mais non mesurée par les deux navigateurs : confirmez-la ou dites que rien n’est dû."),
)
MINOR_SECRECY = Said(
    "CLAIM.MINOR_SECRECY",
    "warning",
    _("Vous avez demandé le secret : rien n’est transmis, et aucun détail du prix n’est fait."),
    _(
        "Secret demandé par un mineur : le relevé de la caisse irait à l’assuré. La ligne ne part dans aucun fichier."
    ),
    "CSP, art. L. 1111-5",
)
NO_LIVE_VIDEO = Said(
    "CLAIM.NO_LIVE_VIDEO",
    "ok",
    _("La vidéo n’a pas marché dans les deux sens. Rien n’est dû."),
    _("Pas de vidéo dans les deux sens : rien n’est facturé."),
)
WAIVED = Said(
    "CLAIM.WAIVED",
    "ok",
    _("Rien ne vous est demandé pour cette consultation."),
    _("Renoncé : rien n’est facturé pour cet acte."),
)
NOT_AN_ACT = Said(
    "CLAIM.NOT_AN_ACT",
    "ok",
    _("Cet échange n’a pas de tarif. Rien n’est dû."),
    _("Aucun tarif ne s’applique à cet échange."),
)
PLAN_PAYS = Said(
    "CLAIM.PLAN_PAYS",
    "ok",
    _("Votre contrat paie cet acte à votre place. L’Assurance maladie n’y prend pas part."),
    _("Payé par le contrat du patient : aucune demande à l’Assurance maladie."),
)
THIRD_PARTY = Said(
    "CLAIM.THIRD_PARTY",
    "ok",
    _("Tiers payant : vous n’avancez pas la part de l’Assurance maladie."),
    _("Tiers payant obligatoire."),
    "CSS, art. L. 161-36-3 et suivants",
)
ALL = {
    one.code: one
    for one in (
        RULE_UNDETERMINED, VIDEO_NOT_MEASURED, MINOR_SECRECY, NO_LIVE_VIDEO, WAIVED, NOT_AN_ACT, PLAN_PAYS, THIRD_PARTY,
    )
}  # fmt: skip
