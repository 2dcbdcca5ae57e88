from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import connection

from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.operations import (
    FactorExists,
    Factors,
    MayNotManage,
    TooManyTries,
    WrongFactor,
    enrol_totp,
    factors_of,
    reset_factors,
    use_recovery_code,
    use_totp,
)
from toubib.people.tests.factories import NOW, make_account

pytestmark = pytest.mark.django_db
STEP = timedelta(seconds=30)


def totp(secret: str, now) -> str:
    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // 30))


@pytest.fixture
def account():
    return make_account(Role.ANALYST)


@pytest.fixture
def secret(account) -> str:
    made = generate_totp_secret()
    enrol_totp(account=account, secret=made, code=totp(made, NOW), now=NOW)
    return made


def test_enrol_totp_gives_ten_recovery_codes_and_encrypts_the_secret(account) -> None:
    made = generate_totp_secret()
    assert factors_of(account=account) == Factors(totp=False, passkeys=0, recovery_codes=0)
    codes = enrol_totp(account=account, secret=made, code=totp(made, NOW), now=NOW)
    assert (len(set(codes)), factors_of(account=account)) == (
        10,
        Factors(totp=True, passkeys=0, recovery_codes=10),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        stored = str(cursor.fetchall())
    assert made not in stored
    assert codes[0] not in stored


def test_enrol_totp_wants_a_right_code(account) -> None:
    with pytest.raises(WrongFactor):
        enrol_totp(account=account, secret=generate_totp_secret(), code="000000x", now=NOW)
    assert not factors_of(account=account).any


def test_enrol_totp_twice_is_once_but_another_secret_is_refused(account, secret: str) -> None:
    enrol_totp(account=account, secret=secret, code=totp(secret, NOW), now=NOW)
    other = generate_totp_secret()
    with pytest.raises(FactorExists):
        enrol_totp(account=account, secret=other, code=totp(other, NOW), now=NOW)
    assert Authenticator.objects.filter(user=account, type="totp").count() == 1


def test_use_totp_takes_the_clock_s_drift_but_no_more(account, secret: str) -> None:
    now = NOW + 10 * STEP
    for ahead in (-2, 2):
        with pytest.raises(WrongFactor):
            use_totp(account=account, code=totp(secret, now + ahead * STEP), now=now)
    use_totp(account=account, code=totp(secret, now - STEP), now=now)
    use_totp(account=account, code=totp(secret, now + STEP), now=now)


def test_a_totp_serves_once(account, secret: str) -> None:
    with pytest.raises(WrongFactor):  # the code that set it up
        use_totp(account=account, code=totp(secret, NOW), now=NOW)
    later = NOW + 5 * STEP
    use_totp(account=account, code=totp(secret, later), now=later)
    for code in (totp(secret, later), totp(secret, later - STEP)):
        with pytest.raises(WrongFactor):
            use_totp(account=account, code=code, now=later)


def test_a_second_factor_is_not_guessed(account, secret: str) -> None:
    later = NOW + 5 * STEP
    for _ in range(10):
        with pytest.raises(WrongFactor):
            use_totp(account=account, code="", now=later)
    with pytest.raises(TooManyTries):
        use_totp(account=account, code=totp(secret, later), now=later)
    with pytest.raises(TooManyTries):
        use_recovery_code(account=account, code="00000000", now=later)


def test_a_recovery_code_serves_once(account) -> None:
    made = generate_totp_secret()
    first = enrol_totp(account=account, secret=made, code=totp(made, NOW), now=NOW)[0]
    use_recovery_code(account=account, code=f"{first[:4]} {first[4:]}", now=NOW)
    assert factors_of(account=account).recovery_codes == 9
    with pytest.raises(WrongFactor):
        use_recovery_code(account=account, code=first, now=NOW)


def test_a_factor_of_another_does_not_serve(secret: str) -> None:
    with pytest.raises(WrongFactor):
        use_totp(account=make_account(Role.ANALYST), code=totp(secret, NOW + STEP), now=NOW + STEP)


def test_reset_factors_is_for_another_administrator(account, secret: str) -> None:
    for by in (Actor(account.id, Role.ADMINISTRATOR), Actor(None, Role.MEDICAL_DIRECTOR)):
        with pytest.raises(MayNotManage):
            reset_factors(account=account, by=by, now=NOW)
    reset_factors(account=account, by=Actor(make_account().id, Role.ADMINISTRATOR), now=NOW)
    assert not factors_of(account=account).any
