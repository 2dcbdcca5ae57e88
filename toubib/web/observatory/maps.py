"""Maps of départements, drawn here: contours or equal cells, the five overseas ones each in a box."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

import toubib.observatory

DATA = Path(toubib.observatory.__file__).parent / "data"
OVERSEAS = {"971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion", "976": "Mayotte"}
WIDTH, HEIGHT = 526, 630
TOP, BOX, GAP = 542, 95.6, 103.6  # of the overseas boxes
HEXAGON = ((0, -23.4), (20.3, -11.7), (20.3, 11.7), (0, 23.4), (-20.3, 11.7), (-20.3, -11.7))
HATCH = mark_safe(
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 0h8v8H0z"/>'
    '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4"/></pattern></defs>'
)


@dataclass(frozen=True)
class Cell:
    """`shade`: 1 to 5, 0 where it is not told."""

    shade: int
    title: str


@dataclass(frozen=True)
class Shape:
    code: str
    frame: str
    path: str
    x: float
    y: float
    left: float
    top: float


@lru_cache(maxsize=1)
def contours() -> tuple[Shape, ...]:
    with (DATA / "departements.csv").open(encoding="utf-8") as file:
        rows = [(row, *_corner(row["frame"])) for row in csv.DictReader(file)]
    return tuple(
        Shape(row["code"], row["frame"], row["path"], float(row["x"]), float(row["y"]), left, top)
        for row, left, top in rows
    )


def _corner(frame: str) -> tuple[float, float]:
    """Where the frame begins: the mainland under the close-up of Paris, which lies over the Channel."""
    if frame in OVERSEAS:
        return 4 + list(OVERSEAS).index(frame) * GAP + (BOX - 64) / 2, TOP + 4
    return (4.0, 6.0) if frame == "paris" else (3.0, 26.0)


@lru_cache(maxsize=1)
def tiles() -> tuple[Shape, ...]:
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in HEXAGON) + "Z"
    with (DATA / "tiles.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(Shape(row["code"], "", path, 0, 0, float(row["x"]), float(row["y"])) for row in rows)


def draw_map(
    cells: Mapping[str, Cell], *, title: str, words: str, chosen: str = "", equal: bool = False
) -> SafeString:
    """The picture; a table beside it holds the same. The chosen one is drawn last, over its neighbours."""
    shapes = tiles() if equal else contours()
    order = sorted(shapes, key=lambda shape: shape.code == chosen)
    drawn = format_html_join(
        "", "{}", ((_cell(shape, cells.get(shape.code), chosen, equal),) for shape in order)
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {} {}" role="img" aria-labelledby="map-t map-d">'
        '<title id="map-t">{}</title><desc id="map-d">{}</desc>{}{}{}</svg>',
        WIDTH, HEIGHT, title, words, HATCH, _boxes(), drawn,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _boxes() -> SafeString:
    rows = (
        (f"{4 + i * GAP:.1f}", TOP, BOX, f"{4 + i * GAP + BOX / 2:.1f}", TOP + 76, name)
        for i, name in enumerate(OVERSEAS.values())
    )
    return format_html_join(
        "",
        '<rect class="inset" x="{}" y="{}" width="{}" height="84" rx="10"/><text class="ink" x="{}" y="{}">{}</text>',
        rows,
    )


def _cell(shape: Shape, cell: Cell | None, chosen: str, equal: bool) -> SafeString:
    shade, title = (cell.shade, cell.title) if cell else (0, shape.code)
    label = ""
    if equal:
        label = f'<text class="t{shade}" y="4.8">{shape.code}</text>'
    elif shape.frame == "paris":
        label = f'<text class="t{shade}" x="{shape.x:g}" y="{shape.y + 4:g}">{shape.code}</text>'
    return mark_safe(  # noqa: S308  our own shapes and codes; the title is escaped
        f'<g transform="translate({shape.left:g} {shape.top:g})" data-area="{shape.code}"'
        f"{' class=you' if shape.code == chosen else ''}><title>{conditional_escape(title)}</title>"
        f'<path class="q{shade}" d="{shape.path}"/>{label}</g>'
    )


@dataclass(frozen=True)
class Classes:
    """Four bounds between five shades."""

    bounds: tuple[float, ...]

    def shade(self, value: float | None) -> int:
        return 0 if value is None else 1 + sum(value >= bound for bound in self.bounds)


def classes_of(values: list[float], step: float) -> Classes:
    """Bounds that put about a fifth of the values into each class, rounded to the step."""
    own = sorted(values)
    if not own:
        return Classes(())
    bounds = sorted({round(own[len(own) * i // 5] / step) * step for i in range(1, 5)})
    return Classes(tuple(round(bound, 6) for bound in bounds))
