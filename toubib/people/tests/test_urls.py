"""Roles and addresses: every address of people, by each role, and by nobody."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from toubib.people.tests.factories import Cast, make_account, make_cast, sign_in
from toubib.people.urls import urlpatterns

pytestmark = pytest.mark.django_db

EVERYONE = {
    "nobody",
    "jeanne",
    "stranger",
    "vasseur",
    "haddad",
    "director",
    "compliance",
    "regulator",
    "analyst",
    "administrator",
}
SIGNED_IN = EVERYONE - {"nobody"}
# name: (arguments, who gets a page by GET)
PAGES: dict[str, tuple[list[str], set[str]]] = {
    "sign_in": ([], {"nobody"}),
    "code": ([], set()),
    "second_factor": ([], set()),
    "enrol": ([], set()),
    "recovery_codes": ([], set()),
    "invitation": (["Nobody", "x"], set()),
    "sign_out": ([], set()),
    "demo_enter": (["medecin"], set()),
    "demo_messages": ([], set()),
    "profile": ([], SIGNED_IN),
    "contact": ([], {"jeanne", "stranger"}),
    "contact_code": ([], set()),
    "relatives": ([], {"jeanne", "stranger"}),
    "relative_add": ([], {"jeanne", "stranger"}),
    "relative": (["leo_link"], {"jeanne"}),
    "relative_end": (["leo_link"], set()),
    "professionals": ([], {"director"}),
    "professional": (["vasseur"], {"director"}),
    "links": ([], {"director"}),
    "accounts": ([], {"administrator"}),
    "grants": ([], {"administrator", "director"}),
    "account_new": ([], {"administrator"}),
    "account": (["director"], {"administrator"}),
}
POSTS = [
    name
    for name in PAGES
    if name not in {"sign_in", "code", "second_factor", "enrol", "sign_out", "demo_messages", "contact_code"}
]


def address(name: str, cast: Cast) -> str:
    arguments = [getattr(cast, one).pk if hasattr(cast, one) else one for one in PAGES[name][0]]
    return reverse(f"people:{name}", args=arguments)


def client_of(who: str, cast: Cast) -> Client:
    client = Client()
    if who != "nobody":
        one = getattr(cast, who)
        sign_in(client, getattr(one, "account", one))
    return client


def test_the_table_names_every_address() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_a_page_opens_for_its_roles_alone(who: str) -> None:
    cast = make_cast()
    client = client_of(who, cast)
    opened = {name for name in PAGES if client.get(address(name, cast)).status_code == 200}
    assert opened == {name for name, (_, whom) in PAGES.items() if who in whom}


@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_a_post_changes_nothing_for_who_may_not(who: str) -> None:
    cast = make_cast()
    client = client_of(who, cast)
    for name in POSTS:
        if who not in PAGES[name][1] and not (name == "relative_end" and who == "jeanne"):
            answer = client.post(address(name, cast), {"do": "suspend", "reason": "x", "door": "staff"})
            assert answer.status_code in (302, 404, 405), name
            if answer.status_code == 302:
                assert answer["Location"].startswith("/connexion") or name == "recovery_codes", name
    cast.vasseur.refresh_from_db()
    cast.leo_link.refresh_from_db()
    assert (cast.vasseur.suspended_at, cast.leo_link.revoked_at) == (None, None)


@pytest.mark.parametrize("name", ["professionals", "accounts"])
def test_a_professional_role_counts_for_nothing_without_the_second_factor(name: str) -> None:
    cast = make_cast()
    client = Client()
    sign_in(client, cast.director if name == "professionals" else cast.administrator, second_factor=False)
    assert client.get(address(name, cast)).status_code == 404


def test_nobody_is_sent_to_sign_in_and_back() -> None:
    answer = Client().get(reverse("people:relatives"))
    assert (answer.status_code, answer["Location"]) == (302, "/connexion?next=/mon-espace/proches")


def test_a_closed_account_is_nobody_at_once() -> None:
    client, account = Client(), make_account()
    sign_in(client, account)
    account.is_active = False
    account.save()
    assert client.get(reverse("people:profile")).status_code == 302
