"""The ledger's writes: declarations are only added, an act is there once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from toubib.activity.enums import ActOutcome
from toubib.activity.models import CountedAct, DeclaredActivity
from toubib.activity.operations import CannotDeclare, count_act
from toubib.activity.tests.factories import add_acts, declare
from toubib.directory.tests.factories import make_practitioner
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_declare_adds_and_the_same_figures_twice_are_one():
    doctor = make_practitioner()
    first = declare(doctor)
    again = declare(doctor, now=NOW + timedelta(minutes=1))
    changed = declare(doctor, counted_acts=120, now=NOW + timedelta(minutes=2))
    back = declare(doctor, now=NOW + timedelta(minutes=3))
    assert (again.pk, changed.pk == first.pk, back.pk == first.pk) == (first.pk, False, False)
    assert DeclaredActivity.objects.count() == 3
    assert JournalEntry.objects.filter(action="activity.declare").count() == 3


@pytest.mark.parametrize(
    ("over", "field"), [({"counted_acts": 1001}, "counted_acts"), ({"own_mt_acts": 1001}, "own_mt_acts")]
)
def test_declare_refuses_a_part_above_the_whole(over, field):
    with pytest.raises(CannotDeclare) as refusal:
        declare(make_practitioner(), **over)
    assert refusal.value.field == field


def test_database_refuses_a_part_above_the_whole():
    row = declare(make_practitioner())
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredActivity.objects.filter(pk=row.pk).update(counted_acts=2000)


def test_count_act_again_changes_the_row_and_adds_none():
    doctor = make_practitioner()
    [act] = add_acts(doctor, 1)
    count_act(
        practitioner_id=doctor.pk,
        encounter_id=act.encounter_id,
        act_date=NOW.date(),
        outcome=ActOutcome.NOT_COUNTED,
        in_denominator=True,
        own_patient=True,
        law_version="après",
    )
    [row] = CountedAct.objects.all()
    assert (row.pk, row.outcome, row.own_patient, row.law_version) == (act.pk, "NOT_COUNTED", True, "après")
