"""The sick leave at the desk: the law decides, says what is possible instead; nothing to the patient before the receipt."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.record.enums import EncounterState
from toubib.record.leaves import Notice, lacks_of_notice
from toubib.record.models import Encounter, SickLeave

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def known(call):
    """A doctor of France who is not the patient's own, and has checked who the patient is."""
    Encounter.objects.filter(pk=call.encounter.pk).update(identity_checked=True)
    practitioner = call.encounter.practitioner
    practitioner.country = "FR"
    practitioner.save()
    call.ticket.medecin_traitant = "none"
    call.ticket.own_practitioner = None
    call.ticket.save()


def typed(**over):
    day = timezone.localdate().isoformat()
    return {
        "kind": "initial", "first_day": day, "days": "2", "motive": "Grippe", "exits": "hours", "job": "employee",
        "address": "3 rue des Lilas, Lille", "employer_name": "Atelier Martin", **over,
    }  # fmt: skip


def write(client, call, **over):
    return text_of(client.post(url(call, "/arret"), typed(**over), headers=FRAGMENT))


def sign(client, call, base="0"):
    return client.post(url(call, "/signer"), {**TEXTS, "base": base, "attestation": "video"})


def test_two_days_are_allowed_signed_and_shown_to_the_patient_once_received(doctor, call):
    assert "La règle permet cet arrêt." in write(doctor, call)
    assert sign(doctor, call).url == "/cabinet"
    mine = client_of(call.account)
    before = text_of(mine.get(f"/consultation/{call.encounter.id}"))
    assert "Arrêt de travail" not in before.replace("Arrêt de travail :", "")
    for number in ("", "AAT 123", "AAT 123"):
        doctor.post(url(call, "/arret/accuse"), {"number": number})
    other = doctor.post(url(call, "/arret/accuse"), {"number": "AAT 999"}, follow=True)
    assert "Un accusé de réception est déjà enregistré : AAT 123." in text_of(other)
    after = text_of(mine.get(f"/consultation/{call.encounter.id}"))
    assert "2 jours, du" in after and "accusé de réception AAT 123" in after and "Grippe" not in after


def test_five_days_are_refused_in_both_words_and_three_offered(doctor, call):
    save(doctor, call)
    shown = write(doctor, call, days="5")
    for words in (
        "La règle ne permet pas cet arrêt.",
        "À dire au patient",
        "Prescrire 3 jours et un rendez-vous sur place",
    ):
        assert words in shown
    refused = sign(doctor, call, base="1")
    assert (refused.status_code, Encounter.objects.get().state) == (422, EncounterState.IN_PROGRESS)
    assert "La règle ne permet pas cet arrêt." in text_of(refused)
    assert "La règle permet cet arrêt." in text_of(
        doctor.post(url(call, "/arret"), {"do": "shorten"}, headers=FRAGMENT)
    )
    kept = Encounter.objects.get()
    assert (SickLeave.objects.get().content["days"], kept.orientation, kept.orientation_days) == (
        3,
        "in_person",
        3,
    )
    assert sign(doctor, call, base="1").url == "/cabinet"


def test_an_incomplete_notice_is_kept_and_not_signed(doctor, call):
    save(doctor, call)
    shown = write(doctor, call, motive="", address="", employer_name="")
    for words in ("Écrivez le motif médical", "Écrivez l’adresse où", "Écrivez le nom de l’employeur."):
        assert words in shown
    assert (
        "L’avis d’arrêt n’est pas complet." in text_of(sign(doctor, call, base="1"))
        or SickLeave.objects.get().signed_at is None
    )
    dropped = doctor.post(url(call, "/arret"), {"do": "drop"}, headers=FRAGMENT)
    assert ("Aucun arrêt." in text_of(dropped), SickLeave.objects.count()) == (True, 0)
    assert sign(doctor, call, base="1").url == "/cabinet"


def test_a_wrong_date_is_said_beside_the_field(doctor, call):
    shown = write(doctor, call, first_day="2026-02-31")
    assert ("Cette date n’existe pas." in shown, SickLeave.objects.count()) == (True, 0)


def test_a_leave_never_begins_before_the_act():
    day = timezone.localdate()
    past = Notice(
        first_day=(day - timedelta(days=1)).isoformat(), days=2, motive="m", address="a", job="other"
    )
    assert list(lacks_of_notice(past, act_day=day)) == ["first_day"]
    assert past.ends == day


def test_receipt_where_there_is_no_leave_changes_nothing(doctor, call):
    answer = doctor.post(url(call, "/arret/accuse"), {"number": "1"}, follow=True)
    assert ("Aucun arrêt n’est écrit." in text_of(answer), SickLeave.objects.count()) == (True, 0)
