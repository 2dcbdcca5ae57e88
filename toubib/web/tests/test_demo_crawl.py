"""Each role follows every link of its own pages, in the demo's district."""

import re
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.utils import timezone

from toubib.web.tests.demo_kit import NAMES, district

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"#][^"]*)"')
MOST = 140  # pages by role


@pytest.fixture(scope="module", autouse=True)
def _district(django_db_setup, django_db_blocker):
    with district(django_db_blocker, now=timezone.now()):
        yield


def links_in(answer, address):
    if not answer["Content-Type"].startswith("text/html"):
        return
    for href in LINK.findall(answer.content.decode()):
        target = urldefrag(urljoin(address, unescape(href)))[0]
        parts = urlsplit(target)
        if (
            not parts.scheme
            and not parts.netloc
            and target.startswith("/")
            and not target.startswith("/static/")
        ):
            yield target


def shape(address):
    """Addresses that differ by ids alone are of one shape; a few of each are enough."""
    bare = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", address)
    return re.sub(r"page=\d+", "page=N", bare)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_answers_for(name, client):
    assert client.post(f"/demo/entrer/{name}").status_code == 302
    todo, seen, shapes, bad = ["/mon-espace", "/"], set(), {}, []
    while todo and len(seen) < MOST:
        address = todo.pop(0)
        if address in seen or shapes.get(shape(address), 0) >= 4:
            continue
        seen.add(address)
        shapes[shape(address)] = shapes.get(shape(address), 0) + 1
        answer = client.get(address)
        if answer.status_code in (301, 302):
            todo.append(urljoin(address, answer["Location"]))
        elif answer.status_code != 200:
            bad.append((address, answer.status_code))
        else:
            todo += links_in(answer, address)
    assert bad == []
    assert len(seen) > 3


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        (
            "directeur",
            (
                "/direction",
                "/direction/rappels",
                "/direction/rappels?faits=1",
                "/direction/reclamations",
                "/direction/reclamations?faites=1",
                "/direction/qualite",
                "/direction/professionnels",
            ),
        ),
        (
            "conformite",
            (
                "/conformite",
                "/conformite/chaine",
                "/conformite/reclamations",
                "/conformite/traitements",
                "/conformite/droits",
            ),
        ),
        ("patient", ("/mon-espace", "/mon-espace/consultations", "/mon-espace/proches")),
        ("admin", ("/administration/comptes",)),
    ],
)
def test_no_page_is_empty_for(name, addresses, client):
    client.post(f"/demo/entrer/{name}")
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert 'class="empty"' not in answer.content.decode(), address
