"""Test settings: an own data folder and throw-away secrets; the database named by TOUBIB_DATABASE_URL."""

import os
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="toubib-test-"))
(_folder / "secret.key").write_text("test-secret-key-" + "x" * 40)
os.environ.setdefault("TOUBIB_SECRET_KEY_FILE", str(_folder / "secret.key"))
os.environ.setdefault("TOUBIB_DATA_DIR", str(_folder))
os.environ.setdefault("TOUBIB_ALLOW_HTTP", "1")
os.environ.setdefault("TOUBIB_EMAIL_GATEWAY", "demo")
os.environ.setdefault("TOUBIB_SMS_GATEWAY", "demo")
os.environ.setdefault("TOUBIB_LOG_LEVEL", "WARNING")
