"""Published lists come in whole or not at all, and answer for their day."""

from datetime import date, timedelta

import pytest

from toubib.ground.tables import BadTable
from toubib.territory.enums import ListKind
from toubib.territory.models import Accessibility, Commune, TerritoryImport, Zone
from toubib.territory.operations import import_list, load_shipped_communes
from toubib.territory.queries import accessibility_of, is_referenced, neighbours_of, organisations_of, zone_of
from toubib.territory.tests import files
from toubib.territory.tests.factories import NOW, make_commune, make_samu

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2025, 5, 16), date(2026, 3, 1)


def take_in(kind: ListKind, file, on: date = DAY, **more):
    return import_list(kind=kind, file=file, files_on=on, now=NOW, **more)


def said(commune: Commune) -> tuple:
    commune.refresh_from_db()
    return (commune.name, commune.departement, commune.region, commune.population, commune.postal_codes)


def test_communes_of_insee_keep_what_the_file_does_not_say(tmp_path):
    samu = make_samu(departement="12")
    known = make_commune(
        code_insee="12901", name="Valbrune-Ancien", postal_codes=["12990"], population=4200, samu=None
    )
    done = take_in(ListKind.COMMUNES, files.write(tmp_path, "v_commune_2026.csv", files.COG))
    assert done.row.counts == {"communes": 3, "new": 2, "gone": 0}
    assert said(known) == ("Valbrune", "12", "76", 4200, ["12990"])
    assert known.samu == samu
    new = Commune.objects.get(code_insee="12904")
    assert (new.name, new.part_of, new.lat, new.samu) == ("Valbrune 1er Arrondissement", "12901", None, samu)


def test_communes_of_the_package_and_a_later_year(tmp_path):
    by_hand = make_commune(code_insee="12999", name="Par main")
    take_in(ListKind.COMMUNES, files.write(tmp_path, "communes.json", files.ETALAB))
    corse = Commune.objects.get(code_insee="2A900")
    assert said(corse) == ("Œuillac", "2A", "94", None, ["20990"])
    done = take_in(
        ListKind.COMMUNES, files.write(tmp_path, "v.csv", files.COG.replace("12901,76", "12906,76")), on=NEXT
    )
    assert done.row.counts == {"communes": 3, "new": 3, "gone": 1}
    gone = dict(Commune.objects.values_list("code_insee", "gone_on"))
    assert gone == {"12999": None, "2A900": None, "12901": NEXT, "12902": None, "12904": None, "12906": None}
    by_hand.refresh_from_db()
    assert by_hand.gone_on is None


def test_the_same_file_twice_writes_nothing_more(tmp_path):
    file = files.write(tmp_path, "communes.json", files.ETALAB)
    assert [take_in(ListKind.COMMUNES, file).is_new for _ in range(2)] == [True, False]
    assert TerritoryImport.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("COM,LIBELLE\n12901,Valbrune\n12901,Encore\n", "3: code: 12901 a second time"),
        ("COM,LIBELLE\n1290X,Valbrune\n", "2: code: '1290X' is not an INSEE code of a commune"),
        ("COM,LIBELLE\n12901,\n", "2: name: empty"),
        ("COM,NOM DE RIEN\n12901,x\n", "1: name: no such column: 'libelle' or 'nom' or 'name'"),
        ("COM,LIBELLE,LAT\n12901,Valbrune,quarante\n", "2: lat: 'quarante' is not a number"),
        ("COM,LIBELLE,LAT\n12901,Valbrune,440\n", "2: lat: 440.0 is no angle"),
        ("COM,LIBELLE,POPULATION\n12901,Valbrune,nan\n", "2: population: 'nan' is not a number"),
        ("COM,LIBELLE,POSTAL_CODES\n12901,Valbrune,1299\n", "2: postal_codes: '1299' is not a code"),
        ("TYPECOM,COM,LIBELLE\nXXX,12901,Valbrune\n", "2: type: 'XXX' is none of 'COM', "),
        ("COM,LIBELLE\n", "0: -: no row"),
        ("", "1: code: no such column"),
        ("\0", "1: -: a null character: not a text file"),
    ],
)
def test_a_bad_list_of_communes_is_one_line_and_changes_nothing(tmp_path, text, message):
    make_commune()
    before = list(Commune.objects.values())
    file = files.write(tmp_path, "communes.csv", text)
    with pytest.raises(BadTable) as refused:
        take_in(ListKind.COMMUNES, file)
    assert str(refused.value).startswith(f"{file}:{message}")
    assert (list(Commune.objects.values()), TerritoryImport.objects.count()) == (before, 0)


@pytest.mark.parametrize("name", ["not-there.csv", "not-there.xlsx", "not-there.json"])
def test_a_file_that_is_not_there_is_a_bad_list(tmp_path, name):
    with pytest.raises(BadTable, match="cannot be read"):
        take_in(ListKind.COMMUNES, tmp_path / name)


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.json", "broken.csv.gz"])
def test_a_broken_file_is_a_bad_list(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 not whole")
    with pytest.raises(BadTable):
        take_in(ListKind.COMMUNES, tmp_path / name)


def test_zonage_of_the_workbook_answers_for_its_day(tmp_path):
    communes = [make_commune(code_insee=f"1290{n}", name=f"C{n}") for n in range(1, 6)]
    file = files.write_zonage(
        tmp_path, (12901, "ZIP"), ("12902", "ZAC"), ("12903", "ZV"), ("12904", "HV"), ("99001", "ZIP")
    )
    done = take_in(ListKind.ZONAGE, file, arrete="arrêté d’essai")
    assert (done.row.counts, done.unknown) == (
        {"ZIP": 1, "ZAC": 1, "ZV": 1, "none": 1, "unknown": 0},
        ("99001",),
    )
    assert [zone_of(commune_id=one.id, on=DAY) for one in communes] == ["ZIP", "ZAC", "ZV", "none", None]
    assert zone_of(commune_id=communes[0].id, on=DAY - timedelta(days=1)) is None
    assert Zone.objects.values_list("arrete", "label").get(commune=communes[3]) == ("arrêté d’essai", "HV")


def test_zonage_ends_the_one_before_and_not_the_one_after(tmp_path):
    one, two = (make_commune(code_insee=code, name=code) for code in ("12901", "12902"))
    csv = "code_insee,nom,departement,zonage_mg\n12901,a,12,{}\n12902,b,12,{}\n"
    later = files.write(tmp_path, "later.csv", csv.format("3_HZ", "4_ZAR"))
    take_in(ListKind.ZONAGE, later, on=NEXT)
    take_in(ListKind.ZONAGE, files.write(tmp_path, "first.csv", csv.format("1_ZIP", "2_ZAC")))
    unknown = files.write(tmp_path, "unknown.csv", csv.format("N/A", "ZV"))
    take_in(ListKind.ZONAGE, unknown, on=date(2026, 9, 1))
    days = [DAY, NEXT - timedelta(days=1), NEXT, date(2026, 8, 31), date(2026, 9, 1)]
    assert [zone_of(commune_id=one.id, on=on) for on in days] == ["ZIP", "ZIP", "none", "none", None]
    assert [zone_of(commune_id=two.id, on=on) for on in days] == ["ZAC", "ZAC", "none", "none", "ZV"]
    assert [label for (label,) in Zone.objects.order_by("label").values_list("label")] == [
        "1_ZIP", "2_ZAC", "3_HZ", "4_ZAR", "ZV"]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("12901,ZIP\n12901,ZAC", "3: zone: 12901 has another zone above"),
        ("12901,Z9", "2: zone: 'Z9' is no zone that we know"),
    ],
)
def test_a_bad_zonage_changes_nothing(tmp_path, rows, message):
    make_commune(code_insee="12901")
    file = files.write(tmp_path, "zonage.csv", f"code_insee,zonage\n{rows}\n")
    with pytest.raises(BadTable) as refused:
        take_in(ListKind.ZONAGE, file)
    assert (str(refused.value), Zone.objects.count()) == (f"{file}:{message}", 0)


def test_apl_of_the_workbook_by_year(tmp_path):
    commune = make_commune(code_insee="01234", departement="01")
    row = ("01234", "Essai", 3.72, 3.1, 2.9, 2.5, 1000.5, 1100)
    notes = ("", "Source : essai", "", "", "", "", "", "")
    file = files.write_apl(tmp_path, {2023: [(*row[:2], 3.9, *row[3:])], 2024: [row, notes]})
    assert take_in(ListKind.APL, file).row.counts == {"APL 2023": 1, "APL 2024": 1}
    found = [accessibility_of(commune_id=commune.id, on=date(year, 6, 1)) for year in (2022, 2023, 2026)]
    assert [one and (one.year, one.apl, one.apl_65, one.standardised_population, one.population) for one in found] == [
        None, (2023, 3.9, 3.1, 1000.5, 1100), (2024, 3.72, 3.1, 1000.5, 1100)]  # fmt: skip
    corrected = files.write_apl(tmp_path, {2024: [(*row[:2], "3,5", *row[3:])]})
    take_in(ListKind.APL, corrected)
    assert dict(Accessibility.objects.values_list("year", "apl")) == {2023: 3.9, 2024: 3.5}


def test_cpts_and_their_communes(tmp_path):
    one, two = (make_commune(code_insee=code, name=code) for code in ("12901", "12902"))
    header = "finess;nom;code_insee;debut;fin;referencee_le\n"
    rows = "120009001;CPTS inventée;12901;01/01/2024;;2024-06-01\n120009001;CPTS inventée;12902;01/01/2024;01/01/2025;2024-06-01\n"
    file = files.write(tmp_path, "cpts.csv", header + rows)
    assert take_in(ListKind.CPTS, file).row.counts == {"organisations": 1, "communes": 2}
    names = [[o.name for o in organisations_of(commune_id=c.id, on=DAY)] for c in (one, two)]
    assert names == [["CPTS inventée"], []]
    cpts = organisations_of(commune_id=one.id, on=DAY)[0]
    assert [is_referenced(organisation=cpts, on=day) for day in (date(2024, 5, 31), date(2024, 6, 1))] == [
        False,
        True,
    ]
    take_in(ListKind.CPTS, files.write(tmp_path, "again.csv", header + rows.splitlines()[0]))
    assert organisations_of(commune_id=two.id, on=date(2024, 6, 1)) == []


def test_samu_answers_for_the_communes_of_its_departement(tmp_path):
    commune = make_commune(samu=None)
    row = "departement,nom,numero,verifie_le\n12,SAMU 12 d’essai,05 36 49 00 15,2026-01-05\n"
    take_in(ListKind.SAMU, files.write(tmp_path, "samu.csv", row))
    commune.refresh_from_db()
    assert (commune.samu.name, commune.samu.direct_number) == ("SAMU 12 d’essai", "+33536490015")


@pytest.mark.slow
def test_the_table_that_ships_is_whole():
    done = load_shipped_communes(now=NOW)
    assert done.row.counts == {"communes": 35014, "new": 35014, "gone": 0}
    assert load_shipped_communes(now=NOW) is None
    overseas = Commune.objects.filter(departement__in=["971", "972", "973", "974", "976"])
    assert overseas.count() == 32 + 34 + 22 + 24 + 17
    whole = Commune.objects.filter(part_of="")
    assert sum(whole.exclude(population=None).values_list("population", flat=True)) == 68_952_941
    rodez = Commune.objects.get(code_insee="12202")
    assert [one.name for one in neighbours_of(commune=rodez)] == [
        "Druelle Balsac", "Le Monastère", "Olemps", "Onet-le-Château", "Sainte-Radegonde"]  # fmt: skip
