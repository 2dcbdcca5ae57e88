from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind, LinkProof, Role
from toubib.people.models import Patient, PatientLink
from toubib.people.operations import LinkExists, NotAMinor, add_relative, link_person, revoke_link
from toubib.people.perms import is_parent_like
from toubib.people.queries import accounts_acting_for, link_between, links_of, own_patient
from toubib.people.tests.factories import (
    NOW,
    Cast,
    make_account,
    make_cast,
    make_identity,
    make_link,
    make_patient,
    sign_in,
)

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def by(account) -> Actor:
    return Actor(account.id, "patient")


def acts_as(account, patient, now=NOW) -> str | None:
    """The kind of the live link by which the account acts for the patient."""
    link = link_between(account=account, patient_id=patient.id, now=now)
    return link.kind if link else None


def patients_of(account, now=NOW) -> list[Patient]:
    return [link.patient for link in links_of(account=account, now=now)]


def test_links_of_gives_oneself_first_then_the_others(cast: Cast) -> None:
    assert patients_of(cast.jeanne) == [cast.jeanne_patient, cast.leo]
    assert own_patient(account=cast.jeanne, now=NOW) == cast.jeanne_patient


def test_who_acts_for_whom(cast: Cast) -> None:
    assert acts_as(cast.jeanne, cast.jeanne_patient) == LinkKind.SELF
    assert acts_as(cast.jeanne, cast.leo) == LinkKind.PARENT
    assert acts_as(cast.stranger, cast.leo) is None
    assert acts_as(cast.vasseur.account, cast.leo) is None
    assert acts_as(cast.administrator, cast.leo) is None


def test_both_parents_may_act_until_authority_is_withdrawn(cast: Cast) -> None:
    father = make_account()
    link = link_person(
        account=father,
        patient=cast.leo,
        kind=LinkKind.PARENT,
        proof=LinkProof.DOCUMENT,
        note="livret de famille",
        by=by(cast.jeanne),
        now=NOW,
    )
    assert (link.proof, link.proof_note, link.ends_at) == (
        LinkProof.DOCUMENT,
        "livret de famille",
        datetime(2038, 6, 12, tzinfo=PARIS),
    )
    assert acts_as(father, cast.leo) == acts_as(cast.jeanne, cast.leo) == LinkKind.PARENT
    director = Actor(cast.director.id, "medical_director")
    revoke_link(link=link, by=director, now=NOW, reason="authority_withdrawn")
    link.refresh_from_db()
    assert (link.revoked_at, link.revoked_by) == (NOW, cast.director.id)
    assert acts_as(father, cast.leo) is None
    assert acts_as(cast.jeanne, cast.leo) == LinkKind.PARENT
    assert list(
        JournalEntry.objects.filter(patient=cast.leo.id).values_list("action", "reason").order_by("id")
    ) == [("people.link.create", "parent"), ("people.link.revoke", "authority_withdrawn")]


def test_revoke_link_twice_keeps_the_first(cast: Cast) -> None:
    revoke_link(link=cast.leo_link, by=by(cast.jeanne), now=NOW)
    revoke_link(link=cast.leo_link, by=by(cast.stranger), now=NOW + timedelta(hours=1))
    cast.leo_link.refresh_from_db()
    assert (cast.leo_link.revoked_at, cast.leo_link.revoked_by) == (NOW, cast.jeanne.id)
    assert JournalEntry.objects.filter(action="people.link.revoke").count() == 1


@pytest.mark.parametrize(
    ("born", "last", "first"),
    [
        (
            date(2008, 11, 21),
            datetime(2026, 11, 20, 23, 59, 59, tzinfo=PARIS),
            datetime(2026, 11, 21, tzinfo=PARIS),
        ),
        (
            date(2008, 2, 29),
            datetime(2026, 2, 28, 23, 59, 59, tzinfo=PARIS),
            datetime(2026, 3, 1, tzinfo=PARIS),
        ),
    ],
)
def test_a_parent_s_link_ends_on_the_eighteenth_birthday_at_midnight(born, last, first) -> None:
    parent, child = make_account(), make_patient(birth_date=born)
    link_person(
        account=parent,
        patient=child,
        kind=LinkKind.PARENT,
        proof=LinkProof.DECLARED,
        by=by(parent),
        now=datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert acts_as(parent, child, last) == LinkKind.PARENT
    assert acts_as(parent, child, first) is None
    assert (patients_of(parent, last), patients_of(parent, first)) == ([child], [])


@pytest.mark.parametrize("kind", [LinkKind.PARENT, LinkKind.CHILD_PROTECTION])
def test_link_person_refuses_a_parent_s_link_with_an_adult(kind: LinkKind) -> None:
    with pytest.raises(NotAMinor):
        link_person(
            account=make_account(),
            patient=make_patient(),
            kind=kind,
            proof=LinkProof.DECLARED,
            by=by(make_account()),
            now=NOW,
        )


@pytest.mark.parametrize("kind", [LinkKind.GUARDIAN, LinkKind.TRUSTED_PERSON, LinkKind.RELATIVE])
def test_other_links_do_not_end_at_majority(kind: LinkKind) -> None:
    account, child = make_account(), make_patient(birth_date=date(2010, 1, 1))
    link = link_person(
        account=account, patient=child, kind=kind, proof=LinkProof.VOUCHED, by=by(account), now=NOW
    )
    assert link.ends_at is None
    assert acts_as(account, child, NOW + timedelta(days=3650))


def test_link_person_twice_is_one_link_and_another_kind_is_refused(cast: Cast) -> None:
    asked = {
        "account": cast.jeanne,
        "patient": cast.leo,
        "proof": LinkProof.DECLARED,
        "by": by(cast.jeanne),
        "now": NOW,
    }
    assert link_person(kind=LinkKind.PARENT, **asked) == cast.leo_link
    with pytest.raises(LinkExists):
        link_person(kind=LinkKind.RELATIVE, **asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_link(cast.jeanne, cast.leo, LinkKind.RELATIVE)


def test_a_grown_child_may_name_the_parent_as_relative(cast: Cast) -> None:
    grown = datetime(2038, 6, 12, 8, 0, tzinfo=PARIS)
    link_person(
        account=cast.jeanne,
        patient=cast.leo,
        kind=LinkKind.RELATIVE,
        proof=LinkProof.DECLARED,
        by=by(cast.jeanne),
        now=grown,
    )
    assert acts_as(cast.jeanne, cast.leo, grown) == LinkKind.RELATIVE


def test_a_minor_has_an_account_beside_the_parent_s(cast: Cast) -> None:
    minor = make_account(phone="+33639980042")
    own = make_link(minor, cast.leo)
    assert acts_as(minor, cast.leo) == LinkKind.SELF
    assert [link.account for link in accounts_acting_for(patient=cast.leo, now=NOW)] == [minor, cast.jeanne]
    assert [is_parent_like(link) for link in (own, cast.leo_link)] == [False, True]


def test_add_relative_twice_makes_one_person(cast: Cast) -> None:
    identity = make_identity(birth_given_names="Zoé", birth_date=date(2024, 2, 29))
    asked = {
        "account": cast.jeanne,
        "identity": identity,
        "kind": LinkKind.PARENT,
        "proof": LinkProof.DECLARED,
        "by": by(cast.jeanne),
        "now": NOW,
    }
    before = Patient.objects.count()
    assert add_relative(**asked) == add_relative(**asked)
    assert (Patient.objects.count(), PatientLink.objects.filter(account=cast.jeanne).count()) == (
        before + 1,
        3,
    )


def test_add_relative_leaves_nothing_behind_when_refused(cast: Cast) -> None:
    before = Patient.objects.count()
    with pytest.raises(NotAMinor):
        add_relative(
            account=cast.jeanne,
            identity=make_identity(),
            kind=LinkKind.PARENT,
            proof=LinkProof.DECLARED,
            by=by(cast.jeanne),
            now=NOW,
        )
    assert Patient.objects.count() == before


def test_link_between_knows_live_links_alone(cast: Cast) -> None:
    assert link_between(account=cast.jeanne, patient_id=cast.leo.id, now=NOW) == cast.leo_link
    revoke_link(link=cast.leo_link, by=by(cast.jeanne), now=NOW)
    assert link_between(account=cast.jeanne, patient_id=cast.leo.id, now=NOW) is None


def test_add_relative_twice_at_once_is_one_link_when_the_later_click_is_served_first() -> None:
    account = make_account()
    by = Actor(account.id, Role.PATIENT)
    facts = {"account": account, "identity": make_identity(birth_date=date(2020, 6, 12)), "kind": LinkKind.PARENT,
             "proof": LinkProof.DECLARED, "by": by}  # fmt: skip
    links = [add_relative(**facts, now=NOW), add_relative(**facts, now=NOW - timedelta(milliseconds=8))]
    assert (links[0], PatientLink.objects.count()) == (links[1], 1)


def test_the_director_ends_a_link_with_a_reason_once(client) -> None:
    cast = make_cast()
    sign_in(client, cast.director)
    (link,) = PatientLink.objects.filter(account=cast.jeanne).exclude(kind=LinkKind.SELF)
    page = client.get("/direction/liens", {"q": cast.jeanne.email.upper()})
    posted = {"q": cast.jeanne.email, "link": str(link.pk)}
    without = client.post("/direction/liens", posted)
    answers = [client.post("/direction/liens", {**posted, "reason": "authority_withdrawn"}) for _ in range(2)]
    link.refresh_from_db()
    assert link.patient.full_name in page.content.decode()
    assert (without.status_code, [answer.status_code for answer in answers]) == (422, [302, 302])
    assert link.revoked_by == cast.director.id
    ended = JournalEntry.objects.filter(action="people.link.revoke").values_list("reason", flat=True)
    assert list(ended) == ["authority_withdrawn"]
    assert JournalEntry.objects.filter(action="people.link.read").count() == 2


def test_the_director_ends_nobodys_own_link(client) -> None:
    cast = make_cast()
    sign_in(client, cast.director)
    own = PatientLink.objects.get(account=cast.jeanne, kind=LinkKind.SELF)
    client.post("/direction/liens", {"q": cast.jeanne.email, "link": str(own.pk), "reason": "wrong_link"})
    own.refresh_from_db()
    assert own.revoked_at is None
