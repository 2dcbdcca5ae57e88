"""The lists of signs and reasons: read whole at start, signed by both or by none."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from toubib.waiting import catalogue
from toubib.waiting.checks import check_catalogue
from toubib.waiting.queries.opening import awaits_committee


@pytest.fixture
def folder(tmp_path, settings):
    """A copy of the lists, as an operator keeps one outside the source; a test may spoil it."""
    shutil.copytree(settings.CATALOGUE_DIR, tmp_path / "data")
    settings.CATALOGUE_DIR = tmp_path / "data"
    forget()
    yield tmp_path / "data"
    forget()


def forget() -> None:
    for kept in (catalogue._signs, catalogue._reasons, catalogue._read):
        kept.cache_clear()


def change(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    forget()


def test_check_is_silent_on_the_lists_shipped() -> None:
    assert check_catalogue() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("signs.yaml", "signs:", "signs: [", "Error"),
        ("signs.yaml", "group: now", "group: never", "without a title"),
        ("signs.yaml", "signed_on: null", "signed_on: 2026-11-22", "go together"),
        ("signs.yaml", "signed_by: null\nsigned_on: null", "signed_by: Dr X\nsigned_on: hier", "go together"),
        ("reasons.yaml", "channel: home", "channel: moon", "KeyError: 'moon'"),
    ],
)
def test_check_names_the_file_and_the_fault(folder, name, old, new, said) -> None:
    change(folder / name, old, new)
    found = [fault.msg for fault in check_catalogue()]
    assert [(msg.startswith(str(folder / name)), said in msg) for msg in found] == [(True, True)]


def test_the_line_waits_for_both_signatures(folder, settings) -> None:
    settings.DEMO = False
    seen = [awaits_committee()]
    for name in ("signs.yaml", "reasons.yaml"):
        change(folder / name, "signed_by: null\nsigned_on: null", "signed_by: Comité\nsigned_on: 2026-11-22")
        seen.append(awaits_committee())
    assert (seen, catalogue.signs().signed_on) == ([True, True, False], date(2026, 11, 22))


def test_an_operators_folder_without_a_list_is_named_at_the_start(folder) -> None:
    (folder / "reasons.yaml").unlink()
    forget()
    (fault,) = check_catalogue()
    assert f"{folder}/reasons.yaml" in fault.msg
