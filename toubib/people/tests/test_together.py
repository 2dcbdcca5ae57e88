"""Several at once, on PostgreSQL: what is bounded stays bounded, what is one stays one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.models import OutboundMessage
from toubib.people.enums import LinkKind, LinkProof, Role
from toubib.people.identity import Address
from toubib.people.models import Account, Patient
from toubib.people.operations import (
    CodeDead,
    TooManyTries,
    WrongCode,
    WrongFactor,
    WrongPassword,
    add_relative,
    check_credentials,
    request_code,
    set_own_identity,
    use_code,
)
from toubib.people.tests.factories import NOW, make_account, make_identity
from toubib.people.tests.test_codes import code_sent, wrong_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
JEANNE = Address(Channel.EMAIL, "jeanne@exemple.test")
MANY = 12


def at_once(act: Callable[[], object]) -> Counter[str]:
    """How often each kind of answer came, when all begin at the same moment."""
    gate = Barrier(MANY)

    def run(_: int) -> str:
        try:
            gate.wait(10)
            return type(act()).__name__
        except (WrongCode, CodeDead, WrongPassword, WrongFactor, TooManyTries) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(run, range(MANY)))


def test_a_burst_of_wrong_codes_gets_five_tries() -> None:
    request_code(address=JEANNE, now=NOW)
    wrong = wrong_for(code_sent())
    assert at_once(lambda: use_code(address=JEANNE, code=wrong, now=NOW)) == {
        "WrongCode": 4,
        "CodeDead": MANY - 4,
    }


def test_a_burst_of_the_right_code_makes_one_account() -> None:
    request_code(address=JEANNE, now=NOW)
    code = code_sent()
    assert at_once(lambda: use_code(address=JEANNE, code=code, page="a", now=NOW)) == {"Account": MANY}
    assert Account.objects.count() == 1


def test_a_burst_of_requests_sends_one_code() -> None:
    at_once(lambda: request_code(address=JEANNE, now=NOW))
    assert OutboundMessage.objects.count() == 1


def test_a_burst_of_passwords_gets_ten_tries() -> None:
    answers = at_once(lambda: check_credentials(email="x@exemple.test", password="x", now=NOW))
    assert answers == {"WrongPassword": 10, "TooManyTries": MANY - 10}


def test_a_burst_of_identities_and_children_makes_one_of_each() -> None:
    account = make_account()
    by = Actor(account.id, Role.PATIENT)
    at_once(lambda: set_own_identity(account=account, identity=make_identity(), by=by, now=NOW))
    at_once(
        lambda: add_relative(
            account=account,
            identity=make_identity(birth_given_names="Ana"),
            kind=LinkKind.RELATIVE,
            proof=LinkProof.DECLARED,
            by=by,
            now=NOW,
        )
    )
    assert Patient.objects.count() == 2
