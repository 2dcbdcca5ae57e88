"""The files of the Base de données publique des médicaments (ANSM, HAS, Cnam; Licence Ouverte 2.0), put together.

Layouts as published on base-donnees-publique.medicaments.gouv.fr: tabs, no header, Windows-1252 or UTF-8 by file.
Files of different days name medicines that the others no longer know: those lines are checked, counted and left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toubib.nomenclature.conditions import categories_of
from toubib.nomenclature.enums import GroupPlace
from toubib.nomenclature.lines import Line, read_lines
from toubib.nomenclature.models import Medicine, Presentation

VERSION = "bdpm 1"  # changes when the same files would be read otherwise
MEDICINES = "CIS_bdpm.txt"
BOXES = "CIS_CIP_bdpm.txt"
SUBSTANCES = "CIS_COMPO_bdpm.txt"
GROUPS = "CIS_GENER_bdpm.txt"
CONDITIONS = "CIS_CPD_bdpm.txt"
REQUIRED = (MEDICINES, BOXES, SUBSTANCES, GROUPS)
FIELDS = {
    MEDICINES: (
        "cis", "name", "form", "routes", "status", "procedure", "marketing", "authorised_on", "alert",
        "european_number", "holder", "watched",
    ),
    BOXES: (
        "cis", "cip7", "label", "status", "marketing", "marketed_on", "cip13", "hospitals", "rate", "price",
        "public_price", "fee", "grounds",
    ),
    SUBSTANCES: ("cis", "element", "substance", "name", "dose", "per", "kind", "link"),
    GROUPS: ("group", "label", "cis", "place", "order"),
    CONDITIONS: ("cis", "condition"),
}  # fmt: skip
ON_SALE = {"Commercialisée": True, "Non commercialisée": False}
YES = {"Oui": True, "Non": False}
AGREED = {"oui": True, "non": False, "": False, "inconnu": False}
KINDS = {
    "SA": False,
    "FT": True,
    "ST": True,
}  # active substance; the part of it that acts, by which it is prescribed
PLACES = {str(place.value): place for place in GroupPlace}
WATER = re.compile(r"\s+(?:anhydre|base|(?:mono|di|tri|tétra|penta|hexa|hémi|sesqui)?hydratée?)$")
ROUND = re.compile(r"(\d),0+(?=\D|$)")


@dataclass(slots=True)
class Gathered:
    """Everything of one folder, whole, before anything is written."""

    medicines: dict[str, Medicine] = field(default_factory=dict)
    boxes: dict[str, Presentation] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    has_conditions: bool = False


def gather(folder: Path) -> Gathered:
    """Reads and checks a folder. Raises BadList at the first line that does not fit."""
    found = Gathered()
    for line in read_lines(folder / MEDICINES, FIELDS[MEDICINES]):
        _add_medicine(found, line)
    for line in _known(found, folder / BOXES, "boxes"):
        _add_box(found, line)
    for line in _known(found, folder / SUBSTANCES, "substances"):
        _add_substance(found, line)
    for line in _known(found, folder / GROUPS, "group_places"):
        _add_group(found, line)
    if (folder / CONDITIONS).exists():
        found.has_conditions = True
        for line in _known(found, folder / CONDITIONS, "conditions"):
            found.medicines[line.cells["cis"].strip()].conditions.append(line.text("condition", 1000))
    for medicine in found.medicines.values():
        _finish(medicine)
    _mark_known_conditions(found)
    found.counts["medicines"] = len(found.medicines)
    found.counts["on_sale"] = sum(one.is_marketed for one in found.medicines.values())
    return found


def _known(found: Gathered, path: Path, name: str) -> Iterator[Line]:
    """Lines of a medicine of CIS_bdpm.txt, counted; the others are counted apart."""
    for line in read_lines(path, FIELDS[path.name]):
        if line.digits("cis", 8) in found.medicines:
            found.counts[name] += 1
            yield line
        else:
            found.counts["lines_of_unknown_medicines"] += 1


def _add_medicine(found: Gathered, line: Line) -> None:
    cis = line.digits("cis", 8)
    if cis in found.medicines:
        raise line.refuse("cis", f"{cis} stands there twice")
    status = line.text("status", 60)
    found.medicines[cis] = Medicine(
        cis=cis,
        name=" ".join(line.text("name", 400).split()),
        form=line.text("form", 300, may_be_empty=True),
        routes=[route.strip() for route in line.cells["routes"].split(";") if route.strip()],
        status=status,
        is_authorised=status == "Autorisation active",
        is_marketed=line.one_of("marketing", ON_SALE),
        authorised_on=line.day("authorised_on"),
        holder=line.text("holder", 200, may_be_empty=True),
        is_watched=line.one_of("watched", YES),
        substances=[],
        conditions=[],
    )


def _add_box(found: Gathered, line: Line) -> None:
    cip13 = line.digits("cip13", 13)
    if check_digit(cip13[:12]) != cip13[12]:
        raise line.refuse("cip13", f"{cip13}: the check digit is wrong")
    if cip13 in found.boxes:
        raise line.refuse("cip13", f"{cip13} stands there twice")
    medicine = found.medicines[line.digits("cis", 8)]
    box = Presentation(
        medicine=medicine,
        cip7=line.digits("cip7", 7),
        cip13=cip13,
        label=line.text("label"),
        is_active=line.text("status") == "Présentation active",
        is_marketed=line.text("marketing") == "Déclaration de commercialisation",
        marketed_on=line.day("marketed_on"),
        is_for_hospitals=line.one_of("hospitals", AGREED),
        rate=line.text("rate", 20, may_be_empty=True).replace(" ", ""),
    )
    found.boxes[cip13] = box
    main = found.boxes.get(medicine.main_cip13)
    if main is None or (box.is_active, box.is_marketed) > (main.is_active, main.is_marketed):
        medicine.main_cip13 = cip13


def _add_substance(found: Gathered, line: Line) -> None:
    row: dict[str, Any] = {
        "code": line.text("substance", 12),
        "name": " ".join(line.text("name", 300).split()),
        "dose": said_dose(line.text("dose", 300, may_be_empty=True)),
        "per": line.text("per", 400, may_be_empty=True),
        "acts": line.one_of("kind", KINDS),
        "link": line.text("link", 6),
    }
    rows = found.medicines[line.digits("cis", 8)].substances
    if row not in rows:
        rows.append(row)


def _add_group(found: Gathered, line: Line) -> None:
    """A medicine may stand in several groups (one by dose): the first is kept."""
    medicine = found.medicines[line.digits("cis", 8)]
    code, place = line.text("group", 12), line.one_of("place", PLACES)
    if not medicine.group_code:
        medicine.group_code, medicine.group_place = code, place
        medicine.group_label = line.text("label")


def _finish(medicine: Medicine) -> None:
    """By which substances it is prescribed: of each link, the part that acts where the file names it."""
    rows = medicine.substances
    named = {row["link"] for row in rows if row["acts"]}
    for row in rows:
        row["is_inn"] = row.pop("acts") or row["link"] not in named
        row["inn"] = said_inn(row["name"])
    names = dict.fromkeys(
        row["inn"] for row in sorted(rows, key=lambda row: row["link"].zfill(6)) if row["is_inn"]
    )
    medicine.inn = " + ".join(names)
    medicine.conditions = list(dict.fromkeys(medicine.conditions))
    medicine.categories = categories_of(medicine.conditions)


def _mark_known_conditions(found: Gathered) -> None:
    """A medicine that the file of conditions does not name has none, unless it is younger than all those named there:
    the file may be older than the medicine, and nobody knows."""
    named = [one for one in found.medicines.values() if one.conditions]
    last = max((one.authorised_on for one in named if one.authorised_on), default=None)
    for one in found.medicines.values():
        told = last is not None and one.authorised_on is not None and one.authorised_on <= last
        one.conditions_known = bool(one.conditions) or told
    found.counts["medicines_of_unknown_conditions"] = sum(
        not one.conditions_known for one in found.medicines.values()
    )


def said_inn(name: str) -> str:
    """« AMOXICILLINE TRIHYDRATÉE » → « amoxicilline »: as one prescribes, without the water."""
    return WATER.sub("", name.lower().strip()) or name.lower()


def said_dose(dose: str) -> str:
    """« 1,00 mg » → « 1 mg »."""
    return ROUND.sub(r"\1", " ".join(dose.split()))


def check_digit(digits: str) -> str:
    """Of a GTIN-13."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)
