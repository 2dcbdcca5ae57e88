from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import override_settings
from django.utils import timezone

from toubib.assistance.models import Presence
from toubib.billing.enums import AssistanceState
from toubib.billing.models import AssistanceLine
from toubib.consultation.models import Complaint
from toubib.directory.models import Organisation, Place
from toubib.directory.queries import may_open, places_open
from toubib.ground.models import JournalEntry
from toubib.people.identity import OID_TEST, has_valid_ins_key
from toubib.people.models import Account, Patient, ProfessionalAccount
from toubib.people.perms import may_go_on_duty
from toubib.people.queries import find_account, links_of
from toubib.record.models import Encounter, EncounterDecision, PrescriptionLine
from toubib.rights.models import ErasureRequest, LegalHold
from toubib.territory.models import Commune, Samu
from toubib.waiting.enums import IN_LINE_STATES, LIVE_STATES, DutyState, TicketState
from toubib.waiting.models import Duty, FollowUp, Offer, Ticket
from toubib.waiting.operations import dispatch_pool
from toubib.waiting.queries import estimate_wait, pool_for
from toubib.web.demo import NotADemo, load_demo_district
from toubib.web.demo.clinic import open_shift
from toubib.web.demo.families import FAMILIES, settle_families
from toubib.web.demo.staff import address_of, hire_staff
from toubib.web.demo.visit import Wish, enter_line
from toubib.web.demo.world import dice, draw_world
from toubib.web.tests.demo_kit import LOADED, NAMES, district

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _district(django_db_setup, django_db_blocker):
    with district(django_db_blocker):
        yield


def counts():
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


def world_staff_families(now=LOADED):
    world = draw_world()
    staff = hire_staff(world=world, now=now)
    return world, staff, settle_families(world=world, staff=staff, now=now)


def test_load_when_it_is_there_adds_nothing():
    before = counts()
    load_demo_district(now=LOADED + timedelta(minutes=5))
    assert counts() == before


def test_load_without_a_demo_is_refused():
    with override_settings(DEMO=False), pytest.raises(NotADemo):
        load_demo_district(now=LOADED)


def test_load_the_next_day_ends_the_handful_and_lets_a_fresh_one_wait():
    before = set(Ticket.objects.filter(state__in=LIVE_STATES).values_list("id", flat=True))
    held = set(Encounter.objects.filter(state="in_progress").values_list("id", flat=True))
    seen = Encounter.objects.count()
    now = LOADED + timedelta(days=1)
    load_demo_district(now=now)
    live = Ticket.objects.filter(state__in=LIVE_STATES)
    assert not before & set(live.values_list("id", flat=True))
    assert Counter(live.values_list("state", flat=True)) == {"waiting": 3, "away": 1, "in_call": 2}
    assert min(live.values_list("arrived_at", flat=True)) > now - timedelta(hours=1)
    assert set(Encounter.objects.filter(id__in=held).values_list("state", flat=True)) == {"signed"}
    assert Encounter.objects.count() > seen + 2  # the sessions held since are there too
    assert Duty.objects.filter(closed_at__isnull=True).count() == 2


def test_load_leaves_a_newcomers_ticket_and_duty_alone_when_started_again_soon():
    world, staff, families = world_staff_families()
    duty = open_shift(staff.doctors["medecin"], world.general, now=LOADED)
    mine = families["patient"]
    ticket = enter_line(Wish(mine, mine.patients[0], "fever"), world=world, rng=dice(1), now=LOADED)
    load_demo_district(now=LOADED + timedelta(hours=3))
    ticket.refresh_from_db()
    duty.refresh_from_db()
    assert (ticket.state, duty.state) == (TicketState.OFFERED, DutyState.OFFERED)
    assert Offer.objects.get(ticket=ticket).made_at == LOADED + timedelta(hours=3)
    assert Ticket.objects.filter(state__in=LIVE_STATES).count() == 7


def test_load_ends_what_a_newcomer_forgot_for_half_a_day():
    world, staff, families = world_staff_families()
    duty = open_shift(staff.doctors["medecin"], world.general, now=LOADED)
    mine = families["patient"]
    ticket = enter_line(Wish(mine, mine.patients[0], "fever"), world=world, rng=dice(1), now=LOADED)
    load_demo_district(now=LOADED + timedelta(hours=13))
    ticket.refresh_from_db()
    duty.refresh_from_db()
    assert (ticket.state, duty.state) == (TicketState.LEFT, DutyState.OFF)


def test_a_newcomer_is_offered_to_the_newcomers_doctor_at_once_whoever_waits_before():
    world, staff, families = world_staff_families()
    duty = open_shift(staff.doctors["medecin"], world.general, now=LOADED)
    assert dispatch_pool(pool_id=world.general.id, now=LOADED) == []
    mine = families["patient"]
    ticket = enter_line(Wish(mine, mine.patients[1], "ear"), world=world, rng=dice(1), now=LOADED)
    (offer,) = dispatch_pool(pool_id=world.general.id, now=LOADED)
    assert (offer.ticket_id, offer.duty_id) == (ticket.id, duty.id)


def test_the_past_is_plausible():
    waits = [
        (row.accepted_at - row.arrived_at).total_seconds() / 60
        for row in Ticket.objects.filter(accepted_at__isnull=False, state=TicketState.CLOSED)
    ]
    lengths = [
        (row.ended_at - row.started_at).total_seconds() / 60
        for row in Encounter.objects.filter(ended_at__isnull=False, started_at__isnull=False, state="signed")
    ]
    assert 250 < len(waits) < 400
    assert min(waits) >= 0 and max(waits) < 90 and 4 < sum(waits) / len(waits) < 25
    assert min(lengths) > 2 and max(lengths) < 30
    wait = estimate_wait(pool_id=pool_for(key="medecine-generale").id, ahead=2, now=LOADED)
    assert wait.sample == 40 and 0 < wait.low < wait.high


def test_nothing_of_the_past_stays_open():
    past = Ticket.objects.filter(arrived_at__lt=LOADED - timedelta(hours=1))
    assert not past.filter(state__in=LIVE_STATES).exists()
    assert not Ticket.objects.filter(state=TicketState.TRIAGED).exists()
    assert (
        not Encounter.objects.filter(planned_at__lt=LOADED - timedelta(hours=1), signed_at=None)
        .exclude(state="aborted")
        .exists()
    )
    assert not Offer.objects.filter(state="pending").exists()


def test_every_kind_of_story_is_there():
    states = Counter(Ticket.objects.values_list("state", flat=True))
    assert states[TicketState.UNSERVED] == 6 and states["in_call"] == 2 and states["waiting"] == 3
    assert FollowUp.objects.filter(done_at=None).count() == 3
    assert FollowUp.objects.filter(done_at=None, call_back=True).exists()
    assert Complaint.objects.count() == 2 and Complaint.objects.filter(answered_at=None).count() == 1
    assert Encounter.objects.filter(state="amended").count() == 3
    assert Encounter.objects.filter(abort_reason="handed_over").exists()
    assert Offer.objects.filter(state="refused").exists()
    assert Ticket.objects.filter(tier__gt=0).exists()
    assert Encounter.objects.filter(attestation="audio_only").exists()


def test_there_is_something_to_renew_to_erase_and_to_keep():
    newcomer = Account.objects.get(email="patient@demo.toubib.test")
    lines = PrescriptionLine.objects.filter(prescription__signed_at__isnull=False)
    assert lines.filter(prescription__encounter__patient__links__account=newcomer).exists()
    assert lines.filter(prescription__encounter__ticket__reason_key="renewal").count() > 3
    assert [one.answer for one in ErasureRequest.objects.all()] == ["waiting"]
    assert [one.why.split(",")[0] for one in LegalHold.objects.all()] == [
        "Assignation devant le tribunal judiciaire"
    ]


def test_two_doctors_are_busy_and_the_accounts_of_the_newcomer_are_free():
    busy = Duty.objects.filter(closed_at=None).values_list("practitioner__family_name", "state")
    assert sorted(busy) == [("Benali", "busy"), ("Ferreira", "busy")]
    for key in ("medecin", "medecin2"):
        assert may_go_on_duty(account=find_account(email=address_of(key)), now=LOADED).allowed
    assert not Ticket.objects.filter(account__email=address_of("patient"), state__in=LIVE_STATES).exists()
    assert Ticket.objects.filter(state__in=IN_LINE_STATES, language__in=["fr", "en"]).count() == 0


def test_one_professional_lapses_soon_one_is_suspended_one_waits_for_the_director():
    rows = {
        row.practitioner.family_name: row
        for row in ProfessionalAccount.objects.select_related("practitioner")
    }
    assert rows["Roux"].suspended_at and rows["Fontanel"].activated_at is None
    day = LOADED.date() + timedelta(days=12)
    assert rows["Cazals"].evidence.filter(valid_until=day).count() == 1


def test_everything_invented_says_so():
    assert all(
        "(inventé" in row.name for row in [*Commune.objects.filter(listed_in=None), *Samu.objects.all()]
    )
    known = [patient for patient in Patient.objects.all() if patient.ins_matricule]
    assert all(one.ins_oid == OID_TEST and has_valid_ins_key(one.ins_matricule) for one in known)
    assert len(known) == 8
    assert all(row.practitioner.rpps.startswith("999") for row in ProfessionalAccount.objects.all())
    assert all(
        phone.startswith("+33639980")
        for phone in Account.objects.exclude(phone=None).values_list("phone", flat=True)
    )
    assert Samu.objects.get().direct_number.startswith("+33536490")
    assert Patient.objects.count() == sum(len(family.people) for family in FAMILIES) == 40


def test_the_newcomers_family_has_a_child_a_parent_and_a_past():
    account = find_account(email=address_of("patient"))
    kinds = [link.kind for link in links_of(account=account, now=LOADED)]
    assert kinds == ["self", "parent", "relative"]
    assert Encounter.objects.filter(patient__links__account=account, state="signed").count() > 3


def test_every_name_of_the_contract_enters_in_one_click_and_by_password(client):
    for name in NAMES:
        home = client.post(f"/demo/entrer/{name}")
        assert (home.status_code, client.session["_auth_user_id"]) == (
            302,
            str(find_account(email=address_of(name)).pk),
        )
        client.post("/deconnexion")
        form = {"door": "password", "pro-email": address_of(name), "pro-password": "demo-toubib"}
        answer = client.post("/connexion", form)
        assert answer.status_code == 302, name
        assert "_auth_user_id" in client.session, name
        client.post("/deconnexion")


def test_the_journal_holds_the_past():
    assert JournalEntry.objects.count() > 3000
    assert JournalEntry.objects.filter(at__gt=timezone.now() + timedelta(days=3650)).count() == 0


def test_who_assisted_stands_in_the_decision_and_the_code_follows():
    presence = Presence.objects.get(ended_at__isnull=False)
    [decision] = EncounterDecision.objects.filter(encounter__ticket=presence.ticket_id)
    line = AssistanceLine.objects.get(presence=presence)
    told = {name: decision.facts[name] for name in ("assisted_by", "equipment_on_site", "place_type")}
    assert told == {"assisted_by": "pharmacist", "equipment_on_site": True, "place_type": "pharmacy"}
    assert (line.encounter_id, line.state) == (decision.encounter_id, AssistanceState.PREPARED)


def test_no_fact_of_the_places_stays_unknown():
    wanted = ("patient_zone", "same_territory", "territorial_organisation", "company_agrement", "place_type")
    rows = EncounterDecision.objects.values_list("facts", flat=True)
    lacking = Counter(name for facts in rows for name in wanted if facts.get(name) is None)
    assert (len(rows) > 200, lacking) == (True, Counter())
    said = Counter(facts["territorial_organisation"] for facts in rows)
    assert said[True] > 20 and said[False] > 20


def test_three_places_are_open_and_one_says_why_it_is_not():
    assert [place.kind for place in places_open(on=LOADED.date()).order_by("name")] == [
        "pharmacy",
        "town_hall",
        "health_house",
    ]
    (closed,) = Place.objects.filter(opened_on=None)
    reasons = may_open(place=closed, on=LOADED.date())
    assert {one.code for one in reasons} >= {
        "PLACE.D4.UNSEEN",
        "PLACE.KIND_SENSITIVE",
        "PLACE.ARS_NOT_DECLARED",
    }
    assert all(
        "invent" in row.name
        for row in [*Organisation.objects.all(), *Place.objects.all()]
        if "société" not in row.name
    )
