from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from toubib.ground.ids import new_id, new_token


def test_new_id_is_a_uuid_of_version_7():
    fresh = new_id()
    assert (fresh.version, fresh.variant) == (7, RFC_4122)


def test_new_id_begins_with_the_milliseconds_of_its_making():
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(seconds=2)


def test_new_id_differs_each_time():
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_new_token_holds_192_bits_and_no_character_an_address_must_escape():
    token = new_token()
    assert len(token) == 32
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_ids_made_in_one_millisecond_keep_their_order():
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
