from __future__ import annotations

from datetime import timedelta

import pytest

from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.identity import Address
from toubib.people.models import GrantRequest
from toubib.people.operations import (
    CodeDead,
    MayNotConfirm,
    WrongCode,
    close_account,
    confirm_grant,
    create_account,
    grant_role,
    refuse_grant,
    request_code,
    use_code,
)
from toubib.people.queries import forget_roles, is_professional, open_grant_requests, roles_of
from toubib.people.tests.factories import BY_CLI, NOW, Cast, make_account, make_cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return Actor(cast.administrator.id, Role.ADMINISTRATOR)


@pytest.fixture
def director(cast: Cast) -> Actor:
    return Actor(cast.director.id, Role.MEDICAL_DIRECTOR)


def told(address: str) -> list[OutboundMessage]:
    return [row for row in OutboundMessage.objects.all() if row.to == address]


@pytest.mark.parametrize("role", [Role.MEDICAL_DIRECTOR, Role.COMPLIANCE, Role.ADMINISTRATOR])
def test_a_role_with_power_waits_for_a_second_person(cast: Cast, admin: Actor, director: Actor, role) -> None:
    for _ in range(2):
        assert grant_role(account=cast.analyst, role=role, by=admin, now=NOW) is None
    (asked,) = open_grant_requests()
    assert (roles_of(account=cast.analyst, now=LATER), asked.asked_by) == ({Role.ANALYST}, admin.account_id)
    assert list(OutboundMessage.objects.values_list("to", flat=True)) == [cast.director.email]
    for by in (admin, Actor(cast.analyst.id, Role.MEDICAL_DIRECTOR), Actor(cast.jeanne.id, Role.COMPLIANCE)):
        with pytest.raises(MayNotConfirm):
            confirm_grant(request_id=asked.id, by=by, now=LATER)
    for _ in range(2):
        confirm_grant(request_id=asked.id, by=director, now=LATER)
    forget_roles(account=cast.analyst)
    assert roles_of(account=cast.analyst, now=LATER) == {Role.ANALYST, role}
    seen = JournalEntry.objects.filter(action__startswith="people.role.").order_by("id")
    assert [(row.action, row.account) for row in seen] == [
        ("people.role.ask", admin.account_id),
        ("people.role.grant", director.account_id),
    ]


def test_a_role_refused_is_not_given_and_may_be_asked_again(
    cast: Cast, admin: Actor, director: Actor
) -> None:
    grant_role(account=cast.analyst, role=Role.COMPLIANCE, by=admin, now=NOW)
    (asked,) = open_grant_requests()
    refuse_grant(request_id=asked.id, by=director, now=LATER)
    confirm_grant(request_id=asked.id, by=director, now=LATER)
    assert roles_of(account=cast.analyst, now=LATER) == {Role.ANALYST}
    grant_role(account=cast.analyst, role=Role.COMPLIANCE, by=admin, now=LATER)
    assert [row.granted for row in GrantRequest.objects.order_by("asked_at")] == [False, False]


def test_the_first_administrator_of_a_server_names_the_first_director_alone() -> None:
    first = make_account(Role.ADMINISTRATOR)
    by = Actor(first.id, Role.ADMINISTRATOR)
    named = create_account(
        email="d@exemple.test", name="Dora Lune", roles=frozenset({Role.MEDICAL_DIRECTOR}), by=by, now=NOW
    )
    assert roles_of(account=named, now=NOW) == {Role.MEDICAL_DIRECTOR}
    second = create_account(
        email="e@exemple.test", name="Eli Lune", roles=frozenset({Role.MEDICAL_DIRECTOR}), by=by, now=NOW
    )
    assert roles_of(account=second, now=NOW) == set()


def test_closing_the_others_does_not_make_an_administrator_alone_again(cast: Cast, admin: Actor) -> None:
    close_account(account=cast.director, by=admin, now=NOW)
    assert grant_role(account=cast.analyst, role=Role.MEDICAL_DIRECTOR, by=admin, now=LATER) is None
    assert grant_role(account=cast.analyst, role=Role.ADMINISTRATOR, by=BY_CLI, now=LATER) is not None


def test_an_account_that_awaits_its_role_is_invited_once_confirmed(admin: Actor, director: Actor) -> None:
    account = create_account(
        email="n@exemple.test", name="Nina Faure", roles=frozenset({Role.COMPLIANCE}), by=admin, now=NOW
    )
    assert (is_professional(account=account), told("n@exemple.test")) == (True, [])
    confirm_grant(request_id=open_grant_requests().get().id, by=director, now=LATER)
    assert [row.subject for row in told("n@exemple.test")] == ["Votre compte Toubib"]


def test_an_account_that_awaits_its_role_does_not_enter_by_a_code(admin: Actor) -> None:
    create_account(
        email="n@exemple.test", name="Nina Faure", roles=frozenset({Role.COMPLIANCE}), by=admin, now=NOW
    )
    address = Address("email", "n@exemple.test")
    request_code(address=address, now=NOW)
    (message,) = told("n@exemple.test")
    code = "".join(c for c in message.body.split("est ")[1][:8] if c.isdigit())
    with pytest.raises((WrongCode, CodeDead)):
        use_code(address=address, code=code, now=NOW)


def test_the_name_of_who_assists_is_true_of_an_agent_of_the_town_hall_too():
    assert "professionnel" not in str(Role.ASSISTANT.label)
