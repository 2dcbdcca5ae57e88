"""What the medical director follows: reports that did not arrive, patients who found no médecin traitant."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.documents.contents import Report
from toubib.documents.operations import issue_document
from toubib.exchange.enums import DeliveryState, Refusal
from toubib.exchange.models import Delivery
from toubib.exchange.operations import send_report
from toubib.exchange.queries import unanswered_deliveries
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import sign_in
from toubib.record.enums import EncounterState, TaskKind, TaskState
from toubib.record.operations import open_task
from toubib.record.tests.factories import make_encounter
from toubib.waiting.tests.factories import doctor_actor, make_scene

pytestmark = pytest.mark.django_db
REPORT = Report(reason="Mal de gorge", findings="38,4 °C", assessment="Angine", decision="Résolue")
LIST = "/direction/suites"


@pytest.fixture
def scene():
    return make_scene()


@pytest.fixture
def director(client, scene):
    sign_in(client, scene.cast.director)
    return client


@pytest.fixture
def visit(scene):
    return make_encounter(scene.cast.leo, scene.cast.vasseur, EncounterState.SIGNED)


@pytest.fixture
def bounced(scene, visit):
    now = timezone.now()
    document = issue_document(encounter=visit, content=REPORT, by=doctor_actor(scene.cast.vasseur), now=now)
    return Delivery.objects.create(
        document=document,
        recipient_name="Dr Marc Lenoir",
        state=DeliveryState.BOUNCED,
        last_error="dsn_5.1.1",
        queued_at=now,
    )


@pytest.fixture
def stuck(scene, visit):
    now, by = timezone.now(), doctor_actor(scene.cast.vasseur)
    account = scene.cast.jeanne
    account.phone = "+33639980042"
    account.save()
    task = open_task(
        encounter=visit, kind=TaskKind.FIND_MEDECIN_TRAITANT, account_id=account.id, by=by, now=now
    )
    task.state, task.answered_at = TaskState.STUCK, now
    task.save()
    return task


def page(client, url):
    return client.get(url).content.decode().replace("\xa0", " ")


def test_a_report_that_came_back_is_followed_once_and_leaves_the_list(director, bounced, scene):
    name = bounced.document.patient.full_name
    shown = page(director, LIST)
    assert name in shown and "Le message est revenu" in shown and "(1)" in shown
    one = f"{LIST}/envoi/{bounced.id}"
    assert "dsn_5.1.1" in page(director, one)
    assert director.post(one, {"outcome": " "}).status_code == 422
    for outcome in ("Envoyé par la poste", "Autre chose"):
        assert director.post(one, {"outcome": outcome}).url == LIST
    bounced.refresh_from_db()
    assert (bounced.outcome, bounced.followed_by) == ("Envoyé par la poste", scene.cast.director.id)
    assert name not in page(director, LIST)
    assert "Envoyé par la poste" in page(director, f"{LIST}?faits=1")
    actions = list(JournalEntry.objects.filter(subject="delivery").values_list("action", flat=True))
    assert actions.count("exchange.delivery.follow") == 1 and "web.delivery.read" in actions


def test_a_report_sent_again_is_no_longer_followed(director, bounced, scene):
    director.post(f"{LIST}/envoi/{bounced.id}", {"outcome": "Appelé"})
    send_report(document=bounced.document, by=doctor_actor(scene.cast.vasseur), now=timezone.now())
    fresh = Delivery.objects.exclude(pk=bounced.pk).first() or Delivery.objects.get()
    assert (fresh.followed_at, fresh.outcome) == (None, None)


def test_silence_is_news_only_where_something_would_answer(bounced, settings):
    now = timezone.now()
    ago = now - timedelta(days=4)
    Delivery.objects.update(state=DeliveryState.SENT, last_error="", queued_at=ago, sent_at=ago)
    assert list(unanswered_deliveries(now=now)) == []
    settings.MSSANTE_MAILBOX = "operator.Box"
    assert list(unanswered_deliveries(now=now)) == [bounced]
    assert list(unanswered_deliveries(now=ago + timedelta(days=2))) == []


@pytest.mark.parametrize(
    ("reason", "followed"), [(Refusal.NO_ADDRESS, 1), (Refusal.NO_CONSENT, 0), (Refusal.MINOR_SECRECY, 0)]
)
def test_what_the_patient_refused_is_nobodys_to_follow(bounced, reason, followed):
    Delivery.objects.update(state=DeliveryState.REFUSED, reason=reason)
    assert unanswered_deliveries(now=timezone.now()).count() == followed


def test_a_patient_who_found_nobody_is_called_and_a_minors_parents_are_not(director, stuck, visit):
    one = f"{LIST}/tache/{stuck.id}"
    assert visit.patient.full_name in page(director, f"{LIST}?quoi=tache")
    assert "tel:+33639980042" in page(director, one)
    visit.minor_secrecy = True
    visit.save()
    secret = page(director, one)
    assert "n’appelez pas ses parents" in secret and "tel:+33639980042" not in secret
    assert director.post(one, {"outcome": "CPTS appelée"}).url == LIST
    assert visit.patient.full_name not in page(director, f"{LIST}?quoi=tache")
    assert "CPTS appelée" in page(director, f"{LIST}?quoi=tache&faits=1")


def test_the_list_costs_the_same_for_one_and_for_five(director, bounced, scene, django_assert_num_queries):
    with django_assert_num_queries(8) as first:
        director.get(LIST)
    now, by = timezone.now(), doctor_actor(scene.cast.vasseur)
    for _more in range(4):
        visit = make_encounter(scene.cast.leo, scene.cast.vasseur, EncounterState.SIGNED)
        document = issue_document(encounter=visit, content=REPORT, by=by, now=now)
        Delivery.objects.create(document=document, state=DeliveryState.GIVEN_UP, queued_at=now)
    with django_assert_num_queries(len(first.captured_queries)):
        director.get(LIST)
