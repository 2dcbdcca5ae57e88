"""The platform's own acts: counted by hand, small cells hidden, no identity, the basis in the result and in the journal."""

import json
from datetime import date, datetime, time

import pytest
from django.utils import timezone

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.observatory.sources.own_acts import NoBasis, is_out_of_hours, own_indicators
from toubib.observatory.tests.claims_kit import main
from toubib.people.tests.factories import make_cast, make_patient
from toubib.record.enums import EncounterState
from toubib.record.models import EncounterDecision
from toubib.record.tests.factories import make_encounter

pytestmark = pytest.mark.django_db
BASIS = "Article L. 1461-3 du code de la santé publique, autorisation n° 1"
NOW = timezone.make_aware(datetime(2026, 11, 22, 12))
FACTS = {
    "act_kind": "teleconsultation",
    "act_date": "2026-11-18",
    "act_time": "10:00",
    "practitioner_specialty": "general_practice",
    "practitioner_employer": "liberal",
    "patient_departement": "75",
    "patient_ald": None,
}


@pytest.fixture
def doctor():
    return make_cast().vasseur


def make_act(doctor, number, *, state=EncounterState.SIGNED, secret=False, cents=None, **facts):
    patient = make_patient(birth_name=f"Nom{number}", birth_given_names="Ada")
    encounter = make_encounter(patient, doctor, state, minor_secrecy=secret)
    decision = EncounterDecision.objects.create(
        encounter=encounter,
        version=1,
        facts=FACTS | facts,
        decision={},
        estimate={},
        law_version="1",
        decided_at=NOW,
    )
    if cents is not None:
        ClaimLine.objects.create(
            encounter=encounter,
            version=1,
            decision=decision,
            practitioner=encounter.practitioner,
            act_on=date(2026, 11, 18),
            state=ClaimState.READY,
            funding="amo",
            tariff_cents=cents,
            amo_cents=cents,
            said={},
            law_version="1",
            digest="0" * 64,
            made_at=NOW,
        )
    return encounter


def read(**over):
    return own_indicators(**{"basis": BASIS, "by": Actor.system("cli"), "now": NOW, "synthetic": True} | over)


def row_of(found, key, area, quarter="2026Q4"):
    rows = found["out_of_hours"]["rows"] if key == "out_of_hours" else found[key]
    own = [row for row in rows if (row["quarter"], row["area"]) == (quarter, area)]
    return {name: value for name, value in own[0].items() if name not in ("quarter", "area")}


def test_signed_acts_are_counted_by_place_and_channel(doctor):
    # Paris: 12 at 10, 11 on a Sunday, of whom all in ALD; 3 in the Var (hidden). Not counted: unsigned, a minor's secret, a medical advice.
    for n in range(12):
        make_act(doctor, n, cents=2500)
    for n in range(12, 23):
        make_act(doctor, n, act_date="2026-11-15", patient_ald=True)
    for n in range(23, 26):
        make_act(doctor, n, patient_departement="83")
    make_act(doctor, 26, state=EncounterState.TO_SIGN)
    make_act(doctor, 27, secret=True)
    make_act(doctor, 28, act_kind="tele_advice")
    found = read()
    assert (found["kind"], found["basis"], found["synthetic"]) == ("own_acts", BASIS, True)
    assert (found["acts_by_year"], found["quarters"]) == ({"2026": 26}, ["2026Q4"])
    assert found["share_by_channel"]["2026"]["gp_liberal"] == 1.0
    france = row_of(found, "acts", "FR")
    assert (france["total"], france["gp_liberal"], france["reimbursed"]) == (26, 26, 300)
    assert [row_of(found, "acts", area)["total"] for area in ("75", "R11", "83", "R93")] == [
        None,
        None,
        None,
        None,
    ]
    assert row_of(found, "ald_patients", "FR", "2026Q4") == {
        "patients": None
    }  # the six months are not covered
    assert row_of(found, "out_of_hours", "FR") == {"acts": 11, "with_hour": 26, "share": 11 / 26}
    assert found["gp_adoption"] == []


def test_the_last_decision_of_an_act_holds(doctor):
    for n in range(11):
        encounter = make_act(doctor, n)
        EncounterDecision.objects.create(
            encounter=encounter,
            version=2,
            facts=FACTS | {"practitioner_employer": "company"},
            decision={},
            estimate={},
            law_version="1",
            decided_at=NOW,
        )
    assert read()["share_by_channel"]["2026"] == {
        "gp_liberal": 0.0,
        "specialist_liberal": 0.0,
        "company": 1.0,
        "centre": 0.0,
    }


def test_nothing_is_read_without_a_basis(doctor):
    with pytest.raises(NoBasis, match="--basis"):
        read(basis="  oui ")
    assert not JournalEntry.objects.filter(action="observatory.own_acts.read").exists()


def test_the_reading_stands_in_the_journal_with_its_basis(doctor):
    read()
    (entry,) = JournalEntry.objects.filter(action="observatory.own_acts.read")
    assert (entry.reason, entry.patient, entry.account) == (BASIS[:60], None, None)


def test_no_identity_is_in_the_result(doctor):
    made = [make_act(doctor, n) for n in range(15)]
    text = json.dumps(read())
    assert [one for one in made if str(one.patient_id) in text or one.patient.birth_name in text] == []


@pytest.mark.parametrize(
    ("day", "hour", "is_outside"),
    [
        ("2026-11-18", "19:59", False),
        ("2026-11-18", "20:00", True),
        ("2026-11-18", "07:59", True),
        ("2026-11-18", "08:00", False),
        ("2026-11-21", "11:59", False),  # a Saturday
        ("2026-11-21", "12:00", True),
        ("2026-11-15", "10:00", True),  # a Sunday
        ("2026-11-11", "10:00", True),  # a holiday
        ("2026-05-14", "10:00", True),  # Ascension
    ],
)
def test_hours_of_the_permanence_des_soins(day, hour, is_outside):
    assert is_out_of_hours(date.fromisoformat(day), time.fromisoformat(hour)) is is_outside


def test_the_command_asks_for_the_basis(doctor, capsys, tmp_path):
    assert main(["observatory", "indicators", "--own", "--out", str(tmp_path / "own.json")]) == 2
    assert capsys.readouterr().err.startswith("--basis: ")
    assert (
        main(["observatory", "indicators", "--own", "--basis", BASIS, "--out", str(tmp_path / "own.json")])
        == 0
    )
    assert json.loads((tmp_path / "own.json").read_text())["source"].endswith(BASIS)
