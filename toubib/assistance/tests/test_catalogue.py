"""The catalogue of gestures: readable, dated, each with its source; its words marked for translators."""

from datetime import date

import pytest

from toubib.assistance.catalogue import TITLES, UnknownGesture, catalogue_on, kind_of, versions
from toubib.assistance.enums import Basis


def test_every_gesture_says_who_and_on_what_source():
    for version in versions():
        assert len({one.key for one in version.kinds}) == len(version.kinds)
        for one in version.kinds:
            assert one.who and one.source and one.confidence, one.key


def test_titles_are_those_marked_for_translators():
    found = {one.name for version in versions() for one in version.kinds}
    found |= {name for version in versions() for name in version.pathways.values()}
    assert found == set(TITLES)


def test_what_needs_a_protocol_says_whose():
    last = versions()[-1]
    delegated = {one.key: sorted(one.specialties) for one in last.kinds if one.basis == Basis.PROTOCOL}
    assert delegated == {"slit_lamp": ["ophthalmology"], "retinography": ["ophthalmology"]}


def test_a_version_holds_from_its_day():
    last = versions()[-1]
    assert catalogue_on(on=last.starts_on) == last
    assert kind_of(key="otoscopy", version=last.version).title == "Otoscopie"
    with pytest.raises(UnknownGesture):
        catalogue_on(on=date(2000, 1, 1))
    with pytest.raises(UnknownGesture):
        kind_of(key="otoscopy", version="1999-01-01")
