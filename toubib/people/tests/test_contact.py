"""One's own e-mail or phone, changed by a code sent to the new one; the one before is told."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.identity import Address
from toubib.people.models import Account
from toubib.people.operations import CodeDead, TooManyCodes, WrongCode, use_code
from toubib.people.operations.contact import ContactRefused, ask_contact, change_contact
from toubib.people.tests.factories import NOW, make_cast, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NEW = Address(Channel.EMAIL, "jeanne.morel@exemple.test")
MOBILE = Address(Channel.SMS, "+33639980077")


@pytest.fixture
def jeanne() -> Account:
    return make_cast().jeanne


def sent(*, to: str) -> list[str]:
    return [row.body for row in OutboundMessage.objects.order_by("created_at", "id") if row.to == to]


def code(*, to: str) -> str:
    return "".join(re.search(r"code est ([\d ]+)\.", sent(to=to)[-1]).group(1).split())


def change(account: Account, address: Address, typed: str, *, now=NOW) -> Account:
    by = Actor(account.id, Role.PATIENT)
    return change_contact(account=account, address=address, code=typed, by=by, now=now)


@pytest.mark.parametrize("address", [NEW, MOBILE])
def test_the_address_changes_once_the_code_came_back_and_the_one_before_is_told(jeanne, address):
    before = jeanne.email
    ask_contact(account=jeanne, address=address, now=NOW)
    jeanne.refresh_from_db()
    assert (jeanne.email, sent(to=before)) == (before, [])
    typed = code(to=address.value)
    for _click in range(2):
        change(jeanne, address, typed)
    jeanne.refresh_from_db()
    assert address.value in (jeanne.email, jeanne.phone)
    assert ["vient de changer" in body for body in sent(to=before)] == [True]
    assert JournalEntry.objects.filter(action="people.contact.change").count() == 1


def test_a_wrong_code_changes_nothing_and_five_kill_it(jeanne):
    before = jeanne.email
    ask_contact(account=jeanne, address=NEW, now=NOW)
    right = code(to=NEW.value)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as error:
            change(jeanne, NEW, wrong)
        assert error.value.attempts_left == left
    for typed in (wrong, right):
        with pytest.raises(CodeDead):
            change(jeanne, NEW, typed)
    jeanne.refresh_from_db()
    assert jeanne.email == before


def test_a_code_serves_its_address_and_its_account_alone_and_ten_minutes(jeanne):
    stranger = make_cast_stranger()
    ask_contact(account=jeanne, address=NEW, now=NOW)
    typed = code(to=NEW.value)
    with pytest.raises(WrongCode):
        change(jeanne, MOBILE, typed)
    with pytest.raises(CodeDead):
        change(stranger, NEW, typed)
    with pytest.raises(CodeDead):
        use_code(address=NEW, code=typed, now=NOW)
    with pytest.raises(CodeDead):
        change(jeanne, NEW, typed, now=NOW + timedelta(minutes=10))


def make_cast_stranger() -> Account:
    return Account.objects.get(email__startswith="paul")


def test_the_address_of_another_account_is_refused_to_its_holder_alone(jeanne):
    taken = Address(Channel.EMAIL, make_cast_stranger().email)
    ask_contact(account=jeanne, address=taken, now=NOW)
    with pytest.raises(ContactRefused, match="ouvre déjà un autre compte"):
        change(jeanne, taken, code(to=taken.value))
    assert Account.objects.get(pk=jeanne.pk).email != taken.value


def test_five_codes_an_hour_whatever_the_address(jeanne):
    for n in range(5):
        ask_contact(account=jeanne, address=Address(Channel.EMAIL, f"a{n}@exemple.test"), now=NOW)
    with pytest.raises(TooManyCodes):
        ask_contact(account=jeanne, address=NEW, now=NOW)
    ask_contact(account=jeanne, address=NEW, now=NOW + timedelta(hours=1))


def test_a_professional_s_address_is_the_administration_s_matter(jeanne):
    with pytest.raises(ContactRefused):
        ask_contact(account=Account.objects.get(email__startswith="vasseur"), address=NEW, now=NOW)


def test_pages_lead_from_the_profile_through_the_code(jeanne):
    client = Client()
    sign_in(client, jeanne)
    assert "/mon-espace/contact" in client.get("/mon-espace/profil").content.decode()
    assert client.get("/mon-espace/contact/code")["Location"] == "/mon-espace/profil"
    assert client.post("/mon-espace/contact", {"address": "rien"}).status_code == 422
    assert (
        client.post("/mon-espace/contact", {"address": NEW.value})["Location"] == "/mon-espace/contact/code"
    )
    wrong = client.post("/mon-espace/contact/code", {"code": "1"})
    assert (wrong.status_code, "Ce code ne va pas" in wrong.content.decode()) == (422, True)
    done = client.post("/mon-espace/contact/code", {"code": code(to=NEW.value)}, follow=True)
    assert (done.redirect_chain, NEW.value in done.content.decode()) == ([("/mon-espace/profil", 302)], True)
