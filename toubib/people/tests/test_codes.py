from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toubib.ground.enums import Channel
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.identity import Address
from toubib.people.models import Account, SignInCode
from toubib.people.operations import (
    CodeDead,
    TooManyCodes,
    WrongCode,
    erase_old_codes,
    request_code,
    use_code,
)
from toubib.people.operations.codes import ALL_PER_HOUR, WRONG_PER_HOUR
from toubib.people.queries import roles_of
from toubib.people.tests.factories import NOW, make_account, make_cast

pytestmark = pytest.mark.django_db
JEANNE = Address(Channel.EMAIL, "jeanne@exemple.test")
PHONE = Address(Channel.SMS, "+33639980042")


def code_sent() -> str:
    body = OutboundMessage.objects.order_by("-created_at", "-id").first().body
    return "".join(re.search(r"code est ([\d ]+)\.", body).group(1).split())


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


@pytest.mark.parametrize("address", [JEANNE, PHONE])
def test_use_code_makes_the_patient_s_account_once(address: Address) -> None:
    request_code(address=address, now=NOW)
    account = use_code(address=address, code=code_sent(), now=NOW)
    request_code(address=address, now=NOW + timedelta(minutes=5))
    again = use_code(address=address, code=code_sent(), now=NOW + timedelta(minutes=5))
    assert (again, Account.objects.count()) == (account, 1)
    assert roles_of(account=account, now=NOW) == {Role.PATIENT}
    assert not account.has_usable_password()


def test_request_code_sends_by_the_address_s_channel_with_six_digits() -> None:
    request_code(address=PHONE, now=NOW)
    message = OutboundMessage.objects.get()
    assert (message.channel, message.to, message.subject) == (Channel.SMS, "+33639980042", "")
    assert re.fullmatch(r"\d{6}", code_sent())


def test_request_code_keeps_digests_alone() -> None:
    request_code(address=JEANNE, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_signincode")
        row = str(cursor.fetchall())
    assert code_sent() not in row
    assert "jeanne" not in row


def test_a_code_is_neither_logged_nor_journaled(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="toubib"):
        request_code(address=JEANNE, now=NOW)
        use_code(address=JEANNE, code=code_sent(), now=NOW)
    journal = str([vars(entry) for entry in JournalEntry.objects.all()])
    assert code_sent() not in caplog.text + journal


def test_request_code_sends_one_when_asked_twice_in_a_minute() -> None:
    first = request_code(address=JEANNE, now=NOW)
    second = request_code(address=JEANNE, now=NOW + timedelta(seconds=59))
    third = request_code(address=JEANNE, now=NOW + timedelta(seconds=60))
    assert (first.sent, second.sent, third.sent) == (True, False, True)
    assert second.next_at == NOW + timedelta(seconds=60)
    assert OutboundMessage.objects.count() == 2


def test_a_fresh_code_leaves_at_once_when_the_last_one_is_spent() -> None:
    request_code(address=JEANNE, now=NOW)
    use_code(address=JEANNE, code=code_sent(), now=NOW)
    after_use = request_code(address=JEANNE, now=NOW + timedelta(seconds=5))
    for _try in range(5):
        with pytest.raises((WrongCode, CodeDead)):
            use_code(address=JEANNE, code=wrong_for(code_sent()), now=NOW + timedelta(seconds=6))
    after_tries = request_code(address=JEANNE, now=NOW + timedelta(seconds=7))
    assert (after_use.sent, after_tries.sent, OutboundMessage.objects.count()) == (True, True, 3)
    assert use_code(address=JEANNE, code=code_sent(), now=NOW + timedelta(seconds=8)).email == JEANNE.value


def test_request_code_refuses_the_sixth_in_an_hour_and_says_when() -> None:
    for minute in range(5):
        request_code(address=JEANNE, now=NOW + timedelta(minutes=2 * minute))
    with pytest.raises(TooManyCodes) as caught:
        request_code(address=JEANNE, now=NOW + timedelta(minutes=20))
    assert caught.value.retry_at == NOW + timedelta(hours=1)
    assert request_code(address=JEANNE, now=NOW + timedelta(hours=1)).sent
    assert request_code(address=PHONE, now=NOW + timedelta(minutes=20)).sent


def test_use_code_dies_after_five_tries_even_with_the_right_one() -> None:
    request_code(address=JEANNE, now=NOW)
    left = []
    for _ in range(4):
        with pytest.raises(WrongCode) as caught:
            use_code(address=JEANNE, code=wrong_for(code_sent()), now=NOW)
        left.append(caught.value.attempts_left)
    assert left == [4, 3, 2, 1]
    assert caught.value.sentence == "Ce code ne va pas. Il vous reste 1 essai, ou demandez-en un autre."
    for code in (wrong_for(code_sent()), code_sent()):
        with pytest.raises(CodeDead):
            use_code(address=JEANNE, code=code, now=NOW)


def test_use_code_counts_each_wrong_try_in_the_database() -> None:
    request_code(address=JEANNE, now=NOW)
    with pytest.raises(WrongCode):
        use_code(address=JEANNE, code="", now=NOW)
    assert SignInCode.objects.get().attempts_left == 4


def test_use_code_refuses_after_ten_minutes() -> None:
    request_code(address=JEANNE, now=NOW)
    with pytest.raises(CodeDead):
        use_code(address=JEANNE, code=code_sent(), now=NOW + timedelta(minutes=10))


def test_use_code_serves_once_but_survives_a_double_click() -> None:
    request_code(address=JEANNE, now=NOW)
    account = use_code(address=JEANNE, code=code_sent(), page="a", now=NOW)
    assert use_code(address=JEANNE, code=code_sent(), page="a", now=NOW + timedelta(seconds=2)) == account
    with pytest.raises(CodeDead):
        use_code(address=JEANNE, code=code_sent(), page="a", now=NOW + timedelta(seconds=10))


@pytest.mark.parametrize("page", ["", "b"])
def test_a_used_code_serves_no_other_page_and_each_try_counts(page: str) -> None:
    request_code(address=JEANNE, now=NOW)
    use_code(address=JEANNE, code=code_sent(), page="a" if page else "", now=NOW)
    for code in (code_sent(), wrong_for(code_sent())):
        with pytest.raises(CodeDead):
            use_code(address=JEANNE, code=code, page=page, now=NOW)
    assert SignInCode.objects.get().attempts_left == 3


def test_request_code_stops_for_a_while_when_all_addresses_together_ask_for_too_many() -> None:
    SignInCode.objects.bulk_create(
        SignInCode(address_digest=f"{n}", code_digest="x", created_at=NOW, expires_at=NOW)
        for n in range(ALL_PER_HOUR)
    )
    with pytest.raises(TooManyCodes) as caught:
        request_code(address=JEANNE, now=NOW + timedelta(minutes=59))
    assert "Trop de codes partent en ce moment." in caught.value.sentence
    assert request_code(address=JEANNE, now=NOW + timedelta(hours=1)).sent


def test_only_the_last_code_serves() -> None:
    request_code(address=JEANNE, now=NOW)
    old = code_sent()
    request_code(address=JEANNE, now=NOW + timedelta(minutes=2))
    if old != code_sent():
        with pytest.raises(WrongCode):
            use_code(address=JEANNE, code=old, now=NOW + timedelta(minutes=2))


def test_a_code_serves_its_own_address_alone() -> None:
    request_code(address=JEANNE, now=NOW)
    with pytest.raises(CodeDead):
        use_code(address=PHONE, code=code_sent(), now=NOW)


def test_a_code_is_read_with_its_spaces() -> None:
    request_code(address=JEANNE, now=NOW)
    code = code_sent()
    assert use_code(address=JEANNE, code=f" {code[:3]}-{code[3:]} ", now=NOW).email == JEANNE.value


@pytest.mark.parametrize("who", ["vasseur", "director", "administrator", "closed"])
def test_use_code_refuses_professionals_and_closed_accounts_with_the_words_of_a_wrong_code(who: str) -> None:
    cast = make_cast()
    closed = make_account(email="ferme@exemple.test", is_active=False)
    one = closed if who == "closed" else getattr(cast, who)
    account = getattr(one, "account", one)
    address = Address(Channel.EMAIL, account.email)
    request_code(address=address, now=NOW)
    with pytest.raises(WrongCode) as caught:
        use_code(address=address, code=code_sent(), now=NOW)
    assert caught.value.attempts_left == 4


def test_codes_grow_when_someone_guesses_over_many_addresses() -> None:
    SignInCode.objects.bulk_create(
        SignInCode(address_digest=f"{n}", code_digest="x", created_at=NOW, expires_at=NOW, attempts_left=0)
        for n in range(WRONG_PER_HOUR // 5)
    )
    request_code(address=JEANNE, now=NOW)
    assert re.fullmatch(r"\d{9}", code_sent())
    assert use_code(address=JEANNE, code=code_sent(), now=NOW).email == JEANNE.value


def test_the_same_work_is_done_for_a_known_and_an_unknown_address() -> None:
    make_account(email=JEANNE.value)
    counts = []
    for address in (JEANNE, Address(Channel.EMAIL, "inconnue@exemple.test")):
        with CaptureQueriesContext(connection) as counted:
            request_code(address=address, now=NOW)
            with pytest.raises(WrongCode):
                use_code(address=address, code=wrong_for(code_sent()), now=NOW)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_erase_old_codes_takes_those_of_yesterday() -> None:
    request_code(address=JEANNE, now=NOW)
    assert (
        erase_old_codes(now=NOW + timedelta(hours=23)),
        erase_old_codes(now=NOW + timedelta(hours=25)),
    ) == (0, 1)
