"""Files: every line once, sums to the cent, corrections by entries, the same bytes for ever."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from toubib.billing.files import COLUMNS, totals_of
from toubib.billing.models import ClaimLine, ExportBatch
from toubib.billing.operations import NothingToSend, answer_facts, export_claims, keep_receipt
from toubib.billing.queries import Search, find_claims, totals_by_day, totals_by_doctor
from toubib.billing.queries import totals_of as sum_of
from toubib.billing.settle import WAIVED, cents_of
from toubib.billing.tests.factories import SYSTEM, make_signed
from toubib.ground.files import read_file
from toubib.record.models import Encounter

pytestmark = pytest.mark.django_db(transaction=True)


def export():
    today = timezone.localdate()
    return export_claims(first=today - timedelta(days=1), last=today, by=SYSTEM, now=timezone.now())


def tell(act, **said):
    answer_facts(
        encounter_id=act.encounter_id,
        said={name: (value, name) for name, value in said.items()},
        by=act.doctor,
        now=timezone.now(),
    )


def entries(batch):
    table = list(csv.DictReader(io.StringIO(read_file(batch.csv_file).decode(), newline="")))
    tree = json.loads(read_file(batch.json_file))
    assert tree["entries"] == table and tree["batch"] == str(batch.pk)
    return table


def test_a_line_leaves_once_and_the_file_says_all_of_it(signed):
    line = signed.settle()
    keep_receipt(line_id=line.pk, by=SYSTEM, now=timezone.now())
    batch = export()
    (row,) = entries(batch)
    assert tuple(row) == COLUMNS
    line.refresh_from_db()
    said = ("entry", "claim_id", "act_id", "code", "funding", "third_party", "reimbursement", "practitioner_rpps", "receipt")  # fmt: skip
    assert [row[name] for name in said] == [
        "act", str(line.pk), str(signed.encounter_id), "TCG", "amo", "false", "YES",
        signed.professional.practitioner.rpps, line.receipt.code,
    ]  # fmt: skip
    assert (
        sum(cents_of(row[name]) for name in ("amo", "amc", "public", "plan", "patient")) == line.total_cents
    )
    assert (line.state, batch.total_cents, batch.entries_count) == ("sent", line.total_cents, 1)
    with pytest.raises(NothingToSend):
        export()
    assert ExportBatch.objects.count() == 1


def test_a_sent_line_is_taken_back_by_an_entry_and_the_sum_is_what_holds(signed):
    first = signed.settle()
    export()
    tell(signed, c2s=True)
    assert signed.lines() == [(1, "sent"), (2, "ready")]
    batch = export()
    back, act = entries(batch)
    assert [(back["entry"], back["claim_id"]), (act["entry"], act["corrects"])] == [
        ("cancel", str(first.pk)), ("act", str(first.pk)),
    ]  # fmt: skip
    assert back["amo"] == f"-{ClaimLine.objects.get(pk=first.pk).amo_cents / 100:.2f}"
    assert (batch.total_cents, act["third_party"]) == (0, "true")
    assert signed.lines() == [(1, "sent"), (2, "sent")]


def test_what_is_held_after_it_was_sent_waits_and_what_is_waived_is_only_taken_back(signed):
    signed.settle()
    export()
    tell(signed, c2s=None)
    assert signed.lines()[-1] == (2, "held")
    with pytest.raises(NothingToSend):
        export()
    tell(signed, **{WAIVED: True})
    (back,) = entries(export())
    assert (back["entry"], signed.lines()[-1]) == ("cancel", (3, "sent"))
    tell(signed, **{WAIVED: False}, c2s=False)
    (act,) = entries(export())
    assert act["entry"] == "act"


def test_a_secret_act_leaves_in_no_file():
    act = make_signed(secret=True)
    line = act.settle()
    assert (line.state, line.secret) == ("held", True)
    with pytest.raises(NothingToSend):
        export()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimLine.objects.filter(pk=line.pk).update(state="sent")
    assert keep_receipt(line_id=line.pk, by=SYSTEM, now=timezone.now()) is None
    tell(act, **{WAIVED: True})
    assert act.lines()[-1][1] == "nothing"


def test_secrecy_asked_after_the_line_was_settled_keeps_it_back(signed):
    signed.settle()
    Encounter.objects.filter(pk=signed.encounter_id).update(minor_secrecy=True)
    with pytest.raises(NothingToSend):
        export()
    line = signed.settle()
    assert (line.version, line.state, line.secret) == (2, "held", True)


def test_totals_by_day_and_doctor_sum_to_the_same(signed):
    signed.settle()
    rows = find_claims(Search())
    days, doctors = totals_by_day(rows), totals_by_doctor(rows)
    assert sum_of(days).cents == sum_of(doctors).cents
    assert sum(sum_of(days).cents.values()) == ClaimLine.objects.get().total_cents
    assert [(one.acts, one.held, one.nothing) for one in days] == [(1, 0, 0)]


def test_the_database_refuses_shares_that_do_not_sum(signed):
    line = signed.settle()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimLine.objects.filter(pk=line.pk).update(amo_cents=1)


@tried(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999), st.booleans()),
        max_size=20,
    )
)
def test_totals_of_a_file_sum_to_the_cent(drawn):
    def row(amo, amc, patient, back):
        sign = -1 if back else 1
        cents = {"amo": amo, "amc": amc, "patient": patient, "tariff": amo + amc + patient}
        rest = dict.fromkeys(("overrun", "public", "plan", "due_now"), 0)
        return {name: f"{sign * value / 100:.2f}" for name, value in {**cents, **rest}.items()}

    found = totals_of([row(*one) for one in drawn])
    assert cents_of(found["total"]) == sum(
        cents_of(found[name]) for name in ("amo", "amc", "public", "plan", "patient")
    )


def test_the_document_names_each_column():
    text = (Path(settings.BASE_DIR).parent / "docs/billing.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", text, re.M)) == COLUMNS
