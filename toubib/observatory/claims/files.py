"""Where the tables of a claims folder lie: a folder (hive-partitioned or not) or a single file each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from toubib.observatory.claims.faults import BadClaims

SUFFIXES = ("", ".parquet", ".csv", ".csv.gz")

LONGEST_LINE = 1 << 20  # characters


@dataclass(frozen=True)
class Source:
    """A table's files, all of one `kind`: parquet or csv. `years`: those that a partition `annee=` names."""

    table: str
    path: Path
    kind: str
    files: tuple[Path, ...]
    years: tuple[int, ...] = ()


def find_source(folder: Path, table: str) -> Source | None:
    """The entry of that name, in capitals or not; None: there is none. Raises BadClaims for one that is empty, stands twice or mixes formats."""
    names = {f"{table}{suffix}".lower() for suffix in SUFFIXES}
    entries = sorted(one for one in folder.iterdir() if one.name.lower() in names)
    if not entries:
        return None
    if len(entries) > 1:
        raise BadClaims(folder, 1, table, f"stands twice: {', '.join(one.name for one in entries)}")
    [found] = entries
    files = tuple(_data_files(found)) if found.is_dir() else (found,)
    if not files:
        raise BadClaims(found, 1, table, "the folder holds no Parquet nor CSV file")
    kinds = {_kind(one) for one in files}
    if len(kinds) > 1:
        raise BadClaims(found, 1, table, "the folder mixes Parquet and CSV")
    years = {
        int(part[6:])
        for one in files
        for part in one.parts
        if part.lower().startswith("annee=") and part[6:].isdigit()
    }
    return Source(table, found, kinds.pop(), files, tuple(sorted(years)))


def _data_files(folder: Path) -> list[Path]:
    named = [one for one in folder.rglob("*") if one.is_file() and not one.name.startswith((".", "_"))]
    return sorted(one for one in named if one.name.lower().endswith(SUFFIXES[1:]) or "." not in one.name)


def lines_of(file: IO[str]) -> Iterator[str]:
    """A file that is none may be one line of many gigabytes. Raises csv.Error."""
    while text := file.readline(LONGEST_LINE):
        if len(text) == LONGEST_LINE:
            raise csv.Error(f"a line of more than {LONGEST_LINE} characters")
        yield text


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return "parquet" if file.read(4) == b"PAR1" or path.suffix.lower() == ".parquet" else "csv"
    except OSError as error:
        raise BadClaims(path, 1, "-", f"cannot be read: {error.strerror}") from None
