"""What the directory and the territory tell of an act, on its day; unknown where they hold nothing."""

from datetime import date

import pytest
from django.utils import timezone

from toubib.directory.enums import OrganisationKind, PlaceKind
from toubib.directory.models import Practitioner
from toubib.directory.operations import agree_with, grant_agrement, say_practice_place, withdraw_agrement
from toubib.directory.tests.factories import make_organisation, make_place
from toubib.ground.actors import Actor
from toubib.territory.models import Coverage, TerritorialOrganisation
from toubib.waiting.models import Ticket
from toubib.waiting.operations import attest_in_consultation
from toubib.waiting.queries.facts import OF_DIRECTORY, facts_of

pytestmark = pytest.mark.django_db(transaction=True)
SINCE, UNTIL = date(2024, 1, 1), date(2099, 1, 1)
ACT = {"by": Actor.system("test"), "now": timezone.now()}


def told(call, **doctor) -> dict:
    if doctor:
        Practitioner.objects.filter(pk=call.doctor.practitioner_id).update(**doctor)
    call.encounter.practitioner.refresh_from_db()
    ticket = Ticket.objects.get(pk=call.ticket.pk)
    facts = facts_of(encounter=call.encounter, ticket=ticket, now=timezone.now())
    return {name: facts[name] for name in OF_DIRECTORY}


def lives_here(call) -> None:
    attest_in_consultation(
        encounter_id=call.encounter.id, said={"lives_here": (True, "?")}, by=call.by, now=timezone.now()
    )


def test_nothing_on_file_is_unknown(call):
    assert told(call, employer="") == dict.fromkeys(OF_DIRECTORY)


@pytest.mark.parametrize("employer", ["liberal", "health_centre", "hospital"])
def test_a_doctor_whom_no_company_employs_has_no_company_to_approve(call, employer):
    assert told(call, employer=employer)["company_agrement"] is False


def test_a_company_s_agrement_holds_on_the_day_of_the_act(call):
    company = make_organisation(kind=OrganisationKind.COMPANY, name="Société d’essai (inventée)")
    assert told(call, employer="company")["company_agrement"] is None
    say_practice_place(practitioner=call.encounter.practitioner, organisation=company, starts_on=SINCE, **ACT)
    assert told(call)["company_agrement"] is False
    held = grant_agrement(organisation=company, reference="essai", starts_on=SINCE, ends_on=UNTIL, **ACT)
    assert told(call)["company_agrement"] is True
    withdraw_agrement(agrement=held, on=date(2025, 1, 1), **ACT)
    assert told(call)["company_agrement"] is False


def test_an_act_is_organised_by_the_cpts_of_the_home(call):
    practice = make_organisation()
    cpts = TerritorialOrganisation.objects.create(
        kind="cpts", name="CPTS", finess="120090014", referenced_from=SINCE
    )
    Coverage.objects.create(organisation=cpts, commune=call.ticket.place_commune, starts_on=SINCE)
    say_practice_place(
        practitioner=call.encounter.practitioner, organisation=practice, starts_on=SINCE, **ACT
    )
    assert told(call)["territorial_organisation"] is None  # where the patient lives was not said
    lives_here(call)
    assert told(call)["territorial_organisation"] is False
    agree_with(organisation=practice, territorial=cpts, reference="essai", starts_on=SINCE, **ACT)
    assert told(call)["territorial_organisation"] is True


def test_the_place_is_what_was_said_unless_a_place_of_care_is_used(call):
    attest_in_consultation(
        encounter_id=call.encounter.id, said={"place_type": ("home", "?")}, by=call.by, now=timezone.now()
    )
    assert told(call)["place_type"] == "home"
    place = make_place(kind=PlaceKind.PHARMACY)
    Ticket.objects.filter(pk=call.ticket.pk).update(place_of_care=place)
    assert told(call)["place_type"] == "pharmacy"
