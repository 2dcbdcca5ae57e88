"""What one does with each kind of device, in words. Which kinds measure, which show, which are heard."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from toubib.directory.enums import Device

CAMERAS = (Device.OTOSCOPE, Device.DERMATOSCOPE, Device.SLIT_LAMP)
SOUNDS = (Device.STETHOSCOPE,)


@dataclass(frozen=True, slots=True)
class Guide:
    """`do`: before and during; `good`, `bad`: the position; `codes`: what it measures, and what may be typed instead."""

    title: str | Promise
    do: str | Promise
    good: str | Promise = ""
    bad: str | Promise = ""
    codes: tuple[str, ...] = ()


GUIDES: dict[Device, Guide] = {
    Device.BLOOD_PRESSURE: Guide(
        _("Votre tension"),
        _("Asseyez-vous, posez le bras sur la table, fermez le brassard. Ne parlez pas."),
        _("Bras posé, à la hauteur du cœur"),
        _("Pas le bras qui pend"),
        ("systolic", "diastolic", "heart_rate"),
    ),
    Device.OXIMETER: Guide(
        _("Votre oxygène"),
        _("Glissez un doigt jusqu’au fond de la pince. Ne bougez plus la main."),
        _("Main chaude et posée, ongle sans vernis"),
        _("Pas la main qui bouge"),
        ("saturation", "heart_rate"),
    ),
    Device.THERMOMETER: Guide(
        _("Votre température"),
        _(
            "Placez le thermomètre sur le front, dans l’oreille ou sous le bras, selon le modèle. Attendez le signal."
        ),
        _("Immobile jusqu’au signal"),
        _("Pas juste après une boisson chaude"),
        ("temperature",),
    ),
    Device.SCALE: Guide(
        _("Votre poids"),
        _("Montez sur la balance, sans chaussures. Restez immobile."),
        _("Les deux pieds au milieu"),
        _("Pas appuyé contre un mur"),
        ("weight",),
    ),
    Device.GLUCOMETER: Guide(
        _("Votre glycémie"),
        _("Lavez vos mains, mettez une bandelette neuve, piquez le bord d’un doigt."),
        _("Une bandelette neuve, un doigt lavé et sec"),
        _("Pas la bandelette d’un autre"),
        ("glucose",),
    ),
    Device.STETHOSCOPE: Guide(
        _("Le stéthoscope"),
        _("Posez-le sur la peau où le médecin le dit. Ne parlez pas, ne bougez pas."),
    ),
    Device.OTOSCOPE: Guide(
        _("L’otoscope"), _("Mettez un embout neuf. Tenez l’otoscope au bord de l’oreille, sans appuyer.")
    ),
    Device.DERMATOSCOPE: Guide(
        _("Le dermatoscope"), _("Posez la lentille à plat sur la peau, où le médecin le dit.")
    ),
    Device.SLIT_LAMP: Guide(
        _("La lampe à fente"), _("Posez le menton et le front. Regardez le point, sans bouger.")
    ),
}
MEASURING = tuple(kind for kind, guide in GUIDES.items() if guide.codes)
EXAMINING = (*CAMERAS, *SOUNDS)
