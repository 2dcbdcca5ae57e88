"""« Ce que vous paierez »: asked once, skippable, three values, told with its reasons; nothing of it moves anyone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from toubib.directory.tests.factories import make_practitioner
from toubib.rulebook import live
from toubib.waiting.models import Attestation
from toubib.waiting.queries.facts import GUARANTEES, facts_of_ticket, said_of
from toubib.waiting.queries.price import estimate_for, standard_estimate
from toubib.waiting.tests.walk import walk_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pool")]
URL = "/consulter/prix"
UNAVAILABLE = {"answer": "unavailable"}


def values():
    return {fact: row.value for fact, row in said_of(ticket=the_ticket_row()).items()}


def the_ticket_row():
    from toubib.waiting.models import Ticket

    return Ticket.objects.get()


def test_price_comes_once_before_health_and_may_be_left(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    early = client.get("/consulter/consentements").url
    assert client.get(URL).status_code == 200
    assert (early, client.post(URL, {}).url) == (URL, "/consulter/sante")
    assert client.get("/consulter/consentements").url == "/consulter/sante"
    assert Attestation.objects.count() == 0  # nothing was said


def test_price_may_be_passed_over_by_who_goes_to_health(client):
    walk_to(client, "sante")
    assert client.get("/consulter/sante").status_code == 200


def test_price_keeps_what_is_said_with_its_words_and_what_is_not_ticked_is_no_only_where_it_was_answered(
    client,
):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    client.post(URL, {"cover": ["patient_ald"], "home": "yes", "mt": ["referred_by_mt", "unknown"]})
    wanted = {
        "referred_by_mt": True,
        "patient_ald": True,
        **dict.fromkeys(("c2s", "ame", "ald_related", "maternity", "work_accident", "alsace_moselle"), False),
        "lives_here": True,
    }
    assert values() == wanted
    row = Attestation.objects.get(fact="patient_ald")
    assert (row.words, row.role) == ("J’ai une affection de longue durée (ALD)", "patient")
    client.post(URL, {"cover": ["patient_ald"], "home": "yes", "mt": ["referred_by_mt", "unknown"]})
    assert Attestation.objects.count() == len(wanted)  # sent twice, kept once


def test_price_does_not_ask_again_what_was_said_on_the_medecin_traitant(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    shown = client.get(URL).content.decode()
    assert 'value="referred_by_mt"' in shown and 'value="mt_unavailable"' not in shown
    client.post(URL, {"cover": ["nothing"], "mt": ["nothing"], "home": "yes"})
    assert "mt_unavailable" not in values()
    assert facts_of_ticket(ticket=the_ticket_row(), now=timezone.now())["mt_unavailable"] is True


def test_price_unsays_what_was_said(client):
    walk_to(client, "sante")
    client.post(URL, {"cover": ["c2s"]})
    client.post(URL, {"cover": ["unknown"]})
    assert values()["c2s"] is None


def test_price_refuses_nothing_and_something_and_keeps_what_was_ticked(client):
    walk_to(client, "sante")
    answer = client.post(URL, {"cover": ["nothing", "c2s"], "home": "no"})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Gardez l’un des deux." in shown
    assert (
        'value="c2s" id="id_cover_0" checked' in shown or 'value="c2s" checked' in shown or "checked" in shown
    )
    assert Attestation.objects.count() == 0


def test_price_shows_both_amounts_then_what_lacks(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    client.post(URL, {"cover": ["nothing"], "home": "yes", "do": "count"})
    shown = client.get(URL).content.decode()
    for words in (
        "Si c’est remboursé",
        "Si ce n’est pas remboursé",
        "seule votre caisse",
        "Nous supposons :",
    ):
        assert words in shown
    assert "seuil" not in shown  # no doctor's cap is told to a patient


def test_price_of_someone_with_c2s_is_nothing_where_it_is_reimbursed(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    client.post(URL, {"cover": ["c2s"]})
    estimate = estimate_for(ticket=the_ticket_row(), now=timezone.now())
    assert estimate.if_yes["patient"] == "0.00"
    assert estimate.if_no["amo"] == "0.00"


def test_price_is_on_the_last_page_before_the_line(client, settings):
    walk_to(client, "pret")
    shown = client.get("/consulter/pret").content.decode()
    assert "Le prix, estimé" in shown
    assert "Changer mes réponses sur le prix" in shown


def test_another_person_to_be_seen_takes_nothing_of_what_was_said(client):
    walk_to(client, "sante")
    client.post(URL, {"cover": ["ame"]})
    client.post("/consulter/pour-qui", {"who": "child", "language": "fr"})
    assert values() == {}


def test_standard_case_is_told_once_the_rule_book_is_ready():
    live.warm(on=timezone.localdate())
    estimate = standard_estimate(on=timezone.localdate())
    assert estimate is not None
    assert (estimate.sure, estimate.reimbursement, estimate.code) == (True, "YES", "TCG")
    assert sum(float(estimate.amounts[name]) for name in ("amo", "amc", "public", "patient")) == float(
        estimate.amounts["tariff"]
    )


@pytest.mark.parametrize(("day", "said"), [(22, True), (23, False)])  # a Sunday, a Monday
def test_price_names_the_surcharge_that_its_tariff_holds(client, day, said):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    estimate = estimate_for(ticket=the_ticket_row(), now=datetime(2026, 11, day, 10, tzinfo=UTC))
    page = render_to_string("waiting/_estimate.html", {"estimate": estimate, "lacks": []})
    assert (
        bool(estimate.surcharges),
        "Majoration hors des heures habituelles." in page.split("<details")[0],
    ) == (said, said)


def test_price_supposes_nothing_rare_until_it_is_said_and_says_so(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    estimate = estimate_for(ticket=the_ticket_row(), now=timezone.now())
    assert None not in {*estimate.if_yes.values(), *estimate.if_no.values()}
    assert any("ni C2S, ni AME" in words for words in estimate.supposed)


def test_price_supposes_the_doctor_and_names_each_thing_supposed(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    estimate = estimate_for(ticket=the_ticket_row(), now=timezone.now())
    for words in (
        "Il est généraliste.",
        "secteur 1",
        "en libéral, en France",
        "n’est pas votre médecin traitant",
    ):
        assert any(words in one for one in estimate.supposed), words


def test_price_by_the_own_doctor_is_of_one_doctor_alone(client):
    walk_to(client, "sante", medecin_traitant=UNAVAILABLE)
    ticket = the_ticket_row()
    ticket.own_practitioner = make_practitioner(specialty="general_practice", sector="s2")
    ticket.medecin_traitant = "here"
    ticket.save()
    estimate = estimate_for(ticket=ticket, now=timezone.now())
    assert estimate.supposed[0] == "Votre médecin traitant vous reçoit lui-même."
    assert not any("pas votre médecin traitant" in one or "généraliste" in one for one in estimate.supposed)
    assert not any("secteur 1" in one for one in estimate.supposed)
    assert "PATHWAY.MT" in {one["code"] for one in estimate.reasons}


def test_standard_case_costs_the_same_on_a_holiday():
    live.warm(on=timezone.localdate())
    found = [standard_estimate(on=date(2025, 12, day)) for day in (25, 26, 27)]
    assert [(one.code, one.amounts["tariff"]) for one in found] == [("TCG", found[1].amounts["tariff"])] * 3


def test_what_the_platform_asserts_is_stated_with_its_reason_and_in_the_document():
    said = (settings.BASE_DIR.parent / "docs/law.md").read_text(encoding="utf-8")
    for fact, (value, reason) in GUARANTEES.items():
        shown = str(value).lower() if isinstance(value, bool) else value
        assert reason
        assert f"| `{fact}` | {shown} |" in said or f"| `{fact}` | `{shown}` |" in said, fact
