import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

import toubib
from toubib.consultation.models import Complaint
from toubib.ground.actors import Actor
from toubib.ground.journal import seal_journal, trace
from toubib.ground.models import Beat, JournalEntry
from toubib.people.enums import Role
from toubib.people.tests.factories import make_account, make_link, make_patient, sign_in
from toubib.record.enums import ConsentScope
from toubib.record.models import Consent, Encounter
from toubib.rights.operations import ask_erasure
from toubib.waiting.enums import RefusalReason, TicketState
from toubib.waiting.models import FollowUp, Offer, SignStop, Ticket
from toubib.waiting.operations import dispatch_pool, refuse_offer
from toubib.waiting.tests.factories import doctor_actor, make_scene, patient_actor, put_in_line, put_on_duty
from toubib.web import quality
from toubib.web.audit import Search, entries, processing_record
from toubib.web.audit_words import say_action, say_role
from toubib.web.processing_words import ERASED, KEPT, TABLES

pytestmark = pytest.mark.django_db

DIRECTION = ("direction", "direction_follow_ups", "direction_complaints", "direction_quality")
COMPLIANCE = (
    "compliance",
    "compliance_csv",
    "compliance_chain",
    "compliance_complaints",
    "compliance_complaints_csv",
    "compliance_processing",
    "compliance_processing_csv",
    "compliance_rights",
    "compliance_rights_csv",
)


@pytest.fixture
def scene():
    return make_scene()


@pytest.fixture
def director(client, scene):
    sign_in(client, scene.cast.director)
    return client


@pytest.fixture
def officer(client, scene):
    sign_in(client, scene.cast.compliance)
    return client


def unserved(scene, **over):
    account = make_account()
    patient = make_patient(birth_name=f"Seul{'abcdefgh'[Ticket.objects.count() % 8]}")
    make_link(account, patient)
    now = timezone.now()
    ticket = Ticket.objects.create(
        state=TicketState.UNSERVED,
        account=account,
        patient=patient,
        pool=scene.pool,
        created_at=now,
        touched_at=now,
        arrived_at=now,
        ended_at=now,
        exit_reason="no_doctor",
        reason_key="fever",
        patient_age=8,
        callback_phone="+33639980042",
        place_commune=scene.cast.vasseur.practitioner.practice_commune,
    )
    return FollowUp.objects.create(ticket=ticket, **{"call_back": True, "created_at": now, **over})


def complaint(scene, **over):
    encounter = Encounter.objects.create(
        patient=scene.cast.jeanne_patient,
        practitioner=scene.cast.vasseur.practitioner,
        state="aborted",
        abort_reason="line_failed",
        planned_at=timezone.now(),
    )
    facts = {"text": "Trop long", "said_at": timezone.now(), "said_by": scene.cast.jeanne.id, **over}
    return Complaint.objects.create(encounter=encounter, **facts)


def read(answer):
    return answer.content.decode()


# Who may


@pytest.mark.parametrize("name", [*DIRECTION, *COMPLIANCE, "compliance_find"])
def test_a_page_is_for_its_role_alone(name, client, scene):
    address = reverse(f"web:{name}")
    assert client.get(address).status_code == 302  # to the sign-in page
    owner = "director" if name in DIRECTION else "compliance"
    others = (
        "jeanne",
        "vasseur",
        "haddad",
        "director",
        "compliance",
        "regulator",
        "analyst",
        "administrator",
    )
    for who in others:
        account = getattr(scene.cast, who)
        sign_in(client, getattr(account, "account", account))
        expected = (200, 302) if who == owner else (404,)
        assert client.get(address).status_code in expected, who
        assert client.post(address).status_code in ((200, 302, 405) if who == owner else (404,)), who


def test_a_page_without_the_second_factor_is_not_there(client, scene):
    sign_in(client, scene.cast.director, second_factor=False)
    assert client.get("/direction").status_code == 404


def test_one_line_of_a_list_is_for_the_director_alone(client, scene):
    row, said = unserved(scene), complaint(scene)
    for address in (f"/direction/rappels/{row.id}", f"/direction/reclamations/{said.id}"):
        for account in (scene.cast.jeanne, scene.cast.vasseur.account, scene.cast.compliance):
            sign_in(client, account)
            assert (
                client.get(address).status_code == client.post(address, {"outcome": "x"}).status_code == 404
            )
    row.refresh_from_db()
    assert row.done_at is None


@pytest.mark.parametrize("folder", ["rappels", "reclamations"])
def test_a_line_that_does_not_exist_is_404(folder, director, scene):
    assert director.get(f"/direction/{folder}/{scene.pool.id}").status_code == 404


# The director's pages


def test_pages_without_anything_say_so_plainly(director):
    said = {
        "/direction": "Personne n’attend.",
        "/direction/rappels": "Chacun a été reçu ou rappelé.",
        "/direction/rappels?faits=1": "Aucun rappel n’est encore fait.",
        "/direction/reclamations": "Aucune réclamation n’attend de réponse.",
        "/direction/reclamations?faites=1": "Aucune réclamation n’a encore de réponse.",
        "/direction/qualite": "Aucun refus ces 28 derniers jours.",
    }
    for address, words in said.items():
        assert words in read(director.get(address)), address


@pytest.mark.parametrize("name", DIRECTION)
def test_queries_are_as_many_for_one_line_as_for_three(name, director, scene, django_assert_num_queries):
    def fill():
        unserved(scene)
        complaint(scene)
        ticket = put_in_line(scene, now=timezone.now())
        Ticket.objects.filter(pk=ticket.pk).update(tier=1, tier_set_by=scene.cast.vasseur.account_id)
        SignStop.objects.create(on=timezone.localdate(), sign=f"sign{SignStop.objects.count()}", count=2)

    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            assert director.get(reverse(f"web:{name}")).status_code == 200
        return len(seen)

    put_on_duty(scene, scene.cast.lenoir, now=timezone.now())
    fill()
    one = count()
    fill()
    fill()
    put_on_duty(scene, scene.cast.benali, now=timezone.now())
    assert count() == one


def test_today_names_who_waits_and_who_is_on_duty(director, scene):
    put_in_line(scene, now=timezone.now())
    put_on_duty(scene, scene.cast.vasseur, now=timezone.now())
    page = read(director.get("/direction"))
    assert "<b>1 personne</b> attend." in page and "Dre Salomé Vasseur" in page


def test_a_follow_up_is_closed_with_what_was_done_once(director, scene):
    row = unserved(scene)
    address = f"/direction/rappels/{row.id}"
    assert "Écrivez ce qui a été fait" in read(director.post(address, {"outcome": "  "}))
    long = director.post(address, {"outcome": "a" * 1001})
    assert "1000 signes au plus" in read(long) and "a" * 1001 in read(long)
    assert director.post(address, {"outcome": "Rappelé, va mieux"})["Location"] == "/direction/rappels"
    director.post(address, {"outcome": "Autre chose"})
    row.refresh_from_db()
    assert (row.outcome, row.done_by) == ("Rappelé, va mieux", scene.cast.director.id)
    assert "Rappelé, va mieux" in read(director.get("/direction/rappels?faits=1"))


def test_call_backs_that_are_due_come_first(scene):
    later = unserved(scene, call_back=True)
    unserved(scene, call_back=False, created_at=timezone.now() - timedelta(days=2))
    assert quality.follow_ups().first() == later


def test_a_complaint_is_answered_once(director, scene):
    row = complaint(scene)
    address = f"/direction/reclamations/{row.id}"
    assert "Écrivez votre réponse." in read(director.post(address, {"answer": ""}))
    assert director.post(address, {"answer": "Merci de l’avoir dit."})["Location"] == address
    director.post(address, {"answer": "Autre réponse"})
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("Merci de l’avoir dit.", scene.cast.director.id)
    assert "Merci de l’avoir dit." in read(director.get(address))


def test_what_the_director_reads_of_a_patient_is_in_the_journal(director, scene):
    row, said = unserved(scene), complaint(scene)
    JournalEntry.objects.filter(pk__lt=0)
    before = JournalEntry.objects.count()
    director.get("/direction")
    seen = JournalEntry.objects.order_by("id")[before:].values_list("action", "patient", "account")
    assert set(seen) == {
        ("web.follow_up.read", row.ticket.patient_id, scene.cast.director.id),
        ("web.complaint.read", said.encounter.patient_id, scene.cast.director.id),
    }


def test_refusals_name_the_doctor_and_the_reason(director, scene, django_capture_on_commit_callbacks):
    now = timezone.now()
    put_on_duty(scene, scene.cast.vasseur, now=now)
    put_in_line(scene, now=now)
    (offer,) = dispatch_pool(pool_id=scene.pool.id, now=now)
    by = doctor_actor(scene.cast.vasseur)
    refuse_offer(offer_id=offer.id, reason=RefusalReason.KNOWN, note="", by=by, now=now)
    page = read(director.get("/direction/qualite"))
    assert "<b>Dre Salomé Vasseur</b> : je connais cette personne" in page


def test_told_intervals_are_held_against_the_real_wait(scene):
    now = timezone.now()
    for minutes, low, high in ((10, 5, 15), (3, 5, 15), (20, 5, 15), (15, 5, 15)):
        ticket = put_in_line(scene, now=now - timedelta(minutes=minutes))
        Ticket.objects.filter(pk=ticket.pk).update(accepted_at=now, told_low=low, told_high=high)
    measured = quality.measured_quality(now=now)
    assert (measured.told, measured.sooner, measured.later) == (quality.Share(2, 4), 1, 1)
    assert measured.told.of_ten == 5
    assert (measured.video.percent, measured.helped) == (None, None)


def test_a_page_number_that_is_not_one_shows_the_last_or_first(director):
    for page in ("0", "-1", "9999", "abc", "%00"):
        assert director.get(f"/direction/qualite?page={page}").status_code == 200


# The compliance officer's pages


@pytest.mark.parametrize(
    "name", ["compliance", "compliance_complaints", "compliance_rights", "compliance_csv"]
)
def test_queries_of_compliance_do_not_grow(name, officer, scene):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def fill():
        complaint(scene)
        Consent.objects.create(
            patient=make_patient(),
            scope=ConsentScope.CARE,
            given=True,
            said_at=timezone.now(),
            withdrawn_at=timezone.now(),
        )
        trace(
            by=patient_actor(make_account()),
            action="record.note.read",
            now=timezone.now(),
            patient=make_patient().id,
        )

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert officer.get(reverse(f"web:{name}")).status_code == 200
        return len(seen)

    fill()
    one = count()
    fill()
    fill()
    assert count() == one


def test_the_journal_says_who_did_what_to_whom(officer, scene):
    by = doctor_actor(scene.cast.vasseur)
    trace(by=by, action="record.note.read", now=timezone.now(), patient=scene.cast.jeanne_patient.id)
    page = read(officer.get("/conformite"))
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index("<tbody>") :])
    assert [words in row for words in ("note lue", "Salomé Vasseur", "Jeanne Morel")] == [True] * 3, row


def test_reading_the_journal_stands_in_the_journal(officer, scene):
    officer.get(f"/conformite?patient={scene.cast.jeanne_patient.id}")
    last = JournalEntry.objects.order_by("-id").first()
    assert (last.action, last.patient, last.account, last.role) == (
        "web.journal.read",
        scene.cast.jeanne_patient.id,
        scene.cast.compliance.id,
        "compliance",
    )


def test_a_name_is_posted_and_never_stands_in_an_address(officer, scene):
    answer = officer.post("/conformite/chercher", {"who": "morel"})
    page = read(answer)
    assert f'href="/conformite?patient={scene.cast.jeanne_patient.id}"' in page
    assert f'href="/conformite?account={scene.cast.jeanne.id}"' in page
    assert not re.search(r'href="[^"]*morel', page, re.IGNORECASE)
    assert officer.get("/conformite/chercher?who=morel")["Location"] == "/conformite"
    found = JournalEntry.objects.filter(action="web.patient.find").values_list("patient", flat=True)
    assert set(found) == {scene.cast.jeanne_patient.id, scene.cast.leo.id}


def test_a_search_that_is_not_one_says_what_to_mend(officer):
    assert "Écrivez un nom." in read(officer.post("/conformite/chercher", {"who": " "}))
    assert "Aucun dossier et aucun compte" in read(officer.post("/conformite/chercher", {"who": "Zzz"}))
    page = read(officer.get("/conformite?since=32/13/2026&until=hier"))
    assert "hier" in page and 'aria-invalid="true"' in page
    assert "La fin suit le début." in read(officer.get("/conformite?since=02/11/2026&until=01/11/2026"))
    for wrong in ("patient=x", "account=%00", "area=nowhere", "page=-4", "since=%00"):
        assert officer.get(f"/conformite?{wrong}").status_code == 200, wrong


def test_days_of_a_search_are_of_paris_and_both_included(scene):
    def at(hour, day):
        moment = datetime(2026, 7, day, hour, 30, tzinfo=UTC)
        trace(by=Actor.system("test"), action="test.thing.read", now=moment)

    for hour, day in ((21, 1), (22, 1), (21, 2), (22, 2)):  # 22 h 30 UTC is 0 h 30 of the next day in Paris
        at(hour, day)
    day = datetime(2026, 7, 2).date()
    found = entries(search=Search(since=day, until=day)).filter(action="test.thing.read")
    assert [one.at.hour for one in found] == [21, 22]


def test_the_export_holds_what_the_search_shows(officer, scene):
    by = doctor_actor(scene.cast.vasseur)
    trace(by=by, action="record.note.read", now=timezone.now(), patient=scene.cast.leo.id)
    trace(by=by, action="record.note.read", now=timezone.now(), patient=scene.cast.jeanne_patient.id)
    answer = officer.get(f"/conformite/journal.csv?patient={scene.cast.leo.id}")
    rows = list(csv.DictReader(io.StringIO(read(answer))))
    # the export's own trace is written before
    assert [row["action"] for row in rows] == ["web.export.read", "record.note.read"]
    assert {row["patient"] for row in rows} == {str(scene.cast.leo.id)}
    assert "attachment" in answer["Content-Disposition"]


def test_an_export_never_begins_a_cell_as_a_formula(officer, scene):
    complaint(scene, text="=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(read(officer.get("/conformite/reclamations.csv")))))
    assert [row["text"] for row in rows] == ["'=HYPERLINK(1)"]


def test_the_chain_is_verified_and_the_time_kept(officer, scene, settings, tmp_path):
    settings.JOURNAL_HEAD_FILE = tmp_path / "journal.head"
    trace(by=Actor.system("test"), action="test.thing.read", now=timezone.now())
    seal_journal()
    page = read(officer.post("/conformite/chaine"))
    assert "Le journal est entier." in page
    assert Beat.objects.filter(name="journal.verified").exists()


def test_a_broken_chain_is_said_with_its_faults(officer, scene, settings, tmp_path):
    settings.JOURNAL_HEAD_FILE = tmp_path / "journal.head"
    trace(by=Actor.system("test"), action="test.thing.read", now=timezone.now())
    seal_journal()
    settings.JOURNAL_HEAD_FILE.write_text("1 " + "f" * 64 + "\n")
    page = read(officer.post("/conformite/chaine"))
    assert "Le journal n’est pas entier." in page and "Ligne 1 :" in page
    assert not Beat.objects.filter(name="journal.verified").exists()


def test_lines_that_wait_too_long_for_their_seal_are_said(officer):
    trace(by=Actor.system("test"), action="test.thing.read", now=timezone.now() - timedelta(minutes=5))
    assert "1 ligne attend son sceau" in read(officer.get("/conformite"))


def test_compliance_reads_complaints_and_changes_nothing(officer, scene):
    row = complaint(scene)
    page = read(officer.get("/conformite/reclamations"))
    assert "Trop long" in page and "attend une réponse" in page
    assert officer.post("/conformite/reclamations", {"answer": "x"}).status_code == 405
    row.refresh_from_db()
    assert row.answered_at is None


def test_pages_of_compliance_without_anything_say_so_plainly(officer):
    assert "Aucune réclamation n’a été faite." in read(officer.get("/conformite/reclamations"))
    page = read(officer.get("/conformite/droits"))
    assert "Aucun accord n’a été retiré." in page and "Personne n’a demandé d’effacement." in page


def test_erasures_that_were_asked_are_listed(officer, scene):
    jeanne = scene.cast.jeanne
    ask_erasure(account=jeanne, close_account=False, by=patient_actor(jeanne), now=timezone.now())
    assert "Jeanne Morel" in read(officer.get("/conformite/droits"))


def test_the_record_of_processing_names_every_table():
    from django.apps import apps

    named = {row.model for row in processing_record()}
    ours = {model.__name__ for model in apps.get_models() if model.__module__.startswith("toubib.")}
    assert named == ours == set(TABLES)


def test_every_data_note_has_words():
    from django.apps import apps

    notes = [model.data for model in apps.get_models() if model.__module__.startswith("toubib.")]
    assert {note.kept for note in notes} == set(KEPT)
    assert {note.erased for note in notes} == set(ERASED)


def test_every_action_that_the_code_names_has_words():
    folder = Path(toubib.__file__).parent
    named = set()
    for path in folder.rglob("*.py"):
        if "tests" not in path.parts:
            named |= set(
                re.findall(
                    r'"((?:people|record|consultation|waiting|web)\.[a-z_]+\.[a-z_]+)"', path.read_text()
                )
            )
    kept = {name for name in named if not name.startswith(("web.urls.", "web.start."))}
    assert {name for name in kept if say_action(name) == name} == set()


def test_roles_are_said_in_words():
    assert [say_role(one) for one in ("system:worker", "guest", Role.COMPLIANCE.value, "?")] == [
        "Toubib, tout seul (worker)",
        "invité",
        "responsable de la conformité",
        "?",
    ]


def test_offers_are_left_alone_by_reading(director, scene):
    before = Offer.objects.count()
    director.get("/direction/qualite")
    assert Offer.objects.count() == before
