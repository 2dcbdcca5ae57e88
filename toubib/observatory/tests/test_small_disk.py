"""Too much for the disk, or a file of ten gigabytes that is none: one line, soon, and nothing half-written."""

import os
import resource
import time
from contextlib import contextmanager

import pytest

from toubib.observatory.tests.claims_kit import doctor, line, main, write_claims

TEN_GB = 10 * 2**30


@contextmanager
def files_of_at_most(size):
    """As on a disk with no more room than that for any file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def claims(tmp_path):
    acts = [line(n, "2024-05-02") for n in range(400)]
    return write_claims(tmp_path / "claims", acts=acts, doctors=[doctor("75000001")])


@pytest.mark.parametrize(
    "order",
    [
        ("indicators", "--claims", "claims", "--out", "result.json"),
        ("indicators", "--claims", "claims", "--keep", "kept", "--out", "result.json"),
        ("acts", "--claims", "claims", "--out", "acts.parquet"),
        ("acts", "--claims", "claims", "--out", "acts.csv"),
        ("reforms", "--claims", "claims", "--activity", "activity.csv", "--year", "2024", "--out", "r.json"),
    ],
)  # fmt: skip
def test_no_room_is_exit_1_one_line_and_leaves_nothing(claims, tmp_path, monkeypatch, capsys, order):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with files_of_at_most(1000):
        code = main(["observatory", *order])
    told = capsys.readouterr()
    assert (code, told.out, told.err.count("\n"), "no room left" in told.err) == (1, "", 1, True)
    assert [one.name for one in tmp_path.iterdir()] == ["claims"]


def test_a_result_that_finds_no_room_leaves_the_one_before(claims, tmp_path, capsys):
    out = tmp_path / "result.json"
    out.write_text("before")
    with files_of_at_most(20_000):
        code = main(["observatory", "indicators", "--claims", str(claims), "--out", str(out)])
    assert (code, capsys.readouterr().err) == (1, f"{out}:1: -: cannot be written: File too large\n")
    assert (out.read_text(), sorted(one.name for one in tmp_path.iterdir())) == ("before", ["claims", "result.json"])  # fmt: skip


@pytest.mark.parametrize("name", ["ER_PRS_F.parquet", "ER_PRS_F.csv"])
def test_ten_gigabytes_of_nothing_are_told_at_once(claims, tmp_path, capsys, name):
    (claims / "ER_PRS_F.parquet").unlink()
    with (claims / name).open("wb") as file:
        os.truncate(file.fileno(), TEN_GB)  # takes no room
    began = time.monotonic()
    code = main(["observatory", "indicators", "--claims", str(claims), "--json"])
    told = capsys.readouterr()
    assert (code, told.out, told.err.count("\n")) == (2, "", 1)
    assert str(claims) in told.err
    assert time.monotonic() - began < 30
