"""The sample that operators and reviewers open."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from toubib.documents.contents import Report
from toubib.documents.rendering import render
from toubib.documents.samples import sample_contents, sample_header
from toubib.exchange.checks import check_archive, check_cda
from toubib.exchange.sample import SampleRefused, sample_files

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HEADER = sample_header(now=NOW, document_id=UUID("0193cafe-0000-7000-8000-000000000002"))


@pytest.fixture(scope="module")
def pdf_a1():
    report = sample_contents(now=NOW)["compte-rendu"]
    assert isinstance(report, Report)
    return render(header=HEADER, content=report).pdf_a1


def test_the_sample_passes_our_own_checks(pdf_a1):
    files = sample_files(header=HEADER, pdf_a1=pdf_a1, now=NOW)
    assert list(files) == ["compte-rendu.cda.xml", "IHE_XDM.ZIP", "compte-rendu.mssante.eml"]
    assert check_cda(files["compte-rendu.cda.xml"], allow_test=True) == []
    assert check_archive(files["IHE_XDM.ZIP"], allow_test=True) == []
    assert files == sample_files(header=HEADER, pdf_a1=pdf_a1, now=NOW)


def test_a_sample_that_our_checks_refuse_is_not_written():
    with pytest.raises(SampleRefused, match=r"PDF\.READ"):
        sample_files(header=HEADER, pdf_a1=b"%PDF", now=NOW)
