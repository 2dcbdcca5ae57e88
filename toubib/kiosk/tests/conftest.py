import pytest


@pytest.fixture(autouse=True)
def demo_line(settings):
    """The line opens with the demo's signs."""
    settings.DEMO = True
