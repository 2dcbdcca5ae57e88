"""A server does not start where it could not seal a document."""

import pytest

from toubib.config.env import BadSetting
from toubib.config.preflight import check_seal


def test_missing_seal_refuses_the_start_with_one_line(settings, tmp_path, capsys):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "none.pem", False
    with pytest.raises(BadSetting):
        check_seal()
    assert capsys.readouterr().err == (
        f"toubib: TOUBIB_SEAL_FILE: {tmp_path}/none.pem cannot be read (No such file or directory) "
        "(see docs/documents.md)\n"
    )


def test_trial_makes_its_own(settings, tmp_path):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "seal.pem", True
    check_seal()
    assert settings.SEAL_FILE.exists()
