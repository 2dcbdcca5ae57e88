"""Laws that are none, as policies with their cases inside: the rules obey every parameter and every reform."""

from pathlib import Path

import pytest

from toubib.rulebook.trial import try_policy

FILES = sorted((Path(__file__).parent / "law_otherwise").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_cases_when_the_law_is_otherwise(path):
    count, differences = try_policy(str(path))

    assert differences == []
    assert count > 0
