"""A file that is being made while a fact of one of its acts changes: what left is taken back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from toubib.billing.models import ClaimLine
from toubib.billing.operations import answer_facts, export_claims
from toubib.billing.tests.factories import SYSTEM

HELD_FOR = 0.5  # seconds in which the answer reaches the line that the file holds


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_fact_changed_while_its_line_leaves_takes_the_line_back(signed):
    first, today, failed = signed.settle(), timezone.localdate(), []

    def answer():
        try:
            said = {"c2s": (True, "c2s")}
            answer_facts(encounter_id=signed.encounter_id, said=said, by=signed.doctor, now=timezone.now())
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    other = threading.Thread(target=answer)
    with transaction.atomic():
        export_claims(first=today - timedelta(days=1), last=today, by=SYSTEM, now=timezone.now())
        other.start()
        other.join(HELD_FOR)
        assert other.is_alive()  # it waits for the file
    other.join()
    rows = ClaimLine.objects.filter(encounter=signed.encounter_id).order_by("version")
    assert failed == []
    assert list(rows.values_list("version", "state", "corrects")) == [
        (1, "sent", None),
        (2, "ready", first.pk),
    ]
