"""The reforms of claims: of synthetic ones, with what data/assumed.yaml supposes where claims are silent; of real ones,
as they are. Doctors' activity is declared beside, or of synthetic claims what the generator drew and the acts themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from toubib.observatory.acts import write_acts
from toubib.observatory.claims.engine import MEMORY, scratch_folder
from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.layouts import INVENTED, read_yaml
from toubib.observatory.claims.reading import ABOUT, source_words
from toubib.observatory.reforms import reforms
from toubib.rulebook.engine.tables import quote, read_table

ORDER, LINE = 9, 11  # the parts of an act's number, parted by hyphens, days being three of them


def reforms_of_claims(
    *, claims: Path, activity: Path | None, year: int, on: date, **policies: Iterable[str]
) -> dict[str, Any]:
    """`policies`: levers, alone, paying, as `reforms` has them. Raises BadClaims, BadTable, DiskFull."""
    told = _told(claims)
    with scratch_folder() as scratch:
        acts = Path(scratch) / "acts.parquet"
        if told is None:
            if activity is None:
                message = "--activity FILE is needed: these claims do not say what doctors did"
                raise BadClaims(claims, 1, "-", message)
            write_acts(claims=claims, out=acts, year=year)
            if _is_invented(acts):
                message = f"patients are invented, and the claims do not say at which scale: copy {ABOUT} and the other X_ tables too"
                raise BadClaims(claims, 1, ABOUT, message)
            about = {
                "source": source_words(claims, synthetic=False),
                "synthetic": False,
                "scale": None,
                "assumed": [],
            }
            return reforms(acts=acts, activity=activity, year=year, about=about, on=on, **policies)
        write_acts(claims=claims, out=acts, year=year)
        acts, drawn = suppose(claims, acts, year)
        words = [row["words"] for row in read_yaml("assumed.yaml").values() if "words" in row]
        about = {"source": told["source"], "synthetic": True, "scale": told["scale"], "assumed": words}
        return reforms(acts=acts, activity=activity or drawn, year=year, about=about, on=on, **policies)


def reforms_of_acts(
    *, acts: Path, activity: Path, year: int, source: str, on: date, **policies: Iterable[str]
) -> dict[str, Any]:
    """Of a table of acts that is someone's own. Raises BadClaims where a patient is invented, for then the page must say it
    and the scale; BadTable."""
    if _is_invented(acts):
        raise BadClaims(
            acts,
            1,
            "patient_id",
            "patients are invented: --claims FOLDER, where it says so and at which scale",
        )
    about = {"source": source, "synthetic": False, "scale": None, "assumed": []}
    return reforms(acts=acts, activity=activity, year=year, about=about, on=on, **policies)


def _told(claims: Path) -> Mapping[str, Any] | None:
    """What the generator wrote of itself; None of real claims."""
    path = claims / ABOUT
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {"source": str(found["source"]), "scale": float(found["scale"])}
    except (OSError, ValueError, KeyError, TypeError):
        raise BadClaims(path, 1, "source", "cannot be read") from None


def _is_invented(acts: Path) -> bool:
    table = read_table(acts)
    return bool(table.filter(table.patient_id.startswith(INVENTED)).limit(1).count().execute())


def suppose(claims: Path, acts: Path, year: int) -> tuple[Path, Path]:
    """Beside `acts`, the year's acts with what is supposed, and each doctor's activity. Raises DiskFull."""
    out, activity = acts.with_name("supposed.parquet"), acts.with_name("activity.parquet")
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = {quote(str(acts.parent))}")
    try:
        _write_supposed(connection, claims, acts, year, out)
        _write_activity(connection, claims, year, out, activity)
    except duckdb.Error as error:
        if is_disk_full(error):
            raise DiskFull(f"no room left in {acts.parent}") from None
        raise BadClaims(claims, 1, "-", str(error).split("\n")[0][:200]) from None
    finally:
        connection.close()
    return out, activity


def _write_supposed(connection: Any, claims: Path, acts: Path, year: int, out: Path) -> None:
    supposed = {fact: row["sql"] for fact, row in read_yaml("assumed.yaml").items()}
    table, drawn = f"read_parquet({quote(str(acts))})", _parquet(claims, "X_LIEU_TC")
    names = [name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()]  # noqa: S608
    columns = ", ".join(f"{supposed[name]} AS {name}" if name in supposed else name for name in names)
    same = " AND ".join(
        f"x.{key} = CAST(split_part(act_id, '-', {part}) AS INT)"
        for key, part in {"FLX_EMT_ORD": ORDER, "DCT_ORD_NUM": LINE}.items()
    )
    connection.execute(
        f"COPY (SELECT {columns} FROM {table} a LEFT JOIN {drawn} x ON {same} WHERE year(act_date) = {year}) "  # noqa: S608
        f"TO {quote(str(out))} (FORMAT parquet, COMPRESSION zstd)"
    )


def _write_activity(connection: Any, claims: Path, year: int, acts: Path, out: Path) -> None:
    connection.execute(
        "COPY (SELECT coalesce(x.who, r.practitioner_id) AS practitioner_id, r.specialty AS practitioner_specialty, "  # noqa: S608
        f"CAST({year} AS BIGINT) AS year, CAST(x.n + coalesce(r.n, 0) AS BIGINT) AS conventioned_acts, "
        "CAST(NULL AS BIGINT) AS own_mt_acts "
        f"FROM (SELECT PFS_PFS_NUM AS who, sum(CONSULTATIONS + VISITES) AS n FROM {_parquet(claims, 'X_ACTIVITE_PS_TRIM')} "
        f"WHERE ANNEE = {year} GROUP BY 1) x FULL JOIN (SELECT practitioner_id, mode(practitioner_specialty) AS specialty, "
        f"count(*) AS n FROM read_parquet({quote(str(acts))}) GROUP BY 1) r ON x.who = r.practitioner_id) "
        f"TO {quote(str(out))} (FORMAT parquet)"
    )


def _parquet(claims: Path, table: str) -> str:
    return f"read_parquet({quote(str(claims / table / '**' / '*.parquet'))})"
