"""The call page by state and by person, and the guest's way to it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.consultation.models import Invite
from toubib.consultation.operations import (
    admit_guest,
    create_room,
    end_room,
    has_agreed,
    invite_guest,
    open_room,
    refuse_guest,
    remove_participant,
)
from toubib.consultation.queries import people_in
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import make_account, make_link
from toubib.record.models import Encounter
from toubib.waiting.models import Duty, Ticket
from toubib.waiting.operations import hand_over, leave_line, patient_absent
from toubib.waiting.tests.factories import doctor_actor, patient_actor
from toubib.web.tests.journey import Journey

pytestmark = pytest.mark.django_db(transaction=True)


def body(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def invited(visit, role=ParticipantRole.RELATIVE, by_doctor=False):
    by = doctor_actor(visit.doctor) if by_doctor else patient_actor(visit.ticket.account)
    return invite_guest(ticket_id=visit.ticket.id, role=role, by=by, now=visit.now)


def knock(visit, *, name="Lucie Ferrand", **more):
    invite, token = invited(visit, **more)
    guest = Client()
    assert guest.post(reverse("web:invitation", args=[token]), {"name": name}).status_code == 302
    return invite, token, guest


def admitted(visit, **more):
    invite, token, guest = knock(visit, **more)
    return admit_guest(invite_id=invite.id, by=doctor_actor(visit.doctor), now=visit.now), token, guest


def room_url(visit):
    return reverse("web:call", args=[visit.room.id])


def test_hanging_up_is_asked_twice_of_the_patient_and_the_space_leads_back():
    visit = Journey.begin().open()
    page = body(visit.client().get(room_url(visit)))
    assert page.index("Rester dans l’appel") < page.index("data-hang-up")
    space = body(visit.client().get(reverse("web:space")))
    assert "Vous êtes en consultation" in space and "Revenir à l’appel" in space


def test_the_patient_sees_who_they_speak_to():
    visit = Journey.begin().open()
    page = body(visit.client().get(room_url(visit)))
    doctor = visit.doctor.practitioner
    for words in (
        f"Vous parlez à {doctor.full_name}, médecin, RPPS {doctor.rpps}.",
        reverse("consultation:credentials", args=[visit.room.id]),
        "Mon état s’aggrave",
        "tel:15",
        "rue des Lavoirs",
        visit.ticket.patient.full_name,
    ):
        assert words in page, words


def test_the_room_is_for_its_members_alone():
    visit = Journey.begin().open()
    relative = make_account()
    make_link(relative, visit.ticket.patient, LinkKind.RELATIVE)
    for account in (
        relative,
        visit.scene.cast.stranger,
        visit.scene.cast.lenoir.account,
        visit.scene.cast.director,
    ):
        for url in (
            room_url(visit),
            reverse("web:call_over", args=[visit.room.id]),
            reverse("web:call_guests", args=[visit.room.id]),
        ):
            assert visit.client(account).get(url).status_code == 404
    assert Client().get(room_url(visit))["Location"].startswith("/connexion?next=")
    other = visit.ticket.id
    assert visit.client().get(reverse("web:call", args=[other])).status_code == 404


def test_the_doctor_goes_to_the_desk():
    visit = Journey.begin().open()
    answer = visit.client(visit.doctor.account).get(room_url(visit))
    assert answer["Location"] == reverse("consultation:room", args=[visit.room.id])


def test_before_it_opens_one_waits_and_after_it_one_reads():
    visit = Journey.begin().take()
    assert visit.client().get(room_url(visit))["Location"] == reverse(
        "web:waiting_room", args=[visit.ticket.id]
    )
    by = doctor_actor(visit.doctor)
    open_room(room_id=visit.room.id, by=by, now=visit.now)
    assert visit.client().get(room_url(visit)).status_code == 200
    over = reverse("web:call_over", args=[visit.room.id])
    assert visit.client().get(over)["Location"] == reverse("web:visit", args=[visit.encounter.id])
    end_room(room_id=visit.room.id, by=by, now=visit.now)
    assert visit.client().get(room_url(visit))["Location"] == over


def test_handed_over_everyone_goes_back_to_wait():
    visit = Journey.begin().open()
    _participant, _token, guest = admitted(visit)
    room = visit.room
    hand_over(encounter_id=visit.encounter.id, by=doctor_actor(visit.doctor), now=visit.now)
    place, door = reverse("web:waiting_room", args=[visit.ticket.id]), reverse("web:guest_door")
    for name in ("call_over", "call"):
        url = reverse(f"web:{name}", args=[room.id])
        assert visit.client().get(url)["Location"] == place
        assert guest.get(url)["Location"] == door
    assert "Vous pouvez entrer." in body(guest.get(door))
    page = body(visit.client().get(reverse("web:visit", args=[room.encounter_id])))
    assert "interrompue" in page and place in page


def test_handed_over_the_next_doctor_admits_the_guest_anew():
    visit = Journey.begin().open()
    participant, _token, guest = admitted(visit)
    gone, _token, _client = admitted(visit, name="Paul Retiré")
    by = doctor_actor(visit.doctor)
    remove_participant(participant_id=gone.id, by=by, now=visit.now)
    old = visit.room
    hand_over(encounter_id=visit.encounter.id, by=by, now=visit.now)
    assert guest.get(reverse("consultation:messages", args=[old.id])).status_code == 404
    encounter = Encounter.objects.create(
        patient=visit.ticket.patient, practitioner=visit.doctor.practitioner, state="arrived", planned_at=visit.now
    )  # fmt: skip
    ticket, duty = (
        Ticket.objects.get(pk=visit.ticket.id),
        Duty.objects.get(practitioner=visit.doctor.practitioner),
    )
    room = create_room(encounter=encounter, ticket=ticket, duty=duty, now=visit.now)
    invites = {one.guest_name: one.state for one in Invite.objects.all()}
    assert invites == {"Lucie Ferrand": InviteState.KNOCKING, "Paul Retiré": InviteState.ADMITTED}
    assert [one.role for one in people_in(room_id=room.id)] == [
        ParticipantRole.PATIENT,
        ParticipantRole.PRACTITIONER,
    ]
    urls = [reverse("consultation:messages", args=[room.id]), reverse("web:call", args=[room.id])]
    assert [guest.get(url).status_code for url in urls] == [404, 404]
    assert "Vous avez frappé." in body(guest.get(reverse("web:guest_door")))
    invite = Invite.objects.get(state=InviteState.KNOCKING)
    again = admit_guest(invite_id=invite.id, by=by, now=visit.now)
    assert (again.room_id, again.id != participant.id) == (room.id, True)


def test_missed_the_patient_is_told_and_comes_back():
    visit = Journey.begin().open()
    room = visit.room
    patient_absent(encounter_id=visit.encounter.id, by=doctor_actor(visit.doctor), now=visit.now)
    place = reverse("web:waiting_room", args=[visit.ticket.id])
    assert visit.client().get(reverse("web:call", args=[room.id]))["Location"] == place
    assert "Un médecin vous a appelé, sans réponse." in body(visit.client().get(place))


def test_a_parent_of_a_secret_visit_goes_home_when_it_ends():
    visit = Journey.for_child().end()
    Encounter.objects.update(minor_secrecy=True)
    answer = visit.client().get(reverse("web:call_over", args=[visit.room.id]))
    assert answer["Location"] == reverse("web:space")


def test_a_link_serves_once_and_a_reload_keeps_the_guest():
    visit = Journey.begin()
    invite, token = invited(visit)
    url, guest, other = reverse("web:invitation", args=[token]), Client(), Client()
    page = body(guest.get(url))
    assert "Vous y serez comme proche." in page and "secret" in page
    assert guest.post(url, {"name": " "}).status_code == 422
    assert guest.post(url, {"name": "Lucie Ferrand"})["Location"] == reverse("web:guest_door")
    assert guest.post(url, {"name": "Lucie Ferrand"})["Location"] == reverse("web:guest_door")
    assert guest.get(url)["Location"] == reverse("web:guest_door")
    assert "Vous avez frappé." in body(guest.get(reverse("web:guest_door")))
    assert other.get(url).status_code == 410 and "déjà servi" in body(other.get(url))
    assert other.post(url, {"name": "Autre"}).status_code == 410
    invite.refresh_from_db()
    assert (invite.state, invite.guest_name) == (InviteState.KNOCKING, "Lucie Ferrand")


def test_links_that_are_unknown_old_or_over():
    visit = Journey.begin()
    _invite, token = invited(visit)
    url = reverse("web:invitation", args=[token])
    assert Client().get(reverse("web:invitation", args=["x" * 43])).status_code == 404
    assert Client().get(reverse("web:invitation", args=["x" * 900])).status_code == 404
    Invite.objects.update(expires_at=visit.now - timedelta(minutes=1))
    assert "trop ancien" in body(Client().get(url))
    Invite.objects.update(expires_at=visit.now + timedelta(hours=1))
    leave_line(ticket_id=visit.ticket.id, by=patient_actor(visit.ticket.account), now=visit.now)
    answer = Client().get(url)
    assert answer.status_code == 410 and "terminée" in body(answer)
    assert Client().get(reverse("web:guest_door")).status_code == 404
    assert Client().get(reverse("web:guest_door_state")).status_code == 404


def test_the_door_says_what_became_of_the_knock():
    visit = Journey.begin().open()
    by = doctor_actor(visit.doctor)
    state = reverse("web:guest_door_state")
    invite, _token, guest = knock(visit)
    assert "Vous avez frappé." in body(guest.get(state))
    admit_guest(invite_id=invite.id, by=by, now=visit.now)
    assert guest.get(state)["HX-Redirect"] == room_url(visit)
    assert guest.get(reverse("web:guest_door"))["Location"] == room_url(visit)
    invite, _token, guest = knock(visit)
    refuse_guest(invite_id=invite.id, by=by, now=visit.now)
    assert "ne vous fait pas entrer" in body(guest.get(state))


def test_an_admitted_guest_is_in_the_call_without_the_patients_panels():
    visit = Journey.begin().open()
    _participant, _token, guest = admitted(visit)
    page = body(guest.get(room_url(visit)))
    assert "Vous êtes là comme proche" in page
    for words in ("rue des Lavoirs", "date de naissance", 'id="guests"'):
        assert words not in page, words
    assert guest.get(reverse("web:call_guests", args=[visit.room.id])).status_code in {302, 404}
    assert guest.get(reverse("web:visit", args=[visit.encounter.id])).status_code == 302
    assert "Merci d’avoir aidé." in body(guest.get(reverse("web:call_over", args=[visit.room.id])))


def test_a_guest_of_one_room_is_nobody_in_another():
    visit = Journey.begin().open()
    _participant, _token, guest = admitted(visit)
    assert guest.get(reverse("web:call", args=[visit.ticket.id])).status_code == 404


def test_a_guest_taken_out_is_told():
    visit = Journey.begin().open()
    participant, _token, guest = admitted(visit)
    remove_participant(participant_id=participant.id, by=doctor_actor(visit.doctor), now=visit.now)
    assert guest.get(room_url(visit)).status_code == 404
    assert "Vous n’êtes plus dans cette salle." in body(guest.get(reverse("web:guest_door")))


def test_a_link_is_made_in_the_call_and_another_one_too():
    visit = Journey.begin().open()
    client = visit.client()
    panel = reverse("web:call_guests", args=[visit.room.id])
    made = reverse("web:waiting_invite", args=[visit.ticket.id])
    before = body(client.get(panel))
    client.post(made, {"role": "relative"})
    after = body(client.get(panel))
    client.post(made, {"role": "interpreter"})
    assert ("/invite/" in before, "Faire un lien : un proche" in before) == (False, True)
    assert ("/invite/" in after, "Faire un autre lien : un proche" in after) == (True, True)
    assert "/invite/" in body(client.get(room_url(visit)))
    assert sorted(Invite.objects.values_list("role", "room_id")) == [
        ("interpreter", visit.room.id),
        ("relative", visit.room.id),
    ]


def test_the_patient_answers_for_a_guest_whom_the_doctor_invited():
    visit = Journey.begin().open()
    invite, _token, _guest = knock(visit, name="Karim Haddad", role=ParticipantRole.COLLEAGUE, by_doctor=True)
    client = visit.client()
    page = body(client.get(reverse("web:call_guests", args=[visit.room.id])))
    assert "Le médecin voudrait faire entrer quelqu’un : Karim Haddad" in page
    url = reverse("web:call_guest_answer", args=[visit.room.id, invite.id])
    assert client.post(url, {"answer": "maybe"}).status_code == 404
    assert visit.client(visit.scene.cast.stranger).post(url, {"answer": "yes"}).status_code == 404
    assert visit.client(visit.doctor.account).post(url, {"answer": "yes"}).status_code == 404
    assert not has_agreed(invite_id=invite.id)
    for _ in range(2):
        assert client.post(url, {"answer": "yes"}).status_code == 302
    assert has_agreed(invite_id=invite.id)
    admit_guest(invite_id=invite.id, by=doctor_actor(visit.doctor), now=visit.now)
    assert len(people_in(room_id=visit.room.id)) == 3
    client.post(url, {"answer": "no"})
    assert len(people_in(room_id=visit.room.id)) == 2
    assert not has_agreed(invite_id=invite.id)
