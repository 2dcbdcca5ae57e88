"""The component sheet in a real browser: accessible, keyboard-driven, sent once, printed."""

import pytest

from toubib.ui.tests.conftest import SCREENSHOTS

pytestmark = [pytest.mark.browser, pytest.mark.urls("toubib.ui.tests.test_views")]

PHONE = {"width": 390, "height": 844}
PAGES = {
    "sheet": "",
    "sheet-errors": "?erreurs=1",
    "sheet-desk": "?appareil=desk",
    "flow": "?page=parcours&erreurs=1",
    "desk": "?page=bureau",
    "line": "?page=file",
}


def find_faults(page):
    from axe_playwright_python.sync_playwright import Axe

    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    answer = Axe().run(page, options={"runOnly": rules})
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in answer.response["violations"]]


def shoot(page, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"ui-{name}.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_accessibility_fault_and_fit(site, open_page, name, scheme):
    page = open_page(f"{site}/ui/composants{PAGES[name]}", color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for width, height in ((1366, 900), (390, 844), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        shoot(page, f"{name}-{scheme}-{width}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[width] = (max(overflow, 0), find_faults(page) if width != 320 else [])
    assert found == {1366: (0, []), 390: (0, []), 320: (0, [])}


@pytest.mark.parametrize(
    ("width", "height", "size"), [(1080, 1920, "24px"), (1366, 900, "17.6px"), (390, 844, "16px")]
)
def test_kiosk_enlarges_everything(site, open_page, width, height, size):
    page = open_page(
        f"{site}/ui/composants?appareil=kiosk", width=width, height=height, reduced_motion="reduce"
    )
    shoot(page, f"kiosk-{width}")
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    font = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert (font, max(overflow, 0), find_faults(page)) == (size, 0, [])


@pytest.mark.parametrize(("address", "status"), [("/nulle-part", 404), ("/panne", 500)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_error_pages_have_no_accessibility_fault(site, open_page, address, status, scheme):
    page = open_page(f"{site}{address}", **PHONE, color_scheme=scheme, expect=(str(status),))
    shoot(page, f"error-{status}-{scheme}")
    assert find_faults(page) == []


def test_open_dialog_and_open_menu_have_no_fault(site, open_page):
    page = open_page(f"{site}/ui/composants", **PHONE, reduced_motion="reduce")
    page.click(".menu summary")
    with_menu = find_faults(page)
    page.keyboard.press("Escape")
    page.click("[data-dialog=quit]")
    shoot(page, "dialog-390")
    assert (with_menu, find_faults(page)) == ([], [])


def test_keyboard_focus_is_seen_on_everything(site, open_page):
    page = open_page(f"{site}/ui/composants")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => { const e = document.activeElement; if (e === document.body) return null;
                const box = e.matches('.choice input') ? e : e; const s = getComputedStyle(box);
                return [e.textContent.trim().slice(0, 20), s.outlineStyle, parseFloat(s.outlineWidth) >= 3]; }"""
            )
        )
        if seen[-1] is None:
            break
    reached = [one for one in seen if one]
    assert (reached[0][0], len(reached) > 30, {tuple(one[1:]) for one in reached}) == (
        "Aller au contenu",
        True,
        {("solid", True)},
    )


def test_skip_link_leads_to_the_content(site, open_page):
    page = open_page(f"{site}/ui/composants")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_errors_take_the_focus_and_lead_to_the_field(site, open_page):
    page = open_page(f"{site}/ui/composants?erreurs=1", **PHONE)
    first = page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_role("link", name="Date de naissance").press("Enter")
    assert (first, page.evaluate("document.activeElement.id"), page.input_value("#id_birth")) == (
        True,
        "id_birth",
        "31 02 1955",
    )


def test_forms_are_sent_once_with_the_pressed_button(site, open_page):
    page = open_page(f"{site}/ui/composants")
    sent = []

    def take(route):
        sent.append(route.request.post_data)
        route.fulfill(status=204)  # the browser stays on the page

    page.route("**/ui/composants", take)
    page.evaluate(
        """() => { const f = document.querySelector('form[data-once]'); f.enctype = 'application/x-www-form-urlencoded';
        const b = f.querySelector('button'); b.click(); b.click(); setTimeout(() => b.click(), 30); }"""
    )
    page.wait_for_timeout(300)
    held = page.locator("button[name=envoi]").is_disabled()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert (len(sent), "envoi=1" in sent[0], held, page.locator("button[name=envoi]").is_disabled()) == (
        1,
        True,
        True,
        False,
    )


def test_dialog_by_keyboard_gives_the_safe_answer_first(site, open_page):
    page = open_page(f"{site}/ui/composants")
    page.locator("[data-dialog=quit]").press("Enter")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    closed = page.locator("dialog").is_hidden()
    assert (first, closed, page.evaluate("document.activeElement.dataset.dialog")) == ("Rester", True, "quit")


def test_tabs_move_with_arrows(site, open_page):
    page = open_page(f"{site}/ui/composants")
    page.locator("#x1").focus()
    shown = []
    for key in ("ArrowRight", "ArrowRight", "End", "Home"):
        page.keyboard.press(key)
        shown.append((page.evaluate("document.activeElement.id"), page.locator("#xp2").is_visible()))
    assert shown == [("x2", True), ("x1", False), ("x2", True), ("x1", False)]


def test_toast_and_announcement_are_said(site, open_page):
    page = open_page(f"{site}/ui/composants")
    page.evaluate(
        """() => { for (const [name, text] of [['toast', 'Votre place est <gardée>.'], ['say', 'Vous êtes 2e.']])
        document.dispatchEvent(new CustomEvent(`toubib:${name}`, {detail: {text}})); }"""
    )
    page.locator("[data-announcer]", has_text="Vous êtes 2e.").wait_for(state="attached")
    assert page.locator(".toast[role=status]").all_inner_texts() == ["Votre place est <gardée>."]


def test_theme_and_language_switch_without_script(site, open_page):
    page = open_page(f"{site}/ui/composants?page=file", **PHONE, java_script_enabled=False)
    page.click(".menu summary")
    page.click("button[value=dark]")
    theme = page.get_attribute("html", "data-theme")
    page.click(".menu summary")
    page.click(".menu button[lang=en]")
    assert (theme, page.get_attribute("html", "lang"), page.url) == (
        "dark",
        "en",
        f"{site}/ui/composants?page=file",
    )


def test_offline_banner_follows_the_network(site, open_page):
    page = open_page(f"{site}/ui/composants?page=parcours", **PHONE)
    page.context.set_offline(True)
    page.wait_for_selector("[data-offline]:not([hidden])")
    page.context.set_offline(False)
    page.wait_for_selector("[data-offline]", state="hidden")


def test_print_leaves_buttons_and_emergency_bar_out(site, open_page):
    page = open_page(f"{site}/ui/composants?page=file")
    page.emulate_media(media="print")
    shoot(page, "print")
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.sos, .button, .bar-nav, .skip, dialog')].filter(
        e => e.checkVisibility()).map(e => e.className)"""
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (shown, ground) == ([], "rgb(255, 255, 255)")


def test_nothing_comes_from_elsewhere_and_little_in_all(site, open_page, chromium):
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    asked, weight = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda answer: weight.append(len(answer.body())))
    page.goto(f"{site}/ui/composants?page=file", wait_until="networkidle")
    context.close()
    strangers = [url for url in asked if not url.startswith(site) and not url.startswith("data:")]
    assert (strangers, sum(weight) < 160_000) == ([], True)


def test_htmx_runs_under_the_policy_and_carries_the_token(site, open_page):
    page = open_page(f"{site}/ui/composants")
    page.add_script_tag(url="/static/ui/vendor/htmx.min.js")
    styles = page.evaluate("document.querySelectorAll('style').length")
    with page.expect_request("**/theme") as caught:
        page.evaluate(
            "htmx.ajax('POST', '/theme', {swap: 'none', values: {theme: 'dark', next: '/ui/composants'}})"
        )
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    said = caught.value.headers.get("x-csrftoken")
    assert (styles, said, caught.value.response().status) == (0, token, 302)
