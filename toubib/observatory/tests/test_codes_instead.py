"""The generator draws a new act code where its table of figures says so: data, no code."""

from datetime import date

import numpy as np

from toubib.observatory.claims.layouts import ActCode
from toubib.observatory.generator.coding import codes, instead

FIRST = (date(2024, 7, 1) - date(1970, 1, 1)).days


def test_a_new_code_stands_for_its_share_from_its_day_on():
    # Each patient has one line of TC the day before and one on the day; about a tenth changes, on the day alone.
    patient = np.tile(np.arange(10_000), 2)
    day = np.repeat([FIRST - 1, FIRST], 10_000)
    code = np.full(20_000, codes()["TC"])
    known = [ActCode(1199, "TCS", "TC", date(2024, 7, 1), None)]
    found = instead(code, patient, day, known, {"TCS": {"of": "TC", "share": 0.1}})
    assert set(found[:10_000]) == {codes()["TC"]}
    assert set(found[10_000:]) == {codes()["TC"], 1199}
    assert 0.09 < (found[10_000:] == 1199).mean() < 0.11
    assert (instead(code, patient, day, known, {"TCS": {"of": "TCG", "share": 0.1}}) == code).all()
    assert (instead(code, patient, day, known, {}) == code).all()
