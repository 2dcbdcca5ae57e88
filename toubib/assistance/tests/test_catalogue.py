"""The catalogue of gestures: readable, dated, each with its source; its words marked for translators."""

from datetime import date

import pytest

from toubib.assistance.catalogue import PLAIN, TITLES, UnknownGesture, catalogue_on, kind_of, versions
from toubib.assistance.enums import Basis


def test_every_gesture_says_who_and_on_what_source():
    for version in versions():
        assert len({one.key for one in version.kinds}) == len(version.kinds)
        for one in version.kinds:
            assert one.who and one.source and one.confidence, one.key


def test_titles_are_those_marked_for_translators():
    found = {one.name for version in versions() for one in version.kinds}
    found |= {name for version in versions() for name in version.pathways.values()}
    assert found == set(TITLES), "TITLES in catalogue.py, with the English in toubib/locale/en"


def test_who_is_examined_reads_no_carer_s_word():
    said = {one.name for version in versions() for one in version.kinds}
    assert said - set(PLAIN) == {"Prise de la tension"}, "PLAIN in catalogue.py, unless the title is plain"
    assert set(PLAIN) <= said


def test_what_needs_a_protocol_says_whose():
    delegated = [one for version in versions() for one in version.kinds if one.basis == Basis.PROTOCOL]
    assert [one.key for one in delegated if not one.specialties] == []
    assert {"slit_lamp", "retinography"} <= {one.key for one in delegated}


def test_a_version_holds_from_its_day():
    last = versions()[-1]
    assert catalogue_on(on=last.starts_on) == last
    assert kind_of(key="otoscopy", version=last.version).title == "Otoscopie"
    with pytest.raises(UnknownGesture):
        catalogue_on(on=date(2000, 1, 1))
    with pytest.raises(UnknownGesture):
        kind_of(key="otoscopy", version="1999-01-01")
