"""What every test stands on. The environment itself is set in toubib/ground/tests/environment.py."""

import contextlib
import gc
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
STUCK_AFTER = 240  # seconds; the longest browser test takes 60 on two busy cores
WITH_SERVERS = ["tests/access", "tests/browser", "tests/faults", "toubib/config"]

# A hundred thousand new objects, not seven hundred: what is compiled of the law is kept, and each collection walks all of it.
gc.set_threshold(100_000, 20, 20)


def pytest_configure(config):
    from django.conf import settings

    from toubib.ground.crypto import make_key_file

    if not settings.ENCRYPTION_KEYS_FILE.exists():
        make_key_file(settings.ENCRYPTION_KEYS_FILE)
    # Pages name static files by their plain address: `collectstatic` has not run for the tests.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    _let_sqlite_flush()
    _let_postgres_flush()
    _write_no_permissions()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """A test of one database only is not collected on the other; those on Spark only where `-m` names them.

    What asks for no database runs once, but where it starts servers of its own."""
    from django.db import connection

    for item in items:
        if not _asks_a_database(item):
            item.add_marker(pytest.mark.once)

    unwanted = ["sqlite" if connection.vendor == "postgresql" else "postgres"]
    if "spark" not in config.option.markexpr:
        unwanted.append("spark")
    items[:] = [item for item in items if not any(item.get_closest_marker(name) for name in unwanted)]


def _asks_a_database(item):
    if any(item.get_closest_marker(name) for name in ("django_db", "postgres", "browser")):
        return True
    if any(item.path.is_relative_to(ROOT / folder) for folder in WITH_SERVERS):
        return True
    return not {"db", "transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def _let_sqlite_flush():
    """SQLite empties tables by DELETE, which the journal's trigger refuses.

    The triggers come off for the flush between two transactional tests and at no other moment.
    """
    from django.db.backends.sqlite3.base import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def execute_sql_flush(self, sql_list):
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ground_journalentry'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        flush(self, sql_list)
        with self.connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = execute_sql_flush


def _let_postgres_flush():
    """PostgreSQL empties them by TRUNCATE, which the journal refuses as well, and which makes every file of every table
    anew. Here only the tables that hold rows are emptied, triggers and foreign keys asleep for that one transaction."""
    from django.db import transaction
    from django.db.backends.postgresql.base import DatabaseOperations

    def execute_sql_flush(self, sql_list):
        tables = self.connection.introspection.django_table_names(only_existing=True, include_views=False)
        names = [self.quote_name(table) for table in tables]
        held = " UNION ALL ".join(f"(SELECT {n} FROM {name} LIMIT 1)" for n, name in enumerate(names))  # noqa: S608  names are ours
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(held)
            for (n,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {names[n]}")  # noqa: S608

    DatabaseOperations.execute_sql_flush = execute_sql_flush


def _write_no_permissions():
    """Django writes its content types and permissions again after each flush; Toubib has roles, and reads neither."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    post_migrate.disconnect(create_contenttypes)
    assert post_migrate.disconnect(dispatch_uid=create_permissions.__module__ + ".create_permissions")


@pytest.fixture(autouse=True)
def _no_language_left_over():
    """A test that switched the interface's language does not switch the next one's."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Chromium may never answer that a context is closed, and Playwright waits without end: its browsers are killed then, the
    test fails, and the next one gets another browser."""
    if not item.get_closest_marker("browser"):
        return (yield)
    guard = threading.Timer(STUCK_AFTER, _kill_browsers, [item.nodeid])
    guard.daemon = True
    guard.start()
    try:
        return (yield)
    finally:
        guard.cancel()


def _kill_browsers(test):
    """Those that descend from this process."""
    sys.stderr.write(f"\n{test}: stuck for {STUCK_AFTER} s, its browsers are killed\n")
    names, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            pid, rest = path.read_text(errors="replace").split(" (", 1)
            name, told = rest.rsplit(") ", 1)
            names[int(pid)], parents[int(pid)] = name, int(told.split()[1])
    for pid, name in names.items():
        one = pid
        while one in parents and one != os.getpid():
            one = parents[one]
        if one == os.getpid() and name.startswith("chrom"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def browser_with(playwright):
    """browser_with(*arguments): Chromium started with these, kept for the session; another one where it was lost."""
    held = {}

    def living(*arguments):
        if arguments not in held or not held[arguments].is_connected():
            held[arguments] = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        return held[arguments]

    yield living
    for browser in held.values():
        browser.close()


@pytest.fixture(scope="session")
def playwright():
    """For every browser of the process: a second one does not start beside it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as one:
        yield one
