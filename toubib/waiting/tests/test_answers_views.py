"""Where, for whom, why, the médecin traitant: what goes on, what stays and what is kept."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from toubib.directory.enums import Title
from toubib.directory.tests.factories import make_practitioner
from toubib.people.enums import LinkKind
from toubib.people.tests.factories import make_account, make_link, make_patient, make_professional, sign_in
from toubib.waiting.models import Attestation
from toubib.waiting.tests.factories import make_pool, make_scene, put_on_duty
from toubib.waiting.tests.walk import GOOD, errors, post, the_ticket, walk_to

pytestmark = pytest.mark.django_db


def test_a_closed_line_is_told_at_the_reason_and_another_may_be_chosen(client, pool):
    local = timezone.localtime()
    opens = local + timedelta(hours=3)
    make_pool(
        key="dermatologie", name="Peau", opens_at=opens.time(), closes_at=(opens + timedelta(hours=1)).time()
    )
    walk_to(client, "motif")
    page, refused = client.get("/consulter/motif"), post(client, "motif", key="dermatology")
    assert "Aucun médecin n’est là avant" in page.content.decode()
    assert ["Choisissez un autre motif pour être vu maintenant" in one for one in errors(refused)["key"]] == [
        True
    ]
    assert the_ticket(client).reason_key == ""
    assert post(client, "motif").url == "/consulter/medecin-traitant"


def test_a_line_that_opens_while_the_answers_are_kept_may_be_prepared(client, pool):
    opens = timezone.localtime() + timedelta(minutes=10)
    make_pool(
        key="dermatologie", name="Peau", opens_at=opens.time(), closes_at=(opens + timedelta(hours=1)).time()
    )
    walk_to(client, "motif")
    assert post(client, "motif", key="dermatology").url == "/consulter/medecin-traitant"


def test_the_ear_is_told_once_that_it_is_better_seen_in_person(client, pool):
    walk_to(client, "motif")
    text = client.get("/consulter/motif").content.decode()
    assert (text.count("otoscope"), "est utile" in text) == (1, False)


def test_an_empty_commune_gives_one_sentence(client, pool):
    walk_to(client, "lieu")
    refused = [post(client, "lieu", town=town) for town in ("", "zzz")]
    assert [errors(one)["town"] for one in refused] == [
        ["Écrivez la commune où vous êtes."],
        ["Nous ne trouvons pas cette commune. Vérifiez le nom ou le code postal."],
    ]
    assert ["Aucune commune à ce nom" in one.content.decode() for one in refused] == [False, False]


# Where


@pytest.mark.parametrize(("said", "kept"), [("home", ["home"]), ("other", ["other"]), ("", [])])
def test_whether_one_is_at_home_is_kept_with_its_words_and_need_not_be_said(client, pool, said, kept):
    walk_to(client, "lieu")
    assert post(client, "lieu", at_home=said).status_code == 302
    rows = Attestation.objects.filter(ticket=the_ticket(client), fact="place_type")
    assert [(row.value, row.words) for row in rows] == [(value, "Êtes-vous chez vous ?") for value in kept]
    page = client.get("/consulter/lieu").content.decode()
    assert re.findall(r'name="at_home" value="(\w+)" id="\w+" checked', page) == kept


def test_a_commune_of_the_demo_is_named_before_and_after_a_vain_search(client, pool):
    walk_to(client, "lieu")
    pages = [client.get("/consulter/lieu"), post(client, "lieu", town="Rodez")]
    pages += [
        client.post("/consulter/lieu/communes", {"town": "Rodez"}),
        client.post("/consulter/lieu/communes", {"town": "valb"}),
    ]
    assert ["Essayez « Valbrune »" in one.content.decode() for one in pages] == [True, True, True, False]


def test_a_commune_that_is_not_found_leads_to_the_doctors_on_call(client, pool, settings):
    """Where all is real: what was typed stays, and who cannot be helped here is told whom to call."""
    walk_to(client, "lieu")
    settings.DEMO = False
    page = post(client, "lieu", town="Rodez", detail="12 rue Haute").content.decode()
    told = [word in page for word in ("Valbrune", "Essayez le code postal", "tel:116117", "12 rue Haute")]
    assert told == [False, True, True, True]
    assert "Essayez le code postal" not in client.get("/consulter/lieu").content.decode()


@pytest.mark.parametrize(
    ("over", "wrong"),
    [
        ({"town": ""}, {"town": ["Écrivez la commune où vous êtes."]}),
        (
            {"town": "Nulle-Part"},
            {"town": ["Nous ne trouvons pas cette commune. Vérifiez le nom ou le code postal."]},
        ),
        ({"detail": ""}, {"detail": ["Écrivez l’adresse ou le lieu où vous êtes."]}),
        (
            {"phone": "12"},
            {"phone": ["Ce numéro ne va pas. Il a dix chiffres, ou commence par « + » et le pays."]},
        ),
        ({"phone": "0" * 41}, {"phone": ["C’est trop long : 40 signes au plus."]}),
    ],
)
def test_a_wrong_place_is_said_beside_its_field_and_all_is_kept(client, pool, over, wrong):
    walk_to(client, "lieu")
    answer = post(client, "lieu", **over)
    typed = {**GOOD["lieu"], **over}
    assert (answer.status_code, errors(answer)) == (200, wrong)
    assert {name: answer.context["form"][name].value() for name in typed} == typed


def test_several_communes_are_offered_and_the_chosen_one_is_kept(client, pool):
    from toubib.territory.tests.factories import make_commune

    walk_to(client, "lieu")
    other = make_commune(code_insee="12905", name="Valdieu", postal_codes=["12905"])
    asked = post(client, "lieu", town="val")
    taken = post(client, "lieu", town="val", commune=str(other.id))
    assert errors(asked) == {"town": ["Plusieurs communes portent ce début de nom. Choisissez la vôtre."]}
    assert (taken.url, the_ticket(client).place_commune) == ("/consulter/pour-qui", other)


def test_search_without_script_lists_and_keeps_what_was_typed(client, pool):
    walk_to(client, "lieu")
    answer = post(client, "lieu", do="search", town="12900", phone="12")
    text = answer.content.decode()
    assert (answer.status_code, "Valbrune" in text, "4 rue des Lavoirs" in text, errors(answer)) == (
        200,
        True,
        True,
        {},
    )


def test_suggestions_come_by_post_as_cards(client, pool):
    walk_to(client, "lieu")
    found = client.post("/consulter/lieu/communes", {"town": "VALB"})
    none = client.post("/consulter/lieu/communes", {"town": "zz"})
    assert ("Valbrune" in found.content.decode(), found.content.decode().count('type="radio"')) == (True, 1)
    assert (
        "Aucune commune" in none.content.decode(),
        client.get("/consulter/lieu/communes").status_code,
    ) == (True, 405)


@pytest.mark.parametrize(
    ("typed", "kept"), [("+44 20 7946 0018", "+442079460018"), ("0033 6 39 98 00 42", "+33639980042")]
)
def test_foreign_numbers_are_made_regular(client, pool, typed, kept):
    walk_to(client, "lieu")
    post(client, "lieu", phone=typed)
    assert the_ticket(client).callback_phone == kept


# For whom, why, médecin traitant


def test_no_one_chosen_is_said_beside_the_choices(client, pool):
    walk_to(client, "pour-qui")
    assert errors(post(client, "pour-qui", who=None)) == {"who": ["Choisissez une réponse."]}


def test_known_children_are_named_and_confirmed_only(client):
    scene = make_scene()
    sign_in(client, scene.cast.jeanne)
    walk_to(client, "pour-qui")
    shown = client.get("/consulter/pour-qui").content.decode()
    post(client, "pour-qui", who=f"link-{scene.cast.leo.id}")
    post(client, "motif")
    post(client, "medecin-traitant")
    confirm = client.get("/consulter/identite")
    done = client.post("/consulter/identite", {"form": "person", "person": str(scene.cast.leo.id)})
    ticket = the_ticket(client)
    assert ("Léo Morel" in shown, confirm.context["form"].initial["person"], done.url) == (
        True,
        str(scene.cast.leo.id),
        "/consulter/prix",
    )
    assert (ticket.patient, ticket.draft["who"], ticket.account) == (
        scene.cast.leo,
        "child",
        scene.cast.jeanne,
    )


def test_another_persons_patient_is_no_choice(client):
    scene = make_scene()
    sign_in(client, scene.cast.jeanne)
    walk_to(client, "pour-qui")
    wrong = post(client, "pour-qui", who=f"link-{scene.cast.stranger_patient.id}")
    post(client, "pour-qui", who="child")
    post(client, "motif")
    post(client, "medecin-traitant")
    forged = client.post(
        "/consulter/identite", {"form": "person", "person": str(scene.cast.stranger_patient.id)}
    )
    assert (errors(wrong), errors(forged)) == (
        {"who": ["Choisissez une réponse de la liste."]},
        {"person": ["Choisissez une réponse de la liste."]},
    )
    assert the_ticket(client).patient is None


def test_changing_the_person_asks_their_health_and_agreements_anew(client):
    scene = make_scene()
    sign_in(client, scene.cast.jeanne)
    walk_to(client, "pret", identite={"form": "person", "person": str(scene.cast.jeanne_patient.id)})
    answer = post(client, "pour-qui", who=f"link-{scene.cast.leo.id}")
    ticket = the_ticket(client)
    assert (answer.url, ticket.patient, ticket.draft["done"]) == (
        "/consulter/prix",
        scene.cast.leo,
        ["test"],
    )


def test_language_offers_what_doctors_on_duty_speak(client):
    scene = make_scene()
    put_on_duty(scene, scene.cast.benali, languages=["fr", "ar"])
    walk_to(client, "pour-qui")
    shown = client.get("/consulter/pour-qui").context["form"]
    assert [code for code, _name in shown.fields["language"].choices] == ["fr", "ar"]
    post(client, "pour-qui", language="ar")
    assert the_ticket(client).language == "ar"


def test_reason_is_needed_and_another_reason_in_words(client, pool):
    walk_to(client, "motif")
    none, silent = post(client, "motif", key=None), post(client, "motif", key="other", text=" ")
    assert (errors(none), errors(silent)) == (
        {"key": ["Choisissez une réponse."]},
        {"text": ["Dites-le en quelques mots."]},
    )
    assert none.context["form"]["text"].value() == "39 depuis hier."


def test_a_doctor_who_practises_here_is_found_and_kept(client):
    scene = make_scene()
    walk_to(client, "medecin-traitant")
    searched = client.post("/consulter/medecin-traitant", {"answer": "here", "name": "vass", "do": "search"})
    nobody = client.post("/consulter/medecin-traitant", {"answer": "here", "name": "Inconnue"})
    unnamed = client.post("/consulter/medecin-traitant", {"answer": "here", "name": ""})
    doctor = scene.cast.vasseur.practitioner
    kept = client.post("/consulter/medecin-traitant", {"name": "dre vasseur", "doctor": str(doctor.id)})
    assert ("Vasseur" in searched.content.decode(), kept.url) == (True, "/consulter/identite")
    assert (errors(nobody)["name"], errors(unnamed)["name"]) == (
        ["Aucun médecin de ce nom ne consulte ici. Vérifiez le nom, ou choisissez une autre réponse."],
        ["Écrivez le nom de votre médecin."],
    )
    assert (the_ticket(client).medecin_traitant, the_ticket(client).own_practitioner) == ("here", doctor)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_the_same_queries_at_one_and_three(client, pool, django_assert_num_queries, count):
    for serial in range(count):
        make_professional(make_practitioner(title=Title.DR_F, given_name=f"Ada{serial}", family_name="Zorn"))
    walk_to(client, "medecin-traitant")
    with django_assert_num_queries(2):
        answer = client.post("/consulter/medecin-traitant/medecins", {"name": "zorn"})
    assert answer.content.decode().count('type="radio"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_known_people_take_the_same_queries_at_one_and_three(client, pool, django_assert_num_queries, count):
    account = make_account()
    for serial in range(count):
        child = make_patient(birth_given_names=f"Zoé{serial}", birth_date="2021-02-03")
        child.refresh_from_db()
        make_link(account, child, LinkKind.PARENT)
    sign_in(client, account)
    walk_to(client, "pour-qui")
    client.get("/consulter/pour-qui")
    with django_assert_num_queries(8):
        answer = client.get("/consulter/pour-qui")
    assert answer.content.decode().count("Zoé") == count
