"""Several sealers at once, while others write: one chain, no hole, no double."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from toubib.ground.actors import Actor
from toubib.ground.journal import seal_journal, trace, verify_journal
from toubib.ground.models import JournalEntry

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
WRITERS, EACH, SEALERS = 4, 25, 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_chain_when_sealers_and_writers_run_together(settings, tmp_path):
    settings.JOURNAL_HEAD_FILE = tmp_path / "journal.head"
    done, errors = threading.Event(), []

    def guarded(work):
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def write():
        for _ in range(EACH):
            trace(by=Actor.system("test"), action="test.thing.read", now=NOW)

    def seal():
        while not done.is_set():
            seal_journal()

    writers = [threading.Thread(target=guarded, args=(write,)) for _ in range(WRITERS)]
    sealers = [threading.Thread(target=guarded, args=(seal,)) for _ in range(SEALERS)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seal_journal()
    assert errors == []
    total = WRITERS * EACH
    assert list(JournalEntry.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, total + 1)
    )
    assert list(verify_journal(now=NOW)) == []
