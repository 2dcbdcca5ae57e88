"""A browser and the real application, shared by every browser test of this folder."""

from __future__ import annotations

import os

import pytest

from tests.browser.kit import FAKE_CAMERA, LAPTOP, App


@pytest.fixture
def chromium(browser_with):
    return browser_with(*FAKE_CAMERA)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A small town with two doctors in call, three people who wait and a past; one a test module."""
    app = App.fresh(tmp_path_factory.mktemp("app"))
    try:
        app.do("tests.browser.seed:small_town", busy=["vasseur", "lenoir"], waiting=3, past=12)
        yield app.start()
    finally:
        app.close()
        if os.environ.get("TOUBIB_TEST_SHOW_LOG"):
            print(app.log)


@pytest.fixture
def open_page(chromium, app):
    """open_page("/path", size=PHONE, expect=("404",), enter="vasseur", **context): a page of a new person.

    What the page or its console complains of fails the test at its end, but for lines that hold a word of `expect`.
    """
    contexts, complaints = [], []

    def open_one(path="/", *, size=LAPTOP, expect=(), enter="", **more):
        context = chromium.new_context(viewport=size, locale="fr-FR", **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: note(line, expect))
        if enter:
            page.goto(app.url + "/connexion")
            token = next(one["value"] for one in context.cookies() if one["name"] == "csrftoken")
            answer = context.request.post(
                f"{app.url}/demo/entrer/{enter}",
                headers={"X-CSRFToken": token, "Referer": app.url},
                max_redirects=0,
            )
            assert answer.status == 302, answer.status
        page.goto(app.url + path)
        return page

    def note(line, expect):
        if line.type in ("error", "warning") and not any(word in line.text for word in expect):
            complaints.append(line.text)

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
