"""From the doctor's wish to the médecin traitant's box and back, against a real SMTP server in the process."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from toubib.documents.contents import Certificate, MedecinTraitant
from toubib.documents.enums import DocumentState
from toubib.documents.models import Document
from toubib.documents.operations import issue_document
from toubib.documents.queries import archive_of
from toubib.exchange import operations
from toubib.exchange.addresses import DirectoryAway, Mailbox
from toubib.exchange.checks import check_message
from toubib.exchange.checks.archive import documents_of
from toubib.exchange.enums import DeliveryState, Refusal
from toubib.exchange.models import Delivery
from toubib.exchange.operations import (
    RETRY_AFTER,
    NotAReport,
    deliver_due,
    send_report,
)
from toubib.exchange.queries import DeliveryNews, count_undelivered, delivery_of
from toubib.exchange.tasks import send
from toubib.exchange.tests.factories import (
    DOMAINS,
    REPORT,
    SIGNED,
    make_report,
    make_scene,
    say_sending,
    set_up,
)
from toubib.exchange.tests.relay import point_at, run_relay
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import make_link
from toubib.record.operations import withdraw_consent

pytestmark = pytest.mark.django_db
NOW = SIGNED + timedelta(minutes=1)
LENOIR = "marc.lenoir@medecins.mssante.test"


class EmptyBook:
    def find(self, *, rpps):
        return None


class AwayBook:
    def find(self, *, rpps):
        raise DirectoryAway("annuaire_503")


class KnownBook:
    def find(self, *, rpps):
        return Mailbox(LENOIR, "Lenoir", "Marc")


class PlainBook:
    """A directory that gives a plain Internet address."""

    def find(self, *, rpps):
        return Mailbox("marc.lenoir@gmail.com", "Lenoir", "Marc")


def use_book(settings, book):
    settings.MSSANTE_DIRECTORY = f"{__name__}.{book.__name__}"


def state_of(scene):
    delivery = Delivery.objects.get(document=scene.report)
    return delivery.state, delivery.reason, delivery.last_error


def actions():
    rows = JournalEntry.objects.filter(action__startswith="exchange.").order_by("id")
    return list(rows.values_list("action", "reason"))


def test_a_report_leaves_once_and_whole(settings):
    scene = make_scene(settings=settings)
    with run_relay() as relay:
        point_at(settings, relay)
        delivery = send_report(document=scene.report, by=scene.by, now=NOW)
        assert delivery_of(document=scene.report).words == "Le compte rendu part dans un instant."
        assert (deliver_due(now=NOW), deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=30))) == (
            1,
            0,
            0,
        )
        assert send_report(document=scene.report, by=scene.by, now=NOW) == delivery
    (received,) = relay.received
    assert received.recipients == [LENOIR]
    assert check_message(received.content, domains=DOMAINS, allow_test=True) == []
    assert message_from_bytes(received.content, policy=default)["Subject"].startswith(
        "XDM/1.0/DDM+CR de télémédecine MOREL"
    )
    delivery.refresh_from_db()
    assert delivery.message_id == f"<{delivery.id}@demo.mssante.test>"
    assert delivery_of(document=scene.report) == DeliveryNews(
        state=DeliveryState.SENT,
        words="Le compte rendu est remis à la messagerie MSSanté.",
        tone="info",
        at=NOW,
        recipient=scene.cast.lenoir.practitioner.full_name,
    )
    assert actions() == [("exchange.delivery.queue", ""), ("exchange.delivery.send", "")]
    assert set(
        JournalEntry.objects.filter(action__startswith="exchange.").values_list("patient", flat=True)
    ) == {scene.cast.jeanne_patient.id}


def test_a_server_that_is_busy_is_asked_again(settings):
    scene = make_scene(settings=settings)
    with run_relay() as relay:
        point_at(settings, relay)
        relay.rcpt_answers = ["450 4.2.1 busy"]
        send_report(document=scene.report, by=scene.by, now=NOW)
        assert deliver_due(now=NOW) == 0
        news = delivery_of(document=scene.report)
        assert (news.words, news.next_attempt_at, news.code) == (
            "L’envoi n’a pas encore réussi. Nous réessayons.",
            NOW + RETRY_AFTER[0],
            "smtp_450",
        )
        assert deliver_due(now=NOW + RETRY_AFTER[0] - timedelta(seconds=1)) == 0
        assert deliver_due(now=NOW + RETRY_AFTER[0]) == 1
    assert len(relay.received) == 1
    assert state_of(scene) == (DeliveryState.SENT, "", "")


def test_a_server_that_stays_away_is_given_up_and_the_doctor_told(settings):
    scene = make_scene(settings=settings)
    with run_relay() as relay:
        point_at(settings, relay)
    send_report(document=scene.report, by=scene.by, now=NOW)
    now, tries = NOW, 0
    while Delivery.objects.get().state == DeliveryState.WAITING:
        now = Delivery.objects.get().next_attempt_at
        deliver_due(now=now)
        tries += 1
    assert (tries, now - NOW) == (len(RETRY_AFTER) + 1, sum(RETRY_AFTER, timedelta()))
    news = delivery_of(document=scene.report)
    assert (news.state, news.tone, news.may_retry, news.code) == (
        DeliveryState.GIVEN_UP,
        "warning",
        True,
        "away",
    )
    assert count_undelivered() == 1
    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=scene.report, by=scene.by, now=now)
        assert deliver_due(now=now) == 1
    assert state_of(scene) == (DeliveryState.SENT, "", "")


def test_a_final_refusal_is_told_with_a_code_and_no_name(settings):
    scene = make_scene(settings=settings)
    with run_relay() as relay:
        point_at(settings, relay)
        relay.rcpt_answers = ["550 5.1.1 Jeanne MOREL unknown"]
        send_report(document=scene.report, by=scene.by, now=NOW)
        assert (deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=9))) == (0, 0)
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.RELAY, "smtp_550")
    assert delivery_of(document=scene.report).words == "La messagerie a refusé ce message."


@pytest.mark.parametrize("agreed", [False, None])
def test_nothing_leaves_without_the_patient_s_agreement(settings, agreed):
    scene = make_scene(settings=settings, agreed=agreed)
    send_report(document=scene.report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.NO_CONSENT, "")
    assert deliver_due(now=NOW) == 0
    say_sending(scene.encounter, scene.cast.jeanne, True, NOW)
    send_report(document=scene.report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.WAITING, "", "")


def test_an_agreement_withdrawn_before_the_sending_stops_it(settings):
    scene = make_scene(settings=settings)
    send_report(document=scene.report, by=scene.by, now=NOW)
    consent = scene.encounter.consents.get()
    withdraw_consent(consent_id=consent.id, by=scene.by, now=NOW)
    assert deliver_due(now=NOW) == 0
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.NO_CONSENT, "")


def test_a_minor_s_secrecy_needs_the_minor_s_own_agreement(settings):
    scene = make_scene(settings=settings)
    encounter = scene.encounter
    encounter.patient, encounter.minor_secrecy = scene.cast.leo, True
    encounter.save()
    scene.report.consents = encounter.consents.all().delete()
    say_sending(encounter, scene.cast.jeanne, True)
    report = Document.objects.get(pk=scene.report.pk)
    send_report(document=report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.MINOR_SECRECY, "")
    own = scene.cast.stranger
    own.links.all().delete()
    make_link(own, scene.cast.leo, LinkKind.SELF)
    say_sending(encounter, own, True)
    send_report(document=report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.WAITING, "", "")
    say_sending(encounter, own, False, NOW)
    assert deliver_due(now=NOW) == 0
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.MINOR_SECRECY, "")


@pytest.mark.parametrize(
    ("doctor", "reason"),
    [
        (None, Refusal.NO_MEDECIN_TRAITANT),
        (MedecinTraitant("Dr Jean Inconnu"), Refusal.NO_RPPS),
    ],
)
def test_a_doctor_who_cannot_be_named_gets_nothing(settings, doctor, reason):
    scene = make_scene(settings=settings, medecin_traitant=doctor)
    send_report(document=scene.report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.REFUSED, reason, "")


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        (EmptyBook, (DeliveryState.REFUSED, Refusal.NO_ADDRESS, "")),
        (PlainBook, (DeliveryState.REFUSED, Refusal.DOMAIN, "")),
        (AwayBook, (DeliveryState.WAITING, "", "annuaire_503")),
    ],
)
def test_the_directory_says_where(settings, book, expected):
    scene = make_scene(settings=settings)
    use_book(settings, book)
    send_report(document=scene.report, by=scene.by, now=NOW)
    deliver_due(now=NOW)
    assert state_of(scene) == expected


@pytest.mark.parametrize("name", ["OID_ARC", "STRUCTURE_NUMBER", "MSSANTE_FROM"])
def test_a_server_that_is_not_set_up_says_so(settings, name):
    scene = make_scene(settings=settings)
    setattr(settings, name, "")
    send_report(document=scene.report, by=scene.by, now=NOW)
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.NOT_SET_UP, "")
    assert delivery_of(document=scene.report).words == "La messagerie MSSanté n’est pas en service ici."


def test_a_facility_of_no_value_set_is_named_to_the_operator(settings):
    scene = make_scene(settings=settings)
    settings.FACILITY_TYPE = "SA99"
    send_report(document=scene.report, by=scene.by, now=NOW)
    deliver_due(now=NOW)
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.NOT_SET_UP, "facility_type")


def test_what_our_checks_refuse_never_reaches_the_relay(settings):
    scene = make_scene(settings=settings)
    settings.MSSANTE_NIL = ""
    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=scene.report, by=scene.by, now=NOW)
        deliver_due(now=NOW)
    assert relay.received == []
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.CHECKS, "MSG.NIL")


def test_a_test_identity_never_leaves_a_production_server(settings):
    scene = make_scene(settings=settings)
    patient = scene.cast.jeanne_patient
    patient.ins_status, patient.ins_matricule = "qualifiee", "288031210212383"
    patient.ins_oid, patient.birth_place_code = "1.2.250.1.213.1.4.10", "12102"
    patient.save()
    qualified = make_report(
        scene.encounter, medecin_traitant=MedecinTraitant("Dr Lenoir", scene.cast.lenoir.practitioner.rpps)
    )
    settings.DEMO = False
    use_book(settings, KnownBook)
    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=qualified, by=scene.by, now=NOW)
        deliver_due(now=NOW)
        assert Delivery.objects.get(document=qualified).last_error == "CDA.INS_TEST"
        settings.DEMO = True
        send_report(document=qualified, by=scene.by, now=NOW)
        deliver_due(now=NOW)
    assert b"X-MSS-INS: O" in relay.received[0].content


def test_a_cancelled_report_stays(settings):
    scene = make_scene(settings=settings)
    send_report(document=scene.report, by=scene.by, now=NOW)
    Document.objects.filter(pk=scene.report.pk).update(state=DocumentState.CANCELLED, cancelled_at=NOW)
    assert deliver_due(now=NOW) == 0
    assert state_of(scene) == (DeliveryState.REFUSED, Refusal.CANCELLED, "")
    assert delivery_of(document=scene.report).may_retry is False


def cda_of(received):
    message = message_from_bytes(received.content, policy=default)
    (document,) = documents_of(next(iter(message.iter_attachments())).get_content())
    return document.decode()


@pytest.mark.parametrize("first_was_sent", [True, False])
def test_an_amended_report_replaces_what_the_recipient_has(settings, first_was_sent):
    scene = make_scene(settings=settings)
    doctor = MedecinTraitant("Dr Lenoir", scene.cast.lenoir.practitioner.rpps)
    with run_relay() as relay:
        point_at(settings, relay)
        if first_was_sent:
            send_report(document=scene.report, by=scene.by, now=NOW)
            assert deliver_due(now=NOW) == 1
        second = make_report(scene.encounter, replaces=scene.report, medecin_traitant=doctor)
        send_report(document=second, by=scene.by, now=NOW)
        assert deliver_due(now=NOW) == 1
    cda = cda_of(relay.received[-1])
    assert ('<versionNumber value="2"/>' in cda) == first_was_sent
    assert (f'<parentDocument><id root="2.999.1.2.{scene.report.id.int}"/>' in cda) == first_was_sent
    assert f'<setId root="2.999.1.3.{scene.report.id.int}"/>' in cda
    assert check_message(relay.received[-1].content, domains=DOMAINS, allow_test=True) == []


def test_only_a_report_is_sent(settings):
    scene = make_scene(settings=settings)
    certificate = make_report(scene.encounter, content=Certificate("presence", "Certificat", "Présent."))
    with pytest.raises(NotAReport):
        send_report(document=certificate, by=scene.by, now=NOW)
    assert Delivery.objects.count() == 0


def test_a_worker_that_dies_after_the_relay_took_it_sends_the_same_again(settings, monkeypatch):
    """Documented: at least once. The bytes and the Message-ID are the same, so that a receiver may drop the second."""
    scene = make_scene(settings=settings)

    def die(*args, **more):
        raise KeyboardInterrupt

    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=scene.report, by=scene.by, now=NOW)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(operations, "_note_sent", die)
            deliver_due(now=NOW)
        assert deliver_due(now=NOW + operations.LEASE - timedelta(seconds=1)) == 0
        assert deliver_due(now=NOW + operations.LEASE) == 1
    first, second = relay.received
    assert first.content == second.content


def test_a_worker_that_always_dies_gives_up(settings):
    scene = make_scene(settings=settings)
    delivery = send_report(document=scene.report, by=scene.by, now=NOW)
    Delivery.objects.filter(pk=delivery.pk).update(attempts=len(RETRY_AFTER) + 1)
    assert deliver_due(now=NOW) == 0
    assert state_of(scene) == (DeliveryState.GIVEN_UP, "", "died")


def test_the_demo_sends_nothing_and_says_so(settings):
    scene = make_scene(settings=settings)
    set_up(settings)
    send_report(document=scene.report, by=scene.by, now=NOW)
    send(now=NOW)
    message = OutboundMessage.objects.get()
    assert (message.to, message.subject) == (LENOIR, "MSSanté (démonstration)")
    assert "n’est pas parti" in message.body
    assert "Morel" not in message.body and "angine" not in message.body.lower()


def test_outside_the_demo_its_directory_and_relay_do_nothing(settings):
    scene = make_scene(settings=settings)
    settings.DEMO = False
    send_report(document=scene.report, by=scene.by, now=NOW)
    deliver_due(now=NOW)
    assert state_of(scene) == (DeliveryState.WAITING, "", "demo_only")
    use_book(settings, KnownBook)
    deliver_due(now=NOW + RETRY_AFTER[0])
    assert state_of(scene) == (DeliveryState.WAITING, "", "demo_only")
    assert OutboundMessage.objects.count() == 0


def test_deliveries_are_erased_with_their_document(settings):
    """Retention is decided below, where nobody has heard of deliveries."""
    scene = make_scene(settings=settings)
    send_report(document=scene.report, by=scene.by, now=NOW)
    scene.report.delete()
    assert Delivery.objects.count() == 0


def test_a_document_issued_for_good_leaves_as_it_is(settings):
    """With its seal, from the encounter itself: what the doctor's page does."""
    scene = make_scene(settings=settings)
    settings.TRIAL = True
    lenoir = scene.cast.lenoir.practitioner
    report = issue_document(
        encounter=scene.encounter,
        content=REPORT,
        by=scene.by,
        now=NOW,
        medecin_traitant=MedecinTraitant(lenoir.full_name, lenoir.rpps),
    )
    with run_relay() as relay:
        point_at(settings, relay)
        send_report(document=report, by=scene.by, now=NOW)
        assert deliver_due(now=NOW) == 1
    message = message_from_bytes(relay.received[0].content, policy=default)
    pdf = list(message.iter_attachments())[1].get_content()
    assert pdf == archive_of(document=report)
    assert check_message(relay.received[0].content, domains=DOMAINS, allow_test=True) == []
