"""« Qui a ouvert le dossier »: everything, by pages on the screen and whole in a copy; words for every traced action."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import toubib
from toubib.ground.actors import Actor
from toubib.ground.journal import entry_of, trace_many
from toubib.people.models import PatientLink
from toubib.people.tests.factories import NOW
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter
from toubib.web.audit_words import MORE
from toubib.web.journal_words import WORDS, accesses_by_link, entries_by_link
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/mon-espace/acces"
WORKER = Actor(None, "system:worker")
# No one's record is left to show it in.
ERASED_WITH_IT = {"rights.record.erase"}


def read_often(patient, count, *, by=WORKER, action="record.note.read", subject_id=""):
    trace_many(
        entry_of(
            by=by, action=action, now=NOW + timedelta(minutes=at), patient=patient.id, subject_id=subject_id
        )
        for at in range(count)
    )


def shown(client, address=PAGE):
    return client.get(address).content.decode().count('<li class="small">')


def test_accesses_stand_whole_on_pages_and_in_a_copy():
    visit = Journey.begin()
    cast, client = visit.scene.cast, visit.client()
    link = PatientLink.objects.get(account=cast.jeanne, patient=cast.jeanne_patient)
    before = len(accesses_by_link(link=link, me=cast.jeanne.id, now=visit.now))
    read_often(cast.jeanne_patient, 200)
    assert len(accesses_by_link(link=link, me=cast.jeanne.id, now=visit.now)) == before + 200
    pages = [shown(client, f"{PAGE}?page={at}") for at in (1, 2, 3, 4)]
    assert sum(pages) >= before + 200 and pages[:3] == [60, 60, 60]
    page = client.get(f"{PAGE}?page=2").content.decode()
    assert 'rel="prev" href="?page=1"' in page and 'rel="next" href="?page=3"' in page


def test_own_lists_take_no_place_from_what_others_did():
    visit = Journey.begin()
    cast = visit.scene.cast
    link = PatientLink.objects.get(account=cast.jeanne, patient=cast.jeanne_patient)
    read_often(cast.jeanne_patient, 1)
    before = entries_by_link(link=link, me=cast.jeanne.id, now=visit.now).count()
    mine = Actor(cast.jeanne.id, "patient")
    read_often(cast.jeanne_patient, 70, by=mine, action="documents.document.list")
    read_often(cast.jeanne_patient, 1, action="documents.document.list")  # by nobody's account: it stays
    assert entries_by_link(link=link, me=cast.jeanne.id, now=visit.now).count() == before + 1


def test_accesses_to_a_child_reach_past_thirty_visits_in_the_same_queries():
    visit = Journey.begin()
    cast, client = visit.scene.cast, visit.client()
    counts = []
    for more in (1, 39):
        for _ in range(more):
            one = Encounter.objects.create(
                patient=cast.leo,
                practitioner=visit.doctor.practitioner,
                state=EncounterState.SIGNED,
                planned_at=NOW,
                signed_at=NOW,
            )
            read_often(cast.leo, 2, subject_id=one.id)
        client.get(f"{PAGE}?pour={cast.leo.id}")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{PAGE}?pour={cast.leo.id}")
        counts.append(len(queries))
    link = PatientLink.objects.get(account=cast.jeanne, patient=cast.leo)
    assert entries_by_link(link=link, me=cast.jeanne.id, now=NOW).count() == 80
    assert counts[0] == counts[1]


def traced_with_a_patient():
    """Patterns of the actions that the code traces with a patient; where a variable names the action, every action
    that its file names."""
    for path in Path(toubib.__file__).parent.rglob("*.py"):
        if {"tests", "migrations", "demo"} & set(path.parts):
            continue
        text = path.read_text()
        for call in ast.walk(ast.parse(text)):
            said = {one.arg: one.value for one in call.keywords} if isinstance(call, ast.Call) else {}
            if "action" in said and "patient" in said:
                yield from patterns(said["action"], text)


def patterns(node, text):
    match node:
        case ast.Constant():
            yield re.escape(node.value)
        case ast.IfExp():
            yield from (*patterns(node.body, text), *patterns(node.orelse, text))
        case ast.JoinedStr():
            parts = (re.escape(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in node.values)
            yield "".join(parts)
        case _:
            apps = "assistance|people|record|consultation|waiting|web|billing|rights|documents|exchange"
            yield from (re.escape(found) for found in re.findall(rf'"((?:{apps})\.[a-z_]+\.[a-z_]+)"', text))


def test_every_action_traced_with_a_patient_has_words_for_the_patient():
    found = set(traced_with_a_patient())
    assert len(found) > 50
    wordless = {one for one in found if not any(re.fullmatch(one, action) for action in WORDS)}
    unseen = {action for action in MORE if any(re.fullmatch(one, action) for one in found)}
    assert ({re.sub(r"\\", "", one) for one in wordless}, unseen) == (ERASED_WITH_IT, ERASED_WITH_IT)
