from __future__ import annotations

import pytest

from toubib.config.env import BadSetting, read_calling_codes


def test_read_calling_codes_takes_a_list_and_refuses_names_of_countries(monkeypatch) -> None:
    monkeypatch.setenv("TOUBIB_SMS_COUNTRIES", "+33, +32")
    assert read_calling_codes("TOUBIB_SMS_COUNTRIES", ["+33"]) == ["+33", "+32"]
    monkeypatch.setenv("TOUBIB_SMS_COUNTRIES", "FR")
    with pytest.raises(BadSetting) as refused:
        read_calling_codes("TOUBIB_SMS_COUNTRIES", ["+33"])
    assert str(refused.value) == "toubib: TOUBIB_SMS_COUNTRIES: expected calling codes like +33,+32, got 'FR'"
