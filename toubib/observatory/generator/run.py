"""The folder of synthetic claims: months drawn by several workers, each table streamed, the whole written beside and renamed."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.reading import ABOUT
from toubib.observatory.generator import draws, registers
from toubib.observatory.generator.calibration import KIOSKS, YEARS, Order
from toubib.observatory.generator.columns import columns_of, main_of, texts_of
from toubib.observatory.generator.doctors import active_gps, adoption_rates, make_doctors
from toubib.observatory.generator.draws import World, draw_month, make_pool
from toubib.observatory.generator.people import make_people, read_places
from toubib.observatory.generator.plan import Month, plan_months

GROUP = 500_000  # rows
PLANTED = {
    "X_PAIRS": draws.BILLED,
    "X_SUPPLEMENTS": draws.SUPPLEMENT,
    "X_INFORMATION": draws.INFORMATION,
    "X_TRACERS": draws.TRACER,
}
SOURCE = "Données synthétiques : générateur de Toubib, échelle {scale}, graine {seed}, {first}-{last} (aucune personne réelle)"
_shared: dict[str, Any] = {}  # of the forked workers


def generate(*, order: Order, out: Path, workers: int | None = None) -> dict[str, int]:
    """Writes the folder `out`, which may not hold anything; gives the number of rows by table. Raises BadClaims, DiskFull."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadClaims(out, 1, "-", "there is something already")
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.mkdir(parents=True)
        counts = _write(order, beside, workers or min(os.cpu_count() or 1, 4))
        if out.exists():
            out.rmdir()
        beside.rename(out)
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull(f"no room left in {out.parent}") from None
        raise BadClaims(out, 1, "-", f"cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return counts


def make_world(order: Order) -> World:
    places = read_places(order)
    people = make_people(order, places)
    doctors = make_doctors(order, places)
    months = plan_months(order, people.ald_slots)
    rates, size = adoption_rates(order, places), len(places.departements)
    acts = {q: sum(one.channels[0] for one in months if one.quarter == q) for q in order.quarters}
    active = {quarter: active_gps(doctors, rates[quarter], acts[quarter]) for quarter in order.quarters}
    pools = {
        name: make_pool(doctors, doctors.group(name), size)
        for name in ("specialist", "company", "centre", "speech")
    }
    return World(order, people, doctors, active, pools, months, texts_of(places, doctors), main_of(doctors))


def _write(order: Order, folder: Path, workers: int) -> dict[str, int]:
    world = make_world(order)
    done = _write_months(world, folder, workers)
    seen = np.zeros(len(world.people), dtype=bool)
    for _, bits, _ in done:
        seen |= np.unpackbits(bits, count=len(seen)).astype(bool)
    counts = {"ER_PRS_F": sum(lines for lines, _, _ in done)}
    places, doctors = world.people.places, world.doctors
    tables: dict[str, Iterable[pa.Table]] = {
        "IR_BEN_R": registers.insured(world.people, seen),
        "IR_IMB_R": registers.in_ald(order, world.people, seen),
        "DA_PRA_R": [registers.professionals(order, doctors, places)],
        "X_ACTIVITE_PS_TRIM": [registers.activities(order, doctors, places)],
        "X_SITES": [registers.sites(doctors, places)],
        "X_BORNES": [registers.kiosks(order, places, KIOSKS)],
        "X_ADOPTION": [registers.truth_of_adoption(world)],
        "X_PLANTED": [registers.truth_of_lines(world.months, [planted for _, _, planted in done])],
    }
    for name, parts in tables.items():
        counts[name] = _write_parts(folder / name / "part-0.parquet", parts)
    told = SOURCE.format(
        scale=f"{order.scale:g}".replace(".", ","), seed=order.seed, first=order.first, last=order.last
    )
    about = {"source": told, "scale": order.scale, "seed": order.seed, "years": list(order.years)}
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    return counts


def _write_months(world: World, folder: Path, workers: int) -> list[tuple[int, np.ndarray, dict[str, int]]]:
    """(lines, who had care as bits, what was planted) of each month, in order."""
    _shared["world"], _shared["folder"] = world, folder
    try:
        if workers == 1:
            return [_write_month(month) for month in world.months]
        context = multiprocessing.get_context("fork")  # the arrays are shared, not copied
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            return list(pool.map(_write_month, world.months))
    finally:
        _shared.clear()


def _write_month(month: Month) -> tuple[int, np.ndarray, dict[str, int]]:
    world, folder = _shared["world"], _shared["folder"]
    lines = draw_month(world, month)
    name = f"{month.year}{month.month:02d}.parquet"
    paths = [folder / table / f"annee={month.year}" / name for table in ("ER_PRS_F", "ER_ETE_F", "X_LIEU_TC")]
    writers: list[pq.ParquetWriter] = []
    try:
        for tables in columns_of(world, lines):
            for place, (path, table) in enumerate(zip(paths, tables, strict=True)):
                if len(writers) <= place:
                    writers.append(_writer(path, table.schema))
                writers[place].write_table(table, row_group_size=GROUP)
    finally:
        for writer in writers:
            writer.close()
    seen = np.zeros(len(world.people), dtype=bool)
    seen[lines.patient] = True
    planted = {label: int((lines.kind == kind).sum()) for label, kind in PLANTED.items()}
    return len(lines), np.packbits(seen), planted


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = [name for name in schema.names if name not in ("BEN_NIR_PSA", "DCT_ORD_NUM")]
    return pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, use_dictionary=plain, store_schema=False
    )


def _write_parts(path: Path, parts: Iterable[pa.Table]) -> int:
    writer, rows = None, 0
    try:
        for part in parts:
            writer = writer or _writer(path, part.schema)
            writer.write_table(part, row_group_size=GROUP)
            rows += len(part)
    finally:
        if writer:
            writer.close()
    return rows


__all__ = ["YEARS", "generate", "make_world"]
