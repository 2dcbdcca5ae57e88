"""Profile, relatives, professionals and accounts, over HTTP."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.directory.tests.factories import make_rpps
from toubib.ground.models import JournalEntry, OutboundMessage
from toubib.people.enums import EvidenceKind, LinkKind, Role
from toubib.people.forms import parse_day
from toubib.people.identity import local_day
from toubib.people.models import Account, GrantRequest, Patient, PatientLink, ProfessionalAccount
from toubib.people.queries import own_patient, roles_of
from toubib.people.tests.factories import (
    Cast,
    make_account,
    make_cast,
    make_link,
    make_patient,
    make_professional,
    sign_in,
)

pytestmark = pytest.mark.django_db
ZOE = {"birth_given_names": "Zoé Marie", "birth_name": "Morel", "birth_date": "29/02/2024", "sex": "F"}
CHILD = {**ZOE, "kind": "parent", "declared": "on"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def jeanne(cast: Cast, client: Client) -> Client:
    sign_in(client, cast.jeanne)
    return client


@pytest.fixture
def director(cast: Cast, client: Client) -> Client:
    sign_in(client, cast.director)
    return client


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    sign_in(client, cast.administrator)
    return client


def errors(answer) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", one).strip()
        for one in re.findall(r'<span class="error"[^>]*>(.*?)</span>', answer.content.decode(), re.S)
    ]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("17/05/1990", date(1990, 5, 17)),
        ("17 5 1990", date(1990, 5, 17)),
        ("17051990", date(1990, 5, 17)),
        ("17.05.1990", date(1990, 5, 17)),
        ("1990-05-17", date(1990, 5, 17)),
        (" 29/02/2024 ", date(2024, 2, 29)),
    ],
)
def test_parse_day_reads_how_people_write(typed: str, day: date) -> None:
    assert parse_day(typed) == day


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("birth_date", "31/02/1990", "Ce mois n’a pas 31 jours. Vérifiez le jour ou le mois."),
        ("birth_date", "29/02/2023", "Cette date n’existe pas. Vérifiez le jour, le mois et l’année."),
        ("birth_date", "12/13/1990", "Il y a 12 mois. Vérifiez le mois."),
        ("birth_date", "01/01/2990", "Cette date est dans l’avenir. Vérifiez l’année."),
        ("birth_date", "01/01/1790", "Cette date est trop ancienne. Vérifiez l’année."),
        ("birth_date", "hier", "Écrivez la date en chiffres : jour, mois, année. Exemple : 17/05/1990."),
        (
            "birth_date",
            "1" * 10_000,
            "Écrivez la date en chiffres : jour, mois, année. Exemple : 17/05/1990.",
        ),
        ("birth_date", "", "Écrivez la date, comme 17/05/1990."),
        ("birth_date", "17/05/55", "Écrivez l’année avec ses quatre chiffres. Exemple : 17/05/1990."),
        ("birth_date", "170555", "Écrivez l’année avec ses quatre chiffres. Exemple : 17/05/1990."),
        ("birth_name", "", "Écrivez le nom de naissance."),
        ("birth_name", "😀", "Un nom a des lettres, des espaces, des traits d’union et des apostrophes."),
        ("birth_name", "a" * 10_000, "C’est trop long : 100 signes au plus."),
        ("birth_given_names", " ", "Écrivez au moins un prénom."),
        ("sex", "X", "Choisissez une réponse de la liste."),
        ("sex", "", "Choisissez une réponse."),
        (
            "birth_place_code",
            "1220A",
            "Le code de la commune de naissance a cinq signes, comme 12202 ou 2A004.",
        ),
        (
            "nir_assure",
            "255081416802539",
            "Ce numéro de sécurité sociale ne va pas. Il a 15 signes, clé comprise : relisez la carte.",
        ),
        (
            "nir_assure",
            "😀",
            "Ce numéro de sécurité sociale ne va pas. Il a 15 signes, clé comprise : relisez la carte.",
        ),
    ],
)
def test_profile_says_what_is_wrong_beside_the_field_and_keeps_the_rest(
    jeanne: Client, field, typed, sentence
) -> None:
    answer = jeanne.post("/mon-espace/profil", {**ZOE, field: typed})
    assert (answer.status_code, errors(answer)) == (200, [sentence])
    kept = "birth_given_names" if field != "birth_given_names" else "birth_name"
    assert f'value="{ZOE[kept]}"' in answer.content.decode()


def test_profile_keeps_the_identity_and_traces_reads_and_writes(cast: Cast, jeanne: Client) -> None:
    assert jeanne.get("/mon-espace/profil").status_code == 200
    answer = jeanne.post("/mon-espace/profil", {**ZOE, "nir_assure": "2 55 08 14 168 025 38"})
    assert answer["Location"] == "/mon-espace/profil"
    mine = own_patient(account=cast.jeanne, now=timezone.now())
    assert (mine.birth_given_names, mine.nir_assure, mine.ins_matricule) == (
        "Zoé Marie",
        "255081416802538",
        None,
    )
    assert "255081416802538" not in jeanne.get("/mon-espace/profil").content.decode()
    actions = JournalEntry.objects.filter(patient=mine.id).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["people.identity.read", "people.identity.update", "people.identity.read"]


def test_profile_of_a_professional_shows_no_identity(cast: Cast, client: Client) -> None:
    sign_in(client, cast.vasseur.account)
    page = client.get("/mon-espace/profil").content.decode()
    assert "vasseur@exemple.test" in page
    assert "birth_name" not in page


def test_a_child_is_added_once_by_a_double_click(cast: Cast, jeanne: Client) -> None:
    for _ in range(2):
        assert jeanne.post("/mon-espace/proches/ajouter", CHILD)["Location"] == "/mon-espace/proches"
    links = PatientLink.objects.filter(account=cast.jeanne, kind=LinkKind.PARENT).exclude(pk=cast.leo_link.pk)
    assert [link.patient.full_name for link in links] == ["Zoé Morel"]
    assert "Zoé Morel" in jeanne.get("/mon-espace/proches").content.decode()


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        (
            {"birth_date": "17/05/1990"},
            "Cette personne est majeure. Choisissez « proche aidant », avec son accord.",
        ),
        ({"declared": ""}, "Cochez la case pour déclarer ce lien."),
        ({"kind": "self"}, "Choisissez une réponse de la liste."),
    ],
)
def test_a_relative_is_refused_with_a_sentence(jeanne: Client, over, sentence: str) -> None:
    before = Patient.objects.count()
    assert errors(jeanne.post("/mon-espace/proches/ajouter", {**CHILD, **over})) == [sentence]
    assert Patient.objects.count() == before


def test_a_link_is_ended_twice_without_harm(cast: Cast, jeanne: Client) -> None:
    url = f"/mon-espace/proches/{cast.leo_link.pk}"
    assert "Léo Morel" in jeanne.get(url).content.decode()
    for _ in range(2):
        assert jeanne.post(f"{url}/retirer")["Location"] == "/mon-espace/proches"
    assert jeanne.get(url).status_code == 404
    own = PatientLink.objects.get(account=cast.jeanne, kind=LinkKind.SELF)
    assert jeanne.post(f"/mon-espace/proches/{own.pk}/retirer").status_code == 404


def test_a_relative_s_identity_is_changed(cast: Cast, jeanne: Client) -> None:
    url = f"/mon-espace/proches/{cast.leo_link.pk}"
    assert jeanne.post(url, {**ZOE, "birth_given_names": "Léo Paul"})["Location"] == "/mon-espace/proches"
    cast.leo.refresh_from_db()
    assert cast.leo.birth_given_names == "Léo Paul"


@pytest.mark.parametrize("count", [1, 3])
def test_relatives_asks_the_same_queries_for_one_or_three(
    client: Client, count: int, django_assert_num_queries
) -> None:
    account = make_account()
    for n in range(count):
        make_link(
            account,
            make_patient(birth_given_names=f"Enfant{'abc'[n]}", birth_date=date(2020, 1, 1)),
            LinkKind.PARENT,
        )
    sign_in(client, account)
    with django_assert_num_queries(5):  # session, account, roles, links, journal
        assert client.get("/mon-espace/proches").content.decode().count('<h2 class="lead">Enfant') == count


@pytest.mark.parametrize("count", [1, 3])
def test_professionals_asks_the_same_queries_for_one_or_three(
    client: Client, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        make_professional()
    sign_in(client, make_account(Role.MEDICAL_DIRECTOR))
    with django_assert_num_queries(
        7
    ):  # session, account, roles, count, professionals, evidence, roles that wait
        assert client.get("/direction/professionnels").content.decode().count('<th scope="row">') == count


@pytest.mark.parametrize("count", [1, 3])
def test_accounts_asks_the_same_queries_for_one_or_three(
    client: Client, count: int, django_assert_num_queries
) -> None:
    sign_in(client, make_account(Role.ADMINISTRATOR))
    for _ in range(count - 1):
        make_account(Role.ANALYST)
    with django_assert_num_queries(7):  # session, account, roles, count, accounts, grants, roles that wait
        assert client.get("/administration/comptes").content.decode().count('<th scope="row">') == count


def test_the_director_adds_evidence_activates_and_suspends(director: Client) -> None:
    new = make_professional(active=False)
    url, today = f"/direction/professionnels/{new.pk}", local_day(timezone.now())
    assert "disabled" in director.get(url).content.decode()
    refused = director.post(url, {"do": "activate"}, follow=True).content.decode()
    assert "Il manque une inscription à l’Ordre valable ce jour." in refused
    for kind in EvidenceKind:
        posted = {
            "do": "evidence",
            "kind": kind.value,
            "reference": "n° 7",
            "valid_from": f"{today:%d/%m/%Y}",
            "valid_until": f"{today + timedelta(days=90):%d/%m/%Y}",
        }
        for _ in range(2):
            assert director.post(url, posted).status_code == 302
    assert new.evidence.count() == 3
    director.post(url, {"do": "activate"})
    new.refresh_from_db()
    assert new.activated_at is not None
    assert errors(director.post(url, {"do": "suspend", "reason": ""})) == ["Écrivez la raison."]
    director.post(url, {"do": "suspend", "reason": "congé"})
    new.refresh_from_db()
    assert new.suspension_reason == "congé"
    assert director.post(url, {"do": "autre"}).status_code == 404


def test_the_director_says_the_place_that_documents_print(cast: Cast, director: Client) -> None:
    address = f"/direction/professionnels/{cast.vasseur.pk}"
    typed = {
        "do": "practice",
        "practice_address": "3 rue des Tilleuls",
        "practice_phone": "05 36 49 00 01",
        "practice_email": "DR@cabinet.test",
        "practice_finess": "990000011",
        "am_number": "",
    }
    refused = director.post(address, typed).content.decode()
    assert "Ce numéro FINESS ne va pas" in refused and 'value="990000011"' in refused
    refused = director.post(
        address, {**typed, "practice_phone": "12", "practice_email": "x"}
    ).content.decode()
    assert "Ce numéro ne va pas." in refused and "Cette adresse e-mail n’est pas complète." in refused
    assert director.post(address, {**typed, "practice_finess": "990000010"}).status_code == 302
    kept = cast.vasseur.practitioner
    kept.refresh_from_db()
    assert (kept.practice_phone, kept.practice_email) == ("+33536490001", "dr@cabinet.test")
    assert "05\u00a036\u00a049\u00a000\u00a001" in director.get(address).content.decode()


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"valid_until": "01/01/2020"}, "La fin de validité suit son début."),
        ({"kind": "diplome"}, "Choisissez une réponse de la liste."),
        ({"valid_from": "31/02/2026"}, "Ce mois n’a pas 31 jours. Vérifiez le jour ou le mois."),
        ({"reference": "a" * 10_000}, "C’est trop long : 120 signes au plus."),
    ],
)
def test_bad_evidence_gets_a_sentence(cast: Cast, director: Client, over, sentence: str) -> None:
    posted = {
        "do": "evidence",
        "kind": "ordre",
        "reference": "n° 1",
        "valid_from": "01/01/2026",
        "valid_until": "01/01/2027",
    }
    assert errors(director.post(f"/direction/professionnels/{cast.lenoir.pk}", {**posted, **over})) == [
        sentence
    ]


def test_the_administrator_invites_a_doctor_and_staff(admin: Client, cast: Cast) -> None:
    doctor = {
        "door": "pro",
        "pro-rpps": make_rpps(88),
        "pro-role": "practitioner",
        "pro-title": "Dr",
        "pro-given_name": "Ugo",
        "pro-family_name": "Blanc",
        "pro-profession": "doctor",
        "pro-specialty": "psychiatry",
        "pro-practice_name": "Cabinet",
        "pro-practice_commune": "12202",
        "pro-email": "ugo@exemple.test",
    }
    made = admin.post("/administration/comptes/nouveau", doctor)
    assert made.status_code == 302
    assert ProfessionalAccount.objects.get(account__email="ugo@exemple.test").activated_at is None
    wrong = admin.post(
        "/administration/comptes/nouveau", {**doctor, "pro-rpps": "12345678901", "pro-specialty": ""}
    )
    assert errors(wrong) == ["Un médecin a une spécialité. Choisissez-la."]
    wrong = admin.post("/administration/comptes/nouveau", {**doctor, "pro-rpps": "12345678901"})
    assert errors(wrong) == ["Ce numéro RPPS ne va pas. Il a onze chiffres ; relisez-le."]
    staff = {
        "door": "staff",
        "staff-name": "Nina Faure",
        "staff-email": "nina@exemple.test",
        "staff-roles": ["analyst"],
    }
    assert admin.post("/administration/comptes/nouveau", staff).status_code == 302
    assert errors(admin.post("/administration/comptes/nouveau", staff)) == ["Cette adresse a déjà un compte."]
    assert {message.to for message in OutboundMessage.objects.all()} == {
        "ugo@exemple.test",
        "nina@exemple.test",
    }


def test_the_administrator_gives_takes_and_closes(admin: Client, cast: Cast) -> None:
    url = f"/administration/comptes/{cast.analyst.pk}"
    for posted in (
        {"do": "grant", "role": "regulator"},
        {"do": "revoke", "role": "analyst"},
        {"do": "invite"},
        {"do": "close"},
    ):
        assert admin.post(url, posted).status_code == 302
    account = Account.objects.get(pk=cast.analyst.pk)
    assert (roles_of(account=account, now=timezone.now()), account.is_active) == ({Role.REGULATOR}, False)
    admin.post(url, {"do": "reopen"})
    assert Account.objects.get(pk=cast.analyst.pk).is_active
    for posted in ({"do": "x"}, {"do": "grant", "role": "x"}, {}):
        assert admin.post(url, posted).status_code == 404


def test_the_administrator_changes_nothing_of_the_own_account(admin: Client, cast: Cast) -> None:
    url = f"/administration/comptes/{cast.administrator.pk}"
    page = admin.post(url, {"do": "grant", "role": "medical_director"}, follow=True).content.decode()
    assert "Un autre administrateur doit le faire." in page
    assert roles_of(account=Account.objects.get(pk=cast.administrator.pk), now=timezone.now()) == {
        Role.ADMINISTRATOR
    }


def test_the_administrator_finds_no_patient(admin: Client, cast: Cast) -> None:
    page = admin.get("/administration/comptes", {"q": "Jeanne"}).content.decode()
    assert "Aucun compte ne porte ce nom ou cette adresse." in page
    assert admin.get(f"/administration/comptes/{cast.jeanne.pk}").status_code == 404
    assert admin.get("/administration/comptes", {"q": "\x00😀" * 9_000}).status_code == 200


def test_a_director_confirms_on_the_page_what_the_administrator_asked(admin: Client, cast: Cast) -> None:
    asked = admin.post(
        f"/administration/comptes/{cast.analyst.pk}", {"do": "grant", "role": "compliance"}, follow=True
    )
    assert "Une deuxième personne doit confirmer ce rôle." in asked.content.decode()
    key = str(GrantRequest.objects.get().pk)
    own = admin.post("/administration/roles", {"do": "confirm", "request": key}, follow=True)
    assert "Une autre personne, directeur médical ou administrateur, doit confirmer" in own.content.decode()
    assert roles_of(account=Account.objects.get(pk=cast.analyst.pk), now=timezone.now()) == {Role.ANALYST}
    director = Client()
    sign_in(director, cast.director)
    assert "1 rôle attend la confirmation" in director.get("/direction/professionnels").content.decode()
    assert 'value="confirm"' in director.get("/administration/roles").content.decode()
    for _ in range(2):  # a double click
        director.post("/administration/roles", {"do": "confirm", "request": key})
    assert roles_of(account=Account.objects.get(pk=cast.analyst.pk), now=timezone.now()) == {
        Role.ANALYST,
        Role.COMPLIANCE,
    }
    assert director.post("/administration/roles", {"do": "x", "request": key}).status_code == 404
    gone = director.post("/administration/roles", {"do": "confirm", "request": "x"}, follow=True)
    assert "Cette demande n’attend plus." in gone.content.decode()


def test_a_staff_account_whose_role_waits_is_found_and_not_invited(admin: Client, cast: Cast) -> None:
    staff = {
        "door": "staff",
        "staff-name": "Nina Faure",
        "staff-email": "nina@exemple.test",
        "staff-roles": ["medical_director"],
    }
    page = admin.post("/administration/comptes/nouveau", staff, follow=True).content.decode()
    assert "attend la confirmation d’une deuxième personne" in page
    assert "nina@exemple.test" not in {message.to for message in OutboundMessage.objects.all()}
