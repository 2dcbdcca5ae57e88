"""`toubib administrator`: the first one of a server, and the invitation again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.config.cli import main
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.operations import invite_administrator
from toubib.people.queries import accounts_with_role
from toubib.people.tests.factories import make_account

pytestmark = pytest.mark.django_db
EMAIL = "luc@exemple.test"


def test_administrator_is_made_once_and_invited_again(capsys) -> None:
    assert main(["administrator", EMAIL, "--name", "Luc Admin"]) == 0
    assert main(["administrator", EMAIL]) == 0  # within a minute: a double
    later = timezone.now() + timedelta(minutes=2)
    invite_administrator(email=EMAIL, name="", by=Actor.system("cli"), now=later)
    (admin,) = accounts_with_role(role=Role.ADMINISTRATOR, now=timezone.now())
    assert (admin.email, admin.display_name) == (EMAIL, "Luc Admin")
    assert [message.to for message in OutboundMessage.objects.all()] == [EMAIL, EMAIL]
    assert capsys.readouterr().out == f"Invitation queued for {EMAIL}.\n" * 2


def test_administrator_prints_a_link_that_opens(capsys) -> None:
    assert main(["administrator", EMAIL, "--print-link"]) == 0
    link = capsys.readouterr().out.splitlines()[1]
    page = Client().get("/" + link.split("/", 3)[3], follow=True)
    assert (page.status_code, page.context["account"].email) == (200, EMAIL)
    assert JournalEntry.objects.filter(action="people.account.hand_link").count() == 1


@pytest.mark.parametrize("email", ["luc", "anne@exemple.test"])
def test_administrator_refuses_a_bad_address_and_one_of_another_role(email: str, capsys) -> None:
    make_account(Role.ANALYST, email="anne@exemple.test")
    assert main(["administrator", email]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n"), said.err.startswith("toubib administrator: email: ")) == (
        "",
        1,
        True,
    )
