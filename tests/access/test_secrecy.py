"""A visit under a minor's secrecy (L. 1111-5 CSP): nothing of it reaches a parent, on any page, in any file or message."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from tests.access.world import addresses, undone
from toubib.consultation.models import ChatMessage, Complaint
from toubib.documents.models import Document
from toubib.exchange.models import Delivery
from toubib.ground.actors import Actor
from toubib.ground.models import OutboundMessage
from toubib.people.tests.factories import make_account, make_link, make_patient, sign_in
from toubib.record.models import Attachment, Certificate, Consent, Encounter, Note, PatientTask
from toubib.record.operations import add_attachment, tell_health_summary
from toubib.record.tests.factories import make_picture
from toubib.rights.models import DataCopy
from toubib.rights.operations import ask_copy
from toubib.rights.tests.factories import fill_record
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import make_scene
from toubib.web.tasks import make_copies

pytestmark = pytest.mark.django_db
WORD = "zibeline"  # stands in each part of the secret visit, and nowhere else


@pytest.fixture
def before():
    """Inès is sixteen: one visit that her mother may see."""
    scene, now = make_scene(), timezone.now()
    cast, day = scene.cast, timezone.localdate()
    ines = make_patient(birth_name="Morel", birth_given_names="Inès", birth_date=date(day.year - 16, 1, 1))
    own = make_account(email="ines@exemple.test")
    make_link(own, ines)
    make_link(cast.jeanne, ines, "parent")
    open_visit = fill_record(cast, ines, cast.jeanne, at=now - timedelta(days=40))
    return {"scene": scene, "ines": ines, "own": own, "open": open_visit}


@pytest.fixture
def family(before):
    """And one under secrecy, that she asked for herself."""
    return with_secret(before)


def with_secret(before):
    now = timezone.now()
    at, own, ines = now - timedelta(days=3), before["own"], before["ines"]
    secret = fill_record(before["scene"].cast, ines, own, at=at, secret=True)
    _mark(secret, own, ines, now)
    return {**before, "secret": secret}


def _mark(secret, own, ines, now):
    """The word in each text of the visit; the doctor's name and the codes are looked for beside it."""
    for note in Note.objects.filter(encounter=secret):
        note.reason, note.conclusion, note.advice = (
            f"{part} {WORD}" for part in ("motif", "avis", "conseil")
        )
        note.save()
    for row in Certificate.objects.filter(encounter=secret):
        row.body = WORD
        row.save()
    for row in ChatMessage.objects.filter(room__encounter=secret):
        row.text = WORD
        row.save()
    for row in Complaint.objects.filter(encounter=secret):
        row.text = WORD
        row.save()
    by = Actor(own.id, "patient")
    tell_health_summary(patient_id=ines.id, content={"treatments": WORD}, by=by, now=now)
    add_attachment(patient_id=ines.id, title=WORD, content=make_picture(size=(90, 20)), by=by, now=now)
    Ticket.objects.filter(encounter=secret).update(exit_reason="seen")
    for row in Ticket.objects.filter(encounter=secret):
        row.reason_text = WORD
        row.save()


def traces_of(family):
    """What would betray the visit: its word, its ids, the codes of its documents, its day and hour."""
    secret = family["secret"]
    ids = [secret.id, secret.room.id, Ticket.objects.get(encounter=secret).id]
    for model in (Note, Certificate, Attachment, Consent, PatientTask):
        ids += model.objects.filter(encounter=secret).values_list("id", flat=True)
    papers = Document.objects.filter(encounter=secret)
    ids += [row.id for row in papers] + list(
        Delivery.objects.filter(document__in=papers).values_list("id", flat=True)
    )
    day = timezone.localtime(secret.planned_at)
    return {WORD, *map(str, ids), *(row.code for row in papers), f"{day:%Y-%m-%dT%H:%M}"}


def asked_with(family):
    """The ids of the secret visit, by the name of an address's argument."""
    secret = family["secret"]
    ticket = Ticket.objects.get(encounter=secret)
    paper = Document.objects.filter(encounter=secret).first()
    return {
        "encounter": secret.id, "ticket": ticket.id, "room": secret.room.id, "document_id": paper.id,
        "attachment": Attachment.objects.filter(encounter=secret).first().id,
        "attachment_id": Attachment.objects.filter(encounter=secret).first().id,
        "consent": Consent.objects.filter(encounter=secret).first().id, "patient_id": family["ines"].id,
        "complaint": Complaint.objects.filter(encounter=secret).first().id,
        "link_id": family["scene"].cast.jeanne.links.get(patient=family["ines"]).id,
    }  # fmt: skip


def pages(family):
    """Every address that a GET may reach with these ids, and the lists chosen for the child."""
    known = asked_with(family)
    for name, (_route, args) in sorted(addresses().items()):
        if name in {"healthz", "readyz", "metrics", "documents:verify_code"} or not set(args) <= set(known):
            continue
        url = reverse(name, args=[known[arg] for arg in args])
        yield name, url
        if not args:
            yield f"{name} for the child", f"{url}?pour={family['ines'].id}"


def betrayed(family, text):
    return sorted(one for one in traces_of(family) if one in text)


def test_no_page_tells_a_parent_of_a_secret_visit(client, family, settings):
    settings.DEMO = True
    sign_in(client, family["scene"].cast.jeanne)
    told, seen = {}, 0
    for name, url in pages(family):
        for method in ("get", "post"):
            answer = undone(lambda: getattr(client, method)(url))  # noqa: B023
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            shown = body.decode(errors="replace") + str(answer.headers)
            found = [one for one in betrayed(family, shown.replace(url, "")) if one not in url]
            seen += answer.status_code == 200
            if found or (answer.status_code == 200 and any(one in url for one in traces_of(family))):
                told[f"{method} {name}"] = (answer.status_code, found)
    assert (told, seen > 20) == ({}, True)


LISTS = ("space", "visits", "documents", "consents", "accesses", "my_data")


def test_a_parent_s_pages_read_the_same_with_and_without_it(client, before):
    """No date, no count, no order may tell of it."""
    mother, ines = before["scene"].cast.jeanne, before["ines"]
    urls = [reverse(f"web:{name}") for name in LISTS]
    urls += [f"{url}?pour={ines.id}" for url in urls]
    sign_in(client, mother)

    def read():
        return {url: words_on(client.get(url).content.decode()) for url in urls}

    first = read()
    with_secret(before)
    assert read() == first


def words_on(page):
    main = html.document_fromstring(page).xpath("//main")[0]
    return [" ".join(piece.split()) for piece in main.itertext() if piece.strip()]


def test_the_same_pages_show_it_to_the_minor(client, family):
    """So that the search above is known to find what it looks for."""
    sign_in(client, family["own"])
    secret, paper = family["secret"], Document.objects.filter(encounter=family["secret"]).last()
    for name, args, wanted in (
        ("web:visit", [secret.id], WORD),
        ("web:documents", [], str(paper.id)),
        ("web:document", [paper.id], paper.code),
        ("web:visits", [], str(secret.id)),
        ("web:consents", [], str(Consent.objects.get(encounter=secret).id)),
    ):
        assert wanted in client.get(reverse(name, args=args)).content.decode(), name


def archive_of(account):
    ask_copy(account=account, by=Actor(account.id, "patient"), now=timezone.now())
    assert make_copies(now=timezone.now()) == 1
    from toubib.ground.files import read_file

    copy = DataCopy.objects.get(account=account)
    return zipfile.ZipFile(io.BytesIO(read_file(copy.file)))


def words_of(archive):
    return "\n".join(
        [*archive.namelist()]
        + [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".html", ".json", ".txt"))
        ]
    )


def test_the_copy_of_a_parent_has_the_open_visit_and_nothing_of_the_secret_one(family):
    mother, child = archive_of(family["scene"].cast.jeanne), archive_of(family["own"])
    theirs, hers = words_of(mother), words_of(child)
    assert betrayed(family, theirs) == []
    assert str(family["open"].id) in theirs
    assert set(betrayed(family, hers)) >= {WORD, str(family["secret"].id)}
    opened = Document.objects.filter(encounter=family["open"])
    pdfs = [name for name in mother.namelist() if name.endswith(".pdf")]
    assert sorted(name[-23:-4] for name in pdfs) == sorted(row.code for row in opened)


def test_no_message_of_the_secret_visit_goes_to_the_parent(family):
    cast = family["scene"].cast
    sent = [row for row in OutboundMessage.objects.all() if row.to == cast.jeanne.email]
    assert [row for row in sent if betrayed(family, row.subject + row.body)] == []


def test_at_eighteen_the_parent_sees_no_visit_any_more(client, family):
    link = family["scene"].cast.jeanne.links.get(patient=family["ines"])
    link.ends_at = timezone.now() - timedelta(minutes=1)
    link.save()
    sign_in(client, family["scene"].cast.jeanne)
    assert client.get(reverse("web:visit", args=[family["open"].id])).status_code == 404
    assert client.get(f"/mon-espace/documents?pour={family['ines'].id}").status_code == 404
    assert Encounter.objects.filter(patient=family["ines"]).count() == 2
