"""Small files of our own in the layouts of the publishers: invented communes, real spellings of headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from toubib.ground.tests.books import write_book

COG = """TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT
COM,12901,76,12,12D,121,0,VALBRUNE,Valbrune,Valbrune,1298,
COM,12902,76,12,12D,121,0,SAINT ORENS,Saint-Orens,Saint-Orens-le-Vieux,1298,
COMD,12903,,,,,0,HAMEAU,Hameau,Hameau,,12901
ARM,12904,76,12,12D,121,0,VALBRUNE ARR,Valbrune 1er,Valbrune 1er Arrondissement,,12901
"""
ETALAB = """[
{"code":"12901","nom":"Valbrune","zone":"metro","departement":"12","region":"76","type":"commune-actuelle",
 "codesPostaux":["12990","12991"],"population":4200},
{"code":"2A900","nom":"Œuillac","departement":"2A","region":"94","type":"commune-actuelle","codesPostaux":["20990"]},
{"code":"12905","nom":"Délégué","type":"commune-deleguee","chefLieu":"12901"}
]"""
ZONAGE_HEADER = ("Code de la région", "Libellé de la région", "Code du territoire de vie-santé",
                 "Libellé du territoire de vie-santé", "Code de la commune", "Libellé de la commune",
                 "Qualification nationale issue de la concertation de 2017",
                 "Qualification attribuée par l'arrêté régional", "Population totale (2016)")  # fmt: skip
APL_HEADER = ("Code commune INSEE", "Commune", "APL aux médecins généralistes",
              "APL aux médecins généralistes de 65 ans et moins", "APL aux médecins généralistes de 62 ans et moins",
              "APL aux médecins généralistes de 60 ans et moins",
              "Population standardisée 2023 pour la médecine générale", "Population totale 2023")  # fmt: skip


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def zonage_row(code: object, zone: str) -> tuple[object, ...]:
    return ("76", "Occitanie", "12901", "Valbrune", code, "Commune", zone, zone, 4200)


def write_zonage(folder: Path, *rows: tuple[object, str], name: str = "Zonage_medecin_20250516.xlsx") -> Path:
    notes = [("Zonage médecins généralistes",), (), ZONAGE_HEADER]
    sheets = {"Lisez-moi": [("note",)], "Zonage_communes": [*notes, *(zonage_row(*row) for row in rows)]}
    return write_book(folder / name, sheets)


def write_apl(folder: Path, years: dict[int, Sequence[Sequence[object]]]) -> Path:
    notes = [(f"note {n}",) for n in range(8)]
    units = ("", "", "consultations par habitant", "", "", "", "habitants", "habitants")
    sheets = {f"APL {year}": [*notes, APL_HEADER, units, *rows] for year, rows in years.items()}
    return write_book(folder / "apl.xlsx", sheets)
