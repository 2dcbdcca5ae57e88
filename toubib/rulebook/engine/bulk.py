"""The rules over a table of acts: the same programs that answer one act, one pass for each state of the law.

Every policy asked for is answered in the same pass, so that what they share is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import ibis

from toubib.rulebook.codes import explain, explain_missing
from toubib.rulebook.engine.clauses import act_table
from toubib.rulebook.engine.merged import Columns, Told, merge
from toubib.rulebook.engine.program import DECISIONS, Block, Program, program_from
from toubib.rulebook.engine.readings import readings
from toubib.rulebook.engine.stages import cut, sql_of_stage
from toubib.rulebook.engine.tree import any_of
from toubib.rulebook.engine.undated import agree
from toubib.rulebook.law import FIRST_DAY, period_starts, undated_starts
from toubib.rulebook.policies import Overlay

LAW = Overlay()
_numbers = count(1)


@dataclass(frozen=True)
class Days:
    """Of a table: its first and last day, None where it has none, and whether some acts have no date."""

    first: date | None
    last: date | None
    undated: bool

    def starts(self) -> list[date]:
        """The periods of law that the days touch."""
        if self.first is None or self.last is None:
            return []
        starts = period_starts()
        later = [start for start in starts if self.first < start <= self.last]
        return [max(start for start in starts if start <= max(self.first, FIRST_DAY)), *later]


def days_of(table: Any) -> Days:
    """Asked of the table's engine."""
    day = table.act_date
    row = (
        table.aggregate(first=day.min(), last=day.max(), undated=day.isnull().any())
        .to_pyarrow()
        .to_pylist()[0]
    )
    return Days(row["first"], row["last"], bool(row["undated"]))


def judge_table(
    table: Any,
    decisions: tuple[str, ...] = DECISIONS,
    overlay: Overlay = LAW,
    detail: str = "outcomes",
    *,
    keep: tuple[str, ...] = ("act_id",),
    days: Days | None = None,
) -> Any:
    """An Ibis table: `keep`, and for each decision its outcome and figures, as `cap`, `cap_in_denominator`.

    With "flags", `cap|says|CODE` and `cap|missing|fact` too, booleans; with "lists", `cap_reasons` and `cap_missing`,
    sorted, and the sentences beside the reasons, `cap_text_patient` and `cap_text_doctor`.
    """
    wanted = {"": overlay}
    return judge_many(table, wanted, decisions, detail, keep=keep, days=days)


def judge_many(
    table: Any,
    overlays: Mapping[str, Overlay],
    decisions: tuple[str, ...],
    detail: str = "flags",
    *,
    keep: tuple[str, ...] = ("act_id",),
    days: Days | None = None,
) -> Any:
    """The same for several overlays at once: the names of each one's columns begin with its name."""
    days = days_of(table) if days is None else days
    act = act_table()
    parts = [
        (_in_periods(table.act_date, starts), columns)
        for starts, columns in merge(
            _groups(overlays, decisions, detail, days), lambda starts: _in_periods(act.act_date, starts)
        )
    ]
    if days.undated or not parts:
        parts.append((table.act_date.isnull(), _undated(overlays, decisions, detail)))
    if detail == "lists":
        listed = [f"{prefix}|{name}" if prefix else name for prefix in overlays for name in decisions]
        parts = [(where, _with_lists(columns, listed)) for where, columns in parts]
    names = {name: column.type() for _, columns in parts for name, column in columns.items()}
    kept = {name: act[name] for name in keep}
    backend = ibis.get_backend(table)
    statements = []
    for where, columns in parts:
        outputs = {name: columns.get(name, ibis.literal(False)).cast(kind) for name, kind in names.items()}
        rows = table.filter(where) if len(parts) > 1 else table
        statements.append(_statement(act, {**kept, **_short(outputs)}, rows, backend.dialect))
    view = f"judged_{next(_numbers)}"
    backend.raw_sql(
        f"CREATE TEMPORARY VIEW {view} AS " + " UNION ALL ".join(f"({sql})" for sql in statements)
    )
    return backend.table(view).rename(_long(names))


def questions_of(
    overlays: Mapping[str, Overlay], decisions: tuple[str, ...], days: Days, detail: str = "flags"
) -> dict[str, list[Any]]:
    """What the answers of `judge_many` hang on, besides the periods of law that the day falls in: fact's column → all that
    is asked of it alone, as expressions over `act_table`; the column itself where its value is taken."""
    groups = _groups(overlays, decisions, detail, days)
    return readings(column for _, columns in groups for column in columns.values())


def _statement(act: Any, outputs: Columns, rows: Any, dialect: Any) -> str:
    """The stages as SQL text: Ibis alone would spend minutes on a union of them."""
    parts = [ibis.to_sql(rows, dialect=dialect.__name__.lower(), pretty=False)]
    name = dialect.__name__.lower()
    for stage in cut(act, outputs):
        parts.append(sql_of_stage(stage, name))
    hint = " MATERIALIZED" if name == "postgres" else ""  # PostgreSQL would write the stages into one another
    sources = ["act", *(f"stage{i}" for i in range(1, len(parts)))]
    named = [f"{source} AS{hint} ({sql})" for source, sql in zip(sources, parts[:-1], strict=False)]
    return f"WITH {', '.join(named)} {parts[-1]}"


def _short(outputs: Columns) -> Columns:
    return {f"c{i}": column for i, column in enumerate(outputs.values())}


def _long(outputs: Columns) -> dict[str, str]:
    return {name: f"c{i}" for i, name in enumerate(outputs)}


def _in_periods(day: Any, starts: Iterable[date]) -> Any:
    """The rows of some periods of law."""
    ends = dict(zip(period_starts(), [*period_starts()[1:], None], strict=True))
    found = []
    for start in starts:
        end = ends[start]
        since = day >= ibis.date(start.isoformat()) if start > FIRST_DAY else day.notnull()
        found.append(since if end is None else since & (day < ibis.date(end.isoformat())))
    return any_of(*found)


def _groups(
    overlays: Mapping[str, Overlay], decisions: tuple[str, ...], detail: str, days: Days
) -> list[tuple[list[date], Columns]]:
    """The periods whose columns are the same, and their columns."""
    found: dict[Any, tuple[list[date], Columns]] = {}
    for start in days.starts():
        programs = {name: program_from(start, overlay, decisions) for name, overlay in overlays.items()}
        texts = (
            tuple(_sentences(programs[name], decisions, start, overlay) for name, overlay in overlays.items())
            if detail == "lists"
            else ()
        )
        key = (*programs.values(), texts)
        if key not in found:
            blocks = {name: program.blocks for name, program in programs.items()}
            found[key] = ([], _columns(blocks, overlays, decisions, detail, start))
        found[key][0].append(start)
    return list(found.values())


def _sentences(program: Program, decisions: tuple[str, ...], on: date, overlay: Overlay) -> tuple[str, ...]:
    codes = [code for name in decisions for code in program.blocks[name].says]
    return tuple(text for code in codes for text in explain(code, on, overlay).values())


def _columns(
    blocks: Mapping[str, Mapping[str, Block]],
    overlays: Mapping[str, Overlay],
    decisions: tuple[str, ...],
    detail: str,
    on: date | None,
) -> Columns:
    found: Columns = {}
    for prefix, of_overlay in blocks.items():
        for decision in decisions:
            block = of_overlay[decision]
            name = f"{prefix}|{decision}" if prefix else decision
            found[name] = block.outcome
            found |= {f"{name}_{figure}": value for figure, value in _figures(decision, block).items()}
            if detail == "flags":
                found |= {f"{name}|says|{code}": when for code, when in block.says.items()}
                found |= {f"{name}|missing|{fact}": when for fact, when in block.missing.items()}
            elif detail == "lists":
                found |= _tellings(name, block, on, overlays[prefix])
    return found


def _figures(decision: str, block: Block) -> Columns:
    if decision != "cap":
        return block.figures
    known = block.outcome != "UNDETERMINED"
    return {
        name: ibis.cases((known, value), else_=ibis.null("boolean")) for name, value in block.figures.items()
    }


def _tellings(name: str, block: Block, on: date | None, overlay: Overlay) -> Columns:
    """Where each reason is told in these words."""
    said = [(explain(code, on, overlay), "", when) for code, when in block.says.items()]
    said += [(explain_missing(fact), fact, when) for fact, when in block.missing.items()]
    return {
        Told(name, one["code"], one["text_patient"], one["text_doctor"], fact): when
        for one, fact, when in said
    }


def _with_lists(columns: Columns, names: list[str]) -> Columns:
    """With the lists of each decision in place of the tellings."""
    found = {name: column for name, column in columns.items() if not isinstance(name, Told)}
    for name in names:
        told = [one for one in columns if isinstance(one, Told) and one.name == name]
        told.sort(key=lambda one: one.code)
        said = _places(columns[one] for one in told)
        words = {"reasons": "code", "text_patient": "text_patient", "text_doctor": "text_doctor"}
        found |= {
            f"{name}_{text}": _at(said, [getattr(one, key) for one in told]) for text, key in words.items()
        }
        gaps = [one for one in told if one.fact]
        found[f"{name}_missing"] = _at(_places(columns[one] for one in gaps), [one.fact for one in gaps])
    return found


def _places(rows: Iterable[Any]) -> Any:
    """Which of the columns are true, counted from nought: one list of numbers costs half of three lists of texts."""
    cells = [ibis.cases((when, i), else_=ibis.null("int8")) for i, when in enumerate(rows)]
    if not cells:
        return ibis.literal([], "array<int8>")
    return ibis.array(cells).filter(lambda one: one.notnull())


def _at(places: Any, texts: list[str]) -> Any:
    """The texts at these places."""
    if not texts:
        return ibis.literal([], "array<string>")
    every = ibis.literal(texts, "array<string>")
    return places.map(lambda place: every[place])


def _undated(overlays: Mapping[str, Overlay], decisions: tuple[str, ...], detail: str) -> Columns:
    blocks = {}
    for name, overlay in overlays.items():
        programs = list(dict.fromkeys(program_from(start, overlay, decisions) for start in undated_starts()))
        blocks[name] = agree(programs, decisions)
    return _columns(blocks, overlays, decisions, detail, None)
