"""The archive of one's data: a page to read and print, the sealed PDFs, the files sent, and the data as JSON and FHIR.

The page is made of the very parts of the screens, so that it holds what they show; it asks nothing of any server.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from lxml import html

from toubib.consultation.models import ChatMessage
from toubib.consultation.queries import name_in_chat
from toubib.documents.queries import documents_for_account
from toubib.ground.actors import Actor
from toubib.people.enums import Role
from toubib.people.models import Account, PatientLink
from toubib.record.models import Encounter
from toubib.record.queries import encounters_for_account
from toubib.record.told import told_of
from toubib.waiting.catalogue import reason
from toubib.web.journal_words import accesses_by_link
from toubib.web.own_data import (
    ConsentRow,
    Gathered,
    consents_for,
    document_name,
    file_name,
    files_by_link,
    gather,
    told_by_link,
)
from toubib.web.views.aftercare import visit_context

# Headings of a screen's parts, under the title of their visit
LOWER = {("h2", False): "h4", ("h3", False): "h5"}
PDF = "application/pdf"
STYLE = Path(__file__).parent / "static" / "web" / "copy.css"
DROPPED = (
    ".//svg|.//form|.//script|.//button|.//template|.//*[contains(concat(' ', @class, ' '), ' no-print ')]"
)


def make_archive(*, account: Account, now: datetime) -> bytes:
    """The ZIP, in memory; each patient's journal says that a copy was made. In French, as the documents are."""
    by = Actor(account.id, Role.PATIENT)
    with translation.override("fr"):
        gathered = gather(account=account, by=by, now=now)
        page = _page(account, gathered, by=by, now=now)
        read_me = render_to_string("web/copy/LISEZMOI.txt", {"made_at": now})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", page)
        archive.writestr("style.css", STYLE.read_text(encoding="utf-8"))
        archive.writestr("LISEZMOI.txt", read_me)
        archive.writestr("donnees.json", json.dumps(gathered.data, ensure_ascii=False, indent=1, default=str))
        for name, read in gathered.files.items():
            archive.writestr(name, read())
    return out.getvalue()


def _page(account: Account, gathered: Gathered, *, by: Actor, now: datetime) -> str:
    consents = consents_for(account=account, now=now, limit=None)
    people = [_person(link, account, consents, by=by, now=now) for link in gathered.links]
    requests = [{**row, "reason": _reason(row["reason_key"])} for row in gathered.data["requests"]]
    context = {
        "account": account,
        "people": people,
        "requests": requests,
        "made_at": now,
        "data": gathered.data,
    }
    names = {
        reverse(name, args=[one.id]): document_name(one)
        for person in people
        for one in person["documents"]
        for name in ("documents:show", "web:document")
    }
    return alone(render_to_string("web/copy/index.html", context), names=names)


def _reason(key: str) -> str:
    """The chosen reason in words; nothing for one that is listed no more."""
    found = reason(key) if key else None
    return str(found.label) if found else key


def _person(
    link: PatientLink, account: Account, consents: list[ConsentRow], *, by: Actor, now: datetime
) -> dict[str, Any]:
    visits = encounters_for_account(account_id=account.id, now=now).filter(patient=link.patient_id)
    papers = documents_for_account(account_id=account.id, now=now, patient_id=link.patient_id)
    files = files_by_link(link=link, account=account)
    return {
        "link": link,
        "patient": link.patient,
        "health": [{"at": row.told_at, "told": told_of(row.content)} for row in told_by_link(link=link)],
        "visits": [_visit(row, account, by=by, now=now) for row in visits],
        "documents": list(papers),
        "consents": [row for row in consents if row.patient.id == link.patient_id],
        "files": [{"row": row, "name": file_name(row), "shown": row.file.media_type != PDF} for row in files],
        "accesses": accesses_by_link(link=link, me=account.id, now=now),
    }


def _visit(row: Encounter, account: Account, *, by: Actor, now: datetime) -> dict[str, Any]:
    chat = ChatMessage.objects.filter(room__encounter=row.pk).select_related("author").order_by("id")
    said = [{"at": one.said_at, "who": name_in_chat(one.author), "text": one.text} for one in chat]
    return {**visit_context(account, row, by, now=now), "said": said}


def alone(page: str, *, names: dict[str, str]) -> str:
    """A page that stands by itself: no form, no script, no drawing of ours, no address but those of the archive's files."""
    tree = html.document_fromstring(page)
    for node in tree.xpath(DROPPED):
        if node.getparent() is not None:
            node.drop_tree()
    for link in tree.xpath(".//a[@href]"):
        there = names.get(link.get("href").split("?")[0])
        if there:
            link.set("href", there)
        elif link.get("href").startswith("/"):
            link.drop_tag()
    for details in tree.xpath(".//details"):
        details.set("open", "open")
    for part in tree.xpath(".//*[contains(@class, 'visit')]//*"):
        part.tag = LOWER.get((part.tag, part.getparent().get("class") == "visit"), part.tag)
        for name in ("id", "aria-labelledby", "aria-label"):
            part.attrib.pop(name, None)
    return "<!doctype html>\n" + html.tostring(tree, encoding="unicode")
