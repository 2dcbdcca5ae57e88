"""Reads that nearly every act makes, compiled once.

Django writes the SQL of a query anew each time, which costs several times what it then costs to ask it. `read` asks the
same rows as the ORM would, and remembers the statement by the shape of the query; only the values change. A shape that
it does not know how to remember goes through the ORM as usual: the answer is the same, only slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)
Converters = list[tuple[int, list[Callable[..., Any]], Any]]


@dataclass(frozen=True, slots=True)
class Statement:
    """What Django compiled for one shape, and where the values go."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    model: type[models.Model]
    columns: list[str]
    first: int
    last: int
    converters: Converters
    related: list[Any]
    locks: bool

    def rows(self, values: dict[str, Any]) -> Iterator[Any]:
        if self.locks and connection.get_autocommit():
            raise transaction.TransactionManagementError(
                "select_for_update cannot be used outside of a transaction."
            )
        params = list(self.params)
        for place, name in self.places:
            params[place] = _adapted(values[name])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        return (self._row(list(values)) for values in found)

    def _row(self, values: list[Any]) -> Any:
        for place, converters, expression in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        row = self.model.from_db(connection.alias, self.columns, values[self.first : self.last])
        for populator in self.related:
            populator.populate(values, row)
        return row


_statements: dict[tuple[Any, ...], Statement | None] = {}


def read(rows: models.QuerySet[Row], **where: Any) -> list[Row]:
    """`list(rows.filter(**where))`, compiled once for each shape of `rows` and each set of names in `where`.

    `rows` may be shaped by `select_related`, `only`, `order_by`, `select_for_update`; one narrowed by `filter` or a limit is
    asked by the ORM.
    Ids, moments and texts are values; anything else (True, None, a number) belongs to the shape.
    """
    given = {name: value.pk if isinstance(value, models.Model) else value for name, value in where.items()}
    if not _is_plain(rows):
        return list(rows.filter(**given))
    key = _shape(rows, given)
    if key not in _statements:
        _statements[key] = _compile(rows, given)
    statement = _statements[key]
    return list(rows.filter(**given)) if statement is None else list(statement.rows(given))


def read_one(rows: models.QuerySet[Row], **where: Any) -> Row | None:
    """The row of that unique key, or None."""
    return next(iter(read(rows, **where)), None)


def _is_value(value: object) -> bool:
    return isinstance(value, UUID | datetime | str)


def _is_plain(rows: models.QuerySet[Any]) -> bool:
    query = rows.query
    narrowed = (
        query.where.children or query.annotations or query.is_sliced or query.combinator or query.distinct
    )
    others = rows._prefetch_related_lookups or rows._fields or query.extra or rows._db  # type: ignore[attr-defined]
    return not (narrowed or others)


def _shape(rows: models.QuerySet[Any], given: dict[str, Any]) -> tuple[Any, ...]:
    query = rows.query
    names = tuple((name, "?" if _is_value(value) else repr(value)) for name, value in given.items())
    locking = (query.select_for_update, query.select_for_update_of, query.select_for_update_skip_locked)
    names_only, deferred = query.deferred_loading
    parts = (
        repr(query.select_related),
        frozenset(names_only),
        deferred,
        query.order_by,
        query.default_ordering,
    )
    return (connection.vendor, connection.features.has_select_for_update, rows.model, names, locking, parts)


def _compile(rows: models.QuerySet[Any], given: dict[str, Any]) -> Statement | None:
    """The statement with a marker for each value, found again among its parameters; None where one is not."""
    markers = {name: _marker(value) for name, value in given.items() if _is_value(value)}
    compiler = rows.filter(**{**given, **markers}).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    places = [
        (place, name)
        for name, marker in markers.items()
        for place, param in enumerate(params)
        if param == _adapted(marker)
    ]
    if sorted(name for _place, name in places) != sorted(markers) or compiler.annotation_col_map:
        return None
    info = compiler.klass_info
    first, last = info["select_fields"][0], info["select_fields"][-1] + 1
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return Statement(
        sql=sql,
        params=tuple(params),
        places=tuple(places),
        model=info["model"],
        columns=[column[0].target.attname for column in compiler.select[first:last]],
        first=first,
        last=last,
        converters=[(place, found, expression) for place, (found, expression) in converters.items()],
        related=get_related_populators(info, compiler.select, connection.alias),  # type: ignore[call-arg]
        locks=rows.query.select_for_update and connection.features.has_select_for_update,
    )


def _marker(value: object) -> Any:
    """A value of the same kind that is nowhere else."""
    marker = uuid4()
    if isinstance(value, UUID):
        return marker
    if isinstance(value, datetime):
        return datetime.fromtimestamp(marker.int % 10**9, tz=UTC)
    return marker.hex


def _adapted(value: Any) -> Any:
    """As Django hands it to the database."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return str(value)


def insert(rows: Sequence[models.Model]) -> None:
    """`bulk_create(rows)` by hand, for rows of one model that have their ids: one statement, no signal."""
    meta = rows[0]._meta
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in meta.concrete_fields)
    one = f"({', '.join(['%s'] * len(meta.concrete_fields))})"
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection)
        for row in rows
        for field in meta.concrete_fields
    ]
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608  names are ours
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, names: Iterable[str]) -> None:
    """`row.save(update_fields=names)` by hand: one statement, no signal. Raises DoesNotExist where the row is gone."""
    fields = [row._meta.get_field(name) for name in names]
    pk = row._meta.pk
    assert pk is not None
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in [*fields, pk]]  # type: ignore[union-attr]
    sql = f"UPDATE {quote(row._meta.db_table)} SET {columns} WHERE {quote(str(pk.column))} = %s"  # noqa: S608  names are ours
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        if cursor.rowcount != 1:
            raise type(row).DoesNotExist  # type: ignore[attr-defined]
