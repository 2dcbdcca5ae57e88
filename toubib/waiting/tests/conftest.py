import pytest

from toubib.waiting.tests.factories import make_pool


@pytest.fixture(autouse=True)
def demo_list_of_signs(settings):
    """The line opens only in the demo, until a committee signs the warning signs."""
    settings.DEMO = True


@pytest.fixture
def pool(db):
    """General practice, open day and night."""
    return make_pool()
