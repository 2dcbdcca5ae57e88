"""Small lists in the official layouts: invented medicines, one for each thing that must be told apart."""

from datetime import UTC, date, datetime

from toubib.nomenclature.bdpm import BOXES, CONDITIONS, GROUPS, MEDICINES, SUBSTANCES, check_digit
from toubib.nomenclature.operations import import_bdpm, import_cim10

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 7, 24)
SIGNED = "prescription sur ordonnance sécurisée"


def cip(number):
    """An invented CIP13, its check digit right."""
    start = f"340099991{number:03d}"
    return start + check_digit(start)


def medicine(
    cis, name, *, form="comprimé", status="Autorisation active", sale="Commercialisée", watched="Non"
):
    return [
        cis,
        name,
        form,
        "orale",
        status,
        "Procédure nationale",
        sale,
        "12/03/1998",
        "",
        "",
        " LABO",
        watched,
    ]


def box(cis, number, *, label="boîte de 8", state="Déclaration de commercialisation", rate="65%"):
    code = cip(number)
    row = [cis, code[5:12], label, "Présentation active", state, "16/03/2011", code, "oui", rate]
    return [*row, "24,34", "25,36", "1,02", ""]


def substance(cis, name, *, dose="500,00 mg", kind="SA", link="1"):
    return [cis, "comprimé", "02202", name, dose, "un comprimé", kind, link]


def small_bdpm():
    """The rows of a folder, by file; a test changes what it is about."""
    return {
        MEDICINES: [
            medicine("90000001", "DOLIDEMO 500 mg, comprimé"),
            medicine("90000002", "PARACÉTAMOL DÉMO 500 mg, comprimé", watched="Oui"),
            medicine("90000003", "PARACÉTAMOL ANCIEN 500 mg, comprimé", sale="Non commercialisée"),
            medicine("90000004", "DUODEMO 500 mg/30 mg, comprimé"),
            medicine("90000005", "HOPIDEMO 10 mg/ml, solution", form="solution"),
            medicine("90000006", "RETIRDEMO 10 mg, gélule", status="Autorisation abrogée"),
        ],
        BOXES: [
            box("90000001", 1, label="boîte de 16", state="Déclaration d'arrêt de commercialisation"),
            box("90000001", 2),
            box("90000002", 3, rate="65 %"),
            box("90000004", 4),
            box("99999999", 5),
        ],
        SUBSTANCES: [
            substance("90000001", "PARACÉTAMOL"),
            substance("90000002", "PARACÉTAMOL"),
            substance("90000003", "PARACÉTAMOL"),
            substance("90000004", "PARACÉTAMOL"),
            substance("90000004", "PHOSPHATE DE CODÉINE HÉMIHYDRATÉ", dose="30 mg", link="2"),
            substance("90000004", "CODÉINE ANHYDRE", dose="22,00 mg", kind="FT", link="2"),
            substance("90000005", "PROPOFOL", dose="10 mg"),
            substance("90000006", "OUBLIÉ", dose="10 mg"),
        ],
        GROUPS: [
            ["7", "PARACETAMOL 500 mg", "90000001", "0", "1"],
            ["7", "PARACETAMOL 500 mg", "90000002", "1", "2"],
            ["8", "PARACETAMOL 500 mg autre", "90000002", "4", "2"],
        ],
        CONDITIONS: [
            ["90000004", "liste I"],
            ["90000004", SIGNED],
            ["90000005", "réservé à l'usage HOSPITALIER"],
        ],
    }


def write_folder(folder, rows, *, encoding="cp1252"):
    folder.mkdir(exist_ok=True)
    for name, lines in rows.items():
        text = "".join("\t".join(cells) + "\r\n" for cells in lines)
        (folder / name).write_bytes(text.encode(encoding))
    return folder


def take_in(folder, rows=None, *, now=NOW, **more):
    return import_bdpm(folder=write_folder(folder, rows or small_bdpm(), **more), files_on=DAY, now=now)


CODES = """A09|3|NNNN|3|GASTRO-ENTERITE|Autres gastroentérites et colites
A099|0|NOOO|0|GASTRO-ENTERITE|Gastroentérites et colites d'origine non précisée
J209|0|NOOO|0|BRONCHITE AIGUE, SAI|Bronchite aiguë, sans précision
J40|0|NOOO|0|BRONCHITE, SAI|Bronchite, non précisée comme aiguë ou chronique
"""


def take_in_codes(folder, text=CODES, *, name="LIBCIM10MULTI.TXT", encoding="cp1252", now=NOW):
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return import_cim10(file=file, files_on=DAY, now=now)
