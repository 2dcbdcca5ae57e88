"""The receipt of a line, as the content of a document. French, whatever the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from toubib.billing.models import ClaimLine
from toubib.billing.settle import BY_PLAN, amount_of
from toubib.documents.contents import Receipt, ReceiptLine
from toubib.ui.formats import say_euros

LEFT_OUT = frozenset({"PRICE.ESTIMATE", "CLAIM.THIRD_PARTY"})  # the paper says both in its own place


def receipt_of(line: ClaimLine) -> Receipt:
    """Toubib takes no money: the paper says what is advanced outside it, and who pays it back."""
    return Receipt(
        lines=(ReceiptLine(label=_label(line), cents=line.total_cents, code=line.code),),
        amo_cents=line.amo_cents,
        amc_cents=line.amc_cents,
        public_cents=line.public_cents,
        plan_cents=line.plan_cents,
        patient_cents=line.patient_cents,
        paid_how=_how(line),
        third_party=line.third_party,
        estimate=line.funding not in BY_PLAN,
        why=tuple(one["text_patient"] for one in line.said["reasons"] if one["code"] not in LEFT_OUT),
    )


def _label(line: ClaimLine) -> str:
    addons = line.said.get("addons") or []
    more = _(", majorations %(codes)s") % {"codes": ", ".join(addons)} if addons else ""
    return _("Téléconsultation") + more


def _how(line: ClaimLine) -> str:
    if line.plan_cents:
        return _("Votre contrat règle l’acte. Vous n’avez rien à avancer.")
    if not line.due_now_cents:
        later = _(" Votre caisse retient %(amount)s plus tard.") % {"amount": _say(line.patient_cents)}
        return _("Vous n’avez rien à avancer.") + (later if line.patient_cents else "")
    due = {"amount": _say(line.due_now_cents)}
    if line.third_party or not line.amo_cents:
        return _("À régler, hors de Toubib : %(amount)s.") % due
    advanced = _("À avancer, hors de Toubib : %(amount)s.") % due
    back = _(" L’Assurance maladie rembourse ensuite %(amount)s") % {"amount": _say(line.amo_cents)}
    more = _(", votre complémentaire %(amount)s si vous en avez une") % {"amount": _say(line.amc_cents)}
    return advanced + back + (more if line.amc_cents else "") + "."


def _say(cents: int) -> str:
    return say_euros(amount_of(cents))
