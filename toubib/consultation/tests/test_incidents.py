"""What a report says of the call itself: only what is known."""

import pytest

from toubib.consultation.papers import _incidents
from toubib.people.tests.factories import NOW
from toubib.record.enums import Attestation
from toubib.record.models import Encounter


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
