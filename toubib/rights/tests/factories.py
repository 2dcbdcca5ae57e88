"""A record as full as it gets, and the ids of what stands there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from toubib.consultation.models import ChatMessage, Complaint, Feedback, Measurement, Participant, Room
from toubib.documents.samples import CERTIFICATE
from toubib.documents.tests.factories import make_document
from toubib.exchange.models import Delivery
from toubib.ground.actors import Actor
from toubib.ground.ids import new_id
from toubib.people.models import Patient
from toubib.people.tests.factories import NOW
from toubib.record.enums import ConsentScope, EncounterState, SheetKind
from toubib.record.models import (
    Certificate,
    Consent,
    Encounter,
    EncounterDecision,
    Note,
    PatientTask,
    SickLeave,
)
from toubib.record.operations import add_attachment, put_line, tell_health_summary
from toubib.record.prescribed import Item
from toubib.record.tests.factories import TEXTS, make_encounter, make_picture
from toubib.waiting.models import Attestation, Ticket

DECISION = {name: {"outcome": "YES", "reasons": []} for name in ("reimbursement", "price", "sick_leave")}
AMOUNTS = {"outcome": "FIXED", "tariff": 25.0, "amo": 17.5, "amc": 5.5, "public": 0.0, "patient": 2.0}
ESTIMATE = {"reimbursement": "YES", "price": AMOUNTS, "if_yes": AMOUNTS, "if_no": AMOUNTS}


def fill_record(
    cast: Any, patient: Patient, account: Any, *, at: Any = NOW, secret: bool = False
) -> Encounter:
    """A signed visit with all that may hang on it; the ticket served; a photo told; a document replaced once."""
    by, doctor = Actor(account.id, "patient"), Actor(cast.vasseur.account_id, "practitioner")
    visit = make_encounter(patient, cast.vasseur, EncounterState.ARRIVED, planned_at=at, minor_secrecy=secret)
    tell_health_summary(
        patient_id=patient.id, content={"allergies": "Arachide"}, by=by, now=at - timedelta(hours=1)
    )
    photo = add_attachment(patient_id=patient.id, title="Genou", content=make_picture(), by=by, now=at)
    photo.encounter = visit
    photo.save()
    for item in ("NFS", "CRP"):
        put_line(
            encounter_id=visit.id, line_id=new_id(), sheet=SheetKind.TESTS, item=Item(item), by=doctor, now=at
        )
    Encounter.objects.filter(pk=visit.pk).update(state=EncounterState.SIGNED, signed_at=at, ended_at=at)
    visit.refresh_from_db()
    Note.objects.create(encounter=visit, **TEXTS, saved_at=at, signed_at=at)
    SickLeave.objects.create(encounter=visit, content={}, written_at=at)
    Certificate.objects.create(
        encounter=visit, template="presence", body="Vu ce jour", made_at=at, signed_at=at
    )
    PatientTask.objects.create(
        encounter=visit, kind="find_mt", opened_at=at, remind_at=at, account=account.id
    )
    Consent.objects.create(
        patient=patient, encounter=visit, scope=ConsentScope.CARE, given=True, said_at=at, said_by=account.id
    )
    EncounterDecision.objects.create(
        encounter=visit, version=1, facts={}, decision=DECISION, estimate=ESTIMATE, law_version="x", decided_at=at
    )  # fmt: skip
    first = make_document(cast, encounter=visit, now=at)
    second = make_document(cast, CERTIFICATE, encounter=visit, now=at, replaces=first)
    Delivery.objects.create(document=second, recipient_rpps="10000000001", queued_at=at, next_attempt_at=at)
    _room(cast, visit, account, at=at)
    ticket = Ticket.objects.create(
        state="closed", account=account, patient=patient, encounter=visit, created_at=at, touched_at=at,
        arrived_at=at, ended_at=at, reason_text="Genou gonflé",
    )  # fmt: skip
    ticket.declined.add(cast.lenoir.practitioner)
    Attestation.objects.create(
        ticket=ticket, fact="ald", value=True, words="ALD ?", said_at=at, role="patient"
    )
    return visit


def _room(cast: Any, visit: Encounter, account: Any, *, at: Any) -> None:
    room = Room.objects.create(encounter=visit, created_at=at, closed_at=at)
    one, two = (
        Participant.objects.create(room=room, account=who, role=role, name=role, added_at=at)
        for who, role in ((account, "patient"), (cast.vasseur.account, "practitioner"))
    )
    Measurement.objects.create(room=room, receiver=one, sender=two, first_at=at, last_at=at)
    ChatMessage.objects.create(room=room, author=one, client_id=new_id(), text="Bonjour docteur", said_at=at)
    Feedback.objects.create(encounter=visit, helped=5, call_quality=5, said_at=at)
    Complaint.objects.create(encounter=visit, text="Trop long", said_at=at, said_by=account.id)
