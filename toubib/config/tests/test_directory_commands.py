"""`toubib territory …` and `toubib directory …` as an operator meets them."""

from datetime import date

import pytest

from toubib.config.cli import main
from toubib.config.territory_commands import day_of
from toubib.directory.models import RegisterEntry
from toubib.directory.tests import files as registers
from toubib.directory.tests.factories import make_rpps
from toubib.territory.models import Commune, TerritoryImport, Zone
from toubib.territory.tests import files
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    code = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_communes_are_counted_once_and_not_written_again(capsys, tmp_path):
    file = files.write(tmp_path, "v_commune_2026.csv", files.COG)
    asked = ("territory", "import", "communes", file, "--date", "2026-01-01")
    assert run(capsys, *asked) == (0, "Imported (files of 2026-01-01): 3 communes, 0 gone, 3 new.\n", "")
    assert run(capsys, *asked) == (
        0,
        "Already in use, nothing written (files of 2026-01-01): 3 communes, 0 gone, 3 new.\n",
        "",
    )
    assert run(capsys, "territory", "load")[1] == "A list of communes is in use already, nothing written.\n"
    assert Commune.objects.count() == 3


def test_a_bad_line_is_one_line_on_stderr_with_exit_2(capsys, tmp_path):
    file = files.write(tmp_path, "communes.csv", "COM,LIBELLE\n12901,Valbrune\n1290X,Autre\n")
    assert run(capsys, "territory", "import", "communes", file) == (
        2,
        "",
        f"{file}:3: code: '1290X' is not an INSEE code of a commune\n",
    )
    assert (Commune.objects.count(), TerritoryImport.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", ["communes", "zonage", "apl", "cpts", "samu"])
def test_a_file_that_is_not_there_is_bad_input(capsys, tmp_path, kind):
    code, out, err = run(capsys, "territory", "import", kind, tmp_path / "none.csv")
    assert (code, out) == (2, "")
    assert err == f"{tmp_path / 'none.csv'}:0: -: cannot be read: No such file or directory\n"


def test_a_zonage_holds_from_the_day_in_its_name_and_says_what_it_left_out(capsys, tmp_path):
    make_commune(code_insee="12901")
    file = files.write_zonage(tmp_path, ("12901", "ZIP"), ("99001", "ZAC"))
    code, out, err = run(capsys, "territory", "import", "zonage", file)
    assert (code, err) == (0, "1 codes are no commune that we know, left out: 99001\n")
    assert out == "Imported (files of 2025-05-16): 0 ZAC, 1 ZIP, 0 ZV, 0 none, 0 unknown.\n"
    assert list(Zone.objects.values_list("starts_on", "arrete")) == [
        (date(2025, 5, 16), "Arrêtés de zonage des ARS, fichier Zonage_medecin_20250516.xlsx")
    ]


def test_a_register_tells_its_refused_lines(capsys, tmp_path):
    bad = [registers.rpps_line("1") for _ in range(7)]
    file = registers.write_rpps(
        tmp_path / "ps.txt", [registers.rpps_line(make_rpps(n)) for n in range(90)] + bad
    )
    report = tmp_path / "refused.txt"
    code, out, err = run(
        capsys, "directory", "import", "rpps", file, "--date", "2026-11-01", "--report", report
    )
    assert (code, out) == (0, "Imported (files of 2026-11-01): 0 others, 7 refused, 90 rows.\n")
    refused = [f"{file}:{line}: rpps: '1' has not eleven digits with a right key" for line in range(92, 99)]
    assert err.splitlines() == [*refused[:5], "… 7 lines refused"]
    assert report.read_text().splitlines() == refused
    assert (RegisterEntry.objects.count(), sorted(tmp_path.iterdir())) == (90, [file, report])


def test_a_register_of_another_layout_is_bad_input(capsys, tmp_path):
    file = files.write(tmp_path, "finess.csv", "a;b\n1;2\n")
    code, out, err = run(capsys, "directory", "import", "finess", file)
    assert (code, out) == (2, "")
    lacks = "'nofinesset' or 'numero finess etablissement'; nor 'rs' or 'raison_sociale' or 'rslongue'; nor 'categetab'"
    assert err == f"{file}:1: finess: no such column: {lacks}\n"


def test_a_column_that_a_register_lost_is_told_by_its_name(capsys, tmp_path):
    header = [one.replace("Libellé savoir-faire", "Libellé du savoir-faire") for one in registers.RPPS_HEADER]
    file = registers.write_rpps(tmp_path / "ps.txt", [registers.rpps_line(make_rpps(1))], header=header)
    code, _out, err = run(capsys, "directory", "import", "rpps", file)
    assert (code, err) == (0, f"{file}: no such column, empty in every line: 'Libellé savoir-faire'\n")


def test_a_report_that_cannot_be_written_is_told(capsys, tmp_path):
    file = registers.write_rpps(tmp_path / "ps.txt", [registers.rpps_line(make_rpps(1))])
    report = tmp_path / "nowhere" / "refused.txt"
    code, _out, err = run(capsys, "directory", "import", "rpps", file, "--report", report)
    assert (code, err) == (1, f"toubib: {report}: No such file or directory\n")


@pytest.mark.parametrize(
    ("name", "day"),
    [("Zonage_medecin_20250516.xlsx", date(2025, 5, 16)), ("ps-2026-11-01.txt", date(2026, 11, 1))],
)
def test_the_day_of_a_file_stands_in_its_name(tmp_path, name, day):
    assert day_of(tmp_path / name) == day


def test_the_day_of_a_file_is_that_of_its_last_change_otherwise(tmp_path):
    file = files.write(tmp_path, "v_20269999.csv", "x")
    assert day_of(file) == date.fromtimestamp(file.stat().st_mtime)


def test_places_are_counted_and_a_bad_list_is_one_line(capsys, tmp_path):
    make_commune(code_insee="12901")
    header = "name;kind;host;host_kind;address;postal_code;code_insee;lat;lon;hours;assistance\n"
    row = "Borne;town_hall;Mairie;local_authority;1 place;12990;{};44.4;2.6;Mo-Fr 09:00-12:00;none\n"
    file = files.write(tmp_path, "lieux.csv", header + row.format("12901"))
    asked = ("directory", "import", "places", file)
    assert run(capsys, *asked) == (0, "Imported: 1 added, 0 known.\n", "")
    assert run(capsys, *asked) == (0, "Imported: 0 added, 1 known.\n", "")
    file = files.write(tmp_path, "lieux.csv", header + row.format("99999"))
    told = f"{file}:2: code_insee: '99999' is no commune that we know\n"
    assert run(capsys, *asked) == (2, "", told)
