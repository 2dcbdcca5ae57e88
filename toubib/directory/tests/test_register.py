"""Registers come in as a stream, with a report of refused lines, and go on where a stop left them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from toubib.directory import readers
from toubib.directory.enums import RegisterKind
from toubib.directory.models import DirectoryImport, RegisterEntry, RegisterPlace
from toubib.directory.operations import import_register, register
from toubib.directory.operations.register import AlreadyRunning
from toubib.directory.queries import entries_of, establishment_of, last_import
from toubib.directory.tests import files
from toubib.directory.tests.factories import make_rpps
from toubib.ground.tables import BadTable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 11, 1)
RPPS, FINESS = RegisterKind.RPPS, RegisterKind.FINESS
PHARMACY, CPTS = "120000013", "970100004"


def take_in(kind, file, told=None):
    refuse = (lambda error: None) if told is None else (lambda error: told.append(str(error)))
    return import_register(kind=kind, file=file, files_on=DAY, now=NOW, refuse=refuse)


def test_rpps_keeps_an_entry_by_activity(tmp_path):
    psychiatrist = files.rpps_line(
        make_rpps(2),
        **{
            "Libellé savoir-faire": "Psychiatrie",
            "Code savoir-faire": "SM42",
            "Code commune (coord. structure)": "?",
        },
    )
    lines = [
        files.rpps_line(make_rpps(1)),
        psychiatrist,
        files.rpps_line(make_rpps(1), **{"Code mode exercice": "S"}),
    ]
    done = take_in(RPPS, files.write_rpps(tmp_path / "ps.txt", lines))
    assert (done.row.counts, done.row.done_at) == ({"rows": 3, "others": 0, "refused": 0}, NOW)
    first, second = entries_of(rpps=make_rpps(1))
    said = (first.family_name, first.given_name, first.profession, first.specialty, first.specialty_code, first.mode,
            first.structure, first.address, first.postal_code, first.code_insee)  # fmt: skip
    assert said == ("BLANC", "Ugo", "doctor", "general_practice", "SM54", "L", "CABINET D'ESSAI", "5 Rue DU PORT",
                    "12990", "12901")  # fmt: skip
    assert (second.mode, entries_of(rpps=make_rpps(2))[0].code_insee, entries_of(rpps=make_rpps(3))) == (
        "S",
        "",
        [],
    )


@pytest.mark.parametrize(
    ("label", "specialty"),
    [
        ("Qualifié en Médecine Générale", "general_practice"),
        ("Psychiatrie option enfant & adolescent", "psychiatry"),
        ("Gynécologie-obstétrique", "gynaecology"),
        ("Cardiologie et maladies vasculaires", "cardiology"),
        ("Anesthésie-réanimation", "other"),
        ("", ""),
    ],
)
def test_rpps_specialties_by_their_label(tmp_path, label, specialty):
    file = files.write_rpps(
        tmp_path / "ps.txt", [files.rpps_line(make_rpps(1), **{"Libellé savoir-faire": label})]
    )
    take_in(RPPS, file)
    assert RegisterEntry.objects.get().specialty == specialty


def test_rpps_headers_of_other_years_are_read(tmp_path):
    header = [one.replace("(coord. structure)", "(coord. Structure)").replace("d'exercice", "exercice", 0).upper()
              for one in files.RPPS_HEADER]  # fmt: skip
    take_in(RPPS, files.write_rpps(tmp_path / "ps.txt", [files.rpps_line(make_rpps(1))], header=header))
    assert RegisterEntry.objects.get().postal_code == "12990"


def test_a_header_that_the_reader_learns_reads_a_known_file_again(tmp_path, monkeypatch):
    renamed = "Libellé du savoir-faire"
    header = [renamed if one == "Libellé savoir-faire" else one for one in files.RPPS_HEADER]
    file = files.write_rpps(
        tmp_path / "ps.txt", [files.rpps_line(make_rpps(1))], header=[*header, "Code rôle"]
    )
    take_in(RPPS, file)
    before = RegisterEntry.objects.get().specialty
    monkeypatch.setattr(readers, "RPPS", tuple(
        replace(one, headers=(*one.headers, renamed)) if one.name == "specialty_label" else one for one in readers.RPPS
    ))  # fmt: skip
    layout = replace(register.LAYOUTS[RPPS], columns=readers.RPPS)
    monkeypatch.setattr(register, "LAYOUTS", {**register.LAYOUTS, RPPS: layout})
    assert [take_in(RPPS, file).is_new, take_in(RPPS, file).is_new] == [True, False]
    assert [before, RegisterEntry.objects.get().specialty] == ["", "general_practice"]


def test_refused_lines_are_told_and_left_out(tmp_path):
    good = [files.rpps_line(make_rpps(n)) for n in range(20)]
    bad = [
        files.rpps_line("12345678901"),
        files.rpps_line(make_rpps(30), **{"Nom d'exercice": ""}),
        files.rpps_line(make_rpps(31), **{"Code mode exercice": "X"}),
        files.rpps_line("999", **{"Type d'identifiant PP": "0"}),
    ]
    file, told = files.write_rpps(tmp_path / "ps.txt", [*good, *bad]), []
    assert take_in(RPPS, file, told).row.counts == {"rows": 20, "others": 1, "refused": 3}
    assert told == [
        f"{file}:22: rpps: '12345678901' has not eleven digits with a right key",
        f"{file}:23: family_name: empty",
        f"{file}:24: mode: 'X' is none of L, S, B",
    ]


def test_the_register_before_stands_until_the_new_one_is_whole(tmp_path):
    old = files.write_rpps(tmp_path / "old.txt", [files.rpps_line(make_rpps(1))])
    new = files.write_rpps(tmp_path / "new.txt", [files.rpps_line(make_rpps(2))])
    take_in(RPPS, old)
    broken = files.write_rpps(tmp_path / "broken.txt", ["x"], header=files.RPPS_HEADER[:5])
    with pytest.raises(BadTable, match="1: family_name: no such column: "):
        take_in(RPPS, broken)
    assert (len(entries_of(rpps=make_rpps(1))), DirectoryImport.objects.count()) == (1, 1)
    take_in(RPPS, new)
    assert [len(entries_of(rpps=make_rpps(n))) for n in (1, 2)] == [0, 1]
    assert RegisterEntry.objects.count() == 1
    assert [take_in(RPPS, new).is_new, DirectoryImport.objects.count()] == [False, 2]


def test_a_file_of_another_layout_is_refused_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "TRIED", 5)
    monkeypatch.setattr(register, "BATCH", 4)
    lines = [files.rpps_line(make_rpps(n)) for n in range(8)] + [files.rpps_line("1")] * 4
    with pytest.raises(BadTable, match="4 lines refused: not in this layout"):
        take_in(RPPS, files.write_rpps(tmp_path / "ps.txt", lines))
    assert (RegisterEntry.objects.count(), DirectoryImport.objects.count()) == (0, 0)


def test_a_file_without_a_line_is_refused(tmp_path):
    with pytest.raises(BadTable, match="no row"):
        take_in(RPPS, files.write_rpps(tmp_path / "ps.txt", []))
    with pytest.raises(BadTable, match="cannot be read"):
        take_in(RPPS, tmp_path / "nowhere.txt")
    with pytest.raises(BadTable, match="cannot be read"):
        take_in(FINESS, tmp_path / "nowhere.csv")


class Stopped(Exception):
    pass


def test_a_stopped_import_goes_on_from_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "BATCH", 3)
    lines = [files.rpps_line(make_rpps(n) if n % 4 else "1") for n in range(1, 11)]
    file, told = files.write_rpps(tmp_path / "ps.txt", lines), []
    monkeypatch.setattr(register, "MOST_REFUSED", 1)

    def stops(path, refuse):
        for read in readers.read_rpps(path, refuse):
            if read.line == 9:
                raise Stopped
            yield read

    layouts = register.LAYOUTS
    monkeypatch.setattr(register, "LAYOUTS", {**layouts, RPPS: replace(layouts[RPPS], read=stops)})
    with pytest.raises(Stopped):
        take_in(RPPS, file, told)
    assert (RegisterEntry.objects.count(), DirectoryImport.objects.get().lines_done) == (5, 7)
    assert (last_import(kind=RPPS), entries_of(rpps=make_rpps(1))) == (None, [])
    monkeypatch.setattr(register, "LAYOUTS", layouts)
    again = []
    done = take_in(RPPS, file, again)
    assert (done.is_new, done.row.counts) == (True, {"rows": 8, "others": 0, "refused": 2})
    assert (RegisterEntry.objects.count(), DirectoryImport.objects.count()) == (8, 1)
    assert [line.split(": ")[0] for line in again] == [
        f"{file}:9"
    ]  # line 5 was told and kept before the stop


def test_another_file_after_a_stop_begins_anew(tmp_path, monkeypatch):
    half = DirectoryImport.objects.create(
        kind=RPPS, generation=7, file="x", files_on=DAY, digest="of another", started_at=NOW, lines_done=2
    )
    RegisterEntry.objects.create(
        generation=7, rpps=make_rpps(9), family_name="x", given_name="y", profession="doctor"
    )
    take_in(RPPS, files.write_rpps(tmp_path / "ps.txt", [files.rpps_line(make_rpps(1))]))
    assert list(RegisterEntry.objects.values_list("rpps", flat=True)) == [make_rpps(1)]
    assert not DirectoryImport.objects.filter(pk=half.pk).exists()


def test_two_imports_of_one_file_at_once_do_not_mix(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "BATCH", 2)
    file = files.write_rpps(tmp_path / "ps.txt", [files.rpps_line(make_rpps(n)) for n in range(6)])

    def other_moves(path, refuse):
        for read in readers.read_rpps(path, refuse):
            if read.line == 5:
                DirectoryImport.objects.update(lines_done=99)
            yield read

    monkeypatch.setattr(
        register, "LAYOUTS", {**register.LAYOUTS, RPPS: replace(register.LAYOUTS[RPPS], read=other_moves)}
    )
    with pytest.raises(AlreadyRunning):
        take_in(RPPS, file)
    assert RegisterEntry.objects.count() == 2


def test_finess_of_the_export(tmp_path):
    lines = [files.export_line(PHARMACY), files.export_line(PHARMACY, categetab="124")]
    file = tmp_path / "finess.csv"
    file.write_text("\n".join([files.EXPORT_HEADER, *lines]), encoding="latin-1")
    assert take_in(FINESS, file).row.counts == {"rows": 1, "others": 1, "refused": 0}
    one = establishment_of(finess=PHARMACY)
    assert (one.name, one.category, one.address, one.postal_code, one.code_insee, one.lat, one.lon) == (
        "PHARMACIE DE LA BRUNE", "620", "5 R DU PORT", "12990", "12901", 46.5, 3.0)  # fmt: skip
    assert establishment_of(finess="120000021") is None


def test_finess_of_the_stock_has_its_points_after(tmp_path):
    lines = [
        "finess;etalab;90;2026-11-01",
        files.stock_line(CPTS),
        files.stock_line(
            PHARMACY, departement="12", commune="901", ligneacheminement="12990 VALBRUNE", siret="1"
        ),
        f"geolocalisation;{CPTS};656000;1793000;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,UTM_N20;2026-01-01",
        f"geolocalisation;{PHARMACY};;;;2026-01-01",
    ]
    file, told = tmp_path / "etalab-cs1100507-stock-20261101.csv", []
    file.write_text("\n".join(lines), encoding="latin-1")
    assert take_in(FINESS, file, told).row.counts == {"rows": 1, "others": 2, "refused": 1}
    one = RegisterPlace.objects.get()
    assert (one.finess, one.code_insee, one.postal_code, one.lat, one.lon) == (
        CPTS,
        "97105",
        "97100",
        16.212536,
        -61.540522,
    )
    assert told == [f"{file}:3: siret: '1' has not fourteen digits with a right key"]


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"nofinesset": "120000014"}, "finess: '120000014' has not nine signs with a right key"),
        ({"siret": "12345678901234"}, "siret: '12345678901234' has not fourteen digits with a right key"),
        ({"categetab": ""}, "category: empty"),
        ({"coordx": "ouest"}, "x: 'ouest' is not a number"),
    ],
)
def test_finess_refuses_what_cannot_be(tmp_path, over, message, monkeypatch):
    file, told = tmp_path / "finess.csv", []
    lines = [files.EXPORT_HEADER, files.export_line("120000021"), files.export_line(PHARMACY, **over)]
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(register, "MOST_REFUSED", 1)
    take_in(FINESS, file, told)
    assert (told, RegisterPlace.objects.count()) == ([f"{file}:3: {message}"], 1)
