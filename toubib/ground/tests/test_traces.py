"""What an act leaves in the journal is written with it, in one statement, or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.ground.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
BY = Actor.system("test")


class Undone(Exception):
    """Raised by an act on purpose."""


def leave(action: str) -> None:
    trace(by=BY, action=action, now=datetime(2026, 11, 22, 8, tzinfo=UTC))


def actions() -> list[str]:
    return list(JournalEntry.objects.order_by("id").values_list("action", flat=True))


@transactional
def inner() -> None:
    leave("test.inner")


@transactional
def act(*, undone: bool = False) -> None:
    leave("test.before")
    inner()
    leave("test.after")
    if undone:
        raise Undone


def test_the_entries_of_an_act_are_one_statement_in_their_order():
    with CaptureQueriesContext(connection) as asked:
        act()
    written = [one["sql"] for one in asked if "INSERT INTO ground_journalentry" in one["sql"]]
    assert (len(written), actions()) == (1, ["test.before", "test.inner", "test.after"])


def test_an_act_that_is_undone_leaves_nothing_and_the_next_one_leaves_its_own():
    with pytest.raises(Undone):
        act(undone=True)
    inner()
    leave("test.alone")
    assert actions() == ["test.inner", "test.alone"]


def test_what_a_savepoint_takes_back_leaves_no_entry():
    @transactional
    def tries() -> None:
        leave("test.before")
        with pytest.raises(Undone), transaction.atomic():
            act(undone=True)
        leave("test.after")

    tries()
    assert actions() == ["test.before", "test.after"]
