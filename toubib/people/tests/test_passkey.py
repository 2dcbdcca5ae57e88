"""A passkey set and used in a real Chromium with a virtual key (WebAuthn needs the name « localhost »)."""

from __future__ import annotations

import pytest

from toubib.people.enums import Role
from toubib.people.operations import factors_of
from toubib.people.tests.factories import make_account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "une phrase assez longue"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_set_at_the_first_sign_in_and_used_at_the_next(live_server, playwright) -> None:
    account = make_account(Role.ANALYST, email="ana@exemple.test")
    account.set_password(PASSWORD)
    account.save()
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_context(locale="fr-FR").new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None,
    )
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    _give_password(page, live_server.url)
    page.get_by_role("button", name="Créer une clé d’accès").click()
    page.get_by_role("button", name="J’ai noté mes codes").click()
    page.goto(f"{live_server.url}/mon-espace/profil")
    page.get_by_role("main").get_by_role("button", name="Me déconnecter").click()
    page.wait_for_url(lambda url: "/mon-espace" not in url)
    _give_password(page, live_server.url)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    page.wait_for_url("**/mon-espace**")
    page.goto(f"{live_server.url}/mon-espace/profil")
    shown = page.get_by_role("main").inner_text()
    browser.close()
    assert "ana@exemple.test" in shown
    assert complaints == []
    assert (factors_of(account=account).passkeys, factors_of(account=account).recovery_codes) == (1, 10)


def _give_password(page, url: str) -> None:
    page.goto(f"{url}/connexion")
    page.get_by_label("Adresse e-mail", exact=True).fill("ana@exemple.test")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Me connecter").click()
