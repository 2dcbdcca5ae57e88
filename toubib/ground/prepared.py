"""Reads that nearly every act makes, compiled once.

Django writes the SQL of a query anew each time, which costs several times what it then costs to ask it. `read` and `ask`
answer what the ORM would, and remember the statement by the shape of the query; only the values change. A shape that
they do not know how to remember goes through the ORM as usual: the answer is the same, only slower.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
Values = dict[str, Any]
Build = Callable[..., models.QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """What Django compiled for one shape, and where the values go."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    model: type[models.Model] | None  # None: rows of plain values
    columns: list[str]
    first: int
    last: int
    related: list[Any]
    annotations: dict[str, int]
    locks: bool

    def rows(self, db: BaseDatabaseWrapper, values: Values) -> list[Any]:
        if self.locks and db.get_autocommit():
            raise transaction.TransactionManagementError(
                "select_for_update cannot be used outside of a transaction."
            )
        params = list(self.params)
        for place, name in self.places:
            params[place] = _adapted(values[name], db)
        cursor = _cursor(db)
        cursor.execute(self.sql, params)
        found = cursor.fetchall()
        return [self._row(db, list(one)) for one in found]

    def _row(self, db: BaseDatabaseWrapper, values: list[Any]) -> Any:
        for place, converters, expression in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, db)
        if self.model is None:
            return tuple(values)
        row = self.model.__new__(self.model)  # as `from_db` does, without asking every field and signal again
        row._state = ModelState()
        row._state.adding, row._state.db = False, db.alias
        row.__dict__.update(zip(self.columns, values[self.first : self.last], strict=True))
        for populator in self.related:
            populator.populate(values, row)
        for name, place in self.annotations.items():
            setattr(row, name, values[place])
        return row


_statements: dict[tuple[Any, ...], Statement | None] = {}


def read(rows: models.QuerySet[Row], *, at_most: int | None = None, **where: Any) -> list[Row]:
    """`list(rows.filter(**where)[:at_most])`, compiled once for each shape of `rows` and set of names in `where`.

    `rows` may be shaped by `select_related`, `only`, `order_by`, `select_for_update`; one narrowed by `filter` or a limit is
    asked by the ORM. Ids, moments and texts are values; anything else (True, None, a number) belongs to the shape.
    """
    given = {name: _given(rows, name, value) for name, value in where.items()}

    def build(**values: Any) -> models.QuerySet[Row]:
        return rows.filter(**values)[:at_most]

    return _answer(build, given, (at_most, _shape(rows)) if _is_plain(rows) else None)


def read_one(rows: models.QuerySet[Row], **where: Any) -> Row | None:
    """The row of that unique key, or None."""
    return next(iter(read(rows, **where)), None)


def at_hand(row: models.Model, *names: str) -> None:
    """Read the rows that foreign keys of `row` point to, where they are not there yet: as `row.name` would."""
    for name in names:
        field = row._meta.get_field(name)
        key = getattr(row, field.attname)  # type: ignore[union-attr]
        if key is not None and name not in row._state.fields_cache:
            setattr(row, name, read_one(field.related_model._default_manager.all(), pk=key))  # type: ignore[union-attr]


def ask(build: Build, **values: Any) -> list[Any]:
    """`list(build(**values))`, compiled once; `build` is a function of a module, and makes no choice by the values."""
    return _answer(build, values, (build,))


def fetch(sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of a statement written by hand, as the database has them."""
    cursor = _cursor(_here())
    cursor.execute(sql, params)
    return cursor.fetchall()


def among(column: str) -> str:
    """SQL: the column is one of those that `listed` hands over, however many: the statement stays the same."""
    if _here().vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608  names are ours


def listed(values: Iterable[str]) -> list[str] | str:
    """The parameter of `among`."""
    return list(values) if _here().vendor == "postgresql" else json.dumps(list(values))


def _answer(build: Build, values: Values, shape: tuple[Any, ...] | None) -> list[Any]:
    if shape is None:
        return list(build(**values))
    kinds = tuple((name, type(value) if _is_value(value) else repr(value)) for name, value in values.items())
    db = _here()
    key = (db.vendor, db.features.has_select_for_update, kinds, shape)
    if key not in _statements:
        _statements[key] = _compile(build, values)
    statement = _statements[key]
    return list(build(**values)) if statement is None else statement.rows(db, values)


def _given(rows: models.QuerySet[Any], name: str, value: Any) -> Any:
    """The value as the field holds it: an id written as text finds its row, as it does through the ORM."""
    if isinstance(value, models.Model):
        return value.pk
    if not isinstance(value, str) or "__" in name:
        return value
    field = rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)
    return field.to_python(value) if isinstance(field, models.Field) else value


def _is_value(value: object) -> bool:
    return isinstance(value, UUID | datetime | str)


def _is_plain(rows: models.QuerySet[Any]) -> bool:
    query = rows.query
    narrowed = (
        query.where.children or query.annotations or query.is_sliced or query.combinator or query.distinct
    )
    others = rows._prefetch_related_lookups or rows._fields or query.extra or rows._db  # type: ignore[attr-defined]
    return not (narrowed or others)


def _shape(rows: models.QuerySet[Any]) -> tuple[Any, ...]:
    query = rows.query
    names, deferred = query.deferred_loading
    locking = (query.select_for_update, query.select_for_update_of, query.select_for_update_skip_locked)
    order = (query.order_by, query.default_ordering)
    return (rows.model, repr(query.select_related), frozenset(names), deferred, locking, order)


def _compile(build: Build, values: Values) -> Statement | None:
    """The statement written for two sets of markers: what stands in the place of each is the value, and the rest must not
    have moved. None where a value cannot be found again, as when something is computed from it."""
    found = []
    for _twice in range(2):
        markers = {name: _marker(value) for name, value in values.items() if _is_value(value)}
        rows = build(**{**values, **markers})
        compiler = rows.query.get_compiler(connection=_here())
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        names = {_adapted(marker, _here()): name for name, marker in markers.items()}
        places = tuple(
            (n, names[param])
            for n, param in enumerate(params)
            if isinstance(param, UUID | datetime | str) and param in names
        )
        rest = [None if n in dict(places) else param for n, param in enumerate(params)]
        found.append((sql, places, rest))
    if found[0] != found[1] or {name for _place, name in places} != set(markers):
        return None
    return _statement(rows, compiler, sql, params, places)


def _statement(
    rows: models.QuerySet[Any],
    compiler: Any,
    sql: str,
    params: Sequence[Any],
    places: tuple[tuple[int, str], ...],
) -> Statement | None:
    plain = rows._iterable_class is models.query.ValuesListIterable  # type: ignore[attr-defined]
    info = None if plain else compiler.klass_info
    if rows.query.combinator or (info is None and not plain):
        return None
    span = (info["select_fields"][0], info["select_fields"][-1] + 1) if info else (0, 0)
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return Statement(
        sql=sql,
        params=tuple(params),
        places=places,
        converters=[(place, found, expression) for place, (found, expression) in converters.items()],
        model=info["model"] if info else None,
        columns=[column[0].target.attname for column in compiler.select[span[0] : span[1]]],
        first=span[0],
        last=span[1],
        related=get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS) if info else [],  # type: ignore[call-arg]
        annotations=dict(compiler.annotation_col_map or {}) if info else {},
        locks=rows.query.select_for_update and _here().features.has_select_for_update,
    )


def _marker(value: object) -> Any:
    """A value of the same kind that is nowhere else."""
    marker = uuid4()
    if isinstance(value, UUID):
        return marker
    if isinstance(value, datetime):
        return datetime.fromtimestamp(marker.int % 10**9, tz=UTC)
    return marker.hex


def _here() -> BaseDatabaseWrapper:
    """This thread's connection itself: its proxy looks it up anew at each word."""
    return connections[DEFAULT_DB_ALIAS]


def _cursor(db: BaseDatabaseWrapper) -> CursorWrapper:
    """The connection's own cursor for what is asked and read at once: as `db.cursor()`, made once a connection."""
    if db.vendor != "postgresql" or db.queries_logged:
        return db.cursor()
    db.close_if_health_check_failed()
    db.ensure_connection()
    kept: CursorWrapper | None = db.__dict__.get("_kept_cursor")
    if kept is None or kept.cursor.connection is not db.connection or kept.cursor.closed:
        kept = db._kept_cursor = db.cursor()  # type: ignore[attr-defined]
    return kept


def _adapted(value: Any, db: BaseDatabaseWrapper) -> Any:
    """As Django hands it to the database."""
    if isinstance(value, UUID):
        return value if db.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return db.ops.adapt_datetimefield_value(value)
    return str(value)


def insert(rows: Sequence[models.Model], *, or_update: Iterable[str] = (), of: str = "") -> None:
    """`bulk_create(rows)` by hand, for rows of one model that have their ids: one statement, no signal.

    Where a row with the same value of the unique column `of` is there, its columns `or_update` take the new values and
    it keeps its id.
    """
    meta, db = rows[0]._meta, _here()
    quote = db.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in meta.concrete_fields)
    one = f"({', '.join(['%s'] * len(meta.concrete_fields))})"
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), db)
        for row in rows
        for field in meta.concrete_fields
    ]
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608  names are ours
    if of:
        names = [quote(str(meta.get_field(name).column)) for name in or_update]  # type: ignore[union-attr]
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in names)
        sql += f" ON CONFLICT ({quote(str(meta.get_field(of).column))}) DO UPDATE SET {changes}"  # type: ignore[union-attr]
    _cursor(db).execute(sql, values)
    for row in rows:
        row._state.adding, row._state.db = False, db.alias


def update(row: models.Model, names: Iterable[str]) -> None:
    """`row.save(update_fields=names)` by hand: one statement, no signal. Raises DoesNotExist where the row is gone."""
    fields = [row._meta.get_field(name) for name in names]
    pk = row._meta.pk
    assert pk is not None
    db = _here()
    quote = db.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    values = [field.get_db_prep_save(getattr(row, field.attname), db) for field in [*fields, pk]]  # type: ignore[union-attr]
    sql = f"UPDATE {quote(row._meta.db_table)} SET {columns} WHERE {quote(str(pk.column))} = %s"  # noqa: S608  names are ours
    cursor = _cursor(db)
    cursor.execute(sql, values)
    if cursor.rowcount != 1:
        raise type(row).DoesNotExist  # type: ignore[attr-defined]
