"""The price before the line: agreed to or not, kept as it stood; a contract chosen; both prices where they differ."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from toubib.billing.enums import PlanKind
from toubib.billing.models import PriceShown
from toubib.billing.operations import (
    NotCovered,
    add_cover,
    add_plan,
    answer_facts,
    choose_payer,
    export_claims,
    keep_price_shown,
)
from toubib.billing.queries import bill_of, covers_for
from toubib.billing.queries.plans import CHOSEN, acts_promised
from toubib.billing.settle import WAIVED
from toubib.billing.tests.factories import KNOWN, SYSTEM, make_signed
from toubib.ground.ids import new_id
from toubib.people.tests.factories import make_account
from toubib.record.models import Encounter
from toubib.rulebook import live
from toubib.waiting.models import Attestation, Ticket
from toubib.waiting.operations import attest_on_path
from toubib.waiting.queries.facts import facts_of_ticket, said_of
from toubib.waiting.queries.price import estimate_for
from toubib.waiting.tests.factories import make_pool, make_scene, patient_actor, prepare_ticket
from toubib.waiting.tests.walk import walk_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    return make_pool()


def shown_on(client):
    page = client.get("/consulter/pret").content.decode()
    return re.search(r'name="shown" value="([^"]+)"', page)[1]


def test_the_price_agreed_to_is_the_one_that_stood_on_the_screen(client, pool):
    ticket = walk_to(client, "pret")
    estimate = estimate_for(ticket=ticket, now=timezone.now())
    sealed = shown_on(client)
    answer = client.post("/consulter/pret", {"shown": sealed, "price": "agreed"})
    assert answer.url == f"/attente/{ticket.id}"
    row = PriceShown.objects.get()
    assert (row.ticket_id, row.agreed, row.law_version) == (ticket.id, True, live.law_version())
    assert row.estimate == estimate.as_shown() and row.shown_at < row.answered_at


def test_refusing_the_price_takes_nothing_away(client, pool):
    ticket = walk_to(client, "pret")
    assert client.post("/consulter/pret", {"shown": shown_on(client)}).url == f"/attente/{ticket.id}"
    ticket.refresh_from_db()
    assert (ticket.state, PriceShown.objects.get().agreed) == ("waiting", False)


@pytest.mark.parametrize("sealed", ["", "x", "e30:1abc:def"])
def test_a_price_that_we_did_not_show_is_not_kept(client, pool, sealed):
    ticket = walk_to(client, "pret")
    shown_on(client)
    assert client.post("/consulter/pret", {"shown": sealed, "price": "agreed"}).url == f"/attente/{ticket.id}"
    assert PriceShown.objects.count() == 0


def test_the_price_of_another_request_is_not_taken(client, pool):
    from django.core import signing

    from toubib.waiting.views.shown import SALT

    walk_to(client, "pret")
    kept = signing.loads(shown_on(client), salt=SALT)
    forged = signing.dumps({**kept, "ticket": str(new_id())}, salt=SALT)
    client.post("/consulter/pret", {"shown": forged, "price": "agreed"})
    assert PriceShown.objects.count() == 0


def keep(act, **over):
    estimate = {
        "price": {"outcome": "FIXED", "code": "TCG", "tariff": "25.00", "amo": "15.50", "amc": "7.50", "public": "0.00", "patient": "2.00"},
        "if_yes": {}, "if_no": {}, "reimbursement": "YES", "supposed": ["Il est généraliste."], "codes": ["PRICE.ESTIMATE"], **over,
    }  # fmt: skip
    return keep_price_shown(
        ticket=act.ticket,
        estimate=estimate,
        law_version="x",
        shown_at=timezone.now(),
        agreed=True,
        by=SYSTEM,
        now=timezone.now(),
    )


@pytest.mark.django_db(transaction=True)
def test_both_prices_and_why_where_they_differ():
    act = make_signed(said={"c2s": True})
    keep(act)
    keep(act)
    assert PriceShown.objects.count() == 1
    act.settle()
    bill = bill_of(encounter=act.encounter)
    assert (bill.state, bill.differs, bill.before_amounts["patient"], bill.amounts["patient"]) == ("settled", True, "2.00", "0.00")  # fmt: skip
    assert "PRICE.SOLIDARITY" in {one["code"] for one in bill.new_reasons}
    assert bill.supposed == ["Il est généraliste."]


@pytest.mark.django_db(transaction=True)
def test_the_same_price_says_nothing_of_a_difference():
    act = make_signed()
    line = act.settle()
    amounts = {
        name: f"{getattr(line, name + '_cents') / 100:.2f}"
        for name in ("tariff", "amo", "amc", "public", "patient")
    }
    keep(act, price={"outcome": "FIXED", **amounts})
    assert not bill_of(encounter=act.encounter).differs
    keep(act, price={"outcome": "UNDETERMINED"}, if_yes=amounts, if_no=dict.fromkeys(amounts, "0.00"))
    assert not bill_of(encounter=act.encounter).differs


# Contracts


@pytest.fixture
def covered():
    """A ticket on the path, of a person with a contract of one act a year."""
    scene, now = make_scene(), timezone.now()
    ticket = prepare_ticket(scene, now=now, account=scene.cast.jeanne, patient=scene.cast.jeanne_patient)
    said = {"name": "Abonnement A", "kind": PlanKind.SUBSCRIPTION, "payer": "X", "acts_cap": 1}
    plan = add_plan(**said, starts_on=date(2026, 1, 1), by=SYSTEM, now=now)
    who = {"patient": scene.cast.jeanne_patient, "number": "7", "starts_on": date(2026, 1, 1)}
    cover = add_cover(plan_id=plan.pk, **who, by=SYSTEM, now=now)
    return ticket, cover


def choose(ticket, cover_id):
    return choose_payer(
        ticket=ticket, cover_id=cover_id, by=patient_actor(ticket.account), now=timezone.now()
    )


def test_a_contract_chosen_is_a_fact_of_the_act_and_can_be_left(covered):
    ticket, cover = covered
    now = timezone.now()
    choose(ticket, cover.pk)
    facts = facts_of_ticket(ticket=ticket, now=now)
    assert [facts[name] for name in ("funding", "plan_acts_used", "plan_acts_cap")] == ["subscription", 0, 1]
    assert estimate_for(ticket=ticket, now=now).by_contract
    choose(ticket, None)
    assert facts_of_ticket(ticket=ticket, now=now)["funding"] == "amo"
    assert not estimate_for(ticket=ticket, now=now).by_contract


def test_the_last_act_of_a_contract_is_promised_to_one_request_alone(covered):
    ticket, cover = covered
    other = Ticket.objects.get(pk=ticket.pk)
    other.pk, other.account, other._state.adding = new_id(), make_account(email="autre@exemple.test"), True
    other.save()
    choose(ticket, cover.pk)
    with pytest.raises(NotCovered, match="ne paie plus d’acte"):
        choose(other, cover.pk)
    choose(ticket, cover.pk)  # said again by the one that has it
    later = timezone.now() + timedelta(hours=3)
    assert acts_promised(cover=cover, but=other, now=later) == 0
    choose(ticket, None)
    choose(other, cover.pk)


def test_a_contract_of_another_is_refused(covered):
    ticket, _cover = covered
    with pytest.raises(NotCovered):
        choose(ticket, new_id())
    assert said_of(ticket=ticket) == {}


def test_the_page_of_contracts_offers_and_keeps(client, covered, settings):
    from toubib.people.tests.factories import sign_in

    ticket, cover = covered
    sign_in(client, ticket.account)
    session = client.session
    session["ticket"] = str(ticket.id)
    session.save()
    assert "Abonnement A" in client.get("/consulter/payeur").content.decode()
    assert client.post("/consulter/payeur", {"payer": str(cover.pk)}).url == "/consulter/prix"
    assert "Votre contrat paie cet acte" in client.get("/consulter/prix").content.decode()
    assert client.post("/consulter/payeur", {"payer": "amo"}).url == "/consulter/prix"
    assert "Votre contrat paie cet acte" not in client.get("/consulter/prix").content.decode()


def contract(act, name, *, kind=PlanKind.SUBSCRIPTION):
    """A contract of one act a year of this person."""
    now, start = timezone.now(), date(2026, 1, 1)
    plan = add_plan(name=name, kind=kind, payer="X", acts_cap=1, starts_on=start, by=SYSTEM, now=now)
    return add_cover(plan_id=plan.pk, patient=act.patient, number="7", starts_on=start, by=SYSTEM, now=now)


def settle_by(act, cover):
    """The line where the request chose this cover before the act."""
    now = timezone.now()
    Attestation.objects.create(ticket=act.ticket, fact=CHOSEN, value=str(cover.pk), words="?", said_at=now)
    decision = act.encounter.decisions.get()
    said = {"funding": cover.plan.kind, "plan_acts_used": 0, "plan_acts_cap": 1}
    decision.facts = {**decision.facts, **said}
    decision.save()
    return act.settle(now=now)


def used_of(act):
    found = covers_for(patient_id=act.patient.pk, on=timezone.localdate())
    return {one.cover.plan.name: (one.used, one.is_reached) for one in found}


@pytest.mark.django_db(transaction=True)
def test_an_act_that_a_contract_pays_asks_nothing_of_the_amo_and_uses_that_contract_alone_up():
    act = make_signed()
    cover = contract(act, "B")
    contract(act, "C")
    line = settle_by(act, cover)
    assert (line.state, line.funding, line.plan_cents, line.amo_cents, line.patient_cents) == ("ready", "subscription", line.tariff_cents, 0, 0)  # fmt: skip
    assert used_of(act) == {"B": (1, True), "C": (0, False)}


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_waived_gives_the_contract_back():
    act = make_signed()
    settle_by(act, contract(act, "B"))
    now = timezone.now()
    export_claims(first=timezone.localdate(), last=timezone.localdate(), by=SYSTEM, now=now)
    said = {WAIVED: (True, WAIVED)}
    answer_facts(encounter_id=act.encounter_id, said=said, by=act.doctor, now=now)
    assert used_of(act) == {"B": (0, False)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_counter_of_a_contract_says_nothing_of_a_minors_secret_act(when):
    act = make_signed(secret=when == "before")
    line = settle_by(act, contract(act, "B"))
    assert line.plan_cents > 0
    Encounter.objects.filter(pk=act.encounter_id).update(minor_secrecy=True)
    assert used_of(act) == {"B": (0, False)}


def test_nothing_on_the_path_writes_where_it_may_not(covered):
    """The facts of a price are said of one's own request alone."""
    ticket, _cover = covered
    attest_on_path(
        ticket_id=ticket.pk,
        said={name: (value, name) for name, value in KNOWN.items()},
        by=SYSTEM,
        now=timezone.now(),
    )
    assert Ticket.objects.get(pk=ticket.pk).draft["done"][-1] == "prix"
