import pytest

from toubib.billing.tests.factories import make_signed


@pytest.fixture(autouse=True)
def demo_list_of_signs(settings):
    """The line opens only in the demo, until a committee signs the warning signs."""
    settings.DEMO = True


@pytest.fixture
def signed():
    return make_signed()
