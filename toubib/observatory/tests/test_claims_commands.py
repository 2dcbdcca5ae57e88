"""The commands over claims: exits, one line of error, nothing half-written."""

import json
import resource

import pytest

from toubib.observatory.tests.claims_kit import doctor, line, main, write_claims

FACE = (
    "source",
    "synthetic",
    "counting_rules",
    "acts_by_year",
    "share_by_channel",
    "gp_adoption",
    "ald_patients",
)


@pytest.fixture
def run(capsys):
    def command(*arguments):
        try:
            code = main(["observatory", *map(str, arguments)])
        except SystemExit as left:
            code = left.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def claims(tmp_path):
    acts = [line(n, "2024-05-02") for n in range(20)]
    return write_claims(tmp_path / "claims", acts=acts, doctors=[doctor("75000001")])


@pytest.mark.slow
def test_generated_claims_give_indicators(run, tmp_path):
    folder = tmp_path / "made"
    code, out, err = run("generate", "--scale", 0.0005, "--years", "2024", "--out", folder, "--seed", 3)
    assert (code, err) == (0, "")
    assert out.startswith("ER_PRS_F: ")
    code, out, err = run("indicators", "--claims", folder, "--json")
    found = json.loads(out)
    assert (code, err, set(FACE) - set(found)) == (0, "", set())
    assert (found["synthetic"], found["acts_by_year"]) == (True, {"2024": 6950})
    assert [one.name for one in tmp_path.iterdir()] == ["made"]


def test_indicators_for_a_reader_name_their_source(run, claims):
    code, out, _ = run("indicators", "--claims", claims)
    assert code == 0
    assert out.splitlines()[:4] == [
        "Prestations au format du SNDS, dossier claims",
        "",
        "year  téléconsultations",
        "2024  20",
    ]


def test_a_rule_switched_off_is_not_among_those_named(run, claims):
    _, out, _ = run("indicators", "--claims", claims, "--json", "--without", "regularisations", "overseas")
    rules = json.loads(out)["counting_rules"]
    assert rules == [
        "for_information",
        "technical_lines",
        "delays",
        "health_centres",
        "main_place",
        "ald_register",
    ]


def test_bad_input_is_one_line_and_exit_2(run, claims, tmp_path):
    (claims / "DA_PRA_R.parquet").unlink()
    expected = f"{claims}:1: DA_PRA_R: no such table\n"
    assert run("indicators", "--claims", claims, "--json") == (2, "", expected)
    assert run("acts", "--claims", claims, "--out", tmp_path / "acts.csv") == (2, "", expected)
    code, _, err = run("indicators", "--claims", claims, "--without", "weekends")
    assert (code, err.partition(";")[0]) == (2, "--without: weekends: no counting rule")
    assert not (tmp_path / "acts.csv").exists()


def test_reforms_of_invented_patients_without_their_scale_are_refused(run, tmp_path):
    acts = [line(1, "2024-05-02", BEN_NIR_PSA="SYNTHETIC00000001")]
    folder = write_claims(tmp_path / "claims", acts=acts, doctors=[doctor("75000001")])
    activity = tmp_path / "activity.csv"
    activity.write_text("practitioner_id,practitioner_specialty,year,conventioned_acts,own_mt_acts\n")
    order = ("--claims", folder, "--activity", activity, "--year", "2024", "--out", tmp_path / "reforms.json")
    code, _, err = run("reforms", *order)
    assert (code, err) == (
        2,
        f"{folder}:1: X_SOURCE.json: patients are invented, and the claims do not say at which scale: copy X_SOURCE.json "
        "and the other X_ tables too\n",
    )


def test_a_page_of_a_parquet_that_is_damaged_is_one_line(run, claims):
    path = claims / "ER_PRS_F.parquet"
    whole = bytearray(path.read_bytes())
    whole[4:400] = b"\xff" * 396
    path.write_bytes(whole)
    code, out, err = run("indicators", "--claims", claims, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{claims}:1: -: ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("--scale", "2"),
        ("--scale", "x"),
        ("--years", "2019-2024"),
        ("--years", "2024-2022"),
        ("--seed", "-1"),
    ],
)
def test_an_order_that_cannot_be_is_refused(run, tmp_path, name, text):
    order = {"--scale": "0.001", "--years": "2024", "--out": str(tmp_path / "made")} | {name: text}
    code, out, err = run("generate", *(f"{key}={value}" for key, value in order.items()))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert name in err
    assert not (tmp_path / "made").exists()


def test_a_full_disk_is_exit_1_and_leaves_nothing(run, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        order = ("--scale", 0.0005, "--years", "2024", "--out", tmp_path / "made", "--workers", 1)
        code, out, err = run("generate", *order)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (code, out, err) == (1, "", f"toubib: no room left in {tmp_path}\n")
    assert list(tmp_path.iterdir()) == []
