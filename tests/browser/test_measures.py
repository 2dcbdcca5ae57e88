"""Measures at a kiosk, one device after the other: going on is the main button once a value is there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kit import faults, overflow, shoot
from tests.browser.test_kiosk import fresh_phone, kiosk, walk

__all__ = ["kiosk"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def mains(page):
    """What stands out in the page: one button, whichever device is open."""
    return [one.inner_text().strip() for one in page.locator("main .button:not(.quiet):visible").all()]


def test_a_received_value_leads_on_to_the_next_device_then_out(app, kiosk):
    app.do("tests.browser.seed_measures:devices")
    page = kiosk()
    for name in walk(page, app, phone=fresh_phone()):
        if name == "mesures":
            break
    card = page.locator("[data-card]:visible")
    assert mains(page) == ["Mesurer"]
    card.get_by_role("button", name="Mesurer").click()
    expect(card.locator("[data-live-value]")).to_have_text(re.compile(r"^\d+/\d+ mmHg, pouls \d+$"))
    shoot(page, "borne-mesure-recue")
    assert (faults(page), overflow(page)) == ([], 0)
    expect(card.locator("[data-pass]")).to_be_hidden()
    assert mains(page) == ["Ensuite : n° 2"]
    card.get_by_role("button", name="Ensuite : n° 2").click()
    expect(card.locator("h2")).to_have_text("Votre oxygène")
    card.get_by_role("button", name="Mesurer").click()
    expect(card.get_by_role("button", name="Terminer")).to_be_visible()
    assert mains(page) == ["Terminer"]
    card.get_by_role("button", name="Terminer").click()
    page.wait_for_url("**/consulter/consentements")
