"""`toubib billing export`: two files, once; the same again; bad usage is one line and exit 2."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.billing.models import ExportBatch
from toubib.billing.tests.factories import make_signed
from toubib.config.cli import main
from toubib.ground.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def demo_list_of_signs(settings):
    settings.DEMO = True


def export(folder, *more):
    today = timezone.localdate()
    days = ["--from", str(today - timedelta(days=1)), "--to", str(today)]
    return main(["billing", "export", *(more or days), "--out", str(folder)])


def files(folder):
    return sorted((path.suffix, path.read_bytes()) for path in folder.iterdir())


def test_files_are_written_once_and_again_the_same(tmp_path, capsys):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    assert export(one) == 0 and files(one) == []
    assert capsys.readouterr().out == "Nothing to send between these days.\n"
    make_signed().settle()
    assert export(one) == 0
    batch = ExportBatch.objects.get()
    out = capsys.readouterr().out
    assert batch.csv_sha256 in out and batch.json_sha256 in out and "1 entries" in out
    assert [suffix for suffix, _content in files(one)] == [".csv", ".json"]
    assert export(two, "--again", str(batch.pk)) == 0
    assert files(two) == files(one)
    assert JournalEntry.objects.filter(action="billing.batch.read").count() == 1
    assert JournalEntry.objects.filter(action="billing.batch_line.read").count() == 1
    assert export(one) == 0 and ExportBatch.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [["--from", "2026-02-01", "--to", "2026-01-01"], ["--from", "2026-01-01"], ["--again", "x"]],
)
def test_bad_usage_is_one_line(tmp_path, capsys, typed):
    assert export(tmp_path, *typed) == 2
    assert capsys.readouterr().err.count("\n") == 1
