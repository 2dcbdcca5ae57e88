"""`toubib retention`: counts and erases nothing; with --apply the same count is gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.config.cli import main
from toubib.consultation.models import Invite

pytestmark = pytest.mark.django_db


def test_it_counts_and_with_apply_it_erases(capsys):
    old = timezone.now() - timedelta(days=31)
    Invite.objects.create(
        ticket_id="0193cafe-0000-7000-8000-0000000000bb", role="relative", token_digest="x",
        invited_by="0193cafe-0000-7000-8000-0000000000bc", created_at=old, expires_at=old,
    )  # fmt: skip
    said = []
    for options in ([], [], ["--apply"], []):
        assert main(["retention", *options]) == 0
        said.append(capsys.readouterr().out.splitlines())
    line = "       1  links of guests who never came (retention.message.days: 30 days)"
    assert [line in one for one in said] == [True, True, True, False]
    assert [one[-1].strip() for one in said] == [
        "1  would be erased",
        "1  would be erased",
        "1  erased",
        "0  would be erased",
    ]
