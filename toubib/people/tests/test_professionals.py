from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from toubib.directory.operations import BadRpps, PractitionerFacts
from toubib.directory.tests.factories import make_rpps
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import EvidenceKind, Role
from toubib.people.events import professional_suspended
from toubib.people.identity import BadInput
from toubib.people.models import Account, ProfessionalAccount
from toubib.people.operations import (
    CannotActivate,
    MayNotJudge,
    MayNotManage,
    activate_professional,
    add_evidence,
    check_professionals_daily,
    create_professional,
    revoke_role,
    suspend_professional,
)
from toubib.people.perms import may_go_on_duty
from toubib.people.queries import find_account, forget_roles
from toubib.people.tests.factories import (
    BY_CLI,
    NOW,
    Cast,
    give_evidence,
    make_account,
    make_cast,
    make_professional,
)
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 21)
EVERY = ["DUTY.NO_INSURANCE", "DUTY.NO_ORDRE", "DUTY.NO_RPPS_EXTRACT"]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def director(cast: Cast) -> Actor:
    return Actor(cast.director.id, Role.MEDICAL_DIRECTOR)


def facts(**over) -> PractitionerFacts:
    return PractitionerFacts(
        **{
            "rpps": make_rpps(77),
            "title": "Dre",
            "given_name": "Inès",
            "family_name": "Roux",
            "profession": "doctor",
            "specialty": "general_practice",
            "practice_name": "Maison de santé",
            "practice_commune": make_commune(),
            **over,
        }
    )


def duty(account, now=NOW) -> list[str]:
    return [reason.code for reason in may_go_on_duty(account=account, now=now).reasons]


def evidence(professional, director, kind, *, since=TODAY, until=TODAY + timedelta(days=30)):
    return add_evidence(
        professional=professional,
        kind=kind,
        reference="n° 12",
        valid_from=since,
        valid_until=until,
        by=director,
        now=NOW,
    )


def test_create_professional_is_inactive_and_invited() -> None:
    made = create_professional(email="Ines@Exemple.test", facts=facts(), by=BY_CLI, now=NOW)
    assert (made.account.email, made.activated_at, made.practitioner.full_name) == (
        "ines@exemple.test",
        None,
        "Dre Inès Roux",
    )
    assert duty(made.account) == ["DUTY.NOT_ACTIVATED", *EVERY]
    message = OutboundMessage.objects.get()
    assert message.to == "ines@exemple.test"
    assert "/connexion/invitation/" in message.body


@pytest.mark.parametrize("rpps", ["99900000770", "123", "", "😀", "9" * 100, "1" * 10_000])
def test_create_professional_refuses_a_wrong_rpps_key(rpps: str) -> None:
    with pytest.raises(BadRpps):
        create_professional(email="x@exemple.test", facts=facts(rpps=rpps), by=BY_CLI, now=NOW)
    assert not Account.objects.exists()


def test_create_professional_refuses_a_known_rpps_or_address(cast: Cast) -> None:
    for email, over in (
        ("neuve@exemple.test", {"rpps": cast.vasseur.practitioner.rpps}),
        ("jeanne@exemple.test", {}),
    ):
        with pytest.raises(BadInput):
            create_professional(email=email, facts=facts(**over), by=BY_CLI, now=NOW)
    assert find_account(email="neuve@exemple.test") is None


@pytest.mark.parametrize("role", [Role.PATIENT, Role.PRACTITIONER, Role.COMPLIANCE])
def test_create_professional_is_for_administrators_and_directors(role: Role) -> None:
    with pytest.raises(MayNotManage):
        create_professional(email="x@exemple.test", facts=facts(), by=Actor(None, role), now=NOW)


def test_activate_professional_wants_the_three_proofs_of_that_day(cast: Cast, director: Actor) -> None:
    new = make_professional(active=False)
    evidence(new, director, EvidenceKind.RPPS_EXTRACT)
    evidence(new, director, EvidenceKind.ORDRE, until=TODAY + timedelta(days=1))
    evidence(new, director, EvidenceKind.LIABILITY_INSURANCE, since=TODAY - timedelta(days=9), until=TODAY)
    with pytest.raises(CannotActivate) as caught:
        activate_professional(professional=new, by=director, now=NOW)
    assert [reason.code for reason in caught.value.reasons] == ["DUTY.NO_INSURANCE"]
    evidence(new, director, EvidenceKind.LIABILITY_INSURANCE)
    active = activate_professional(professional=new, by=director, now=NOW)
    again = activate_professional(professional=new, by=director, now=NOW + timedelta(hours=1))
    assert (active.activated_at, active.activated_by, again.activated_at) == (NOW, cast.director.id, NOW)
    assert duty(new.account) == ["DUTY.OK"]
    assert duty(new.account, NOW + timedelta(days=1)) == ["DUTY.NO_ORDRE"]


def test_evidence_of_tomorrow_does_not_serve_today(director: Actor) -> None:
    new = make_professional(active=False)
    give_evidence(new, valid_from=TODAY + timedelta(days=1), valid_until=TODAY + timedelta(days=300))
    with pytest.raises(CannotActivate):
        activate_professional(professional=new, by=director, now=NOW)


def test_may_go_on_duty_turns_at_midnight_in_paris(cast: Cast) -> None:
    one = make_professional(active=True)
    one.evidence.update(valid_until=date(2026, 11, 22))
    last = datetime(2026, 11, 21, 23, 59, 59, tzinfo=PARIS)
    assert duty(one.account, last) == ["DUTY.OK"]
    assert duty(one.account, last + timedelta(seconds=1)) == EVERY


def test_nobody_judges_but_a_director_and_not_oneself(cast: Cast) -> None:
    both = make_professional(active=False)
    others = [
        Actor(cast.administrator.id, Role.ADMINISTRATOR),
        Actor(cast.lenoir.account_id, Role.PRACTITIONER),
        Actor(both.account_id, Role.MEDICAL_DIRECTOR),
    ]
    give_evidence(both)
    for by in others:
        with pytest.raises(MayNotJudge):
            activate_professional(professional=both, by=by, now=NOW)
        with pytest.raises(MayNotJudge):
            evidence(both, by, EvidenceKind.ORDRE)
        with pytest.raises(MayNotJudge):
            suspend_professional(professional=both, reason="x", by=by, now=NOW)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"reference": "x" * 121}, "reference"),
        ({"valid_until": TODAY}, "valid_until"),
        ({"valid_until": date(9999, 1, 1)}, "valid_until"),
    ],
)
def test_add_evidence_refuses_what_proves_nothing(director: Actor, over, field: str) -> None:
    asked = {"reference": "n° 1", "valid_from": TODAY, "valid_until": TODAY + timedelta(days=1), **over}
    with pytest.raises(BadInput) as caught:
        add_evidence(
            professional=make_professional(active=False),
            kind=EvidenceKind.ORDRE,
            by=director,
            now=NOW,
            **asked,
        )
    assert caught.value.field == field


def test_add_evidence_twice_is_one(director: Actor) -> None:
    new = make_professional(active=False)
    assert evidence(new, director, EvidenceKind.ORDRE) == evidence(new, director, EvidenceKind.ORDRE)


def test_suspend_professional_tells_both_and_the_line_once(cast: Cast, director: Actor) -> None:
    heard = []

    def hear(sender, **said) -> None:
        heard.append((said["account_id"], said["reason"]))

    professional_suspended.connect(hear)
    try:
        for _ in range(2):
            suspend_professional(professional=cast.vasseur, reason="plainte en cours", by=director, now=NOW)
    finally:
        professional_suspended.disconnect(hear)
    assert heard == [(cast.vasseur.account_id, "plainte en cours")]
    assert duty(cast.vasseur.account) == ["DUTY.SUSPENDED"]
    assert {message.to for message in OutboundMessage.objects.all()} == {
        "vasseur@exemple.test",
        "directrice@exemple.test",
    }
    assert JournalEntry.objects.filter(action="people.professional.suspend").count() == 1


def test_a_suspended_professional_may_be_activated_again(cast: Cast, director: Actor) -> None:
    suspend_professional(professional=cast.vasseur, reason="x", by=director, now=NOW)
    activate_professional(professional=cast.vasseur, by=director, now=NOW)
    assert duty(cast.vasseur.account) == ["DUTY.OK"]


def test_check_professionals_daily_suspends_what_lapsed_and_nothing_else(cast: Cast) -> None:
    cast.vasseur.evidence.filter(kind=EvidenceKind.ORDRE).update(valid_until=TODAY)
    assert [check_professionals_daily(today=TODAY, now=NOW) for _ in range(2)] == [1, 0]
    states = {one.pk: one for one in ProfessionalAccount.objects.all()}
    assert (states[cast.vasseur.pk].suspended_at, states[cast.vasseur.pk].suspension_reason) == (
        NOW,
        "Justificatif échu\u00a0: inscription à l’Ordre.",
    )
    assert {one.suspended_at for key, one in states.items() if key != cast.vasseur.pk} == {None}
    assert {one.checked_on for one in states.values()} == {TODAY}
    assert OutboundMessage.objects.count() == 2


def test_may_go_on_duty_falls_with_the_role_and_the_account(cast: Cast) -> None:
    revoke_role(
        account=cast.vasseur.account,
        role=Role.PRACTITIONER,
        by=Actor(cast.administrator.id, Role.ADMINISTRATOR),
        now=NOW,
    )
    assert duty(cast.vasseur.account) == ["DUTY.NOT_PRACTITIONER"]
    cast.lenoir.account.is_active = False
    forget_roles(account=cast.lenoir.account)
    assert duty(cast.lenoir.account) == ["DUTY.ACCOUNT_CLOSED"]
    assert duty(make_account()) == duty(cast.haddad.account) == ["DUTY.NOT_PRACTITIONER"]
