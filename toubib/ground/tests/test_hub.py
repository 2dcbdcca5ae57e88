import json

import pytest
from django.db import connection, transaction

from toubib.ground.hub import CHANNEL, listen_here, publish


@pytest.fixture
def heard():
    news = []
    stop = listen_here(lambda topic, item: news.append((topic, item)))
    yield news
    stop()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_news_is_told_when_the_transaction_commits(heard):
    with transaction.atomic():
        publish("ticket:1", "offered", offer="7")
        assert heard == []
    assert heard == [("ticket:1", {"topic": "ticket:1", "event": "offered", "offer": "7"})]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_news_of_a_transaction_rolled_back_is_never_told(heard):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish("ticket:1", "offered")
        _ = 1 / 0
    assert heard == []


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_listener_that_fails_neither_stops_the_others_nor_the_act(caplog):
    news = []
    stop_bad = listen_here(lambda topic, item: 1 / 0)
    try:
        with transaction.atomic():
            publish("ticket:1", "offered")
            transaction.on_commit(lambda: news.append("after"))
    finally:
        stop_bad()
    assert news == ["after"]
    assert "ZeroDivisionError" in caplog.text or "division by zero" in caplog.text


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_news_is_notified_to_other_processes_on_commit():
    import psycopg

    names = connection.get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(autocommit=True, **{key: names[key] for key in keys if names.get(key)}) as other:
        other.execute(f"LISTEN {CHANNEL}")
        with transaction.atomic():
            publish("ticket:1", "offered", offer="7")
            assert list(other.notifies(timeout=0.2)) == []
        (notice,) = other.notifies(timeout=5, stop_after=1)
    assert json.loads(notice.payload) == {"topic": "ticket:1", "event": "offered", "offer": "7"}
