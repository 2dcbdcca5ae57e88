"""Counts of a year and where a doctor stands."""

from datetime import date
from fractions import Fraction

import pytest

from toubib.activity.enums import ActOutcome
from toubib.activity.queries import YearCounts, cap_of, cap_outcomes, standings, year_counts
from toubib.activity.tests.factories import add_acts, declare
from toubib.directory.tests.factories import make_practitioner
from toubib.people.tests.factories import NOW

pytestmark = pytest.mark.django_db
YEAR = NOW.year


def test_year_counts_tells_counted_denominator_own_and_unsure_of_that_year_alone():
    doctor = make_practitioner()
    add_acts(doctor, 3)
    add_acts(doctor, 2, outcome=ActOutcome.NOT_COUNTED, own_patient=True)
    add_acts(doctor, 1, outcome=ActOutcome.UNDETERMINED, in_denominator=None, own_patient=None)
    add_acts(doctor, 5, act_date=date(YEAR - 1, 12, 31))
    add_acts(doctor, 7, act_date=date(YEAR + 1, 1, 1))
    found = year_counts(practitioner_ids=[doctor.pk], year=YEAR)
    assert found == {doctor.pk: YearCounts(counted=3, acts=5, own_mt=2, unsure=1)}


def test_cap_is_undetermined_with_its_range_without_a_declaration():
    doctor = make_practitioner()
    add_acts(doctor, 3)
    status = cap_of(practitioner=doctor, year=YEAR).status
    assert (status.outcome, status.ratio, status.lowest <= status.highest) == ("UNDETERMINED", None, True)


@pytest.mark.parametrize(
    ("counted", "outcome"), [(0, "BELOW"), (179, "BELOW"), (180, "NEAR"), (200, "NEAR"), (201, "ABOVE")]
)
def test_cap_stands_on_both_sides_of_near_and_of_the_rate(counted, outcome):
    doctor = make_practitioner()
    declare(doctor, counted_acts=counted)
    assert cap_of(practitioner=doctor, year=YEAR).status.outcome == outcome


def test_cap_adds_what_was_done_here_to_what_was_declared_last():
    doctor = make_practitioner()
    declare(doctor, counted_acts=0)
    declare(doctor, conventioned_acts=990, counted_acts=190)
    add_acts(doctor, 10)
    standing = cap_of(practitioner=doctor, year=YEAR)
    assert (standing.status.ratio, standing.status.outcome) == (Fraction(1, 5), "NEAR")
    assert standing.status.other is not None


@pytest.mark.parametrize("count", [1, 3])
def test_standings_take_two_queries_however_many(count, django_assert_num_queries):
    doctors = [make_practitioner() for _one in range(count)]
    for doctor in doctors:
        declare(doctor, counted_acts=300)
    with django_assert_num_queries(2):
        found = standings(practitioners=doctors, year=YEAR)
    assert [one.practitioner for one in found] == doctors
    assert set(cap_outcomes(practitioners=doctors, year=YEAR).values()) == {"ABOVE"}


def test_cap_of_a_doctor_with_many_unsure_acts_is_undetermined_for_dispatch_too():
    doctor, other = make_practitioner(), make_practitioner()
    for one in (doctor, other):
        declare(one, conventioned_acts=100, counted_acts=5)
    add_acts(doctor, 30, outcome=ActOutcome.UNDETERMINED, in_denominator=None, own_patient=None)
    add_acts(other, 1, outcome=ActOutcome.UNDETERMINED, in_denominator=None, own_patient=None)
    status = cap_of(practitioner=doctor, year=YEAR).status
    assert (status.lowest, status.highest) == (Fraction(5, 130), Fraction(35, 130))
    found = cap_outcomes(practitioners=[doctor, other], year=YEAR)
    assert found == {doctor.pk: "UNDETERMINED", other.pk: "BELOW"}
