"""live.js against a small server that can be cut, silenced and brought back."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from toubib.ui.tests.conftest import run_in_thread

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[1] / "static"
LINE = """<details id="d"><summary>Pourquoi</summary>oui</details><input id="n" name="n" value=""><b id="count">{}</b>"""
PAGE = """<!doctype html><html lang="fr"><title>x</title><script type="module" src="/static/ui/app.js"></script>
<script type="module" src="/static/ui/live.js"></script><main data-live-topic="ticket:1">
<p><b data-rank-field="rank">5</b> <b data-rank-field="low">8</b></p>
<section id="part" data-refresh-url="/part" data-refresh-on="rank offer">{}</section>
<section id="other" data-refresh-url="/other" data-refresh-on="chat" data-live-topic="room:9">autre</section>
<section id="first" data-refresh-url="/first" data-refresh-on="documents" data-refresh-first>attend</section></main>
<div data-live-notice role="status"></div><template data-live-lost><p>Connexion coupée.</p></template></html>"""


class Cuttable(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.streams, self.asked = [], []
        self.streaming = self.answering = True
        self.goto = ""
        self.status = 200

    def tell(self, news, name="news"):
        for stream in list(self.streams):
            stream.write(f"event: {name}\ndata: {json.dumps(news)}\n\n".encode())

    def cut(self, *, pages=True):
        self.streaming = False
        self.answering = not pages
        for stream in self.streams:
            stream.over.set()

    def mend(self):
        self.streaming = self.answering = True

    def count(self, path):
        return sum(1 for _, one in self.asked if one == path)

    def handle_error(self, request, client_address):
        pass  # a browser that hangs up is what these tests are about


class Stream:
    def __init__(self, out):
        self.out, self.over = out, threading.Event()

    def write(self, data):
        self.out.write(data)
        self.out.flush()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        server.asked.append((time.monotonic(), self.path))
        if self.path == "/sse":
            return self.stream()
        if self.path.startswith("/static/"):
            return self.answer((STATIC / self.path.removeprefix("/static/")).read_bytes(), "text/javascript")
        if not server.answering:
            return self.answer(b"", status=503)
        if self.path == "/part":
            if server.status != 200:
                return self.answer(b"", status=server.status)
            return self.answer(LINE.format(server.count("/part")).encode(), goto=server.goto)
        if self.path == "/first":
            return self.answer(b"arrive")
        return self.answer(PAGE.format(LINE.format(0)).encode())

    def answer(self, body, kind="text/html; charset=utf-8", status=200, goto=""):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if goto:
            self.send_header("HX-Redirect", goto)
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        if not self.server.streaming:
            self.answer(b"", status=503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        stream = Stream(self.wfile)
        stream.write(b"retry: 2000\nevent: ready\ndata: {}\n\n")
        self.server.streams.append(stream)
        stream.over.wait(30)
        self.server.streams.remove(stream)
        self.close_connection = True


@pytest.fixture
def server():
    server = Cuttable()
    run_in_thread(server)
    yield server
    server.cut()
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(server, open_page):
    page = open_page(f"http://127.0.0.1:{server.server_port}/", expect=("503", "404", "ERR_"))
    page.evaluate(
        "window.news = []; document.addEventListener('toubib:news', (e) => window.news.push(e.detail))"
    )
    wait_for(lambda: len(server.streams) == 1)
    return page


def wait_for(true, seconds=10):
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_what_was_said_before_anybody_listened_is_asked_for_once(server, page):
    page.wait_for_function("document.getElementById('first').textContent === 'arrive'")
    assert (server.count("/first"), server.count("/part"), server.count("/other")) == (1, 0, 0)


def test_news_fills_the_rank_and_renews_the_part_it_concerns(server, page):
    rank = {"topic": "ticket:1", "event": "rank", "rank": 3, "low": 4, "high": 9}
    server.tell(rank, name="rank")
    page.wait_for_function("document.getElementById('count').textContent === '1'")
    texts = page.locator("[data-rank-field]").all_inner_texts()
    assert (texts, page.evaluate("window.news"), server.count("/other")) == (["3", "4"], [rank], 0)


def test_news_of_another_topic_or_shape_changes_nothing(server, page):
    server.tell({"topic": "ticket:2", "event": "rank", "rank": 1})
    server.tell({"topic": "ticket:1", "event": "chat"})
    for stream in server.streams:
        stream.write(b"data: not json\n\n: here\n\n")
    page.wait_for_function("window.news.length === 2")
    page.wait_for_timeout(200)
    assert (page.locator("[data-rank-field]").all_inner_texts(), server.count("/part")) == (["5", "8"], 0)


def test_many_news_make_one_request_a_second(server, page):
    for rank in range(40):
        server.tell({"topic": "ticket:1", "event": "rank", "rank": rank})
        time.sleep(0.02)
    page.wait_for_timeout(1600)
    times = [at for at, path in server.asked if path == "/part"]
    assert (len(times), times[1] - times[0] >= 0.95) == (2, True)


def test_renewal_keeps_focus_words_and_what_was_open(server, page):
    page.click("summary")
    page.fill("#n", "ce que j’écris")
    page.focus("#n")
    server.tell({"topic": "ticket:1", "event": "offer"})
    page.wait_for_function("document.getElementById('count').textContent === '1'")
    kept = page.evaluate(
        "[document.getElementById('d').open, document.getElementById('n').value, document.activeElement.id]"
    )
    assert kept == [True, "ce que j’écris", "n"]


def test_lost_line_is_said_after_five_seconds_then_all_is_put_right(server, page):
    page.evaluate(
        "window.states = []; document.addEventListener('toubib:connection', (e) => states.push(e.detail.up))"
    )
    server.cut()
    page.wait_for_timeout(4000)
    early = page.inner_text("[data-live-notice]")
    page.wait_for_function(
        "document.querySelector('[data-live-notice]').innerText === 'Connexion coupée.'", timeout=4000
    )
    asked = server.count("/part")
    server.mend()
    since = time.monotonic()
    page.wait_for_function(f"document.getElementById('count').textContent === '{asked + 1}'", timeout=5000)
    assert (
        early,
        page.inner_text("[data-live-notice]"),
        time.monotonic() - since < 5,
        page.evaluate("states"),
    ) == (
        "",
        "",
        True,
        [False, True],
    )


def test_stream_alone_away_means_asking_not_alarm(server, page):
    server.cut(pages=False)
    page.wait_for_function("document.getElementById('count').textContent === '1'", timeout=5000)
    page.wait_for_timeout(3000)
    assert page.inner_text("[data-live-notice]") == ""


def test_network_away_and_back_comes_in_step(server, page):
    page.context.set_offline(True)
    page.wait_for_selector("[data-live-notice] p", timeout=8000)
    page.context.set_offline(False)
    page.wait_for_function("Number(document.getElementById('count').textContent) > 0", timeout=5000)
    assert page.inner_text("[data-live-notice]") == ""


def test_resync_asks_everything_again(server, page):
    server.tell({"event": "resync"})
    wait_for(lambda: server.count("/part") == 1 and server.count("/other") == 1, 3)


def test_fragment_may_move_the_page_inside_the_site_only(server, page):
    server.goto = "//evil.test/"
    server.tell({"topic": "ticket:1", "event": "offer"})
    page.wait_for_function("document.getElementById('count').textContent === '1'")
    server.goto = "/salle/9"
    server.tell({"topic": "ticket:1", "event": "offer"})
    page.wait_for_url("**/salle/9")


def test_fragment_gone_reloads_the_page(server, page):
    page.evaluate("window.before = true")
    server.status = 404
    server.tell({"topic": "ticket:1", "event": "offer"})
    page.wait_for_function("window.before === undefined")
