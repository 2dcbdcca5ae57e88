"""The waiting room by state and by person; what one may do there, once or twice, well or badly."""

import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from toubib.consultation.models import Invite
from toubib.consultation.operations import has_agreed, use_invite
from toubib.consultation.queries import day_of
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import make_account, make_link
from toubib.record.models import Attachment, Encounter
from toubib.record.operations import tell_health_summary
from toubib.waiting.enums import TicketState
from toubib.waiting.models import FollowUp, Ticket
from toubib.waiting.operations import call_back_away, set_tier
from toubib.waiting.tests.factories import NO, doctor_actor, patient_actor, put_in_line, put_on_duty
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def at(visit, name="waiting_room", *more):
    return reverse(f"web:{name}", args=[visit.ticket.id, *more])


def body(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_rank_interval_and_order_while_waiting():
    visit = Journey.begin()
    late = put_in_line(visit.scene, now=visit.now + timedelta(minutes=1))
    put_in_line(visit.scene, now=visit.now + timedelta(minutes=2))
    page = body(visit.client(late.account).get(reverse("web:waiting_room", args=[late.id])))
    for words in (
        "data-line-rank>2<sup>e</sup>",
        "1 derrière vous, 1 devant vous.",
        "Aucun médecin n’est là en ce moment.",
        "La personne devant vous est arrivée à",
        "Personne n’a été placé devant vous",
        "Langue : français.",
        "Ni le prix, ni votre couverture",
        "version du 22 novembre 2026",
    ):
        assert words in page, words


def test_interval_and_how_it_was_computed_when_a_doctor_is_there():
    visit = Journey.begin()
    put_on_duty(visit.scene, visit.doctor, now=visit.now)
    late = put_in_line(visit.scene, now=visit.now)
    page = body(visit.client(late.account).get(reverse("web:waiting_room", args=[late.id])))
    assert "Un médecin devrait vous appeler entre" in page
    assert "sur une durée supposée" in page
    assert "1 médecin" in page


def test_an_offered_request_shows_that_a_doctor_looks_at_it_and_no_interval():
    visit = Journey.begin()
    put_on_duty(visit.scene, visit.doctor, now=visit.now)
    put_in_line(visit.scene, now=visit.now)
    page = body(visit.client().get(at(visit)))
    assert (visit.state(), "Un médecin regarde votre demande." in page) == ("offered", True)
    assert "devrait vous appeler" not in page and "une autre langue" not in page


def test_a_tier_is_said_without_a_name_or_a_reason():
    visit = Journey.begin()
    other = put_in_line(visit.scene, now=visit.now + timedelta(minutes=1))
    set_tier(ticket_id=other.id, tier=1, reason="douleur", by=doctor_actor(visit.doctor), now=visit.now)
    page = body(visit.client().get(at(visit)))
    assert "Un professionnel a placé une personne devant vous, pour une raison médicale." in page
    assert "douleur" not in page
    page = body(visit.client(other.account).get(reverse("web:waiting_room", args=[other.id])))
    assert "Un professionnel vous a placé devant" in page


@pytest.mark.parametrize(
    "name",
    [
        "waiting_room",
        "waiting_state",
        "waiting_worsening",
        "waiting_place",
        "waiting_photo",
        "waiting_invites",
    ],
)
def test_pages_are_the_owners_alone(name):
    visit = Journey.begin()
    relative = make_account()
    make_link(relative, visit.ticket.patient, LinkKind.RELATIVE)
    for account in (relative, visit.scene.cast.stranger, visit.doctor.account, visit.scene.cast.director):
        assert visit.client(account).get(at(visit, name)).status_code == 404
    anonymous = visit.client()
    anonymous.logout()
    assert anonymous.get(at(visit, name)).status_code == 302
    assert visit.client().get(at(visit, name)).status_code == 200 if name != "waiting_state" else True


@pytest.mark.parametrize(
    "name", ["go_out", "return", "leave", "decline", "invite", "worsening", "place", "photo"]
)
def test_acts_are_the_owners_alone(name):
    visit = Journey.begin()
    client = visit.client(visit.scene.cast.stranger)
    assert client.post(at(visit, f"waiting_{name}"), {}).status_code == 404
    assert visit.state() == "waiting"


@pytest.mark.parametrize("name", ["go_out", "return", "leave", "decline", "invite"])
def test_an_address_that_only_acts_leads_its_owner_to_the_page(name):
    visit = Journey.begin()
    answer = visit.client().get(at(visit, f"waiting_{name}"))
    assert (answer.status_code, answer["Location"], visit.state()) == (302, at(visit), "waiting")
    assert visit.client(visit.scene.cast.stranger).get(at(visit, f"waiting_{name}")).status_code == 404


def test_state_fragment_moves_the_page_when_the_phase_changed():
    visit = Journey.begin()
    client, url = visit.client(), at(visit, "waiting_state")
    assert client.get(url, {"phase": "waiting"}).status_code == 200
    assert client.get(url, {"phase": "away"})["HX-Redirect"] == at(visit)
    visit.take()
    assert client.get(url, {"phase": "waiting"})["HX-Redirect"] == at(visit)
    assert "prend votre demande" in body(client.get(url, {"phase": "accepted"}))


def test_state_fragment_leads_into_the_call_when_the_room_opens():
    visit = Journey.begin().open()
    answer = visit.client().get(at(visit, "waiting_state"), {"phase": "accepted"})
    assert answer["HX-Redirect"] == reverse("web:call", args=[visit.room.id])
    assert "vous attend" in body(visit.client().get(at(visit)))


def test_go_out_be_called_back_and_return():
    visit = Journey.begin()
    client = visit.client()
    sent = {"notify_when": "one_ahead", "phone": "06 39 98 00 42"}
    for _ in range(2):
        assert client.post(at(visit, "waiting_go_out"), sent).status_code == 302
    assert (visit.state(), Ticket.objects.get().callback_phone) == ("away", "+33639980042")
    assert "Nous vous prévenons au" in body(client.get(at(visit)))
    put_on_duty(visit.scene, visit.scene.cast.lenoir, now=visit.now)
    call_back_away(now=visit.now)
    page = body(client.get(at(visit)))
    assert "C’est bientôt à vous." in page and "Revenez avant" in page
    for _ in range(2):
        client.post(at(visit, "waiting_return"))
    assert visit.state() == "offered"


def test_go_out_keeps_what_was_typed_when_the_number_is_wrong():
    visit = Journey.begin()
    answer = visit.client().post(at(visit, "waiting_go_out"), {"notify_when": "my_turn", "phone": "12"})
    assert answer.status_code == 422
    page = body(answer)
    assert "Ce numéro ne va pas." in page and 'value="12"' in page
    assert visit.state() == "waiting"


def test_leaving_is_free_and_says_whom_to_call():
    visit = Journey.begin()
    client = visit.client()
    for _ in range(2):
        assert client.post(at(visit, "waiting_leave")).status_code == 302
    page = body(client.get(at(visit)))
    assert "Vous avez quitté la file." in page and "Rien n’est dû." in page and "tel:116117" in page
    assert (
        client.post(at(visit, "waiting_go_out"), {"notify_when": "my_turn", "phone": "12"}).status_code == 302
    )


def test_leaving_during_the_call_is_refused_in_words():
    visit = Journey.begin().open()
    page = body(visit.client().post(at(visit, "waiting_leave"), follow=True))
    assert "raccrochez d’abord" in page
    assert visit.state() == "in_call"


def test_worsening_asks_each_sign_and_stops_on_a_yes():
    visit = Journey.begin()
    client, url = visit.client(), at(visit, "waiting_worsening")
    assert client.post(url, {}).status_code == 422
    said = dict.fromkeys(NO, "no")
    page = body(client.post(url, said, follow=True))
    assert "Votre place n’a pas changé." in page and visit.state() == "waiting"
    page = body(client.post(url, {**said, "chest_pain": "yes"}, follow=True))
    assert "Appelez maintenant." in page and "tel:15" in page
    assert visit.state() == "redirected"
    assert client.get(url).status_code == 302


def test_worsening_stops_on_one_yes_whatever_is_blank():
    visit = Journey.begin()
    page = body(visit.client().post(at(visit, "waiting_worsening"), {"suicidal": "yes"}, follow=True))
    assert ("Appelez maintenant." in page, "tel:3114" in page, visit.state()) == (True, True, "redirected")


def test_unserved_says_whom_to_call_and_the_call_back_duty():
    visit = Journey.begin()
    Ticket.objects.update(state=TicketState.UNSERVED, exit_reason="no_doctor", ended_at=visit.now)
    FollowUp.objects.create(ticket=visit.ticket, call_back=True, created_at=visit.now)
    page = body(visit.client().get(at(visit)))
    assert "Aucun médecin n’a pu vous recevoir." in page and "Le directeur médical vous rappelle." in page


@pytest.mark.parametrize(
    "state, reason, words",
    [
        ("expired", "abandoned", "Cette préparation est trop ancienne."),
        ("left", "not_back", "Votre place a été rendue."),
        ("redirected", "doctor_sent_to_samu", "Les secours sont prévenus."),
    ],
)
def test_each_end_has_its_words(state, reason, words):
    visit = Journey.begin()
    Ticket.objects.update(state=state, exit_reason=reason, ended_at=visit.now)
    assert words in body(visit.client().get(at(visit)))


def test_doctor_is_named_before_joining_and_may_be_declined_once():
    visit = Journey.begin().take()
    client = visit.client()
    page = body(client.get(at(visit)))
    doctor = visit.doctor.practitioner
    for words in (
        doctor.full_name,
        f"RPPS {doctor.rpps}",
        "édecine générale",
        doctor.practice_name,
        "Rejoindre",
        "p-salome",
    ):
        assert words in page, words
    assert "Demander un autre médecin" in page
    arrived = Ticket.objects.get().arrived_at
    page = body(client.post(at(visit, "waiting_decline"), follow=True))
    assert "Votre place est gardée." in page
    assert (visit.state(), Ticket.objects.get().arrived_at) == ("waiting", arrived)
    assert Encounter.objects.get().abort_reason == "declined"
    assert day_of(practitioner_id=doctor.id, now=visit.now).aborted == 0
    page = body(client.post(at(visit, "waiting_decline"), follow=True))
    assert "Aucun médecin ne vous attend" in page


def test_nothing_of_a_doctors_situation_is_shown():
    visit = Journey.begin()
    put_on_duty(visit.scene, visit.doctor, now=visit.now)
    page = body(visit.client().get(at(visit))).lower()
    for word in ("plafond", "retrait", "quota", "inoccup"):
        assert word not in page


def test_the_link_of_an_invitation_stays_with_its_maker_until_it_serves():
    visit = Journey.begin()
    client = visit.client()
    answer = client.post(at(visit, "waiting_invite"), {"role": "interpreter"})
    assert answer["Location"].endswith("#invites")
    shown = body(client.get(at(visit)))
    assert shown.index('id="invites"') < shown.index("/invite/") < shown.index("Faire un autre lien")
    page = body(client.get(at(visit)))
    assert "/invite/" in page and "Faire un autre lien" in page and "lien à envoyer" in page
    assert "/invite/" not in str(dict(client.session)) and "/invite/" not in body(
        visit.client().get(at(visit))
    )
    token = re.search(r"/invite/([\w-]+)", page).group(1)
    use_invite(token=token, name="Lucie", now=visit.now)
    assert "/invite/" not in body(client.get(at(visit)))
    assert client.post(at(visit, "waiting_invite"), {"role": "colleague"}).status_code == 422
    assert Invite.objects.count() == 1


def test_an_agreement_to_a_guest_can_be_taken_back():
    visit = Journey.begin()
    client = visit.client()
    client.post(at(visit, "waiting_invite"), {"role": "relative"})
    invite = Invite.objects.get()
    url = at(visit, "waiting_uninvite", invite.id)
    assert visit.client(visit.scene.cast.stranger).post(url).status_code == 404
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert not has_agreed(invite_id=invite.id)
    assert "vous avez retiré votre accord" in body(client.get(at(visit, "waiting_invites")))


def test_six_links_at_most():
    visit = Journey.begin()
    client = visit.client()
    for _ in range(8):
        client.post(at(visit, "waiting_invite"), {"role": "relative"})
    assert Invite.objects.count() == 6


def test_the_place_is_said_again_without_losing_ones_own():
    visit = Journey.begin()
    client, url = visit.client(), at(visit, "waiting_place")
    commune = visit.ticket.place_commune
    sent = {"commune": commune.name, "detail": "2 rue du Pont", "callback_phone": "0639980043"}
    arrived = Ticket.objects.get().arrived_at
    assert client.post(url, sent).status_code == 302
    row = Ticket.objects.get()
    assert (row.place_detail, row.callback_phone, row.arrived_at) == (
        "2 rue du Pont",
        "+33639980043",
        arrived,
    )
    answer = client.post(url, {**sent, "commune": "Nullepart"})
    assert answer.status_code == 422 and "Nous ne trouvons pas cette commune." in body(answer)
    assert 'value="Nullepart"' in body(answer)


def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(out, format="PNG")
    out.seek(0)
    out.name = "ordonnance.png"
    return out


def test_a_photo_is_added_while_waiting_and_bound_to_the_visit():
    visit = Journey.begin()
    client, url = visit.client(), at(visit, "waiting_photo")
    bad = io.BytesIO(b"pas une image")
    bad.name = "x.png"
    answer = client.post(url, {"file": bad})
    assert answer.status_code == 422 and "ni une photo" in body(answer)
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"file": picture()}).status_code == 302
    assert "Un fichier ajouté." in body(client.get(at(visit)))
    visit.take()
    client.post(url, {"file": picture(), "title": "Bouton au bras"})
    bound = Attachment.objects.values_list("encounter_id", flat=True)
    assert list(bound) == [visit.encounter.id] * 2


def test_what_was_said_of_health_is_recalled_and_the_reading_leaves_a_trace():
    visit = Journey.begin(reason_text="Toux et fièvre")
    by = patient_actor(visit.ticket.account)
    content = {"allergies": "Pénicilline", "treatments": "Aucun", "pregnancy": "yes"}
    tell_health_summary(patient_id=visit.ticket.patient_id, content=content, by=by, now=visit.now)
    page = body(visit.client().get(at(visit)))
    assert "Pénicilline" in page and "Toux et fièvre" in page and "Grossesse : Oui" in page
    assert (
        JournalEntry.objects.filter(action="record.ticket.read", patient=visit.ticket.patient_id).count() == 1
    )


def test_a_ticket_of_a_minors_secret_visit_leads_parents_nowhere():
    visit = Journey.for_child().sign()
    visit.encounter.__class__.objects.update(minor_secrecy=True)
    assert visit.client().get(at(visit))["Location"] == reverse("web:space")


def test_a_served_ticket_leads_to_the_visit():
    visit = Journey.begin().sign()
    assert visit.client().get(at(visit))["Location"] == reverse("web:visit", args=[visit.encounter.id])


def test_a_parent_sees_their_own_words_alone():
    visit = Journey.for_child()
    child = make_account()
    make_link(child, visit.scene.cast.leo)
    leo = visit.scene.cast.leo.id
    for by, words in ((visit.ticket.account, "Arachide"), (child, "Pilule")):
        tell_health_summary(
            patient_id=leo,
            content={"treatments": words},
            by=patient_actor(by),
            now=visit.now + timedelta(seconds=1),
        )
        page = body(visit.client().get(at(visit)))
        assert ("Arachide" in page, "Pilule" in page) == (words == "Arachide", False)
