"""The receipt agrees with the line: who pays, what is advanced, who pays it back."""

from toubib.billing.models import ClaimLine
from toubib.billing.receipt import receipt_of


def said_of(**over):
    """Of an act of 25 €: the share of the contract, of the patient, and the sentence."""
    amounts = {"tariff_cents": 2500, **over}
    found = receipt_of(ClaimLine(code="TCG", said={"reasons": []}, **amounts))
    return found.plan_cents, found.patient_cents, found.paid_cents, found.paid_how.replace("\xa0", " ")


def test_what_is_advanced_and_who_pays_it_back():
    assert said_of(funding="amo", amo_cents=1550, amc_cents=750, patient_cents=200, due_now_cents=2500) == (
        0,
        200,
        0,
        "À avancer, hors de Toubib : 25,00 €. L’Assurance maladie rembourse ensuite 15,50 €, "
        "votre complémentaire 7,50 € si vous en avez une.",
    )


def test_a_contract_that_pays_leaves_nothing_to_the_patient():
    assert said_of(funding="subscription", plan_cents=2500) == (
        2500,
        0,
        0,
        "Votre contrat règle l’acte. Vous n’avez rien à avancer.",
    )


def test_third_party_payment_advances_nothing():
    assert said_of(funding="amo", amo_cents=2300, patient_cents=200, third_party=True) == (
        0,
        200,
        0,
        "Vous n’avez rien à avancer. Votre caisse retient 2,00 € plus tard.",
    )


def test_what_nobody_pays_back():
    assert said_of(funding="private", patient_cents=2500, due_now_cents=2500) == (
        0,
        2500,
        0,
        "À régler, hors de Toubib : 25,00 €.",
    )
