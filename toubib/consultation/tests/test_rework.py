"""A cancelled ordonnance taken up again: edited, signed apart, issued in its place."""

from uuid import uuid4

import pytest
from django.utils import timezone

from toubib.consultation.operations import issue_due_papers
from toubib.consultation.tests.pages import TEXTS, save, text_of, url
from toubib.consultation.tests.test_ordonnance import WHOLE, add, lists  # noqa: F401
from toubib.consultation.tests.test_withdraw import WHY, where
from toubib.documents.models import Document
from toubib.documents.queries import content_of, header_of
from toubib.record.models import Prescription, PrescriptionLine
from toubib.record.operations import MoveRefused, rework_sheet
from toubib.record.queries import earlier_sheets, rework_of, sheets_of
from toubib.record.tests.factories import make_encounter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cancelled(doctor, call):
    save(doctor, call)
    add(doctor, call, **WHOLE)
    add(doctor, call, text="NFS", sheet="tests")
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"})
    issue_due_papers(now=timezone.now())
    document = Document.objects.get(kind="ordonnance", sheet="medicines")
    doctor.post(where(document), WHY)
    document.refresh_from_db()
    return document


def end(client, call, act):
    return client.post(url(call, "/ordonnance/reprise"), {"do": act}, follow=True)


def lines_of(call):
    return [line.item.directions for sheet in sheets_of(encounter=call.encounter) for line in sheet.lines]


def test_a_cancelled_ordonnance_is_edited_signed_and_issued_once_in_its_place(doctor, call, cancelled):
    assert "Reprendre dans une nouvelle ordonnance" in text_of(doctor.get(url(call)))
    for _double_click in range(2):
        assert doctor.post(where(cancelled, "reprendre")).url == f"{url(call)}#ordonnance"
    begun = rework_of(encounter=call.encounter)
    assert "Vous reprenez l’ordonnance « médicaments », déjà signée." in text_of(doctor.get(url(call)))
    add(doctor, call, id=begun.lines[0].row.id, **{**WHOLE, "directions": "2 comprimés le soir"})
    refused = text_of(add(doctor, call, text="CRP", sheet="tests"))
    assert "Vous reprenez l’ordonnance « médicaments » : les autres ne changent pas." in refused
    assert lines_of(call) == ["1 comprimé 3 fois par jour", ""]
    for _double_click in range(2):
        end(doctor, call, "issue")
    old, new = Document.objects.filter(sheet="medicines").order_by("issued_at", "id")
    assert (old.id, old.cancel_reason, new.state, new.replaces_id) == (
        cancelled.id,
        "Nom mal écrit",
        "issued",
        old.id,
    )
    assert content_of(document=new).lines[0].directions == "2 comprimés le soir"
    assert header_of(document=new).signed_at == Prescription.objects.get(version=2).signed_at
    assert lines_of(call) == ["2 comprimés le soir", ""]
    before = PrescriptionLine.objects.filter(prescription__version=1)
    assert sorted(row.content["directions"] for row in before) == ["", "1 comprimé 3 fois par jour"]
    issue_due_papers(now=timezone.now())
    first, second = Document.objects.filter(kind="report").order_by("issued_at", "id")
    assert (first.state, second.state) == ("cancelled", "issued")
    assert "2 comprimés le soir" in str(content_of(document=second).treatments)


def test_what_is_given_up_or_incomplete_changes_nothing(doctor, call, cancelled):
    doctor.post(where(cancelled, "reprendre"))
    add(doctor, call, id=uuid4())
    assert "L’ordonnance n’est pas complète." in text_of(end(doctor, call, "issue"))
    assert Document.objects.filter(kind="ordonnance").count() == 2
    for _double_click in range(2):
        end(doctor, call, "drop")
    assert (rework_of(encounter=call.encounter), lines_of(call)) == (None, ["1 comprimé 3 fois par jour", ""])


def test_one_that_holds_is_cancelled_first(doctor, call, cancelled):
    tests = Document.objects.get(sheet="tests")
    page = text_of(doctor.post(where(tests, "reprendre"), follow=True))
    assert ("Annulez d’abord cette ordonnance." in page, rework_of(encounter=call.encounter)) == (True, None)
    doctor.post(where(cancelled, "reprendre"))
    with pytest.raises(MoveRefused, match="déjà reprise"):
        rework_sheet(encounter_id=call.encounter.id, sheet="tests", by=call.by, now=timezone.now())


def test_only_the_last_version_is_renewed(doctor, call, cancelled):
    doctor.post(where(cancelled, "reprendre"))
    end(doctor, call, "issue")
    later = make_encounter(call.patient, call.doctor, planned_at=timezone.now())
    found = [(one.row.sheet, one.row.version) for one in earlier_sheets(encounter=later)]
    assert sorted(found) == [("medicines", 2), ("tests", 1)]
