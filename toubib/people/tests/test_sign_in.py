"""The doors, over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.models import Account, SignInCode
from toubib.people.operations import enrol_totp
from toubib.people.sessions import TOTP_SECRET, open_session, seal
from toubib.people.tests.factories import make_account, make_professional, sign_in
from toubib.people.web import SECOND_FACTOR

pytestmark = pytest.mark.django_db
PASSWORD = "une phrase assez longue"
TOKEN = re.compile(rb'name="(csrfmiddlewaretoken|pending)" value="[^"]*"')


def code_sent() -> str:
    body = OutboundMessage.objects.order_by("-created_at", "-id").first().body
    return "".join(re.search(r"code est ([\d ]+)\.", body).group(1).split())


def ask(client: Client, address: str, **more) -> object:
    return client.post("/connexion", {"door": "code", "address": address, **more})


def enter(client: Client, code: str, **more) -> object:
    return client.post("/connexion/code", {"do": "check", "code": code, **more})


def a_director(**over) -> Account:
    account = make_account(Role.MEDICAL_DIRECTOR, email="dir@exemple.test", **over)
    account.set_password(PASSWORD)
    account.save()
    return account


def password(client: Client, email: str = "dir@exemple.test", typed: str = PASSWORD, **more) -> object:
    return client.post("/connexion", {"door": "password", "pro-email": email, "pro-password": typed, **more})


def test_a_patient_enters_with_a_code_and_comes_to_the_page_that_was_asked(client: Client) -> None:
    answer = ask(client, "Zoe@Exemple.test", next="/mon-espace/proches")
    assert answer["Location"] == "/connexion/code?next=%2Fmon-espace%2Fproches"
    before = client.session.session_key
    answer = enter(client, code_sent(), next="/mon-espace/proches")
    assert (answer.status_code, answer["Location"]) == (302, "/mon-espace/proches")
    assert client.session.session_key != before
    assert client.session[SECOND_FACTOR] is False
    assert client.get("/mon-espace/proches").status_code == 200
    assert JournalEntry.objects.filter(action="people.session.open", reason="code").count() == 1


@pytest.mark.parametrize(
    "next_page", ["https://mal.test/", "//mal.test", "javascript:alert(1)", "/\\mal.test", "/" + "a" * 600]
)
def test_a_next_page_elsewhere_is_forgotten(client: Client, next_page: str) -> None:
    ask(client, "zoe@exemple.test", next=next_page)
    assert enter(client, code_sent(), next=next_page)["Location"] == "/mon-espace"


def test_the_answers_are_the_same_bytes_for_a_known_an_unknown_and_a_professional_s_address() -> None:
    make_account(email="anna@exemple.test")
    make_professional(email="anne@exemple.test")
    pages = []
    for address in ("anna@exemple.test", "anne@exemple.test", "anya@exemple.test"):
        client = Client()
        asked = ask(client, address)
        shown = client.get("/connexion/code")
        wrong = enter(client, "12345")
        seen = [asked.content, shown.content, wrong.content]
        pages.append([TOKEN.sub(b"", text.replace(address.encode(), b"")) for text in seen])
        assert [asked.status_code, shown.status_code, wrong.status_code] == [302, 200, 200]
    assert pages[0] == pages[1] == pages[2]
    assert SignInCode.objects.count() == OutboundMessage.objects.count() == 3


def test_the_password_s_answer_is_the_same_bytes_known_or_not() -> None:
    a_director()
    pages = []
    for email in ("dir@exemple.test", "dur@exemple.test"):
        answer = password(Client(), email, "autre chose de long")
        pages.append(TOKEN.sub(b"", answer.content.replace(email.encode(), b"")))
    assert pages[0] == pages[1]


def test_a_wrong_code_says_how_many_tries_are_left_and_keeps_what_was_typed(client: Client) -> None:
    ask(client, "zoe@exemple.test")
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06}"
    page = enter(client, wrong).content.decode()
    assert "Ce code ne va pas. Il vous reste 4 essais, ou demandez-en un autre." in page
    assert f'value="{wrong}"' in page


def test_a_code_stands_in_no_address_nor_page(client: Client) -> None:
    ask(client, "zoe@exemple.test")
    answer = client.get("/connexion/code")
    assert code_sent() not in answer.content.decode() + str(answer.headers) + str(dict(client.session))


def test_a_double_click_on_the_code_enters_once_all_the_same(client: Client) -> None:
    ask(client, "zoe@exemple.test")
    pending = re.search(
        r'name="pending" value="([^"]+)"', client.get("/connexion/code").content.decode()
    ).group(1)
    code, second, other = code_sent(), Client(), Client()
    second.cookies["csrftoken"] = client.cookies[
        "csrftoken"
    ].value  # the same browser, before the answer came
    assert enter(client, code, pending=pending).status_code == 302
    assert "Ce code ne sert plus." in enter(other, code, pending=pending).content.decode()
    assert enter(second, code, pending=pending)["Location"] == "/mon-espace"
    assert Account.objects.count() == 1


def test_a_code_just_used_enters_from_no_other_browser(client: Client) -> None:
    other = Client()
    for one in (client, other):
        ask(one, "zoe@exemple.test")
    pages = [one.get("/connexion/code").context["pending"] for one in (client, other)]
    code = code_sent()
    assert enter(client, code, pending=pages[0]).status_code == 302
    assert "Ce code ne sert plus." in enter(other, code, pending=pages[1]).content.decode()


def test_a_forged_pending_field_opens_nothing(client: Client) -> None:
    assert enter(client, "123456", pending="x:y:z")["Location"] == "/connexion"


def test_resend_waits_a_minute_then_sends_another(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 21, 9, tzinfo=UTC), tick=False) as clock:
        ask(client, "zoe@exemple.test")
        early = client.post("/connexion/code", {"do": "resend"}).content.decode()
        clock.shift(61)
        late = client.post("/connexion/code", {"do": "resend"}).content.decode()
        for _ in range(3):
            clock.shift(61)
            client.post("/connexion/code", {"do": "resend"})
        clock.shift(61)
        sixth = client.post("/connexion/code", {"do": "resend"}).content.decode()
    assert "il y a moins d’une minute" in early
    assert "Un nouveau code est parti." in late
    assert "Réessayez à 11" in sixth
    assert OutboundMessage.objects.count() == 5


@pytest.mark.parametrize(
    "typed", ["", "jeanne", "06", "😀", "a" * 10_000, "\x00", "<script>alert(1)</script>"]
)
def test_a_bad_address_gets_a_sentence_and_is_kept(client: Client, typed: str) -> None:
    page = ask(client, typed).content.decode()
    assert 'aria-invalid="true"' in page
    assert "<script>alert" not in page
    assert SignInCode.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "12", "😀", "1" * 10_000, "abcdef", "\x00"])
def test_a_bad_code_gets_a_sentence(client: Client, typed: str) -> None:
    ask(client, "zoe@exemple.test")
    answer = enter(client, typed)
    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (200, True)


def test_a_professional_sets_a_second_factor_before_any_page(client: Client) -> None:
    account = a_director()
    assert password(client, next="/direction/professionnels")["Location"] == "/connexion/second-facteur"
    assert client.get("/connexion/second-facteur")["Location"] == "/connexion/second-facteur/installer"
    for page in ("/mon-espace/profil", "/direction/professionnels", "/connexion/codes-de-secours"):
        assert client.get(page)["Location"].startswith("/connexion?next=")
    shown = client.get("/connexion/second-facteur/installer").content.decode()
    secret = "".join(re.search(r"<code>([A-Z2-7 ]+)</code>", shown).group(1).split())
    assert 'src="data:image/svg+xml' in shown
    assert secret not in str(dict(client.session))
    wrong = client.post("/connexion/second-facteur/installer", {"how": "totp", "code": "12"}).content.decode()
    assert "Ce code ne va pas." in wrong
    answer = client.post("/connexion/second-facteur/installer", {"how": "totp", "code": totp(secret)})
    assert answer["Location"] == "/connexion/codes-de-secours"
    codes = re.findall(r"\d{4} \d{4}", client.get("/connexion/codes-de-secours").content.decode())
    assert len(codes) == 10
    assert codes[0].replace(" ", "") not in str(dict(client.session))
    assert client.post("/connexion/codes-de-secours")["Location"] == "/direction/professionnels"
    assert client.get("/connexion/codes-de-secours").status_code == 302
    assert client.get("/direction/professionnels").status_code == 200
    assert client.session[SECOND_FACTOR] is True

    again = Client()
    password(again)
    assert again.get("/connexion/second-facteur/installer")["Location"] == "/connexion/second-facteur"
    used = again.post("/connexion/second-facteur", {"how": "recovery_code", "r-code": codes[0]})
    assert used["Location"] == "/mon-espace"
    assert account.pk == Account.objects.get(email="dir@exemple.test").pk


def totp(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + steps))


def test_a_professional_enters_with_totp_under_a_fresh_session(client: Client) -> None:
    account, secret = a_director(), generate_totp_secret()
    enrol_totp(account=account, secret=secret, code=totp(secret, -1), now=timezone.now())
    password(client)
    before = client.session.session_key
    assert (
        "Ce code ne va pas."
        in client.post("/connexion/second-facteur", {"how": "totp", "code": "1"}).content.decode()
    )
    answer = client.post("/connexion/second-facteur", {"how": "totp", "code": totp(secret, 1)})
    assert (answer["Location"], client.session.session_key != before) == ("/mon-espace", True)


def test_the_second_step_lapses_after_ten_minutes(client: Client) -> None:
    a_director()
    with time_machine.travel(datetime(2026, 11, 21, 9, tzinfo=UTC), tick=False) as clock:
        password(client)
        clock.shift(timedelta(minutes=10, seconds=1))
        assert client.get("/connexion/second-facteur/installer")["Location"] == "/connexion"


def test_whoever_has_the_password_alone_does_not_replace_the_factor(client: Client) -> None:
    account, secret = a_director(), generate_totp_secret()
    enrol_totp(account=account, secret=secret, code=totp(secret), now=timezone.now())
    password(client)
    client.get("/connexion/second-facteur/installer")
    mine, session = generate_totp_secret(), client.session
    session[TOTP_SECRET] = seal(mine)
    session.save()
    client.post("/connexion/second-facteur/installer", {"how": "totp", "code": totp(mine)})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "{}", '{"id": 1}', '"a"', '{"id":"a","rawId":"a","type":"public-key","response":{}}'],
)
@pytest.mark.parametrize("page", ["installer", ""])
def test_a_broken_passkey_answer_is_refused(client: Client, credential: str, page: str) -> None:
    account, secret = a_director(), generate_totp_secret()
    if not page:
        enrol_totp(account=account, secret=secret, code=totp(secret), now=timezone.now())
    password(client)
    url = "/connexion/second-facteur" + ("/installer" if page else "")
    client.get(url)
    assert client.post(url, {"how": "passkey", "credential": credential}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_patient_has_no_password_outside_the_demo(client: Client, settings) -> None:
    account = make_account(email="pat@exemple.test")
    account.set_password(PASSWORD)
    account.save()
    assert password(client, "pat@exemple.test").status_code == 200
    settings.DEMO = True
    assert password(client, "pat@exemple.test").status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)


def test_the_demo_opens_a_full_session_by_password_and_by_one_click(client: Client, settings) -> None:
    settings.DEMO = True
    account = make_account(Role.MEDICAL_DIRECTOR, email="directeur@demo.toubib.test")
    account.set_password("demo-toubib")
    account.save()
    password(client, "directeur@demo.toubib.test", "demo-toubib")
    assert client.get("/direction/professionnels").status_code == 200
    other = Client()
    sign_in(other, make_account())
    assert other.post("/demo/entrer/directeur").status_code == 302
    assert other.get("/direction/professionnels").status_code == 200
    assert other.post("/demo/entrer/personne").status_code == 404
    assert other.get("/demo/entrer/directeur").status_code == 405


def test_the_demo_s_doors_do_not_exist_elsewhere(client: Client) -> None:
    make_account(Role.MEDICAL_DIRECTOR, email="directeur@demo.toubib.test")
    assert client.post("/demo/entrer/directeur").status_code == 404
    assert client.get("/demo/messages").status_code == 404


def test_the_demo_s_entry_wants_the_csrf_token(settings) -> None:
    settings.DEMO = True
    make_account(email="patient@demo.toubib.test")
    assert Client(enforce_csrf_checks=True).post("/demo/entrer/patient").status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_demo_s_messages_ask_the_same_queries_for_one_or_three(
    client: Client, settings, count: int, django_assert_num_queries
) -> None:
    settings.DEMO = True
    for n in range(count):
        ask(client, f"zoe{n}@exemple.test")
    with django_assert_num_queries(3):  # the session, the count, the messages
        page = client.get("/demo/messages").content.decode()
    assert page.count("votre code est") == count


def test_sign_out_ends_the_session_and_may_be_done_twice(client: Client) -> None:
    sign_in(client, make_account())
    assert client.get("/deconnexion").status_code == 405
    for _ in range(2):
        assert client.post("/deconnexion")["Location"] == "/"
    assert client.get("/mon-espace/profil").status_code == 302


def test_an_invitation_sets_a_password_once(client: Client) -> None:
    from toubib.people.operations import create_account
    from toubib.people.tests.factories import BY_CLI

    create_account(
        email="nina@exemple.test",
        name="Nina Faure",
        roles=frozenset({Role.ANALYST}),
        by=BY_CLI,
        now=timezone.now(),
    )
    link = re.search(r"https?://[^/]+(/connexion/invitation/\S+)", OutboundMessage.objects.get().body).group(
        1
    )
    form = client.get(link)["Location"]
    assert form.endswith("/choisir")
    short = client.post(form, {"password": "court", "again": "court"})
    assert short.status_code == 200
    assert (
        "Les deux mots de passe diffèrent."
        in client.post(form, {"password": PASSWORD, "again": "x"}).content.decode()
    )
    assert client.post(form, {"password": PASSWORD, "again": PASSWORD})["Location"].startswith("/connexion")
    assert Client().get(link).status_code == 404
    assert client.post(form, {"password": PASSWORD, "again": PASSWORD}).status_code == 404
    assert password(client, "nina@exemple.test").status_code == 302


def test_a_signed_in_account_is_sent_on(client: Client) -> None:
    sign_in(client, make_account())
    assert (
        client.get(reverse("people:sign_in") + "?next=/mon-espace/profil")["Location"] == "/mon-espace/profil"
    )


@pytest.mark.parametrize("typed", ["06 39 98 00 42", "+33639980042", "+1 212 555 0100", "0565000015", "12"])
def test_without_an_sms_gateway_every_number_is_told_the_same_and_e_mail_alone_is_offered(
    client: Client, settings, typed: str
) -> None:
    settings.SMS_GATEWAY = "none"
    page = client.get("/connexion").content.decode()
    answer = ask(client, typed)
    assert ("Votre adresse e-mail</label>" in page, "numéro de mobile ne sert pas" in page) == (True, True)
    assert answer.context["code_form"].errors == {
        "address": ["Nous n’envoyons pas de SMS ici. Donnez une adresse e-mail."]
    }
    assert (OutboundMessage.objects.count(), SignInCode.objects.count()) == (0, 0)
    assert ask(client, "zoe@exemple.test").status_code == 302


def test_session_that_was_to_end_sooner_is_not_made_longer():
    """A kiosk gave its session an hour."""
    account, ages = make_account(Role.PATIENT), []
    for asked in (3600, None):
        request = RequestFactory().get("/")
        request.session, request.user = Client().session, AnonymousUser()
        if asked:
            request.session.set_expiry(asked)
        open_session(request, account, how="code", now=timezone.now(), strong=False)
        ages.append(request.session.get_expiry_age())
    assert ages == [3600, 4 * 3600]
