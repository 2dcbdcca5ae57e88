"""Browsers and pages of the browser tests, for faults that need them; each test module makes its own `app`."""

from tests.browser.conftest import chromium, open_page

__all__ = ["chromium", "open_page"]
