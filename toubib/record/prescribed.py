"""A line of an ordonnance as plain data, and what it lacks before it may be signed (R. 5132-3 CSP)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from toubib.directory.models import Practitioner
from toubib.nomenclature.queries import Verdict, medicine_of, search_medicines
from toubib.nomenclature.verdicts import judge
from toubib.nomenclature.words import is_nearly, words_of
from toubib.record.enums import NonSubstitutable, SheetKind
from toubib.rulebook.prescription import refused_substances

LONGEST_DAYS = 365  # R. 5132-21 CSP, quoted from memory: twelve months, renewals included
WEIGHED_UNDER = 16
SHORTEST_WORD, MOST_WORDS = 5, 12
NEVER_ON_PAPER = frozenset({"RX.NARCOTIC", "RX.SECURED"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line. A medicine has its `cis`, `text` is then its substances; a free line has `text` alone."""

    text: str
    cis: str = ""
    brand: str = ""
    cip13: str = ""
    form: str = ""
    dose: str = ""
    directions: str = ""
    duration_days: int | None = None
    boxes: int | None = None
    renewals: int = 0
    non_substitutable: str = ""
    ald: bool = False
    allergy: str = ""  # the noted word that this line resembles, and why it is prescribed all the same
    allergy_reason: str = ""

    @property
    def is_medicine(self) -> bool:
        return bool(self.cis)

    @property
    def name(self) -> str:
        """Substance, dose and form; the brand beside, as the page and the list of issued things say it."""
        said = " ".join(part for part in (self.text, self.dose) if part)
        return f"{said}, {self.form}" if self.form else said

    @property
    def reason_kept(self) -> str:
        return str(NonSubstitutable(self.non_substitutable).label) if self.non_substitutable else ""

    def as_kept(self) -> dict[str, Any]:
        return asdict(self)


def item_of(kept: Mapping[str, Any]) -> Item:
    known = {one.name for one in fields(Item)}
    return Item(**{name: value for name, value in kept.items() if name in known})


def lacks_of(item: Item, *, sheet: str) -> list[str]:
    """What this line lacks to be signed, in sentences."""
    if not item.text.strip():
        return [_("Écrivez ce que vous prescrivez.")]
    if sheet != SheetKind.MEDICINES:
        return []
    lacks = []
    if not item.directions.strip():
        lacks.append(_("Écrivez la posologie et le mode d’emploi."))
    if not item.dose.strip():
        lacks.append(_("Écrivez le dosage."))
    if item.duration_days is None and item.boxes is None:
        lacks.append(_("Écrivez la durée, ou le nombre de boîtes."))
    if (item.duration_days or 0) * (item.renewals + 1) > LONGEST_DAYS:
        lacks.append(_("Douze mois au plus, renouvellements compris (R. 5132-21 CSP)."))
    if item.renewals and item.duration_days is None:
        lacks.append(_("Un renouvellement demande une durée."))
    if item.non_substitutable and not item.is_medicine:
        lacks.append(_("« Non substituable » demande un médicament de la liste."))
    return lacks


def reach_lacks(practitioner: Practitioner) -> list[str]:
    """What the head of an ordonnance would lack of its prescriber: where they practise, a phone, an e-mail address. The
    operator's stand in where the directory has none, as `documents.headers` prints them."""
    lacks = []
    if not practitioner.practice_address.strip():
        lacks.append(_("Il manque l’adresse de votre lieu d’exercice."))
    if not (practitioner.practice_phone or settings.OPERATOR_PHONE):
        lacks.append(_("Il manque le téléphone de votre lieu d’exercice."))
    if not (practitioner.practice_email or settings.OPERATOR_EMAIL):
        lacks.append(_("Il manque votre adresse e-mail professionnelle."))
    if lacks:
        lacks.append(
            _(
                "La direction médicale l’écrit à votre fiche, page « Professionnels », « Lieu d’exercice sur les documents »."
            )
        )
    return lacks


def weight_lacks(weight: str) -> str:
    try:
        number = Decimal(weight.strip().replace(",", "."))
    except InvalidOperation:
        return _("Écrivez le poids de l’enfant : une ordonnance de médicaments le porte.")
    if not number.is_finite() or not Decimal("0.3") <= number <= 400:
        return _("Ce poids n’est pas possible. Écrivez-le en kilos.")
    return ""


def verdict_on(item: Item, *, sheet: str, on: date) -> Verdict | None:
    """Why this line may not stand on an ordonnance of ours that day; None where it may, or where nobody knows."""
    if item.is_medicine:
        found = medicine_of(cis=item.cis, on=on)
        return found.found.refused if found else None
    return _refused_words(item.name, everywhere=sheet != SheetKind.MEDICINES, on=on)


def _refused_words(text: str, *, everywhere: bool, on: date) -> Verdict | None:
    """Free words are no way round the list, on no sheet: neither the substance nor a brand of it, nor either with one
    slip. `everywhere`: a sheet of something else, where only what may never stand on paper is refused (« oxygène »,
    « chlorure de sodium » are also devices and dressings). Even « dosage du tramadol » is refused: a net, not a proof."""
    words = list(dict.fromkeys(words_of(text)))
    substances = refused_substances(on=on)
    for word in words:
        meant = next((one for one in sorted(substances) if is_nearly(word, one)), None)
        if meant is not None:
            return _naming(
                word,
                judge(
                    substances=[{"name": meant}],
                    categories=(),
                    conditions_known=False,
                    authorised=True,
                    on=on,
                ),
            )
    for word in [one for one in words if len(one) >= SHORTEST_WORD][:MOST_WORDS]:
        refused = _refused_brand(word, on=on)
        if refused is not None and (not everywhere or refused.code in NEVER_ON_PAPER):
            return _naming(word, refused)
    return None


def _refused_brand(word: str, *, on: date) -> Verdict | None:
    found = search_medicines(text=word, on=on, limit=1)
    if not found or found[0].refused is None:
        return None
    return found[0].refused if is_nearly(word, words_of(found[0].name)[0]) else None


def _naming(word: str, verdict: Verdict) -> Verdict:
    """The doctor reads which word of a line it is."""
    return replace(verdict, text_doctor=f"« {word} » : {verdict.text_doctor}")


def medicine_item(item: Item, *, on: date) -> Item | None:
    """The line with what the list says of its medicine: substance, brand, form, box; None where the list has none."""
    detail = medicine_of(cis=item.cis, on=on)
    if detail is None:
        return None
    found = detail.found
    said = {
        "text": found.inn or found.name,
        "brand": found.name,
        "cip13": found.cip13 or "",
        "form": found.form,
    }
    dose = item.dose.strip() or " + ".join(found.dosages)
    return item_of({**item.as_kept(), **said, "dose": dose})
