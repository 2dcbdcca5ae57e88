"""`/regles` in a real browser: accessible and fitting at each width, by keyboard, filtered while one types."""

import pytest

from tests.browser.kit import LAPTOP, PHONE, App, faults, overflow, shoot

pytestmark = pytest.mark.browser
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """An application without anyone in it: the law needs nobody."""
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        yield app.start()
    finally:
        app.close()


@pytest.mark.parametrize(("scheme", "opened"), [("light", False), ("dark", True)])
def test_rules_are_accessible_and_fit(app, open_page, scheme, opened):
    page = open_page("/regles?date=2025-03-10", color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_selector("html[data-ready]")
    page.evaluate(
        "open => document.querySelectorAll('main details').forEach(one => { one.open = open })", opened
    )
    found = {}
    for width, size in ((1366, LAPTOP), (390, PHONE), (320, NARROW)):
        page.set_viewport_size(size)
        shoot(page, f"rules-{width}-{scheme}", whole=True)
        found[width] = (overflow(page), faults(page) if width != 320 else [])
    assert {width: one for width, one in found.items() if one != (0, [])} == {}


@pytest.mark.parametrize("address", ["/regles?date=2025-02-30", "/regles?date=1950-01-01", "/regles?q=zzzz"])
def test_pages_without_an_answer_are_accessible_and_fit(app, open_page, address):
    page = open_page(address, size=PHONE, reduced_motion="reduce")
    page.wait_for_selector("html[data-ready]")
    shoot(page, f"rules-{address[8:]}-390", whole=True)
    assert (overflow(page), faults(page)) == (0, [])


def test_typing_filters_the_rules_and_says_how_many(app, open_page):
    page = open_page("/regles?date=2025-03-10")
    page.wait_for_selector("html[data-ready]")
    rules = page.locator("[data-search]:visible")
    whole = rules.count()
    box = page.get_by_label("Chercher un mot")
    box.press_sequentially("télé-expertise DÉLAI")
    page.get_by_role("status").filter(has_text="1 règle").wait_for()
    assert (rules.count(), rules.first.get_attribute("id")) == (1, "te.reply_delay_days")
    assert page.locator("section[data-subject]:visible").count() == 1
    box.fill("")
    page.get_by_role("status").filter(has_text=f"{whole} règles").wait_for()
    assert rules.count() == whole


def test_words_sought_come_back_with_the_page_and_can_be_widened(app, open_page):
    page = open_page("/regles?date=2025-03-10&q=psychiatre")
    page.wait_for_selector("html[data-ready]")
    rules = page.locator("[data-search]:visible")
    few = rules.count()
    page.get_by_label("Chercher un mot").fill("")
    page.wait_for_function(
        "few => document.querySelectorAll('[data-search]:not([hidden])').length > few", arg=few
    )
    assert few > 0


def test_printed_rules_are_unfolded_and_folded_again(app, open_page):
    page = open_page("/regles?date=2025-03-10")
    page.wait_for_selector("html[data-ready]")
    folded = "document.querySelectorAll('.rule details:not([open])').length"
    before = page.evaluate(folded)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = page.evaluate(folded)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert (before > 0, printed, page.evaluate(folded)) == (True, 0, before)


def test_without_script_the_form_answers(app, open_page):
    page = open_page("/", java_script_enabled=False)
    page.locator("footer").get_by_role("link", name="Règles en vigueur").click()
    page.get_by_label("Règles du").fill("2023-03-10")
    page.get_by_label("Chercher un mot").fill("télé-expertise compte")
    page.get_by_role("button", name="Voir les règles").click()
    rule = page.locator("[data-search]:visible")
    assert (rule.count(), rule.get_attribute("id")) == (1, "cap.numerator.includes_teleexpertise")
    assert "oui" in rule.inner_text()
