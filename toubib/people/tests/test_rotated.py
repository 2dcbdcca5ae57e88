"""What accounts and sessions hold sealed, found by the key it is under, and sealed again."""

import base64
import json

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client

from toubib.ground.crypto import VERSION, forget_keys, key_ring
from toubib.ground.keyfile import key_name, make_key_file, read_key_file, replace_key_file
from toubib.people import sessions
from toubib.people.mfa import Adapter
from toubib.people.rotated import FactorHolder, SessionHolder
from toubib.people.tests.factories import NOW, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings, tmp_path):
    """A way to begin a new key; it answers the heads of the old and of the new one."""
    settings.ENCRYPTION_KEYS_FILE = path = tmp_path / "encryption.keys"
    make_key_file(path)
    forget_keys()

    def change():
        held = read_key_file(path).with_coming().promoted(now=NOW)
        replace_key_file(path, held)
        forget_keys()
        return [VERSION + key_name(key) for key in held.keys]

    yield change
    forget_keys()


def quiet(*_):
    return None


def test_second_factors_are_sealed_again_and_the_rest_of_them_stays(keys):
    adapter, account = Adapter(), make_account()
    totp = Authenticator.objects.create(
        user=account, type="totp", data={"secret": adapter.encrypt("JBSWY3DP")}
    )
    recovery = Authenticator.objects.create(
        user=account, type="recovery_codes", data={"seed": adapter.encrypt("s33d"), "used_mask": 5}
    )
    old, new = keys()
    assert FactorHolder().count() == {old: 2}
    done = FactorHolder().renew(tell=quiet)
    totp.refresh_from_db()
    recovery.refresh_from_db()
    assert (done.renewed, done.busy, done.unreadable, FactorHolder().count()) == (2, 0, [], {new: 2})
    assert (adapter.decrypt(totp.data["secret"]), adapter.decrypt(recovery.data["seed"])) == (
        "JBSWY3DP",
        "s33d",
    )
    assert recovery.data["used_mask"] == 5
    assert FactorHolder().renew(tell=quiet).renewed == 0


def test_factor_that_was_altered_is_named_and_left(keys):
    sealed = key_ring().encrypt(b"x", place="elsewhere")
    data = {"secret": base64.b64encode(sealed).decode()}
    row = Authenticator.objects.create(user=make_account(), type="totp", data=data)
    keys()
    done = FactorHolder().renew(tell=quiet)
    assert done.unreadable == [
        f"second factors {row.pk}: a value of mfa_authenticator.data was altered or moved"
    ]
    row.refresh_from_db()
    assert row.data == data


def test_sessions_count_while_they_last(keys):
    client = Client()
    session = client.session
    session["sealed"] = {"deep": [sessions.seal("secret")]}
    session.save()
    old, _new = keys()
    assert (SessionHolder().count(), "secret" in json.dumps(dict(session))) == ({old: 1}, False)
    Session.objects.update(expire_date=NOW.replace(year=2020))
    assert SessionHolder().count() == {}
