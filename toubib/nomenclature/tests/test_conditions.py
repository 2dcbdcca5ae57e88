"""The sentences of the BDPM, each read for what it means; `plain` ones restrict nothing here."""

import pytest

from toubib.nomenclature.bdpm import check_digit, said_dose, said_inn
from toubib.nomenclature.conditions import categories_of


@pytest.mark.parametrize(
    ("condition", "categories"),
    [
        ("liste I", []),
        ("prescription limitée à 4 semaines", []),
        ("délivrance fractionnée de 7 jours", []),
        ("stupéfiants", ["narcotics"]),
        ("liste I et prescription sur ordonnance sécurisée", ["secured"]),
        ("réservé à l'usage HOSPITALIER", ["hospital_only"]),
        ("réservé à l’usage HOSPITALIER", ["hospital_only"]),
        ("prescription hospitalière", ["hospital"]),
        (
            "prescription réservée aux médecins hospitaliers à l'occasion d'une hospitalisation",
            ["hospital", "specialists"],
        ),
        ("prescription initiale hospitalière annuelle", ["initial_hospital"]),
        ("première administration en milieu hospitalier", ["initial_hospital"]),
        ("prescription réservée aux spécialistes et services NEUROLOGIE", ["specialists"]),
        ("prescription initiale annuelle réservée à certains spécialistes", ["specialists"]),
        ("renouvellement de la prescription réservé aux spécialistes en UROLOGIE", ["specialists"]),
        (
            "médicament nécessitant une surveillance particulière pendant le traitement",
            ["special_monitoring"],
        ),
        ("réservé à l'usage professionnel DENTAIRE", ["professional_use"]),
        (
            "réservé à l'usage en situation d'urgence selon l'article R5121-96 du code de la santé publique",
            [],
        ),
    ],
)
def test_condition_is_read_for_what_it_means(condition, categories):
    assert categories_of([condition]) == categories


def test_conditions_add_up_without_doubles():
    assert categories_of(["stupéfiants", "liste I", "ordonnance sécurisée", "stupéfiants"]) == [
        "narcotics",
        "secured",
    ]


@pytest.mark.parametrize(
    ("name", "inn"),
    [
        ("AMOXICILLINE TRIHYDRATÉE", "amoxicilline"),
        ("CODÉINE ANHYDRE", "codéine"),
        ("VENLAFAXINE BASE", "venlafaxine"),
        ("CHLORHYDRATE DE METFORMINE", "chlorhydrate de metformine"),
        ("BASE", "base"),
    ],
)
def test_substance_is_said_as_one_prescribes_it(name, inn):
    assert said_inn(name) == inn


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        ("1,00 mg", "1 mg"),
        ("120,50  microgrammes", "120,50 microgrammes"),
        ("1 000 000 UI", "1 000 000 UI"),
        ("0,05 g", "0,05 g"),
        ("10,00", "10"),
    ],
)
def test_dose_is_said_without_idle_zeros(dose, said):
    assert said_dose(dose) == said


def test_check_digit_is_that_of_a_real_box():
    assert check_digit("340094949729") == "4"  # 3400949497294, a box of the BDPM
