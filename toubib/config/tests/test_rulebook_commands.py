"""`toubib rulebook show` as an operator meets it: what it tells, and that it needs nothing else of ours."""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from toubib.config.cli import main
from toubib.rulebook import parameters
from toubib.rulebook.parameters import all_parameters, in_force
from toubib.rulebook.show import SUBJECTS, UNITS

EUROS = ("EUR", "coefficient_EUR")
KEYS = [
    "id",
    "value",
    "unit",
    "from",
    "to",
    "reference",
    "confidence",
    "contested",
    "verified",
    "alternatives",
]


def show(capsys, *arguments):
    code = main(["rulebook", "show", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_json_is_an_array_sorted_by_id_with_the_agreed_keys(capsys):
    code, out, err = show(capsys, "--on", "2025-03-10", "--json")
    rows = json.loads(out)
    assert (code, err) == (0, "")
    assert [row["id"] for row in rows] == [row.id for row in in_force(on=date(2025, 3, 10))]
    assert {tuple(row) for row in rows} == {tuple(KEYS)}


def test_json_of_a_contested_value_is_whole(capsys):
    rows = {row["id"]: row for row in json.loads(show(capsys, "--on", "2025-03-10", "--json")[1])}
    row = rows["cap.denominator_mode"]
    assert row | {"reference": "…"} == {
        "id": "cap.denominator_mode", "value": "ALL_CONVENTIONED_ACTIVITY", "unit": "enum", "from": "2024-06-22",
        "to": None, "reference": "…", "confidence": "found", "contested": True, "verified": False,
        "alternatives": [{"value": "NON_MT_ACTIVITY_ONLY", "from": None, "to": None,
                          "source": "Pratique de certaines caisses, rapportée par la FMF", "note": None}],
    }  # fmt: skip
    assert (rows["reimb.territoriality.waiver.zone"]["value"], rows["tariff.TCG"]["value"]) == (["ZIP"], 25.0)


def test_text_marks_what_is_in_doubt_and_names_the_text(capsys):
    code, out, _err = show(capsys, "--on", "2025-03-10")
    lines = out.splitlines()
    at = lines.index("  cap.rate.psychiatry = 40 %, depuis le 2024-06-22  [contesté, non vérifié]")
    assert code == 0
    assert "art. 87.7" in lines[at + 1]
    assert "  tariff.TCG = 25,00 €, depuis le 2018-09-15" in lines
    unread = "  tariff.G = 30,00 €, depuis le 2024-12-22  [pour information : aucune règle ne le lit encore]"
    assert (unread in lines, lines[2]) == (True, "QUAND UNE TÉLÉCONSULTATION EST REMBOURSÉE")


def test_text_is_in_the_language_asked_for(capsys):
    french, english = (
        show(capsys, "--on", "2025-03-10", *more)[1].splitlines() for more in ((), ("--lang", "en"))
    )
    assert "  cap.rate.psychiatry = 40%, since 2024-06-22  [contested, unverified]" in english
    assert "  tariff.TCG = 25.00 EUR, since 2018-09-15" in english
    of_data = {line for line in french if line.startswith("      ")}  # labels and references
    assert {line for line in french if line in english} == {"", "ZONES", *of_data}
    assert {row.unit for row in all_parameters()} <= {
        *UNITS,
        "bool",
        "enum",
        "text",
        "time",
        "list",
        "ratio",
        *EUROS,
    }
    assert {row.subject for row in all_parameters()} <= set(SUBJECTS)


def test_day_before_all_law_has_no_parameter(capsys):
    said = "Aucun paramètre n’est en vigueur le 1950-01-01.\n"
    assert show(capsys, "--on", "1950-01-01") == (0, said, "")
    assert show(capsys, "--on", "1950-01-01", "--json") == (0, "[]\n", "")


@pytest.mark.parametrize(
    "day", ["2025-02-30", "20250310", "hier", "", "2025-3-1", "٢٠٢٥-٠٣-١٠", "2025-03-10T00:00"]
)
def test_impossible_day_is_2_and_one_line(capsys, day):
    with pytest.raises(SystemExit) as stopped:
        main(["rulebook", "show", "--on", day])
    said = capsys.readouterr()
    wanted = f"toubib rulebook show: argument --on: {day!r} is not a date (YYYY-MM-DD)\n"
    assert (stopped.value.code, said.out, said.err) == (2, "", wanted)


def test_missing_day_is_2_and_one_line(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["rulebook", "show"])
    assert (stopped.value.code, capsys.readouterr().err.count("\n")) == (2, 1)


def test_broken_law_is_2_and_one_line(capsys, monkeypatch, tmp_path):
    (tmp_path / "cap.yaml").write_text(
        "- id: cap.x\n  label: X\n  unit: days\n  values: []\n", encoding="utf-8"
    )
    monkeypatch.setattr(parameters, "FOLDER", tmp_path)
    parameters.all_parameters.cache_clear()
    try:
        told = show(capsys, "--on", "2025-03-10")
    finally:
        parameters.all_parameters.cache_clear()
    assert told == (2, "", "cap.yaml:1: cap.x: values: a list of periods is expected\n")


@pytest.mark.slow
def test_law_is_shown_without_settings_or_database():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOUBIB_")}
    command = [sys.executable, "-m", "toubib.config", "rulebook", "show", "--on", "2025-03-10", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr, len(json.loads(done.stdout)) > 100) == (0, "", True)
