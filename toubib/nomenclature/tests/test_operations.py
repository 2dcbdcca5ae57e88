"""A list is taken in whole or not at all, and a bad line is named."""

from datetime import timedelta

import pytest

from toubib.nomenclature.bdpm import BOXES, CONDITIONS, GROUPS, MEDICINES, SUBSTANCES
from toubib.nomenclature.models import Diagnosis, Medicine, NomenclatureImport, Presentation
from toubib.nomenclature.operations import BadList, import_cim10, load_demo_lists
from toubib.nomenclature.queries import latest_import, search_diagnoses, search_medicines
from toubib.nomenclature.tests.factories import (
    CODES,
    DAY,
    NOW,
    box,
    cip,
    medicine,
    small_bdpm,
    substance,
    take_in,
    take_in_codes,
    write_folder,
)

pytestmark = pytest.mark.django_db


def kept(cis):
    row = Medicine.objects.get(cis=cis)
    names = [one.name for one in Medicine._meta.concrete_fields if one.name != "id"]
    return {name: getattr(row, name) for name in names}


def test_medicine_is_kept_with_what_every_file_says_of_it(tmp_path):
    done = take_in(tmp_path / "bdpm")
    assert done.is_new
    assert done.counts == {
        "boxes": 4,
        "conditions": 3,
        "group_places": 3,
        "lines_of_unknown_medicines": 1,
        "medicines": 6,
        "medicines_of_unknown_conditions": 0,
        "on_sale": 5,
        "substances": 8,
    }
    found = kept("90000004")
    substances = found.pop("substances")
    assert found == {
        "cis": "90000004",
        "name": "DUODEMO 500 mg/30 mg, comprimé",
        "form": "comprimé",
        "routes": ["orale"],
        "status": "Autorisation active",
        "is_authorised": True,
        "is_marketed": True,
        "authorised_on": DAY.replace(1998, 3, 12),
        "holder": "LABO",
        "is_watched": False,
        "inn": "paracétamol + codéine",
        "group_code": "",
        "group_label": "",
        "group_place": "",
        "conditions": ["liste I", "prescription sur ordonnance sécurisée"],
        "categories": ["secured"],
        "conditions_known": True,
        "main_cip13": cip(4),
    }
    assert [(one["inn"], one["dose"], one["is_inn"]) for one in substances] == [
        ("paracétamol", "500 mg", True),
        ("phosphate de codéine", "30 mg", False),
        ("codéine", "22 mg", True),
    ]


def test_first_group_is_kept_and_the_box_on_sale_is_the_main_one(tmp_path):
    take_in(tmp_path / "bdpm")
    generic = Medicine.objects.get(cis="90000002")
    assert (generic.group_code, generic.group_label, generic.group_place) == ("7", "PARACETAMOL 500 mg", "1")
    assert Medicine.objects.get(cis="90000001").main_cip13 == cip(2)
    assert Presentation.objects.get(cip13=cip(3)).rate == "65%"


def test_import_keeps_where_the_list_comes_from_and_of_which_day(tmp_path):
    take_in(tmp_path / "bdpm")
    row = latest_import(kind="bdpm")
    assert (row.files_on, row.imported_at, row.is_demo, row.has_conditions) == (DAY, NOW, False, True)
    assert "Licence Ouverte" in row.source


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_encoding_of_each_file_is_found(tmp_path, encoding):
    take_in(tmp_path / "bdpm", encoding=encoding)
    assert Medicine.objects.get(cis="90000002").name == "PARACÉTAMOL DÉMO 500 mg, comprimé"


def test_same_files_again_write_nothing(tmp_path):
    first = take_in(tmp_path / "bdpm")
    again = take_in(tmp_path / "bdpm", now=NOW + timedelta(days=1))
    assert (again.is_new, again.row.id) == (False, first.row.id)
    assert NomenclatureImport.objects.count() == 1


def test_new_files_take_the_place_of_those_before(tmp_path):
    take_in(tmp_path / "bdpm")
    rows = {name: [line for line in lines if "90000001" not in line] for name, lines in small_bdpm().items()}
    take_in(tmp_path / "next", rows, now=NOW + timedelta(days=30))
    assert not Medicine.objects.filter(cis="90000001").exists()
    assert not search_medicines(text="dolidemo", on=DAY)
    assert (Medicine.objects.count(), Presentation.objects.count()) == (5, 2)


def test_without_the_file_of_conditions_they_are_unknown(tmp_path):
    rows = small_bdpm()
    del rows[CONDITIONS]
    take_in(tmp_path / "bdpm", rows)
    assert latest_import(kind="bdpm").has_conditions is False
    assert not Medicine.objects.filter(conditions_known=True).exists()


def test_medicine_younger_than_the_file_of_conditions_has_unknown_ones(tmp_path):
    rows = small_bdpm()
    young = [*medicine("90000007", "JEUNEDEMO 5 mg, gélule")[:7], "13/03/1998", "", "", "LABO", "Non"]
    undated = [*medicine("90000008", "SANSDATE 5 mg, gélule")[:7], "", "", "", "LABO", "Non"]
    rows[MEDICINES] += [young, undated]
    assert take_in(tmp_path / "bdpm", rows).counts["medicines_of_unknown_conditions"] == 2
    unknown = Medicine.objects.filter(conditions_known=False).values_list("cis", flat=True)
    assert sorted(unknown) == ["90000007", "90000008"]


BAD = [
    (MEDICINES, 0, ["9000000"], ":1: -: 1 columns, 12 expected"),
    (MEDICINES, 1, medicine("9000000A", "X"), ":2: cis: '9000000A' is not 8 digits"),
    (MEDICINES, 1, medicine("90000001", "X"), ":2: cis: 90000001 stands there twice"),
    (MEDICINES, 0, medicine("90000001", " "), ":1: name: empty"),
    (MEDICINES, 0, medicine("90000001", "X" * 401), ":1: name: longer than 400 letters"),
    (
        MEDICINES,
        0,
        medicine("90000001", "X", sale="Peut-être"),
        ":1: marketing: 'Peut-être' is none of 'Commercialisée', 'Non commercialisée'",
    ),
    (
        MEDICINES,
        2,
        [*medicine("90000003", "X")[:7], "1998-03-12", "", "", "L", "Non"],
        ":3: authorised_on: '1998-03-12' is not a day (dd/mm/yyyy)",
    ),
    (BOXES, 0, [*box("90000001", 1)[:6], "3400999910010", *box("90000001", 1)[7:]], ":1: cip13: "),
    (BOXES, 1, box("90000001", 1), f":2: cip13: {cip(1)} stands there twice"),
    (SUBSTANCES, 3, substance("90000004", "X", kind="ZZ"), ":4: kind: 'ZZ' is none of 'SA', 'FT', 'ST'"),
    (GROUPS, 2, ["8", "X", "90000002", "9", "1"], ":3: place: '9' is none of '0', '1', '2', '4'"),
    (CONDITIONS, 2, ["90000005", " "], ":3: condition: empty"),
]


@pytest.mark.parametrize(("name", "place", "cells", "message"), BAD)
def test_bad_line_is_named_and_the_old_list_stands(tmp_path, name, place, cells, message):
    take_in(tmp_path / "bdpm")
    before = sorted(Medicine.objects.values_list("id", flat=True))
    rows = small_bdpm()
    rows[name][place] = cells
    folder = write_folder(tmp_path / "bad", rows)
    with pytest.raises(BadList) as raised:
        take_in(tmp_path / "bad", rows, now=NOW + timedelta(days=1))
    assert str(raised.value).startswith(f"{folder / name}{message}")
    assert sorted(Medicine.objects.values_list("id", flat=True)) == before
    assert len(search_medicines(text="dolidemo", on=DAY)) == 1


def test_missing_file_empty_file_and_unreadable_letters_are_refused(tmp_path):
    rows = small_bdpm()
    del rows[BOXES]
    with pytest.raises(BadList, match=r"CIS_CIP_bdpm\.txt:0: -: cannot be read: No such file"):
        take_in(tmp_path / "one", rows)
    with pytest.raises(BadList, match=r"CIS_GENER_bdpm\.txt:0: -: no line"):
        take_in(tmp_path / "two", {**small_bdpm(), GROUPS: []})
    folder = write_folder(tmp_path / "three", small_bdpm())
    (folder / GROUPS).write_bytes(b"7\tX\t90000001\t0\t1\r\n7\tX\x81\t90000002\t0\t1\r\n")
    with pytest.raises(BadList, match=r"CIS_GENER_bdpm\.txt:2: -: neither UTF-8 nor Windows-1252"):
        import_again(folder)
    (folder / GROUPS).write_bytes(b"7\tX\x00\t90000001\t0\t1\r\n")
    with pytest.raises(BadList, match=r"CIS_GENER_bdpm\.txt:1: -: a null character"):
        import_again(folder)


def import_again(folder):
    from toubib.nomenclature.operations import import_bdpm

    return import_bdpm(folder=folder, files_on=DAY, now=NOW)


def test_what_stops_in_the_middle_leaves_the_old_list(tmp_path, monkeypatch):
    take_in(tmp_path / "bdpm")
    from toubib.nomenclature import operations

    class Stopped(RuntimeError):
        pass

    keep = operations._keep

    def stop(model, rows):
        if model is Presentation:
            raise Stopped
        keep(model, rows)

    monkeypatch.setattr(operations, "_keep", stop)
    rows = small_bdpm()
    rows[MEDICINES][0] = medicine("90000001", "AUTRE NOM")
    with pytest.raises(Stopped):
        take_in(tmp_path / "next", rows, now=NOW + timedelta(days=1))
    assert Medicine.objects.get(cis="90000001").name == "DOLIDEMO 500 mg, comprimé"
    monkeypatch.setattr(operations, "_keep", keep)
    assert take_in(tmp_path / "next", rows, now=NOW + timedelta(days=2)).is_new
    assert Medicine.objects.get(cis="90000001").name == "AUTRE NOM"


def test_codes_are_read_in_the_layout_of_the_atih_and_in_csv(tmp_path):
    assert take_in_codes(tmp_path).counts == {"diagnoses": 4}
    atih = list(Diagnosis.objects.order_by("code").values_list("code", "label", "rank"))
    csv = "code,type,ssr,psy,short,long\n" + CODES.replace(",", ";").replace("|", ",")
    take_in_codes(tmp_path, csv, name="cim10.csv", encoding="utf-8", now=NOW + timedelta(days=1))
    read = Diagnosis.objects.order_by("code").values_list("code", "label", "rank")
    assert [(code, label.replace(";", ","), rank) for code, label, rank in read] == atih


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A09|3|N|3|X\n", ":1: -: 5 columns, 6 expected"),
        ("A09|3|N|3|X|Y\nA09|3|N|3|X|Y\n", ":2: code: A09 stands there twice"),
        ("099|3|N|3|X|Y\n", ":1: code: '099' is not a code of the CIM-10"),
        ("A09|9|N|3|X|Y\n", ":1: type: '9' is none of "),
        ("code,type,ssr,psy,short,long\nA09,3,N,3,X\n", ":2: -: 5 columns, 6 expected"),
    ],
)
def test_bad_line_of_codes_is_named(tmp_path, text, message):
    with pytest.raises(BadList) as raised:
        take_in_codes(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / 'LIBCIM10MULTI.TXT'}{message}")
    assert Diagnosis.objects.count() == 0
    with pytest.raises(BadList, match="cannot be read"):
        import_cim10(file=tmp_path / "none.csv", files_on=DAY, now=NOW)


def test_demo_lists_say_that_they_are_invented_and_give_way_to_real_ones(tmp_path):
    load_demo_lists(now=NOW)
    load_demo_lists(now=NOW + timedelta(days=1))
    assert NomenclatureImport.objects.count() == 2
    row = latest_import(kind="bdpm")
    assert row.is_demo and row.has_conditions and "inventés" in row.source
    assert Medicine.objects.count() == 71
    assert {code[:3] for code in Medicine.objects.values_list("cis", flat=True)} == {"999"}
    assert search_medicines(text="doliprane", on=DAY) and search_diagnoses(text="bronchite")
    take_in(tmp_path / "bdpm", now=NOW + timedelta(days=2))
    load_demo_lists(now=NOW + timedelta(days=3))
    assert latest_import(kind="bdpm").is_demo is False
    assert Medicine.objects.count() == 6
