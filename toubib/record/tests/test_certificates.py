"""The free text of a certificate is no way round those that need an examination."""

import pytest

from toubib.record.certificates import REFUSED, TEMPLATES, refused_words


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Aucune contre-indication à la pratique du rugby.", [("contre-indication", "sport")]),
        ("Sans CONTRE INDICATIONS ce jour.", [("CONTRE INDICATIONS", "sport")]),
        ("Inapte au travail de nuit.", [("Inapte", "sport")]),
        ("ITT : 8 jours", [("ITT", "injuries")]),
        ("I.T.T. de 8 jours", [("I.T.T", "injuries")]),
        ("Incapacité totale de 8 jours", [("Incapacité", "injuries")]),
        ("Demande de mise sous tutelle", [("tutelle", "guardianship")]),
        ("Placement sous sauvegarde de justice", [("sauvegarde de justice", "guardianship")]),
        ("Décès constaté ce jour", [("Décès", "death")]),
        ("Apte au rugby. ITT nulle.", [("Apte", "sport"), ("ITT", "injuries")]),
        ("Vu ce jour. Adapte son poste ; petite toux ; sauvegarde de sa santé.", []),
    ],
)
def test_words_of_certificates_that_need_an_examination_are_named(body, said):
    found = [
        (word, next(key for key, one in REFUSED.items() if one is why))
        for word, why in refused_words(body=body)
    ]
    assert found == said


def test_no_template_of_ours_holds_such_words_nor_a_handing_over_in_person():
    assert [refused_words(body=one.body) for one in TEMPLATES.values()] == [[]] * len(TEMPLATES)
    assert [key for key, one in TEMPLATES.items() if "main propre" in one.body] == []
