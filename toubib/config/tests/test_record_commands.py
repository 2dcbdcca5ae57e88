"""`toubib record import …` as an operator meets it."""

import pytest

from toubib.config.cli import main
from toubib.nomenclature.bdpm import CONDITIONS, GROUPS
from toubib.nomenclature.models import Diagnosis, Medicine, NomenclatureImport
from toubib.nomenclature.tests.factories import CODES, small_bdpm, write_folder

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    code = main(["record", "import", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_medicines_are_counted_once_and_not_written_again(capsys, tmp_path):
    folder = write_folder(tmp_path / "bdpm", small_bdpm())
    code, out, err = run(capsys, "bdpm", folder, "--date", "2026-07-24")
    assert (code, err) == (0, "")
    assert out == (
        "Imported (files of 2026-07-24): 4 boxes, 3 conditions, 3 group places, 1 lines of unknown medicines, "
        "6 medicines, 0 medicines of unknown conditions, 5 on sale, 8 substances.\n"
    )
    code, out, _err = run(capsys, "bdpm", folder)
    assert code == 0 and out.startswith("Already in use, nothing written (files of 2026-07-24)")
    assert Medicine.objects.count() == 6


def test_missing_conditions_are_said(capsys, tmp_path):
    rows = small_bdpm()
    del rows[CONDITIONS]
    code, _out, err = run(capsys, "bdpm", write_folder(tmp_path / "bdpm", rows))
    assert code == 0
    assert err == "CIS_CPD_bdpm.txt is not there: which medicines are restricted is not known.\n"


def test_bad_line_is_one_line_on_stderr_with_exit_2(capsys, tmp_path):
    rows = small_bdpm()
    rows[GROUPS][1][3] = "x"
    folder = write_folder(tmp_path / "bdpm", rows)
    code, out, err = run(capsys, "bdpm", folder)
    assert (code, out) == (2, "")
    assert err == f"{folder / GROUPS}:2: place: 'x' is none of '0', '1', '2', '4'\n"
    assert NomenclatureImport.objects.count() == 0


def test_folder_that_is_not_there_is_bad_input(capsys, tmp_path):
    code, out, err = run(capsys, "bdpm", tmp_path / "none")
    assert (code, out) == (2, "")
    assert err == f"{tmp_path / 'none' / 'CIS_bdpm.txt'}:0: -: cannot be read: No such file or directory\n"


def test_codes_are_taken_in(capsys, tmp_path):
    file = tmp_path / "LIBCIM10MULTI.TXT"
    file.write_text(CODES, encoding="cp1252")
    assert run(capsys, "cim10", file, "--date", "2026-01-01") == (
        0,
        "Imported (files of 2026-01-01): 4 diagnoses.\n",
        "",
    )
    assert Diagnosis.objects.count() == 4


def test_bad_day_is_bad_usage(capsys, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        main(["record", "import", "bdpm", str(tmp_path), "--date", "24/07/2026"])
    assert stopped.value.code == 2
    assert "is not a date (YYYY-MM-DD)" in capsys.readouterr().err
