import pytest

from toubib.directory.queries import has_valid_rpps_key
from toubib.people.enums import Role
from toubib.people.perms import may_go_on_duty
from toubib.people.queries import links_of, roles_of
from toubib.people.tests.factories import NOW, make_cast

pytestmark = pytest.mark.django_db


def test_make_cast_gives_everyone_their_place() -> None:
    cast = make_cast()
    assert [link.patient for link in links_of(account=cast.jeanne, now=NOW)] == [
        cast.jeanne_patient,
        cast.leo,
    ]
    assert roles_of(account=cast.director, now=NOW) == {Role.MEDICAL_DIRECTOR}
    doctors = [cast.vasseur, cast.lenoir, cast.benali]
    assert [may_go_on_duty(account=one.account, now=NOW).allowed for one in doctors] == [True] * 3
    assert all(has_valid_rpps_key(one.practitioner.rpps) for one in [*doctors, cast.haddad])
    assert not may_go_on_duty(account=cast.haddad.account, now=NOW).allowed
