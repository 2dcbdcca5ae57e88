"""These tests need no database of ours: they run once, not once a database."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("postgres") is None:
            item.add_marker(pytest.mark.once)
