"""From claims to the pages by the commands alone."""

import json

import pytest

from toubib.observatory.tests.claims_kit import main

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FEW = ("--levers", "fmt_zone", "fmt_assisted", "--alone", "law_2021", "--paying")
ACTS = "act_id,act_date,act_kind,funding,practitioner_id,practitioner_profession,patient_id\n"
ACTIVITY = "practitioner_id,practitioner_specialty,year,conventioned_acts,own_mt_acts\nA,general_practice,2024,50,0\n"


def run(*arguments):
    try:
        return main(["observatory", *map(str, arguments)])
    except SystemExit as left:
        return left.code


def text_of(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.mark.slow
def test_commands_write_the_files_that_the_pages_show(client, settings, tmp_path, capsys):
    claims, shown = tmp_path / "claims", tmp_path / "shown"
    shown.mkdir()
    settings.OBSERVATORY_DIR = shown
    assert run("generate", "--scale", 0.0005, "--years", "2024", "--out", claims, "--seed", 3) == 0
    assert run("indicators", "--claims", claims, "--out", shown / "indicators.json") == 0
    order = ("--claims", claims, "--year", 2024, "--out", shown / "reforms.json")
    assert (run("reforms", *order, *FEW), capsys.readouterr().err) == (0, "")
    assert sorted(one.name for one in shown.iterdir()) == ["indicators.json", "reforms.json"]
    found = json.loads((shown / "reforms.json").read_text())
    names = ["law", "fmt_zone", "fmt_assisted", "fmt_zone+fmt_assisted", "law_2021"]
    assert (found["synthetic"], found["meaningful"], list(found["cases"])) == (True, False, names)
    law = found["cases"]["law"]
    assert 6000 < law["counted_acts"] + law["uncounted_acts"] + law["unknown_acts"] < 8000
    for address in ("/observatoire", "/observatoire/reformes"):
        told = text_of(client.get(address))
        assert ("onnées synthétiques" in told, "graine 3" in told) == (True, True)


def test_reforms_of_own_acts_name_their_source(client, settings, tmp_path, capsys):
    settings.OBSERVATORY_DIR = tmp_path
    acts, activity, out = tmp_path / "acts.csv", tmp_path / "activity.csv", tmp_path / "reforms.json"
    rows = [f"a{i},2024-03-10,teleconsultation,amo,A,doctor,p{i}\n" for i in range(20)]
    acts.write_text(ACTS + "".join(rows))
    activity.write_text(ACTIVITY)
    order = (
        "--acts",
        acts,
        "--activity",
        activity,
        "--year",
        2024,
        "--out",
        out,
        "--source",
        "Actes du centre",
    )
    few = ("--levers", "fmt_zone", "--alone", "--paying")
    assert (run("reforms", *order, *few), capsys.readouterr().err) == (0, "")
    told = text_of(client.get("/observatoire/reformes"))
    assert ("Actes du centre" in told, "onnées synthétiques" in told) == (True, False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--source", "x"), "--acts: --activity FILE and --source WORDS are needed too\n"),
        (("--activity", "b.csv", "--source", "x"), "a.csv:1: patient_id: patients are invented: --claims FOLDER, where it says so"),
        (("--activity", "b.csv", "--source", "x", "--alone", "no_such"), "no_such"),
    ],
)  # fmt: skip
def test_an_order_of_reforms_that_cannot_be_is_one_line_and_writes_nothing(tmp_path, monkeypatch, capsys, more, told):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    patient = "p" if "--alone" in more else "SYNTHETIC00000011-1"
    (tmp_path / "a.csv").write_text(f"{ACTS}a1,2024-03-10,teleconsultation,amo,A,doctor,{patient}\n")
    (tmp_path / "b.csv").write_text(ACTIVITY)
    few = () if "--alone" in more else ("--alone",)
    code = run("reforms", "--acts", "a.csv", "--year", 2024, "--out", "r.json", *more, "--levers", "--paying", *few)  # fmt: skip
    err = capsys.readouterr().err
    assert (code, err.count("\n"), told in err) == (2, 1, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "b.csv"]
