"""A commune as it is typed in an office."""

import pytest
from django.core.exceptions import ValidationError

from toubib.people.forms import CommuneField
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins():
    return [
        make_commune(code_insee=code, name="Sainte-Foy", postal_codes=[postal])
        for code, postal in (("85214", "85150"), ("76577", "76590"))
    ]


@pytest.mark.parametrize("typed", ["76577", "76590", " 76577 "])
def test_a_code_says_which_of_two_communes(twins, typed):
    assert CommuneField().clean(typed) == twins[1]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("sainte foy", "Plusieurs communes vont : Sainte-Foy (76577), Sainte-Foy (85214). Écrivez le code qui suit le nom."),
        ("nulle part", "Nous ne trouvons pas cette commune. Vérifiez son nom."),
        ("", "Écrivez la commune."),
    ],
)  # fmt: skip
def test_what_is_not_one_commune_is_said(twins, typed, sentence):
    with pytest.raises(ValidationError) as refused:
        CommuneField().clean(typed)
    assert refused.value.messages == [sentence]
