"""Who asks and who is to be seen; health, photos, agreements, the device test."""

import io
import json

import pytest
from django.test import Client
from django.utils import timezone

from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import Role
from toubib.people.models import PatientLink
from toubib.people.tests.factories import make_account, sign_in
from toubib.record.models import Attachment, HealthSummary
from toubib.waiting.tests.factories import make_scene
from toubib.waiting.tests.walk import (
    ADDRESS,
    GOOD,
    enter_by_code,
    errors,
    last_code,
    photo,
    post,
    the_ticket,
    walk_to,
)

pytestmark = pytest.mark.django_db


# Identity


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(client, pool):
    make_account(email="connue@exemple.test")
    pages = []
    for address in ("connue@exemple.test", "neuve@exemple.test"):
        other = Client()
        walk_to(other, "identite")
        other.post("/consulter/identite", {"address": address})
        text = other.get("/consulter/identite/code").content.decode().replace(address, "ADRESSE")
        pages.append(
            "".join(line for line in text.splitlines() if "csrf" not in line and "pending" not in line)
        )
    assert pages[0] == pages[1]


def test_a_wrong_address_is_said_and_kept(client, pool):
    walk_to(client, "identite")
    answer = client.post("/consulter/identite", {"address": "camille@"})
    assert (list(errors(answer)), answer.context["form"]["address"].value()) == (["address"], "camille@")


def test_a_wrong_code_counts_and_a_right_one_signs_in_with_the_ticket(client, pool):
    ticket = walk_to(client, "identite")
    client.post("/consulter/identite", {"address": ADDRESS})
    wrong = client.post("/consulter/identite/code", {"do": "check", "code": "000 000"})
    before = client.session.session_key
    right = client.post("/consulter/identite/code", {"do": "check", "code": last_code()})
    ticket.refresh_from_db()
    assert errors(wrong) == {"code": ["Ce code ne va pas. Il vous reste 4 essais, ou demandez-en un autre."]}
    assert (right.url, client.session["ticket"], client.session.session_key != before) == (
        "/consulter/identite",
        str(ticket.id),
        True,
    )
    assert ticket.account.email == ADDRESS


def test_a_double_click_on_the_code_that_lost_its_session_still_enters(client, pool):
    ticket = walk_to(client, "identite")
    client.post("/consulter/identite", {"address": ADDRESS})
    pending = client.get("/consulter/identite/code").context["pending"]
    posted = {"do": "check", "code": last_code(), "pending": pending}
    late, other = Client(), Client()
    late.cookies["csrftoken"] = client.cookies["csrftoken"].value  # the same browser
    client.post("/consulter/identite/code", posted)
    assert other.post("/consulter/identite/code", posted).status_code == 200
    answer = late.post("/consulter/identite/code", posted)
    assert (answer.url, late.session["ticket"]) == ("/consulter/identite", str(ticket.id))


def test_a_professionals_session_keeps_the_ticket_when_a_patient_enters(client, pool):
    sign_in(client, make_account(Role.ADMINISTRATOR))
    ticket = walk_to(client, "identite")
    enter_by_code(client)
    ticket.refresh_from_db()
    assert (client.session["ticket"], ticket.account.email) == (str(ticket.id), ADDRESS)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"birth_given_names": ""}, "birth_given_names"),
        ({"birth_name": "D3rand"}, "birth_name"),
        ({"birth_date": "31/02/1990"}, "birth_date"),
        ({"sex": None}, "sex"),
        ({"nir_assure": "2 90 05 12 202 001 99"}, "nir_assure"),
        ({"birth_place_code": "12"}, "birth_place_code"),
    ],
)
def test_a_wrong_trait_is_said_beside_its_field_and_all_is_kept(client, pool, over, field):
    walk_to(client, "identite")
    enter_by_code(client)
    answer = post(client, "identite", **over)
    form = answer.context["form"]
    typed = {
        name: value
        for name, value in {**GOOD["identite"], **over}.items()
        if value is not None and name in form.fields
    }
    assert (answer.status_code, list(errors(answer))) == (200, [field])
    assert {name: form[name].value() for name in typed} == typed


def test_a_child_is_linked_by_a_declaration_and_an_adult_is_no_child(client, pool):
    walk_to(client, "identite", pour_qui={"who": "child"})
    enter_by_code(client)
    traits = {"kind": "parent", "birth_given_names": "Zoé", "birth_date": "03/02/2021"}
    undeclared = post(client, "identite", **traits)
    grown = post(client, "identite", **{**traits, "birth_date": "03/02/1999"}, declared="on")
    done = post(client, "identite", **traits, declared="on")
    link = PatientLink.objects.get()
    assert (errors(undeclared), list(errors(grown)), done.url) == (
        {"declared": ["Cochez la case pour déclarer ce lien."]},
        ["birth_date"],
        "/consulter/prix",
    )
    assert (link.kind, link.proof, link.patient, the_ticket(client).patient_age) == (
        "parent",
        "declared",
        the_ticket(client).patient,
        5,
    )


def test_a_returning_person_confirms_and_types_nothing(client):
    scene = make_scene()
    walk_to(client, "identite")
    enter_by_code(client, "jeanne@exemple.test")
    shown = client.get("/consulter/identite").content.decode()
    done = client.post("/consulter/identite", {"form": "person", "person": str(scene.cast.jeanne_patient.id)})
    assert ("C’est bien moi" in shown, "Jeanne Marie" in shown, done.url) == (True, True, "/consulter/prix")
    assert JournalEntry.objects.filter(
        action="people.identity.read", patient=scene.cast.jeanne_patient.id
    ).exists()


# Health and photos


def test_photos_are_kept_shown_and_taken_back(client, pool):
    walk_to(client, "sante")
    added = client.post("/consulter/sante", {**GOOD["sante"], "do": "add", "documents": photo()})
    again = client.post("/consulter/sante", {**GOOD["sante"], "do": "add", "documents": photo()})
    kept = Attachment.objects.get()
    shown = client.get(f"/consulter/sante/fichiers/{kept.id}")
    gone = [client.post(f"/consulter/sante/fichiers/{kept.id}/retirer").url for _click in range(2)]
    assert ("Pénicilline" in added.content.decode(), again.status_code) == (True, 200)
    assert (shown.status_code, shown["Content-Type"], gone, Attachment.objects.count()) == (
        200,
        "image/jpeg",
        ["/consulter/sante"] * 2,
        0,
    )
    assert JournalEntry.objects.filter(action="record.attachment.read").exists()


def test_a_file_that_is_no_photo_is_said_and_good_ones_are_kept(client, pool):
    walk_to(client, "sante")
    bad = io.BytesIO(b"MZ not a picture")
    bad.name = "virus.jpg"
    answer = client.post("/consulter/sante", {**GOOD["sante"], "documents": [photo(), bad]})
    assert errors(answer) == {
        "documents": ["Fichier 2 : Ce fichier n’est ni une photo (JPEG, PNG, WebP) ni un PDF."]
    }
    assert (Attachment.objects.count(), answer.context["form"]["allergies"].value()) == (1, "Pénicilline")


def test_a_seventh_file_is_refused(client, pool):
    walk_to(client, "sante")
    answer = client.post(
        "/consulter/sante", {**GOOD["sante"], "documents": [photo((shade * 30, 0, 0)) for shade in range(7)]}
    )
    assert errors(answer) == {"documents": ["Vous avez déjà 6 fichiers. Retirez-en un d’abord."]}
    assert Attachment.objects.count() == 6


def test_no_more_than_six_files_are_opened_at_a_time(client, pool):
    walk_to(client, "sante")
    files = [io.BytesIO(b"MZ not a picture") for _ in range(12)]
    for file in files:
        file.name = "virus.jpg"
    said = errors(client.post("/consulter/sante", {**GOOD["sante"], "documents": files}))["documents"]
    assert (len(said), said[-1]) == (7, "Envoyez 6 fichiers au plus à la fois.")


def test_a_renewal_needs_the_old_ordonnance(client, pool):
    walk_to(client, "sante", motif={"key": "renewal"})
    refused = post(client, "sante")
    done = client.post("/consulter/sante", {**GOOD["sante"], "documents": photo()})
    assert errors(refused) == {"documents": ["Ce motif demande une photo ou un document. Ajoutez-le ici."]}
    assert (done.url, Attachment.objects.get().title) == ("/consulter/consentements", "Ancienne ordonnance")


def test_a_childs_weight_is_asked_and_judged(client, pool):
    walk_to(client, "identite", pour_qui={"who": "child"})
    enter_by_code(client)
    post(client, "identite", kind="parent", birth_given_names="Zoé", birth_date="03/02/2021", declared="on")
    wrong = post(client, "sante", weight="beaucoup")
    right = post(client, "sante", weight="14.5 kg", pregnancy=None)
    assert (errors(wrong), wrong.context["form"]["weight"].value()) == (
        {"weight": ["Ce poids ne va pas. Écrivez des kilos, comme 14,5."]},
        "beaucoup",
    )
    assert (right.url, HealthSummary.objects.get().content["weight"]) == ("/consulter/consentements", "14,5")


def test_a_minor_who_asks_alone_may_ask_for_secrecy(client, pool):
    born = f"17/05/{timezone.localdate().year - 16}"
    walk_to(client, "identite")
    enter_by_code(client)
    post(client, "identite", birth_date=born)
    post(client, "sante", secrecy="on")
    grown = Client()
    walk_to(grown, "identite")
    enter_by_code(grown, "adulte@exemple.test")
    post(grown, "identite")
    assert (
        the_ticket(client).draft["minor_secrecy"],
        "secrecy" in grown.get("/consulter/sante").context["form"].fields,
    ) == (
        True,
        False,
    )


# Agreements and test


def test_care_must_be_agreed_and_the_rest_stays_unticked(client, pool):
    walk_to(client, "consentements")
    shown = client.get("/consulter/consentements")
    answer = post(client, "consentements", care=None, third_person="on")
    assert ("checked" in shown.content.decode(), list(shown.context["form"].fields)) == (
        False,
        ["care", "third_person", "lay_assistant"],
    )
    assert errors(answer) == {"care": ["Sans cet accord, le médecin ne peut pas vous soigner par vidéo."]}
    assert answer.context["form"]["third_person"].value() is True


def test_sending_to_the_medecin_traitant_is_asked_of_who_has_one(client, pool):
    walk_to(client, "consentements", medecin_traitant={"answer": "unavailable"})
    assert "send_to_mt" in client.get("/consulter/consentements").context["form"].fields


def test_results_of_the_test_are_kept_and_wrong_shapes_refused(client, pool):
    walk_to(client, "test")
    good = {"steps": [{"step": "camera", "status": "ok", "detail": "640x480"}]}

    def send(body):
        return client.post("/consulter/test/resultat", body, content_type="application/json").status_code

    said = [send(body) for body in ("{", "[]", '{"steps": [{"step": 1}]}', json.dumps(good) + " " * 20_000)]
    right = send(json.dumps(good))
    client.post("/consulter/test", {})
    assert (said, right, the_ticket(client).draft["test"]) == ([400] * 4, 204, good)
    assert client.get("/consulter").url == "/consulter/pret"


def test_a_parent_does_not_read_what_the_child_told_alone(client, pool):
    from toubib.people.enums import LinkKind
    from toubib.people.tests.factories import make_account, make_link, sign_in

    walk_to(client, "identite")
    enter_by_code(client)
    post(client, "identite", birth_date=f"17/05/{timezone.localdate().year - 16}")
    client.post("/consulter/sante", {**GOOD["sante"], "allergies": "secret", "documents": photo()})
    patient = the_ticket(client).patient
    parent = make_account()
    make_link(parent, patient, LinkKind.PARENT)
    other = Client()
    sign_in(other, parent)
    walk_to(
        other,
        "sante",
        pour_qui={"who": f"link-{patient.id}"},
        identite={"form": "person", "person": str(patient.id)},
    )
    text = other.get("/consulter/sante").content.decode()
    assert ("secret" in text, "/fichiers/" in text) == (False, False)


def test_without_an_sms_gateway_a_number_gets_no_code_and_is_told_so(client, pool, settings):
    settings.SMS_GATEWAY = "none"
    walk_to(client, "identite")
    page = client.get("/consulter/identite").content.decode()
    answer = client.post("/consulter/identite", {"address": "06 39 98 00 42"})
    assert "Nous n’envoyons pas de SMS ici : un numéro de mobile ne sert pas." in page
    assert errors(answer) == {"address": ["Nous n’envoyons pas de SMS ici. Donnez une adresse e-mail."]}
    assert OutboundMessage.objects.count() == 0


def test_all_wrong_parts_of_an_identity_are_said_at_once(client, pool):
    walk_to(client, "identite")
    enter_by_code(client)
    refused = post(client, "identite", birth_given_names="Léo 3", birth_name="", birth_date="17/05/2990")
    assert sorted(errors(refused)) == ["birth_date", "birth_given_names", "birth_name"]


def test_given_names_with_commas_are_made_regular(client, pool):
    walk_to(client, "identite")
    enter_by_code(client)
    assert post(client, "identite", birth_given_names="Léo, Jean").url == "/consulter/prix"
    assert the_ticket(client).patient.birth_given_names == "Léo Jean"


def test_an_adult_given_as_a_child_is_told_a_choice_that_exists(client, pool):
    walk_to(client, "identite", pour_qui={"who": "child"})
    enter_by_code(client)
    page = client.get("/consulter/identite").content.decode()
    refused = post(client, "identite", kind="parent", declared="on")
    assert errors(refused) == {
        "birth_date": [
            "Cette personne est majeure. Revenez à « Pour qui » et choisissez « Un proche que j’aide »."
        ]
    }
    assert ("24/09/2019" in page, "17/05/1990" in page) == (True, False)


def test_the_adult_says_their_name_once_for_a_child(client, pool):
    child = {"kind": "parent", "declared": "on", "birth_given_names": "Léo", "birth_date": "24/09/2019"}
    walk_to(client, "identite", pour_qui={"who": "child"})
    enter_by_code(client)
    nameless = post(client, "identite", **child, adult_name="")
    assert errors(nameless) == {"adult_name": ["Écrivez votre prénom et votre nom."]}
    post(client, "identite", **child)
    ticket = the_ticket(client)
    assert ticket.account.display_name == "Nadia Durand"
    assert "adult_name" not in client.get("/consulter/identite?autre=1").content.decode()
