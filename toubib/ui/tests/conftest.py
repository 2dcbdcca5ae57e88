"""A browser and a small server for the pages of this app: no database behind them, and any query would raise."""

import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

SCREENSHOTS = Path(__file__).resolve().parents[3] / "screenshots"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def run_in_thread(server: ThreadingHTTPServer | WSGIServer):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def chromium(browser_with):
    return browser_with("--no-sandbox", "--disable-gpu")


@pytest.fixture
def site(settings):
    """The address of the sheet's site, on the real middleware."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    settings.UI_SHEET = True
    settings.DEMO = True
    server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), _Server, _Quiet)
    run_in_thread(server)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(chromium):
    """open_page(url, width=, height=, **context): a page whose every complaint fails the test at its end."""
    contexts, complaints = [], []

    def open_one(url, *, width=1366, height=900, expect=(), **more):
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="fr-FR", **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type in ("error", "warning") and not any(word in line.text for word in expect)
                else None
            ),
        )
        page.goto(url)
        if more.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]")
            page.evaluate("document.fonts.ready")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
