"""What a report says of the call itself: only what is known."""

import pytest
from django.utils import timezone

from toubib.consultation.models import Participant
from toubib.consultation.operations import end_room, open_room, sign_room
from toubib.consultation.papers import _incidents, report_of
from toubib.consultation.tests.pages import save
from toubib.people.tests.factories import NOW
from toubib.record.enums import Attestation
from toubib.record.models import Encounter, EncounterDecision, Note
from toubib.record.queries import notes_of


@pytest.mark.parametrize(
    ("attestation", "seconds", "said"),
    [
        (Attestation.VIDEO, (None, None), ""),
        (Attestation.VIDEO, (600, 600), ""),
        (Attestation.AUDIO_ONLY, (None, None), "voix seule"),
        (Attestation.VIDEO, (0, 600), "pas de vidéo dans les deux sens, d’après les navigateurs"),
        (Attestation.VIDEO, (60, 600), "les deux navigateurs ne donnent pas la même durée"),
        (
            Attestation.PHONE,
            (0, 0),
            "téléphone ; pas de vidéo dans les deux sens, d’après les navigateurs",
        ),
    ],
)
@pytest.mark.django_db
def test_incidents_are_those_attested_or_measured(attestation, seconds, said):
    encounter = Encounter(
        attestation=attestation,
        planned_at=NOW,
        video_seconds_patient=seconds[0],
        video_seconds_practitioner=seconds[1],
    )
    assert _incidents(encounter) == said


@pytest.mark.django_db(transaction=True)
def test_a_report_says_who_was_there_what_was_typed_and_that_the_call_was_taken_up_again(doctor, call):
    now = timezone.now()
    save(doctor, call)
    Participant.objects.create(
        room=call.room, role="relative", name="Marc Martin", added_at=now, joined_at=now
    )
    Participant.objects.create(room=call.room, role="interpreter", name="Absente", added_at=now)
    given = {"room_id": call.room.id, "by": call.by, "now": now}
    end_room(**given)
    open_room(**given)
    sign_room(attestation=Attestation.VIDEO, **given)
    Note.objects.update(
        measurements=[
            {"code": "temperature", "value": "38,4", "by": "patient"},
            {"code": "heart_rate", "value": "72", "by": "device"},
        ]
    )
    decision = EncounterDecision.objects.get()
    decision.facts["assisted_by"] = "pharmacist"
    decision.save()
    encounter = Encounter.objects.get()
    report = report_of(encounter=encounter, notes=notes_of(encounter=encounter))
    assert report.assisted_by == "pharmacien, Marc Martin (proche)"
    assert report.incidents.endswith("appel interrompu puis repris 1 fois")
    assert [one.source for one in report.measurements] == [
        "dit par le patient, tapé",
        "envoyé par un appareil",
    ]
