"""The command `toubib`. Exit 0: done. 1: it ran and the answer is bad. 2: bad usage or bad input, one line on stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from toubib.config.billing_commands import add_commands as add_billing
from toubib.config.directory_commands import add_commands as add_directory
from toubib.config.keys_commands import add_commands as add_keys
from toubib.config.record_commands import add_commands as add_record
from toubib.config.retention_command import add_commands as add_retention
from toubib.config.territory_commands import add_commands as add_territory
from toubib.observatory.commands import add_commands as add_observatory
from toubib.rulebook.commands import add_commands as add_rulebook

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")


class Parser(argparse.ArgumentParser):
    """argparse, with an error of one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> Parser:
    parser = Parser(prog="toubib", description="The open teleconsultation platform for French health care.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="run the server: pages, sockets, worker", description=SERVE)
    serve.set_defaults(run=run_serve)
    worker = commands.add_parser("worker", help="run the worker alone", description=WORKER)
    worker.set_defaults(run=run_worker)
    migrate = commands.add_parser(
        "migrate", help="bring database and static files up to date", description=MIGRATE
    )
    migrate.set_defaults(run=run_migrate)
    administrator = commands.add_parser(
        "administrator",
        help="make or invite again an administrator of the accounts",
        description=ADMINISTRATOR,
    )
    administrator.add_argument("email", metavar="EMAIL")
    administrator.add_argument("--name", help="as shown to others; by default what stands before the @")
    administrator.add_argument("--print-link", action="store_true", help="print the invitation's link too")
    administrator.set_defaults(run=run_administrator)
    audit = commands.add_parser("audit", help="the journal of accesses")
    audit_commands = audit.add_subparsers(metavar="COMMAND", required=True)
    verify = audit_commands.add_parser("verify", help="check that the journal is whole", description=VERIFY)
    verify.set_defaults(run=run_audit_verify)
    add_rulebook(commands)
    add_observatory(commands)
    add_record(commands)
    add_billing(commands)
    add_territory(commands)
    add_directory(commands)
    add_keys(commands)
    add_retention(commands)
    return parser


SERVE = """Runs the server in the foreground and starts again what dies. On SQLite: one process. On PostgreSQL:
pages on TOUBIB_BIND, sockets and streams on TOUBIB_LIVE_BIND, and the worker. SIGTERM or Ctrl-C stops all of it."""
WORKER = "Seals the journal, sends messages, and does each app's timed work. `toubib serve` runs one already."
MIGRATE = """Applies migrations, collects static files, and makes the key file of a database that is still empty.
Safe to repeat."""
ADMINISTRATOR = """Makes an administrator's account and queues a mail with a link, valid three days, to choose a password;
for one that is there already, queues it again. With --print-link the link stands on standard output too: whoever
reads it may take the account."""
VERIFY = """Recomputes every seal of the journal and holds it against the head file. Exit 0: whole. Exit 1: broken;
each fault is a line on standard output, the first one is told on standard error."""


def fail(message: str) -> int:
    """Say the first cause, in one line; the command's answer is bad."""
    sys.stderr.write(f"toubib: {' '.join(message.split())}\n")
    return 1


def run_serve(_: argparse.Namespace | None = None) -> int:
    from toubib.config.serve import PortBusy, serve
    from toubib.ground.crypto import NoKeyFile

    try:
        return serve()
    except (PortBusy, NoKeyFile) as error:
        return fail(str(error))


def run_worker(_: argparse.Namespace | None = None) -> int:
    from toubib.config.children import run_worker_process
    from toubib.config.preflight import check_start
    from toubib.ground.crypto import NoKeyFile

    try:
        check_start()
    except NoKeyFile as error:
        return fail(str(error))
    run_worker_process()
    return 0


def run_migrate(_: argparse.Namespace | None = None) -> int:
    _set_up()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from toubib.ground.crypto import NoKeyFile, key_ring, make_key_file

    is_new = not connection.introspection.table_names()
    if is_new and not settings.ENCRYPTION_KEYS_FILE.exists():
        make_key_file(settings.ENCRYPTION_KEYS_FILE)
    try:
        key_ring()
    except NoKeyFile as error:
        return fail(str(error))
    call_command("migrate", interactive=False, verbosity=1 if sys.stdout.isatty() else 0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return 0


def run_administrator(given: argparse.Namespace) -> int:
    from django.utils import timezone

    _set_up()
    from toubib.ground.actors import Actor
    from toubib.people.identity import BadInput
    from toubib.people.operations import hand_invitation, invite_administrator

    by, now = Actor.system("cli"), timezone.now()
    name = given.name or given.email.split("@")[0]
    try:
        account = invite_administrator(email=given.email, name=name, by=by, now=now)
    except BadInput as error:
        sys.stderr.write(f"toubib administrator: {error.field}: {error.sentence}\n")
        return 2
    print(f"Invitation queued for {account.email}.")
    if given.print_link:
        print(hand_invitation(account=account, by=by, now=now))
    return 0


def run_audit_verify(_: argparse.Namespace | None = None) -> int:
    from django.utils import timezone

    _set_up()
    from toubib.ground.journal import count_sealed, verify_journal

    first = None
    for fault in verify_journal(now=timezone.now()):
        line = f"entry {fault.seq}: {fault.what}" if fault.seq is not None else fault.what
        first = first or line
        print(line)
    if first:
        return fail(f"the journal is broken: {first}")
    print(f"The journal is whole: {count_sealed()} sealed entries.")
    return 0


def _set_up() -> None:
    import django

    django.setup()


def main(argv: Sequence[str] | None = None) -> int:
    arguments = build_parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    from django.db import DatabaseError, InterfaceError

    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except (DatabaseError, InterfaceError) as error:
        return fail(f"the database does not answer as it should: {error}")
    except BrokenPipeError:  # the reader of the answer left
        _drop_what_is_not_written()
        return 1
    except OSError as error:
        _drop_what_is_not_written()
        return fail(str(error))


def _drop_what_is_not_written() -> None:
    """Python tries again at its end, and would say so on standard error."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
