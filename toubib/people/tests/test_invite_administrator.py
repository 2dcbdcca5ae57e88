from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from toubib.ground.models import OutboundMessage
from toubib.people.enums import Role
from toubib.people.queries import accounts_with_role

pytestmark = pytest.mark.django_db


def test_invite_administrator_makes_one_and_mails_the_link(capsys) -> None:
    call_command("invite_administrator", "luc@exemple.test", "Luc Admin")
    (admin,) = accounts_with_role(role=Role.ADMINISTRATOR, now=timezone.now())
    assert (admin.email, OutboundMessage.objects.get().to) == ("luc@exemple.test", "luc@exemple.test")
    with pytest.raises(CommandError):
        call_command("invite_administrator", "luc@exemple.test", "Luc Admin")
