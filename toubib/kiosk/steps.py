"""The bar of a machine: six points, whatever the steps of the path are called elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from toubib.ui.steps import Step, build_steps

LABELS = (_("Sécurité"), _("Identité"), _("Motif"), _("Mesures"), _("La file"), _("Médecin"))
# Where each page stands: pages of the machine by name, pages of the path by their place in the path's own bar.
AT = {"phone": 1, "room": 2, "measures": 3}
OF_PATH = {0: 0, 1: 1, 2: 2, 3: 1, 4: 2, 5: 3, 6: 3, 7: 4}


def kiosk_steps(page: str) -> list[Step]:
    return build_steps(labels=[str(label) for label in LABELS], current=AT[page])


def from_path(steps: list[Step]) -> list[Step]:
    """The path's bar, as the machine shows it."""
    current = next((rank for rank, step in enumerate(steps) if step.state == "current"), 0)
    return build_steps(labels=[str(label) for label in LABELS], current=OF_PATH.get(current, 4))
