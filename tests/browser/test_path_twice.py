"""Every form of the path sent twice at once, as an impatient finger does without script: one of each thing is made."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.browser.path import WITH_STEPS
from toubib.waiting.tests.walk import GOOD, photo

pytestmark = pytest.mark.browser  # needs the application, not the browser
ADDRESS = "double@exemple.test"


class Person:
    """Someone whose cookies are kept and whose clicks come by twos."""

    def __init__(self, url):
        self.url, self.cookies = url, {}

    def get(self, path):
        answer = httpx.get(self.url + path, cookies=self.cookies)
        self.cookies.update(dict(answer.cookies))
        return answer.text

    def post(self, path, typed, *, times=2, **more):
        def click(_number):
            data = {**typed, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
            cookies = dict(self.cookies)
            return httpx.post(
                self.url + path, data=data, cookies=cookies, headers={"Referer": self.url}, **more
            )

        with ThreadPoolExecutor(times) as pool:
            answers = list(pool.map(click, range(times)))
        for answer in answers:
            self.cookies.update(dict(answer.cookies))
        return {(answer.status_code, answer.headers.get("location")) for answer in answers}


def test_every_form_sent_twice_at_once_makes_one_of_each(app):
    someone = Person(app.url)
    someone.get("/consulter/signes")
    someone.post("/consulter/signes", GOOD["signes"], times=1)
    went = {}
    for name in WITH_STEPS[1:5]:
        went[name] = someone.post(f"/consulter/{name}", GOOD[name])
    someone.post("/consulter/identite", {"address": ADDRESS})
    pending = re.search(r'name="pending" value="([^"]+)"', someone.get("/consulter/identite/code")).group(1)
    went["code"] = someone.post(
        "/consulter/identite/code", {"do": "check", "code": app.last_code(ADDRESS), "pending": pending}
    )
    went["identite"] = someone.post("/consulter/identite", {**GOOD["identite"], "birth_name": "Double"})
    picture = [("documents", ("bras.jpg", photo().read(), "image/jpeg"))]
    someone.post("/consulter/sante", {**GOOD["sante"], "do": "add"}, files=picture)
    for name in ("sante", "consentements", "test"):
        went[name] = someone.post(f"/consulter/{name}", GOOD[name])
    went["pret"] = someone.post("/consulter/pret", {}, times=4)
    assert {name: len(answers) for name, answers in went.items()} == dict.fromkeys(went, 1), went
    assert {status for answers in went.values() for status, _to in answers} == {302}
    assert app.do("tests.browser.seed:what_is_there_of", birth_name="Double") == {
        "patients": 1, "tickets": 1, "attachments": 1, "consents": 3,
    }  # fmt: skip
