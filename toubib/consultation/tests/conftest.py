import pytest

from toubib.consultation.tests.factories import make_call
from toubib.consultation.tests.pages import client_of


@pytest.fixture(autouse=True)
def demo_list_of_signs(settings):
    """The line opens only in the demo, until a committee signs the warning signs."""
    settings.DEMO = True


@pytest.fixture
def call():
    return make_call(opened=True)


@pytest.fixture
def doctor(call):
    return client_of(call.doctor.account)
