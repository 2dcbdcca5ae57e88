"""The environment of a test run: an own data folder and throw-away secrets, set before Django reads its settings.

A pytest plugin (`-p` in pyproject.toml). Under pytest-xdist each worker process has its own folder.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp(prefix="toubib-test-"))
atexit.register(shutil.rmtree, folder, ignore_errors=True)
(folder / "secret.key").write_text("test-secret-key-" + "x" * 40)
(folder / "static").mkdir()  # WhiteNoise warns of a missing one, and warnings are errors

# A test that needs the demo sets `settings.DEMO` itself; what the developer's shell says does not count.
for name in [name for name in os.environ if name.startswith("TOUBIB_")]:
    if name not in {"TOUBIB_DATABASE_URL", "TOUBIB_LOG_LEVEL"} and not name.startswith("TOUBIB_TEST_"):
        del os.environ[name]
os.environ.update(
    TOUBIB_SECRET_KEY_FILE=str(folder / "secret.key"),
    TOUBIB_DATA_DIR=str(folder),
    TOUBIB_ALLOW_HTTP="1",
    TOUBIB_EMAIL_GATEWAY="demo",
    TOUBIB_SMS_GATEWAY="demo",
)
os.environ.setdefault("TOUBIB_LOG_LEVEL", "WARNING")
os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "1"
)  # Playwright's sync API runs a loop in the test's thread
