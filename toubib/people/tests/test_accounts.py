from __future__ import annotations

from datetime import timedelta

import pytest

from toubib.ground.actors import Actor
from toubib.ground.models import OutboundMessage
from toubib.people.enums import Role
from toubib.people.identity import BadInput
from toubib.people.models import FailedSignIn, RoleGrant
from toubib.people.operations import (
    LastAdministrator,
    MayNotManage,
    TooManyTries,
    WrongPassword,
    check_credentials,
    close_account,
    create_account,
    erase_old_tries,
    grant_role,
    reopen_account,
    revoke_role,
)
from toubib.people.queries import accounts_with_role, find_accounts, roles_of
from toubib.people.tests.factories import BY_CLI, NOW, Cast, make_account, make_cast

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase assez longue"
LATER = NOW + timedelta(minutes=15)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return Actor(cast.administrator.id, Role.ADMINISTRATOR)


def with_password(*roles: Role, **over):
    account = make_account(*roles, **over)
    account.set_password(PASSWORD)
    account.save()
    return account


def test_roles_of_asks_once_and_knows_periods(django_assert_num_queries) -> None:
    account = make_account(Role.ANALYST)
    RoleGrant.objects.create(
        account=account, role=Role.COMPLIANCE, starts_at=NOW, ends_at=NOW + timedelta(hours=1)
    )
    with django_assert_num_queries(1):
        seen = [roles_of(account=account, now=NOW + timedelta(minutes=m)) for m in (-1, 0, 59, 60)]
    assert seen == [
        {Role.ANALYST},
        {Role.ANALYST, Role.COMPLIANCE},
        {Role.ANALYST, Role.COMPLIANCE},
        {Role.ANALYST},
    ]


def test_create_account_invites_and_grants(admin: Actor) -> None:
    account = create_account(
        email="Nina@exemple.test", name="Nina Faure", roles=frozenset({Role.ANALYST}), by=admin, now=NOW
    )
    assert (account.email, roles_of(account=account, now=NOW)) == ("nina@exemple.test", {Role.ANALYST})
    assert OutboundMessage.objects.get().to == "nina@exemple.test"
    with pytest.raises(BadInput):
        create_account(
            email="NINA@exemple.test", name="Nina", roles=frozenset({Role.ANALYST}), by=admin, now=NOW
        )


@pytest.mark.parametrize(
    "roles", [set(), {Role.PATIENT}, {Role.PRACTITIONER}, {Role.PRACTITIONER, Role.ANALYST}]
)
def test_create_account_refuses_roles_that_ask_for_more(admin: Actor, roles) -> None:
    with pytest.raises(BadInput):
        create_account(email="x@exemple.test", name="X", roles=frozenset(roles), by=admin, now=NOW)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_only_administrators_manage(cast: Cast, role: Role) -> None:
    by = Actor(cast.jeanne.id, role)
    acts = [
        lambda: create_account(
            email="x@exemple.test", name="X", roles=frozenset({Role.ANALYST}), by=by, now=NOW
        ),
        lambda: grant_role(account=cast.analyst, role=Role.ADMINISTRATOR, by=by, now=NOW),
        lambda: revoke_role(account=cast.analyst, role=Role.ANALYST, by=by, now=NOW),
        lambda: close_account(account=cast.analyst, by=by, now=NOW),
        lambda: reopen_account(account=cast.analyst, by=by, now=NOW),
    ]
    for act in acts:
        with pytest.raises(MayNotManage):
            act()


def test_nobody_gives_themselves_a_role(cast: Cast, admin: Actor) -> None:
    with pytest.raises(MayNotManage):
        grant_role(account=cast.administrator, role=Role.MEDICAL_DIRECTOR, by=admin, now=NOW)


def test_grant_role_twice_is_once_and_revoke_ends_it(cast: Cast, admin: Actor) -> None:
    for _ in range(2):
        grant_role(account=cast.analyst, role=Role.REGULATOR, by=admin, now=NOW)
    assert roles_of(account=cast.analyst, now=NOW) == {Role.ANALYST, Role.REGULATOR}
    for _ in range(2):
        revoke_role(account=cast.analyst, role=Role.REGULATOR, by=admin, now=LATER)
    assert roles_of(account=cast.analyst, now=LATER) == {Role.ANALYST}
    assert RoleGrant.objects.filter(account=cast.analyst, role=Role.REGULATOR).count() == 1


def test_an_agent_of_the_town_hall_assists_without_rpps(admin: Actor) -> None:
    account = create_account(
        email="mairie@exemple.test", name="Odile Brun", roles=frozenset({Role.ASSISTANT}), by=admin, now=NOW
    )
    assert roles_of(account=account, now=NOW) == {Role.ASSISTANT}


@pytest.mark.parametrize("role", [Role.PATIENT, Role.PRACTITIONER])
def test_grant_role_refuses_a_doctor_without_rpps(cast: Cast, admin: Actor, role: Role) -> None:
    with pytest.raises(BadInput):
        grant_role(account=cast.analyst, role=role, by=admin, now=NOW)


def test_the_last_administrator_stays(cast: Cast) -> None:
    for act in (
        lambda: close_account(account=cast.administrator, by=BY_CLI, now=NOW),
        lambda: revoke_role(account=cast.administrator, role=Role.ADMINISTRATOR, by=BY_CLI, now=NOW),
    ):
        with pytest.raises(LastAdministrator):
            act()
    make_account(Role.ADMINISTRATOR)
    close_account(account=cast.administrator, by=BY_CLI, now=NOW)
    assert len(accounts_with_role(role=Role.ADMINISTRATOR, now=NOW)) == 1


def test_find_accounts_holds_no_patient(cast: Cast) -> None:
    names = {account.display_name for account in find_accounts()}
    assert {"Jeanne Morel", "Paul Étranger"}.isdisjoint(names)
    assert [account.display_name for account in find_accounts(text="vass")] == ["Salomé Vasseur"]


def test_check_credentials_takes_a_professional() -> None:
    account = with_password(Role.ANALYST, email="ana@exemple.test")
    assert check_credentials(email=" Ana@Exemple.test ", password=PASSWORD, now=NOW) == account
    assert not FailedSignIn.objects.exists()


@pytest.mark.parametrize(
    "case", ["unknown", "wrong", "empty", "patient", "closed", "unusable", "long", "emoji"]
)
def test_check_credentials_says_the_same_to_all_others(case: str) -> None:
    with_password(Role.ANALYST, email="ana@exemple.test", is_active=case != "closed")
    with_password(Role.PATIENT, email="pat@exemple.test")
    make_account(Role.ANALYST, email="neuf@exemple.test")
    email = {"patient": "pat", "unusable": "neuf", "unknown": "personne"}.get(case, "ana") + "@exemple.test"
    typed = {"wrong": "autre", "empty": "", "long": "a" * 10_000, "emoji": "😀"}.get(case, PASSWORD)
    with pytest.raises(WrongPassword) as caught:
        check_credentials(email=email, password=typed, now=NOW)
    assert caught.value.sentence == "L’adresse ou le mot de passe ne va pas."


@pytest.mark.parametrize("email", ["ana@exemple.test", "personne@exemple.test"])
def test_check_credentials_stops_after_ten_tries_known_or_not(email: str) -> None:
    with_password(Role.ANALYST, email="ana@exemple.test")
    FailedSignIn.objects.all().delete()
    for _ in range(10):
        with pytest.raises(WrongPassword):
            check_credentials(email=email, password="non", now=NOW)
    with pytest.raises(TooManyTries):
        check_credentials(email=email.upper(), password=PASSWORD, now=LATER - timedelta(seconds=1))
    if email.startswith("ana"):
        assert check_credentials(email=email, password=PASSWORD, now=LATER).email == email
    else:
        with pytest.raises(WrongPassword):
            check_credentials(email=email, password=PASSWORD, now=LATER)


def test_erase_old_tries_takes_those_of_yesterday() -> None:
    with pytest.raises(WrongPassword):
        check_credentials(email="x@exemple.test", password="x", now=NOW)
    assert (erase_old_tries(now=NOW), erase_old_tries(now=NOW + timedelta(hours=25))) == (0, 1)


@pytest.mark.parametrize("email", ["anaıs@exemple.test", "anaiſ@exemple.test", "ANAİS@exemple.test"])  # noqa: RUF001
def test_check_credentials_knows_no_look_alike_of_an_address(email: str) -> None:
    account = make_account(Role.PRACTITIONER, email="anais@exemple.test")
    account.set_password(PASSWORD)
    account.save()
    with pytest.raises(WrongPassword):
        check_credentials(email=email, password=PASSWORD, now=NOW)
    assert FailedSignIn.objects.count() == 0


def test_check_credentials_hashes_once_whoever_it_is(monkeypatch) -> None:
    from toubib.people.operations import passwords

    with_password(Role.ANALYST, email="ana@exemple.test")
    make_account(Role.ANALYST, email="neuf@exemple.test")
    with pytest.raises(WrongPassword):  # makes the password nobody has
        check_credentials(email="x@exemple.test", password="x", now=NOW)
    calls: list[str] = []
    true_check = passwords.check_password
    monkeypatch.setattr(
        passwords,
        "check_password",
        lambda typed, stored: calls.append(stored[:6]) or true_check(typed, stored),
    )
    for email in ("ana@exemple.test", "neuf@exemple.test", "personne@exemple.test"):
        with pytest.raises(WrongPassword):
            check_credentials(email=email, password="x", now=NOW)
    assert calls == ["scrypt"] * 3
