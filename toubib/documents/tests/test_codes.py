from dataclasses import replace
from datetime import date

import pytest

from toubib.documents.codes import CODE, ins_text, new_code, read_code, verify_url
from toubib.documents.contents import Identity
from toubib.documents.samples import PATIENT, UNQUALIFIED


def test_codes_differ_and_keep_their_shape():
    made = {new_code() for _ in range(500)}
    assert len(made) == 500
    assert all(CODE.fullmatch(code) and read_code(code) == code for code in made)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7f3k 9qxn 2m4t v8wz", "7F3K-9QXN-2M4T-V8WZ"),
        ("7F3K9QXN2M4TV8WZ", "7F3K-9QXN-2M4T-V8WZ"),
        (" 7F3K-9QXN-2M4T-V8WZ. ", "7F3K-9QXN-2M4T-V8WZ"),
        ("OIL0-OOOO-1111-UUUU", "0110-0000-1111-VVVV"),
        ("7F3K-9QXN-2M4T", None),
        ("7F3K-9QXN-2M4T-V8WZZ", None),
        ("éééé-éééé-éééé-éééé", None),
        ("", None),
    ],
)
def test_code_is_read_as_people_type_it(typed, code):
    assert read_code(typed) == code


def test_address_of_a_code(settings):
    settings.PUBLIC_URL = "https://soins.exemple.fr"
    assert verify_url("A") == "https://soins.exemple.fr/verifier/A"


def test_ins_text_ends_variable_fields_and_strips_accents():
    assert ins_text(PATIENT) == (
        "IS010000000000000000000000S1279033523800119S21.2.250.1.213.1.4.10S3ANNE-MAELLE JEANNE\x1dS4LE GOFF\x1d"
        "S5FS614-03-1979S735238"
    )


@pytest.mark.parametrize(
    "who", [UNQUALIFIED, replace(PATIENT, sex="U"), replace(PATIENT, birth_place_code="")]
)
def test_ins_text_is_none_where_the_standard_has_no_code(who):
    assert ins_text(who) is None


def test_identity_refuses_a_matricule_that_is_not_qualified():
    with pytest.raises(ValueError, match="qualified"):
        Identity("A", ("B",), date(2000, 1, 1), "F", ins="1", ins_oid="2", qualified=False)
    with pytest.raises(ValueError, match="qualified"):
        Identity("A", ("B",), date(2000, 1, 1), "F", qualified=True)
