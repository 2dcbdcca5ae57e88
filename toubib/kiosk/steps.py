"""The bar of a machine, in the order in which its pages come, whatever the steps of the path are called elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from toubib.ui.steps import Step, build_steps

LABELS = (_("Sécurité"), _("Contact"), _("Motif"), _("Identité"), _("Santé"), _("La file"), _("Médecin"))
# Where each page stands: pages of the machine by name, pages of the path by their place in the path's own bar.
AT = {"phone": 1, "code": 1, "room": 4, "measures": 4}
OF_PATH = {0: 0, 1: 2, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4, 7: 5}


def kiosk_steps(page: str) -> list[Step]:
    return build_steps(labels=[str(label) for label in LABELS], current=AT[page])


def from_path(steps: list[Step]) -> list[Step]:
    """The path's bar, as the machine shows it."""
    current = next((rank for rank, step in enumerate(steps) if step.state == "current"), 0)
    return build_steps(labels=[str(label) for label in LABELS], current=OF_PATH.get(current, 5))
