"""The steps of docs/install.md that fill an empty server."""

import subprocess

import pytest
from django.core.management import call_command

from tests.project.tree import ROOT
from toubib.config.tests.running import DEPLOY, environment, shipped_settings, toubib
from toubib.ground.crypto import make_key_file
from toubib.territory.models import Commune
from toubib.waiting.models import Pool


@pytest.mark.django_db
def test_the_example_of_places_and_lines_loads():
    call_command("loaddata", str(ROOT / "deploy" / "territory.example.json"), verbosity=0)
    assert list(Pool.objects.values_list("key", flat=True)) == ["medecine-generale"]
    assert Commune.objects.get().samu.name == "SAMU de votre département"


def test_a_shell_reads_the_settings_shipped_as_systemd_does():
    names = list(shipped_settings())
    words = " ".join(f'"${name}"' for name in names)
    command = f"set -a; . {DEPLOY / 'toubib.env'}; set +a; printf '%s\\n' {words}"
    done = subprocess.run(
        ["/bin/sh", "-eu", "-c", command], capture_output=True, text=True, check=True, env={}
    )
    assert dict(zip(names, done.stdout.splitlines(), strict=True)) == shipped_settings()


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_settings_shipped_start_a_server_once_the_secrets_are_there(tmp_path):
    """Its database is one that nobody has here: reaching for it is as far as a right file goes."""
    make_key_file(tmp_path / "encryption.keys")
    secrets = {
        name: environment(tmp_path)["TOUBIB_SECRET_KEY_FILE"]
        for name in ("TOUBIB_SECRET_KEY_FILE", "TOUBIB_TURN_SECRET_FILE")
    }
    here = {
        "TOUBIB_DATA_DIR": str(tmp_path),
        "TOUBIB_CATALOGUE_DIR": "",
        "TOUBIB_ENCRYPTION_KEYS_FILE": str(tmp_path / "encryption.keys"),
        "TOUBIB_DATABASE_URL": f"postgresql:///toubib?host={tmp_path}",
    }
    env = environment(tmp_path) | shipped_settings() | secrets | here
    done = toubib("migrate", env=env)
    assert (done.returncode, done.stderr.startswith("toubib: the database does not answer")) == (1, True), (
        done.stderr
    )
