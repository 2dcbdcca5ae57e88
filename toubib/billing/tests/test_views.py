"""Pages: the price after a visit, the doctor's block, the director's list; who sees what, and a minor's secret."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.billing.models import ClaimLine, ExportBatch
from toubib.billing.operations import settle_due_claims
from toubib.billing.queries import plain_bill
from toubib.billing.tests.factories import make_signed
from toubib.ground.models import JournalEntry
from toubib.people.tests.factories import sign_in
from toubib.waiting.tests.factories import make_scene

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/direction/facturation"


def client_of(account):
    client = Client()
    sign_in(client, account)
    return client


def text_of(answer):
    import re

    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\xa0", " ").split())


def run():
    return settle_due_claims(now=timezone.now() + timedelta(seconds=10))


def visit(act):
    return f"/consultation/{act.encounter_id}"


def test_the_patient_reads_what_is_due_and_finds_the_receipt(signed):
    mine = client_of(signed.account)
    before = text_of(mine.get(visit(signed)))
    assert "À régler maintenant" not in before and "Ce que vous payez" in before
    run()
    page = mine.get(visit(signed))
    words = text_of(page)
    assert "À régler maintenant :" in words and "vous remboursent leur part" in words and "confirmé" in words
    receipt = ClaimLine.objects.get().receipt
    assert f"/documents/{receipt.pk}.pdf" in page.content.decode()
    assert mine.get(f"/documents/{receipt.pk}.pdf").content[:5] == b"%PDF-"
    assert "À régler maintenant" in text_of(mine.get(f"{visit(signed)}/prix"))


def test_the_copy_of_ones_data_holds_the_price(signed):
    run()
    found = plain_bill(encounter=signed.encounter)
    assert [(one["version"], one["state"], one["paid_by"]) for one in found["lines"]] == [(1, "ready", "amo")]
    assert (found["shown"], found["said"]) == ([], [])


def test_what_is_held_asks_nothing_of_the_patient_and_the_doctor_settles_it():
    act = make_signed(said={"c2s": None})
    run()
    assert [one["due_now"] for one in plain_bill(encounter=act.encounter)["lines"]] == ["0.00"]
    mine = client_of(act.account)
    assert "Rien à régler pour l’instant" in text_of(mine.get(visit(act)))
    doctor = client_of(act.professional.account)
    room = f"/cabinet/salle/{act.encounter.room.id}"
    words = text_of(doctor.get(room))
    assert "Facturation" in words and "Retenue" in words and "Le patient a-t-il la C2S ?" in words
    done = doctor.post(f"/cabinet/facturation/{act.encounter_id}", {"c2s": "yes"})
    assert done.url == room
    assert "Rien à régler maintenant" in text_of(mine.get(visit(act)))
    assert act.lines() == [(1, "replaced"), (2, "ready")]


def test_an_answer_that_fits_no_question_is_left(signed):
    run()
    doctor = client_of(signed.professional.account)
    for typed in ({"c2s": "maybe"}, {"funding": "private"}, {"waived": "?"}, {}):
        assert doctor.post(f"/cabinet/facturation/{signed.encounter_id}", typed).status_code == 302
    assert signed.lines() == [(1, "ready")]


def test_another_doctor_and_a_patient_find_no_block(signed):
    run()
    there = f"/cabinet/facturation/{signed.encounter_id}"
    for who in (signed.scene.cast.lenoir.account, signed.account):
        client = client_of(who)
        assert (client.get(there).status_code, client.post(there, {"c2s": "yes"}).status_code) == (404, 404)


def test_nothing_is_owed_reads_so_without_amounts():
    from toubib.record.enums import Attestation

    act = make_signed(attestation=Attestation.NONE)
    run()
    words = text_of(client_of(act.account).get(visit(act)))
    assert "Rien n’est dû." in words and "Tarif de la consultation" not in words


def test_a_minors_secret_act_is_nowhere_for_the_parents():
    cast_scene = make_scene()
    cast = cast_scene.cast
    act = make_signed(scene=cast_scene, account=cast.jeanne, patient=cast.leo, patient_age=15, secret=True)
    run()
    assert ClaimLine.objects.get().receipt is None
    parent = client_of(cast.jeanne)
    assert parent.get(visit(act)).status_code == 404
    assert parent.get(f"{visit(act)}/prix").status_code == 404
    director = client_of(cast.director)
    line = ClaimLine.objects.get()
    page = text_of(director.get(f"{LIST}/{line.pk}"))
    assert "À régler par le patient ce jour 0,00 €" in page
    assert "secret demandé" in page and cast.leo.full_name not in page
    today = timezone.localdate().strftime("%d/%m/%Y")
    director.post(f"{LIST}/transmettre", {"first": today, "last": today})
    assert ExportBatch.objects.count() == 0


def test_the_director_reads_lines_without_a_name_and_hands_over_a_file(signed):
    run()
    director = client_of(signed.scene.cast.director)
    page = director.get(LIST)
    words = text_of(page)
    assert signed.patient.birth_name not in words and signed.professional.practitioner.full_name in words
    today = timezone.localdate().strftime("%d/%m/%Y")
    assert director.post(f"{LIST}/transmettre", {"first": today, "last": ""}).status_code == 422
    assert director.post(f"{LIST}/transmettre", {"first": today, "last": today}).url == LIST
    batch = ExportBatch.objects.get()
    one, two = (director.get(f"{LIST}/lots/{batch.pk}.{ending}") for ending in ("csv", "json"))
    assert one["Content-Disposition"].endswith('.csv"') and two["Content-Type"].startswith("application/json")
    assert one.content == director.get(f"{LIST}/lots/{batch.pk}.csv").content
    assert "Transmise" in text_of(director.get(f"{LIST}?etat=sent"))
    assert "Aucune ligne ici" in text_of(director.get(f"{LIST}?etat=held&du=01/01/2020"))
    found = set(JournalEntry.objects.filter(action__startswith="billing.").values_list("action", flat=True))
    assert {"billing.batch.make", "billing.batch.read", "billing.claims.read", "billing.claim.send"} <= found
    lines = JournalEntry.objects.filter(action="billing.batch_line.read", patient=signed.patient.pk)
    assert lines.count() == 3  # one a download


def test_the_list_costs_the_same_for_one_line_and_for_three(signed, django_assert_max_num_queries):
    run()
    director = client_of(signed.scene.cast.director)
    director.get(LIST)
    with django_assert_max_num_queries(24):
        director.get(LIST)


def test_contracts_are_kept_and_end(signed):
    director = client_of(signed.scene.cast.director)
    there, patient = f"{LIST}/contrats", signed.patient
    plan = {
        "do": "plan",
        "name": "Plan B",
        "kind": "insurer",
        "payer": "X",
        "acts_cap": "2",
        "starts_on": "01/01/2026",
    }
    assert director.post(there, {**plan, "acts_cap": "a"}).status_code == 422
    assert director.post(there, plan).url == there
    assert director.post(there, plan).status_code == 422  # the name is taken
    from toubib.billing.models import Cover, Plan

    typed = {"do": "cover", "plan": str(Plan.objects.get().pk), "number": "7", "starts_on": "01/01/2026",
             "birth_name": patient.birth_name, "given_names": patient.birth_given_names,
             "birth_date": patient.birth_date.strftime("%d/%m/%Y")}  # fmt: skip
    assert director.post(there, {**typed, "birth_name": "Personne"}).status_code == 422
    assert [director.post(there, typed).url for _twice in range(2)] == [there, there]
    cover = Cover.objects.get()
    words = text_of(director.get(there))
    assert JournalEntry.objects.filter(
        action="billing.cover.read", patient=patient.pk, subject_id=str(cover.pk)
    ).exists()
    assert patient.full_name in words and "Plan B (assureur, X)" in words and "object" not in words
    assert director.post(f"{there}/{cover.pk}/finir").url == there
    cover.refresh_from_db()
    assert cover.ends_on == timezone.localdate()


def test_the_last_row_of_days_sums_the_days_listed_and_says_how_many_are_not(signed, monkeypatch):
    run()
    director = client_of(signed.scene.cast.director)
    page = director.get(LIST)
    assert (page.context["listed"], page.context["other_days"]) == (page.context["whole"], 0)
    assert "Jours ci-dessus" in text_of(page)
    assert 'data-label="Assurance maladie"' in page.content.decode()
    monkeypatch.setattr("toubib.billing.views.direction.DAYS", 0)
    page = director.get(LIST)
    assert (page.context["listed"].acts, page.context["whole"].acts, page.context["other_days"]) == (0, 1, 1)
    assert "1 jour plus ancien n’est ni montré ni compté" in text_of(page)
