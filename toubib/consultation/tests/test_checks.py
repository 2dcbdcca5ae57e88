"""The two checks at the start, and the warning that nobody ticked them."""

from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find

from toubib.consultation.tests.pages import url

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_warning_of_unticked_checks_looks_at_the_boxes_alone(doctor, call):
    """The form holds a hidden input too, which is never « checked »."""
    rule = '.desk:has(#checks input[type="checkbox"]:not(:checked)) .unticked'
    assert rule in Path(find("consultation/desk.css")).read_text()
    form = doctor.get(url(call)).content.decode().split('id="checks"', 1)[1].split("</form>", 1)[0]
    assert form.count('type="checkbox"') == 2 and 'type="hidden"' in form
