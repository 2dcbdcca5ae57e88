import shutil

import pytest
from django.db import connection

from toubib.config.tests.running import environment, toubib
from toubib.ground.crypto import forget_keys
from toubib.ground.keyfile import make_key_file


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A SQLite file with every table, made once."""
    folder = tmp_path_factory.mktemp("migrated")
    make_key_file(folder / "encryption.keys")
    assert toubib("migrate", env=environment(folder)).returncode == 0
    return folder / "toubib.sqlite3"


@pytest.fixture
def place(tmp_path, settings, request):
    """The environment of a server with its own key file: a SQLite file, or the test's PostgreSQL database."""
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="toubib.config.settings")
    settings.ENCRYPTION_KEYS_FILE, settings.FILES_DIR = tmp_path / "encryption.keys", tmp_path / "files"
    make_key_file(settings.ENCRYPTION_KEYS_FILE)
    forget_keys()
    if connection.vendor == "postgresql":
        given = connection.settings_dict
        options = f"?host={given['HOST']}" if given["HOST"] else ""
        port = f":{given['PORT']}" if given["PORT"] else ""
        env["TOUBIB_DATABASE_URL"] = (
            f"postgresql://{given['USER']}:{given['PASSWORD']}@localhost{port}/{given['NAME']}{options}"
        )
    else:
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "toubib.sqlite3")
    yield env
    forget_keys()
