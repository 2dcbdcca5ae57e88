"""Machines: a code for one, its enrolment, what it says of itself, its end."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import transactional
from toubib.kiosk.enums import WipeReason
from toubib.kiosk.keys import ALPHABET, CODE_LENGTH, digest_of_code, digest_of_key
from toubib.kiosk.models import EnrolmentCode, Machine, MachineState
from toubib.kiosk.operations.sessions import wipe_session
from toubib.kiosk.queries import live_session
from toubib.rulebook.days import value_at

A_BATCH = 5000  # machines in a statement


class BadMachine(ValueError):
    """The name of a machine cannot stand; `sentence` says why."""

    SENTENCES = {
        "name": _("Écrivez le nom de la borne, par exemple « Borne du comptoir »."),
        "taken": _("Une borne de ce lieu porte déjà ce nom."),
    }

    def __init__(self, why: str) -> None:
        super().__init__(str(self.SENTENCES[why]))
        self.sentence = self.SENTENCES[why]


class BadCode(ValueError):
    """Unknown, used, or too old: the same words for all three."""

    sentence = _("Ce code ne va pas, ou ne sert plus. Demandez-en un autre au responsable du lieu.")

    def __init__(self) -> None:
        super().__init__(str(self.sentence))


@dataclass(frozen=True, slots=True)
class Reported:
    """What a machine says of itself at a moment; `checks`: Check → CheckResult."""

    machine_id: UUID
    at: datetime
    checks: dict[str, str]
    version: str


@transactional
def make_enrolment_code(*, place: Place, name: str, by: Actor, now: datetime) -> tuple[EnrolmentCode, str]:
    """A code for one machine of this place, told once: the row keeps a digest. Raises BadMachine."""
    name = " ".join(name.split())[:80]
    if not name:
        raise BadMachine("name")
    if Machine.objects.filter(place=place, name=name, revoked_at__isnull=True).exists():
        raise BadMachine("taken")
    code = "".join(secrets.choice(ALPHABET) for _one in range(CODE_LENGTH))
    row = EnrolmentCode.objects.create(
        place=place,
        name=name,
        code_digest=digest_of_code(code),
        made_by=by.account_id,
        made_at=now,
        expires_at=now + timedelta(days=value_at(id="kiosk.code_days", now=now)),
    )
    trace(by=by, action="kiosk.code.make", now=now, subject="place", subject_id=place.id)
    return row, f"{code[:5]}-{code[5:]}"


def enrol_machine(*, code: str, now: datetime) -> tuple[Machine, str]:
    """The machine of this code and its key, told once: only the machine keeps it. Raises BadCode, BadMachine."""
    try:
        with transaction.atomic():
            return _enrol(code, now)
    except IntegrityError:
        raise BadMachine("taken") from None


def _enrol(code: str, now: datetime) -> tuple[Machine, str]:
    rows = EnrolmentCode.objects.select_for_update(of=("self",)).filter(
        code_digest=digest_of_code(code), used_at__isnull=True, expires_at__gt=now
    )
    row = rows.first()
    if row is None:
        raise BadCode
    key = secrets.token_urlsafe(32)
    machine = Machine.objects.create(
        place_id=row.place_id,
        name=row.name,
        key_digest=digest_of_key(key),
        enrolled_at=now,
        enrolled_by=row.made_by,
    )
    row.used_at, row.machine = now, machine
    row.save(update_fields=["used_at", "machine"])
    by = Actor(row.made_by, "kiosk")
    trace(by=by, action="kiosk.machine.enrol", now=now, subject="machine", subject_id=machine.id)
    return machine, key


@transactional
def renew_key(*, machine: Machine, by: Actor, now: datetime) -> str:
    """Another key for the machine, told once; the one before opens nothing."""
    key = secrets.token_urlsafe(32)
    Machine.objects.filter(pk=machine.pk, revoked_at__isnull=True).update(key_digest=digest_of_key(key))
    trace(by=by, action="kiosk.machine.key", now=now, subject="machine", subject_id=machine.id)
    return key


@transactional
def revoke_machine(*, machine: Machine, by: Actor, now: datetime) -> None:
    """Its key opens nothing from now on; what was open on it is wiped. Idempotent."""
    session = live_session(machine=machine)
    if session is not None:
        wipe_session(session_id=session.id, reason=WipeReason.REVOKED, by=by, now=now)
    done = Machine.objects.filter(pk=machine.pk, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=by.account_id
    )
    if done:
        trace(by=by, action="kiosk.machine.revoke", now=now, subject="machine", subject_id=machine.id)
        publish(f"kiosk:{machine.id}", "revoked")


def write_states(*, reported: Iterable[Reported]) -> int:
    """What machines said of themselves, in one statement; what one did not say again stays. Returns how many rows."""
    rows = list({one.machine_id: one for one in reported}.values())
    for first in range(0, len(rows), A_BATCH):
        _write(rows[first : first + A_BATCH])
    return len(rows)


def _write(rows: list[Reported]) -> None:
    postgres = connection.vendor == "postgresql"
    merged = "old.checks || excluded.checks" if postgres else "json_patch(old.checks, excluded.checks)"
    kinds = ("%s::uuid", "%s::timestamptz", "%s::jsonb", "%s") if postgres else ("%s",) * 4
    one = f"({', '.join(kinds)})"
    values: list[str | UUID | None] = []
    for row in rows:
        key = row.machine_id if postgres else row.machine_id.hex
        at = connection.ops.adapt_datetimefield_value(row.at)
        values += [key, at, json.dumps(row.checks), row.version]
    table = MachineState._meta.db_table
    statement = (
        f"INSERT INTO {table} AS old (machine_id, at, checks, version) "  # noqa: S608  names of ours alone
        f"SELECT * FROM (VALUES {', '.join([one] * len(rows))}) AS said "
        "WHERE true ON CONFLICT (machine_id) DO UPDATE SET at = excluded.at, "
        f"checks = {merged}, version = CASE WHEN excluded.version = '' THEN old.version ELSE excluded.version END"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
