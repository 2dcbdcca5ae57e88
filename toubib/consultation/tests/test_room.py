"""The doctor's room: before, during and after the call; each view with each role, twice, and from a stale page."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from toubib.consultation.enums import InviteState, ParticipantRole
from toubib.consultation.models import Invite, Participant, Room
from toubib.consultation.operations import Received, agree_to_guest, end_room, keep_measurements
from toubib.consultation.tests.factories import admit, make_call, make_guest
from toubib.consultation.tests.pages import FRAGMENT, TEXTS, client_of, save, text_of, url
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.people.enums import LinkKind
from toubib.people.models import Patient
from toubib.people.operations import suspend_professional
from toubib.people.tests.factories import make_link
from toubib.record.enums import ConsentScope, EncounterState, Orientation
from toubib.record.models import Attachment, Encounter, Note
from toubib.record.operations import add_attachment, say_consents, tell_health_summary
from toubib.waiting.enums import DutyState, TicketState
from toubib.waiting.forms import HealthForm
from toubib.waiting.models import Duty, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
EVERY_ANSWER = {
    "allergies": "Latex",
    "treatments": "Metformine",
    "history": "Asthme",
    "pregnancy": "yes",
    "weight": "14.5",
}
# The page


def test_each_answer_of_the_health_form_is_on_the_doctors_page():
    call = make_call()
    form = HealthForm(EVERY_ANSWER, ask=frozenset({"pregnancy", "weight", "secrecy"}))
    assert form.is_valid() and set(form.fields) - {"secrecy", "camera", "documents"} == set(EVERY_ANSWER)
    tell_health_summary(
        patient_id=call.patient.id, content=form.summary(), by=call.by_patient, now=timezone.now()
    )
    words = text_of(client_of(call.doctor.account).get(url(call)))
    shown = ("Latex", "Metformine", "Asthme", "Grossesse Oui", "Poids de l’enfant 14,5 kg")
    assert [one for one in shown if one not in words] == []


def test_an_allergy_told_after_none_stands_out_on_the_doctors_page():
    call, now = make_call(), timezone.now()
    for rank, words in enumerate(("Aucune", "Aucune sauf la pénicilline", "No penicillin please")):
        tell_health_summary(
            patient_id=call.patient.id,
            content={"allergies": words},
            by=call.by_patient,
            now=now + timedelta(seconds=rank),
        )
        page = text_of(client_of(call.doctor.account).get(url(call)))
        assert (f"Allergie : {words}" in page, "Allergies : aucune connue" in page) == (rank > 0, rank == 0)


def test_page_before_the_room_is_open_shows_the_file():
    call = make_call(signs_yes=["breathing"], reason_text="Depuis deux jours")
    now = timezone.now()
    tell_health_summary(
        patient_id=call.patient.id,
        content={"allergies": "Pénicilline", "treatments": "Aucun"},
        by=call.by_patient,
        now=now,
    )
    say_consents(
        patient_id=call.patient.id,
        answers={ConsentScope.CARE: True},
        by=call.by_patient,
        now=now,
        encounter_id=call.encounter.id,
    )
    shown = client_of(call.doctor.account).get(url(call))
    words = text_of(shown)
    for one in (
        call.patient.full_name,
        "vous attend",
        "Ouvrir la salle",
        "Allergie : Pénicilline",
        "Identité provisoire",
        "A dit oui, puis non, à un signe d’alerte",
        "Depuis deux jours",
        "Pas de médecin traitant",
        "rue des Lavoirs",
        "06 39 98 00 42",
        "Soins à distance : oui",
        "SAMU",
        "Traitements en cours Aucun",
    ):
        assert one in words
    samu = call.ticket.place_commune.samu
    assert f'href="tel:{samu.direct_number.replace(" ", "")}"' in shown.content.decode()
    assert 'href="tel:+33639980042"' in shown.content.decode()
    assert 'src="/static/ui/media/call.js"' not in shown.content.decode()
    read = JournalEntry.objects.filter(patient=call.patient.id, action__endswith=".read", role="practitioner")
    assert {"record.encounter.read", "record.summary.read"} <= set(read.values_list("action", flat=True))


def test_page_of_a_child_says_who_comes_along_and_the_secret():
    call = make_call(
        patient_age=15,
        draft={
            "who": "child",
            "minor_secrecy": True,
            "done": ["sante", "consentements", "test"],
            "consentements": {"care": True},
        },
    )
    make_link(call.scene.cast.jeanne, call.patient, LinkKind.RELATIVE)
    words = text_of(client_of(call.doctor.account).get(url(call)))
    for one in ("Patient mineur", "Accord du second parent", "demande le secret", "Jeanne Morel"):
        assert one in words


def test_open_then_the_call_is_on_the_page(doctor, call):
    doctor.post(url(call, "/ouvrir"))
    shown = doctor.get(url(call)).content.decode()
    assert f'data-credentials-url="/salle/{call.room.id}/acces"' in shown
    assert 'src="/static/ui/media/call.js"' in shown
    assert (Ticket.objects.get().state, Encounter.objects.get().state) == ("in_call", "in_progress")


def test_open_by_a_double_click_opens_once():
    call = make_call()
    client = client_of(call.doctor.account)
    assert [client.post(url(call, "/ouvrir")).status_code for _ in range(2)] == [302, 302]
    assert Room.objects.get().opened_at is not None


def test_end_then_call_again_then_end(doctor, call):
    states = []
    for act in ("finir", "finir", "ouvrir", "finir"):
        doctor.post(url(call, f"/{act}"))
        states.append((Encounter.objects.get().state, Room.objects.get().closed_at is not None))
    assert states == [("to_sign", True), ("to_sign", True), ("in_progress", False), ("to_sign", True)]
    assert "L’appel est fini" in text_of(doctor.get(url(call)))


def test_status_says_what_both_browsers_measured(doctor, call):
    patient, practitioner = call.seat(ParticipantRole.PATIENT), call.seat(ParticipantRole.PRACTITIONER)
    now = timezone.now()
    keep_measurements(participant=patient, received=[Received(practitioner.id, 228, 230, False)], now=now)
    keep_measurements(participant=practitioner, received=[Received(patient.id, 240, 240, False)], now=now)
    said = doctor.get(url(call, "/etat")).json()
    assert said["measured"].replace("\xa0", " ") == "vidéo mesurée des deux côtés : 3 min 48"
    assert "par vous : 4 min" in said["measured_detail"].replace("\xa0", " ")


def test_watch_moves_a_page_that_is_behind(doctor, call):
    same = doctor.get(url(call, "/suivi?etat=call"))
    behind = doctor.get(url(call, "/suivi?etat=before"))
    leaving = doctor.get(url(call, "/suivi"))
    assert ("HX-Redirect" in same.headers, behind.headers["HX-Redirect"]) == (False, url(call))
    assert "HX-Redirect" not in leaving.headers


def test_suspended_in_the_call_keeps_this_call(doctor, call):
    director = Actor(call.scene.cast.director.id, "medical_director")
    suspend_professional(professional=call.doctor, reason="Assurance échue", by=director, now=timezone.now())
    assert doctor.get(url(call)).status_code == 200
    assert save(doctor, call).status_code == 200
    answer = doctor.post(url(call, "/signer"), {**TEXTS, "base": "1", "attestation": "video"}, follow=True)
    assert "Reprendre ma garde" in text_of(answer) or "Vous n’êtes pas de garde" in text_of(answer)
    assert Encounter.objects.get().state == EncounterState.SIGNED
    assert Duty.objects.get().state == DutyState.OFF


@pytest.mark.parametrize("act", ["/finir", "/signer"])
def test_suspended_doctor_calls_nobody_again_and_adds_nothing(doctor, call, act):
    save(doctor, call)
    doctor.post(url(call, act), {**TEXTS, "base": "1", "attestation": "video"})
    before = Encounter.objects.get().state
    director = Actor(call.scene.cast.director.id, "medical_director")
    suspend_professional(professional=call.doctor, reason="Assurance échue", by=director, now=timezone.now())
    again = doctor.post(url(call, "/ouvrir"), follow=True)
    added = doctor.post(url(call, "/ajout"), {"text": "Un ajout."}, follow=True)
    assert ["Votre compte est suspendu" in text_of(page) for page in (again, added)] == [True, True]
    assert (Encounter.objects.get().state, Note.objects.count()) == (before, 1)


# Beside the call


def test_checks_and_second_parent_stay_on_the_page(doctor, call):
    part = doctor.post(url(call, "/verification"), {"identity": "on", "place": "on"}, headers=FRAGMENT)
    doctor.post(url(call, "/second-parent"), {"agreed": "yes"}, headers=FRAGMENT)
    kept = Encounter.objects.get()
    assert (kept.identity_checked, kept.place_checked, kept.second_parent_agreed) == (True, True, True)
    assert "Enregistré à" in text_of(part)
    doctor.post(url(call, "/second-parent"), {"agreed": ""})
    assert Encounter.objects.get().second_parent_agreed is None
    assert doctor.post(url(call, "/second-parent"), {"agreed": "x"}, headers=FRAGMENT).status_code == 200


def test_orient_to_the_samu_stays_in_the_call(doctor, call):
    part = doctor.post(url(call, "/orientation"), {"to": "samu"}, headers=FRAGMENT)
    kept = Encounter.objects.get()
    assert (kept.orientation, kept.state) == (Orientation.SAMU, EncounterState.IN_PROGRESS)
    assert "Vous avez appelé le SAMU." in text_of(part)


def test_orient_elsewhere_wants_words(doctor, call):
    part = doctor.post(url(call, "/orientation"), {"to": "other", "note": ""}, headers=FRAGMENT)
    assert "Dites où vous orientez ce patient." in text_of(part)
    doctor.post(url(call, "/orientation"), {"to": "other", "note": "Centre dentaire"}, headers=FRAGMENT)
    kept = Encounter.objects.get()
    assert (kept.orientation, kept.orientation_note) == (Orientation.OTHER, "Centre dentaire")


def test_beside_forms_after_the_signature_change_nothing(doctor, call):
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    forms = {
        "/verification": {"identity": "on"},
        "/second-parent": {"agreed": "yes"},
        "/orientation": {"to": "samu"},
    }
    for end, data in forms.items():
        assert "La consultation est close" in text_of(doctor.post(url(call, end), data, headers=FRAGMENT))
        assert doctor.post(url(call, end), data).status_code == 302
    kept = Encounter.objects.get()
    assert (kept.identity_checked, kept.second_parent_agreed, kept.orientation) == (
        None,
        None,
        Orientation.NONE,
    )


# Guests


def test_invite_shows_a_link_once(doctor, call):
    part = doctor.post(url(call, "/inviter"), {"role": "interpreter"}, headers=FRAGMENT).content.decode()
    token = re.search(r"/invite/([\w-]+)", part).group(1)
    assert Invite.objects.get().role == ParticipantRole.INTERPRETER
    assert token not in doctor.get(url(call, "/invites")).content.decode()
    wrong = doctor.post(url(call, "/inviter"), {"role": "practitioner"}, headers=FRAGMENT)
    assert "Choisissez une réponse de la liste." in text_of(wrong)


def test_guest_is_admitted_only_once_the_patient_agreed(doctor, call):
    invite = make_guest(call, agreed=False)
    admit_url = url(call, f"/invites/{invite.id}/admettre")
    before = doctor.post(admit_url, headers=FRAGMENT)
    assert "Le patient n’a pas encore donné son accord" in text_of(before)
    agree_to_guest(invite_id=invite.id, given=True, by=call.by_patient, now=timezone.now())
    for _ in range(2):
        doctor.post(admit_url, headers=FRAGMENT)
    guest = Participant.objects.get(role=ParticipantRole.RELATIVE)
    remove = url(call, f"/personnes/{guest.id}/retirer")
    assert "Faire sortir" in text_of(doctor.get(url(call, "/invites")))
    for _ in range(2):
        doctor.post(remove, headers=FRAGMENT)
    guest.refresh_from_db()
    assert guest.removed_at is not None


def test_guest_is_refused(doctor, call):
    invite = make_guest(call)
    doctor.post(url(call, f"/invites/{invite.id}/refuser"))
    invite.refresh_from_db()
    assert invite.state == InviteState.REFUSED
    part = doctor.post(url(call, f"/invites/{invite.id}/admettre"), headers=FRAGMENT)
    assert "Cette personne n’attend pas." in text_of(part)


def test_fifth_person_is_not_admitted(doctor, call):
    for name in ("Un", "Deux"):
        admit(call, make_guest(call, name=name))
    third = make_guest(call, name="Trois")
    part = doctor.post(url(call, f"/invites/{third.id}/admettre"), headers=FRAGMENT)
    assert "La salle est pleine" in text_of(part)
    assert Participant.objects.filter(room=call.room).count() == 4


def test_patient_cannot_be_taken_out(doctor, call):
    patient = call.seat(ParticipantRole.PATIENT)
    part = doctor.post(url(call, f"/personnes/{patient.id}/retirer"), headers=FRAGMENT)
    assert "Le patient et son médecin restent dans la salle." in text_of(part)


# Ends


@pytest.mark.parametrize(
    ("act", "ticket", "encounter"),
    [
        ("confier", "waiting", "handed_over"),
        ("absent", "away", "patient_absent"),
        ("liaison-rompue", "closed", "line_failed"),
        ("urgence", "redirected", "emergency"),
    ],
)
def test_leaving_unsigned(doctor, call, act, ticket, encounter):
    answer = doctor.post(url(call, f"/quitter/{act}"))
    again = doctor.post(url(call, f"/quitter/{act}"))
    kept = Encounter.objects.get()
    assert (Ticket.objects.get().state, kept.state, kept.abort_reason) == (ticket, "aborted", encounter)
    assert (answer.url, again.status_code, Duty.objects.get().state) == ("/cabinet", 302, DutyState.OPEN)
    assert "Consultation interrompue" in text_of(doctor.get(url(call)))


def test_leaving_by_an_unknown_way(doctor, call):
    assert doctor.post(url(call, "/quitter/autrement")).status_code == 404


def test_absent_before_the_room_is_open():
    call = make_call()
    client_of(call.doctor.account).post(url(call, "/quitter/absent"))
    assert Ticket.objects.get().state == TicketState.AWAY


# Files


def picture(size=8):
    out = io.BytesIO()
    Image.new("RGB", (size, size), "red").save(out, "PNG")
    return out.getvalue()


def test_piece_is_shown_to_the_doctor_of_the_case_alone(doctor, call):
    now = timezone.now()
    piece = add_attachment(
        patient_id=call.patient.id, title="Bras", content=picture(), by=call.by_patient, now=now
    )
    where = f"/cabinet/piece/{piece.id}"
    answer = doctor.get(where)
    assert (answer.status_code, answer["Content-Type"], answer.content[:2]) == (
        200,
        "image/jpeg",
        b"\xff\xd8",
    )
    assert JournalEntry.objects.filter(action="record.attachment.read", subject_id=str(piece.id)).count() == 1
    cast = call.scene.cast
    others = [
        client_of(one) for one in (cast.lenoir.account, cast.stranger, call.account, cast.administrator)
    ]
    assert [client.get(where).status_code for client in others] == [404] * 4
    assert Client().get(where).status_code == 302
    assert "Photos, 1" in text_of(doctor.get(url(call)))
    end_room(room_id=call.room.id, by=call.by, now=now)
    doctor.post(url(call, "/signer"), {**TEXTS, "base": "0", "attestation": "video"})
    assert doctor.get(where).status_code == 404  # sent for no consultation, and none is in hand any more


def test_piece_of_another_patient(doctor, call):
    other = Patient.objects.exclude(pk=call.patient.pk).first()
    piece = add_attachment(
        patient_id=other.id, title="", content=picture(), by=call.by_patient, now=timezone.now()
    )
    assert doctor.get(f"/cabinet/piece/{piece.id}").status_code == 404


def test_past_consultations_are_read_and_journaled(doctor, call):
    past = Encounter.objects.create(
        patient=call.patient,
        practitioner=call.scene.cast.lenoir.practitioner,
        state=EncounterState.SIGNED,
        planned_at=timezone.now() - timedelta(days=9),
        signed_at=timezone.now() - timedelta(days=9),
    )
    Note.objects.create(
        encounter=past,
        reason="Genou",
        findings="RAS",
        conclusion="Repos",
        advice="",
        saved_at=timezone.now(),
        signed_at=timezone.now(),
    )
    words = text_of(doctor.get(url(call)))
    assert ("Passé, 1" in words, "Repos" in words, "Dr Marc Lenoir" in words) == (True, True, True)
    assert JournalEntry.objects.filter(action="record.history.read").count() == 1


def _visit(call, *, days, conclusion):
    at = timezone.now() + timedelta(days=days)
    lenoir = call.scene.cast.lenoir.practitioner
    visit = Encounter.objects.create(
        patient=call.patient, practitioner=lenoir, state=EncounterState.SIGNED, planned_at=at, signed_at=at
    )
    Note.objects.create(
        encounter=visit, reason="Genou", findings="RAS", conclusion=conclusion, advice="", saved_at=at, signed_at=at
    )  # fmt: skip
    return visit


@pytest.mark.parametrize("end", [EncounterState.SIGNED, EncounterState.ABORTED])
def test_a_doctor_keeps_of_the_file_that_visit_alone_once_it_is_over(doctor, call, end):
    now = timezone.now()
    _visit(call, days=-9, conclusion="Repos complet")
    later = _visit(call, days=9, conclusion="Secret venu ensuite")
    tell_health_summary(
        patient_id=call.patient.id, content={"allergies": "Arachide"}, by=call.by_patient, now=now
    )
    mine, theirs = (
        add_attachment(patient_id=call.patient.id, title=title, content=picture(size), by=call.by_patient, now=now)
        for title, size in (("Mon bras", 8), ("Autre jambe", 9))
    )  # fmt: skip
    Attachment.objects.filter(pk=mine.pk).update(encounter=call.encounter)
    Attachment.objects.filter(pk=theirs.pk).update(encounter=later)
    said = ("Repos complet", "Secret venu ensuite", "Arachide", "Mon bras", "Autre jambe")

    def seen():
        words = text_of(doctor.get(url(call)))
        opened = [doctor.get(f"/cabinet/piece/{one.id}").status_code for one in (mine, theirs)]
        return [word for word in said if word in words], opened

    assert seen() == (["Repos complet", "Arachide", "Mon bras"], [200, 404])
    end_facts = {"signed_at": now} if end == EncounterState.SIGNED else {"abort_reason": "handed_over"}
    Encounter.objects.filter(pk=call.encounter.pk).update(state=end, **end_facts)
    assert seen() == ((["Mon bras"], [200, 404]) if end == EncounterState.SIGNED else ([], [404, 404]))


# Who


def test_room_by_role(call):
    invite = make_guest(call)
    person = call.seat(ParticipantRole.PATIENT)
    gets = ("", "/etat", "/suivi", "/invites")
    posts = (
        "/ouvrir",
        "/finir",
        "/quitter/confier",
        "/note",
        "/signer",
        "/ajout",
        "/verification",
        "/second-parent",
        "/orientation",
        "/inviter",
        f"/invites/{invite.id}/admettre",
        f"/invites/{invite.id}/refuser",
        f"/personnes/{person.id}/retirer",
    )
    nobody = Client()
    assert {nobody.get(url(call, end)).status_code for end in gets} == {302}
    assert {nobody.post(url(call, end)).status_code for end in posts} == {302}
    cast = call.scene.cast
    for account in (
        cast.lenoir.account,
        call.account,
        cast.stranger,
        cast.haddad.account,
        cast.director,
        cast.compliance,
        cast.regulator,
        cast.analyst,
        cast.administrator,
    ):
        client = client_of(account)
        assert {client.get(url(call, end)).status_code for end in gets} == {404}
        assert {client.post(url(call, end)).status_code for end in posts} == {404}
    assert client_of(call.doctor.account, second_factor=False).get(url(call)).status_code == 404
    assert Encounter.objects.get().state == EncounterState.IN_PROGRESS


def test_guest_session_opens_nothing_of_the_desk(call):
    invite = make_guest(call)
    admit(call, invite)
    guest = Client()
    session = guest.session
    session["guest_invite"] = str(invite.id)
    session.save()
    assert {guest.get(one).status_code for one in (url(call), "/cabinet", url(call, "/etat"))} == {302}


def test_rooms_of_others_and_of_nobody(doctor):
    assert doctor.get("/cabinet/salle/0190aaaa-0000-7000-8000-000000000001").status_code == 404


def test_ids_of_another_room_do_not_act_here(doctor, call):
    invite = make_guest(call)
    Invite.objects.filter(pk=invite.id).update(room=None)
    assert doctor.post(url(call, f"/invites/{invite.id}/admettre")).status_code == 404
    assert doctor.post(url(call, f"/personnes/{invite.id}/retirer")).status_code == 404
