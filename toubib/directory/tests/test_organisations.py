"""Organisations, agréments and conventions, by date; what they tell of an act."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from toubib.directory.enums import Employer, OrganisationKind
from toubib.directory.models import Agrement, Organisation, PracticePlace
from toubib.directory.operations import agree_with, grant_agrement, say_practice_place, withdraw_agrement
from toubib.directory.operations.organisations import BadOrganisation
from toubib.directory.queries import (
    agrement_of,
    has_agrement,
    has_valid_siret_key,
    is_organised,
    organisation_of,
)
from toubib.directory.tests.factories import BY, NOW, make_organisation, make_place, make_practitioner
from toubib.territory.models import Coverage, TerritorialOrganisation
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
START, END = date(2025, 1, 1), date(2027, 1, 1)
ACT = {"by": BY, "now": NOW}


@pytest.mark.parametrize(
    ("siret", "right"),
    [
        ("73282932000074", True),
        ("73282932000075", False),
        ("35600000000048", True),  # La Poste, head office
        ("35600000049837", True),  # one of its establishments: the sum is a multiple of five
        ("35600000049838", False),
        ("7328293200007", False),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", False),
        ("", False),
    ],
)
def test_siret_keys(siret, right):
    assert has_valid_siret_key(siret) is right


def test_an_organisation_is_kept_once_by_its_number():
    one = make_organisation(siret="732 829 320 00074")
    two = make_organisation(siret="73282932000074", finess="120000013", name="Autre nom")
    three = make_organisation(finess="120000013", siret="73282932000074", name="Troisième nom")
    assert (one, one, "Troisième nom", 1) == (two, three, three.name, Organisation.objects.count())
    assert [make_organisation(name="Sans numéro") for _ in range(2)][0].name == "Sans numéro"
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize(
    ("over", "field"),
    [({"siret": "1"}, "siret"), ({"finess": "120000014"}, "finess"), ({"name": " "}, "name")],
)
def test_a_wrong_number_is_refused(over, field):
    with pytest.raises(BadOrganisation) as refused:
        make_organisation(**over)
    assert (refused.value.field, Organisation.objects.count()) == (field, 0)


def test_an_agrement_holds_over_its_days():
    company = make_organisation(kind=OrganisationKind.COMPANY, name="Société d’essai")
    held = grant_agrement(organisation=company, reference="essai", starts_on=START, ends_on=END, **ACT)
    days = [START - timedelta(days=1), START, END - timedelta(days=1), END]
    assert [has_agrement(organisation=company, on=day) for day in days] == [False, True, True, False]
    withdraw_agrement(agrement=held, on=date(2026, 6, 1), **ACT)
    assert [agrement_of(organisation=company, on=day) for day in (date(2026, 5, 31), date(2026, 6, 1))] == [
        held,
        None,
    ]
    with pytest.raises(BadOrganisation):
        grant_agrement(organisation=company, reference="essai", starts_on=END, ends_on=END, **ACT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agrement.objects.create(organisation=company, reference="x", starts_on=END, ends_on=START)


def test_a_professional_practises_somewhere_from_a_day():
    doctor, one, two = make_practitioner(), make_organisation(), make_organisation(name="Autre")
    assert organisation_of(practitioner=doctor, on=START) is None
    for _twice in range(2):
        say_practice_place(
            practitioner=doctor, organisation=one, starts_on=START, employer=Employer.LIBERAL, **ACT
        )
    say_practice_place(practitioner=doctor, organisation=two, starts_on=END, **ACT)
    asked = [START - timedelta(days=1), START, END - timedelta(days=1), END]
    assert [organisation_of(practitioner=doctor, on=day) for day in asked] == [None, one, one, two]
    assert PracticePlace.objects.count() == 2


def covered(commune, *, referenced=START):
    cpts = TerritorialOrganisation.objects.create(
        kind="cpts", name="CPTS", finess="120090014", referenced_from=referenced
    )
    Coverage.objects.create(organisation=cpts, commune=commune, starts_on=START)
    return cpts


def test_is_organised_where_a_referenced_cpts_of_the_home_is_agreed_with():
    home, away = make_commune(), make_commune(code_insee="12903", name="Ailleurs")
    doctor, practice = make_practitioner(), make_organisation()
    cpts = covered(home)
    facts = {"home": home, "practitioner": doctor, "place": None}
    assert is_organised(**facts, on=END) is None  # for whom the doctor works is not on file
    say_practice_place(practitioner=doctor, organisation=practice, starts_on=START, **ACT)
    assert is_organised(**facts, on=END) is False
    agree_with(organisation=practice, territorial=cpts, reference="essai", starts_on=date(2026, 1, 1), **ACT)
    days = [date(2025, 12, 31), date(2026, 1, 1)]
    assert [is_organised(**facts, on=day) for day in days] == [False, True]
    assert is_organised(**{**facts, "home": away}, on=END) is False
    far = make_commune(code_insee="48903", name="Plus loin", departement="48")
    assert is_organised(**{**facts, "home": far}, on=END) is None  # no list speaks of its département


def test_is_organised_by_the_place_or_by_being_the_organisation():
    home, doctor = make_commune(), make_practitioner()
    cpts = covered(home)
    place = make_place()
    facts = {"home": home, "practitioner": doctor, "place": place, "on": END}
    assert is_organised(**facts) is None
    agree_with(organisation=place.host, territorial=cpts, reference="essai", starts_on=START, **ACT)
    assert is_organised(**facts) is True
    itself = make_organisation(kind=OrganisationKind.CPTS, name="CPTS", territorial=cpts)
    say_practice_place(practitioner=doctor, organisation=itself, starts_on=START, **ACT)
    assert is_organised(**{**facts, "place": None}) is True


def test_an_organisation_that_the_caisse_does_not_count_organises_nothing():
    home, doctor = make_commune(), make_practitioner()
    itself = make_organisation(
        kind=OrganisationKind.CPTS, name="CPTS", territorial=covered(home, referenced=None)
    )
    say_practice_place(practitioner=doctor, organisation=itself, starts_on=START, **ACT)
    assert is_organised(home=home, practitioner=doctor, place=None, on=END) is False


def test_a_convention_does_not_end_before_it_begins():
    with pytest.raises(BadOrganisation):
        agree_with(organisation=make_organisation(), territorial=covered(make_commune()), reference="x", starts_on=END,
                   ends_on=START, **ACT)  # fmt: skip
