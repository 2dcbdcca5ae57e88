"""The archive of an export opens, stands alone, and holds everything that the screens show."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

import pikepdf
import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from tests.project import tree
from toubib.documents.models import Document
from toubib.documents.operations import cancel_document
from toubib.ground.actors import Actor
from toubib.ground.files import file_path, read_file
from toubib.people.tests.factories import sign_in
from toubib.record.models import Attachment
from toubib.rights.models import DataCopy
from toubib.rights.operations import ask_copy
from toubib.rights.tests.factories import fill_record
from toubib.waiting.tests.factories import make_scene
from toubib.web.tasks import make_copies

pytestmark = pytest.mark.django_db
NOT_DATA = "nav|form|script|style|svg|button|template|dialog|header|footer"
PLAIN = re.compile(r"\{% translate \"(.+?)\" %\}")


@pytest.fixture
def someone(client):
    """Jeanne with two visits of hers and one of her child's, one document cancelled; signed in."""
    scene, now = make_scene(), timezone.now()
    cast = scene.cast
    visits = [
        fill_record(cast, patient, cast.jeanne, at=now - timedelta(days=days))
        for patient, days in ((cast.jeanne_patient, 2), (cast.jeanne_patient, 90), (cast.leo, 5))
    ]
    paper = Document.objects.filter(encounter=visits[0], state="issued").first()
    by = Actor(cast.vasseur.account_id, "practitioner")
    cancel_document(document=paper, reason="Erreur de dose", by=by, now=now)
    sign_in(client, cast.jeanne)
    return cast, visits


def archive_of(cast):
    ask_copy(account=cast.jeanne, by=Actor(cast.jeanne.id, "patient"), now=timezone.now())
    assert make_copies(now=timezone.now()) == 1
    copy = DataCopy.objects.get()
    assert b"index.html" not in file_path(copy.file).read_bytes()
    archive = zipfile.ZipFile(io.BytesIO(read_file(copy.file)))
    assert archive.testzip() is None
    return archive


def plain(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def words_of(page):
    """What a person reads of the main part, piece by piece, without controls."""
    main = html.document_fromstring(page).xpath("//main")[0]
    controls = "|".join(f".//{name}" for name in NOT_DATA.split("|")) + "|.//a[contains(@class, 'button')]"
    for node in main.xpath(controls):
        if node.getparent() is not None:
            node.drop_tree()
    pieces = [part for text in main.itertext() for part in re.split(r" · |, (?=RPPS)", plain(text))]
    pieces = [re.sub(r"^(Le (?=\d)|pour (?=[A-Z])|Envoyée le |Annulé le )", "", one) for one in pieces]
    return [re.sub(r"(?<=\d{4})\.$", "", part.strip(" ·:,")) for part in pieces if part.strip(" ·:,")]


def said_by_templates():
    """Sentences without a datum in them."""
    found = set()
    for path in tree.files(".html"):
        found |= {plain(one) for one in PLAIN.findall(tree.read(path))}
    return found


def screens(cast, visits):
    yield from (
        reverse(name) for name in ("web:space", "web:visits", "web:documents", "web:consents", "web:accesses")
    )
    yield from (reverse("web:visit", args=[visit.id]) for visit in visits)
    yield from (reverse("web:document", args=[row.id]) for row in Document.objects.all())
    yield f"{reverse('web:accesses')}?pour={cast.leo.id}"


# Words of a screen about itself, which no archive has use for.
OF_SCREENS = re.compile(
    r"^(Bonjour .*|[Ll]a consultation du .*|du \d.*|Ce qui s’est fait des consultations de .*)$"
)


def test_everything_the_screens_show_is_in_the_archive(client, someone):
    cast, visits = someone
    shown = {url: words_of(client.get(url).content.decode()) for url in screens(cast, visits)}
    archive = archive_of(cast)
    page = html.document_fromstring(archive.read("index.html").decode())
    held = plain(" ".join(page.itertext()))
    held_pieces = plain(" ".join(plain(piece) for piece in page.itertext()))
    static = said_by_templates()
    missing = {
        (url, piece)
        for url, pieces in shown.items()
        for piece in pieces
        if piece not in held
        and piece not in held_pieces
        and piece not in static
        and not OF_SCREENS.match(piece)
    }
    assert sorted(missing) == []


def test_it_stands_alone_and_every_file_opens(someone):
    cast, _visits = someone
    archive = archive_of(cast)
    names = set(archive.namelist())
    page = html.document_fromstring(archive.read("index.html").decode())
    there = {*page.xpath("//@href"), *page.xpath("//@src")}
    assert {one for one in there if one not in names and not one.startswith(("#", "tel:", "sms:"))} == set()
    assert page.xpath("//script|//form|//*[@style]|//svg|//iframe") == []
    assert "http" not in archive.read("style.css").decode()
    pdfs = {name for name in names if name.endswith(".pdf")}
    for name in pdfs:
        with pikepdf.open(io.BytesIO(archive.read(name))) as document:
            assert len(document.pages) >= 1
    assert len(pdfs) == Document.objects.filter(for_patient=True).count() == 6
    assert sum(name.startswith("fichiers/") for name in names) == Attachment.objects.count() == 3
    assert {"index.html", "style.css", "LISEZMOI.txt", "donnees.json"} <= names
    data = json.loads(archive.read("donnees.json"))
    assert [person["identity"]["birth_given_names"] for person in data["people"]] == ["Jeanne Marie", "Léo"]
    assert {row["state"] for person in data["people"] for row in person["documents"]} == {
        "issued",
        "cancelled",
    }
    for name in names:
        if name.startswith("fhir/"):
            assert json.loads(archive.read(name))["resourceType"] == "Bundle"
