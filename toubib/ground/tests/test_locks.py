import threading

import pytest
from django.db import connection, transaction

from toubib.ground.locks import hold_lock


@pytest.mark.django_db(transaction=True)
def test_lock_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="needs a transaction"):
        hold_lock("a")


def try_in_another_session(name):
    """Whether another session gets the lock at once."""
    answer = []

    def attempt():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                hold_lock(name)
            answer.append(True)
        except Exception:
            answer.append(False)
        finally:
            connection.close()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return answer == [True]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lock_is_held_until_the_transaction_ends_and_by_its_name_alone():
    with transaction.atomic():
        hold_lock("a")
        assert (try_in_another_session("a"), try_in_another_session("b")) == (False, True)
    assert try_in_another_session("a")
