"""A minor asks the doctor for secrecy, before the signature and after it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.billing.models import ClaimDue
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, text_of, url
from toubib.ground.models import JournalEntry
from toubib.record.models import Encounter

pytestmark = pytest.mark.django_db(transaction=True)


def ask(client, call, secret):
    return text_of(client.post(url(call, "/secret"), {"secret": secret}, headers=FRAGMENT))


def test_secrecy_is_asked_and_lifted_once_each_and_the_claim_settled_anew(doctor, call):
    call.patient.birth_date = timezone.localdate() - timedelta(days=15 * 366)
    call.patient.save()
    assert "Le patient demande le secret vis-à-vis de ses parents" in text_of(doctor.get(url(call)))
    assert ["Lever le secret" in ask(doctor, call, "yes") for _ in range(2)] == [True, True]
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    ClaimDue.objects.all().delete()
    assert "Garder le secret" in ask(doctor, call, "no")
    assert (Encounter.objects.get().minor_secrecy, ClaimDue.objects.count()) == (False, 1)
    ClaimDue.objects.all().delete()
    ask(doctor, call, "no")
    assert (
        ClaimDue.objects.count(),
        JournalEntry.objects.filter(action="record.encounter.secrecy").count(),
    ) == (0, 2)
    ask(doctor, call, "yes")
    assert (Encounter.objects.get().minor_secrecy, ClaimDue.objects.count()) == (True, 1)
    assert "Lever le secret" in text_of(doctor.get(url(call)))


def test_secrecy_is_a_minors(doctor, call):
    ask(doctor, call, "yes")
    assert Encounter.objects.get().minor_secrecy is False
    assert "Secret du mineur" not in text_of(doctor.get(url(call)))
