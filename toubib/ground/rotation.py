"""A new key for all that is sealed, while servers read and write.

Whoever keeps sealed values is a `Holder`: each table with encrypted columns and the files on disk here, others in their
apps. A value is replaced where it still is what was read, so that a server's write always wins; what could not be had is
taken in the next pass. What was done stays done: a killed run goes on where it stood.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.db import connection, models, transaction

from toubib.ground.crypto import HEAD, CannotDecrypt, KeyRing, key_ring
from toubib.ground.fields import EncryptedTextField

BATCH = 100
MOST_PASSES = 40
BETWEEN_PASSES = 0.25  # seconds
LONGEST_BREATH = 0.5

Tell = Callable[[str, int], None]


@dataclass
class Tally:
    """What a pass did: rows or files under the new key, those that others held, those that do not open."""

    renewed: int = 0
    busy: int = 0
    unreadable: list[str] = field(default_factory=list)


class Holder(Protocol):
    @property
    def name(self) -> str:
        """As the report says it."""

    def count(self) -> Counter[bytes]:
        """How many sealed values begin with which head (version and key)."""

    def renew(self, *, tell: Tell) -> Tally:
        """One pass over what is not under the key in use."""


@dataclass(frozen=True, slots=True)
class TableHolder:
    """The encrypted columns of one table."""

    name: str
    table: str
    key: str
    places: dict[str, str]  # column → what its values are bound to

    def count(self) -> Counter[bytes]:
        found: Counter[bytes] = Counter()
        for column in self._quoted():
            found.update(self._heads(column))
        return found

    def _heads(self, column: str) -> dict[bytes, int]:
        sql = f"SELECT substr({column}, 1, %s), count(*) FROM {_quote(self.table)} WHERE {column} IS NOT NULL GROUP BY 1"  # noqa: S608  names are ours
        return {bytes(head): many for head, many in _asked(sql, [HEAD])}

    def renew(self, *, tell: Tell) -> Tally:
        done, after = Tally(), None
        while True:
            ring, began = key_ring(), time.monotonic()
            rows = self._batch(ring.head, after)
            if not rows:
                return done
            after = rows[-1][0]
            self._replace([_Change.of(row, self, ring, done) for row in rows], done)
            tell(self.name, done.renewed)
            time.sleep(min(time.monotonic() - began, LONGEST_BREATH))  # the servers' turn

    def _batch(self, head: bytes, after: Any) -> list[tuple[Any, ...]]:
        old = " OR ".join(f"substr({column}, 1, %s) <> %s" for column in self._quoted())
        values: list[Any] = [HEAD, head] * len(self.places)
        key = _quote(self.key)
        if after is not None:
            old, values = f"({old}) AND {key} > %s", [*values, after]
        columns = ", ".join([key, *self._quoted()])
        sql = f"SELECT {columns} FROM {_quote(self.table)} WHERE {old} ORDER BY {key} LIMIT {BATCH}"  # noqa: S608  names are ours
        return _asked(sql, values)

    def _replace(self, changes: Sequence[_Change], done: Tally) -> None:
        wanted = [change for change in changes if change.new]
        if not wanted:
            return
        with transaction.atomic():
            free = self._lock_free([change.key for change in wanted])
            for change in wanted:
                if change.key in free and self._put(change):
                    done.renewed += 1
                else:
                    done.busy += 1

    def _lock_free(self, keys: list[Any]) -> set[Any]:
        """Rows that nobody holds: we never wait while we hold others, so nobody waits for us in a circle."""
        if connection.vendor != "postgresql":
            return set(keys)  # the transaction holds them all
        key = _quote(self.key)
        sql = f"SELECT {key} FROM {_quote(self.table)} WHERE {key} = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED"  # noqa: S608  names are ours
        return {row[0] for row in _asked(sql, [keys])}

    def _put(self, change: _Change) -> bool:
        sets = ", ".join(f"{_quote(column)} = %s" for column in change.new)
        same = " AND ".join(f"{_quote(column)} = %s" for column in change.new)
        sql = f"UPDATE {_quote(self.table)} SET {sets} WHERE {_quote(self.key)} = %s AND {same}"  # noqa: S608  names are ours
        olds = [change.old[column] for column in change.new]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*change.new.values(), change.key, *olds])
            return bool(cursor.rowcount == 1)

    def _quoted(self) -> list[str]:
        return [_quote(column) for column in self.places]


@dataclass(frozen=True, slots=True)
class _Change:
    key: Any
    old: dict[str, bytes]
    new: dict[str, bytes]

    @classmethod
    def of(cls, row: tuple[Any, ...], holder: TableHolder, ring: KeyRing, done: Tally) -> _Change:
        """The values of a row under the key in use; one that does not open is noted and left."""
        old = {
            column: bytes(value)
            for column, value in zip(holder.places, row[1:], strict=True)
            if value is not None
        }
        new = {}
        for column, value in old.items():
            place = holder.places[column]
            if value[:HEAD] == ring.head:
                continue
            try:
                new[column] = ring.encrypt(ring.decrypt(value, place=place), place=place)
            except CannotDecrypt as error:
                done.unreadable.append(f"{holder.name} {row[0]}: {error}")
        return cls(row[0], old, new)


def table_holders() -> list[TableHolder]:
    """One for each model with encrypted fields, found by looking at every model."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        fields = [field for field in model._meta.local_concrete_fields if _is_encrypted(field)]
        pk = model._meta.pk
        if fields and pk is not None and not model._meta.proxy:
            places = {str(field.column): field.place for field in fields}  # type: ignore[attr-defined]
            found.append(TableHolder(model._meta.label, model._meta.db_table, str(pk.column), places))
    return found


def _is_encrypted(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, EncryptedTextField)


def renew_all(*, holders: Iterable[Holder], tell: Tell) -> dict[str, Tally]:
    """Passes until one finds nothing to do: what servers wrote with the old key meanwhile is taken too.

    `busy` of the answer is what was still held by others at the last pass.
    """
    whole: dict[str, Tally] = {holder.name: Tally() for holder in holders}
    for _pass in range(MOST_PASSES):
        idle = True
        for holder in holders:
            done, total = holder.renew(tell=tell), whole[holder.name]
            total.renewed += done.renewed
            total.busy, total.unreadable = done.busy, done.unreadable
            idle = idle and not done.renewed and not done.busy
        if idle:
            break
        time.sleep(BETWEEN_PASSES)
    return whole


def count_heads(*, holders: Iterable[Holder]) -> dict[str, Counter[bytes]]:
    return {holder.name: holder.count() for holder in holders}


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _asked(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
