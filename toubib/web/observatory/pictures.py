"""Pictures to take away: an SVG that stands alone, and a PNG of it."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from pathlib import Path

import typst
from django.http import HttpResponse
from django.utils.html import escape

import toubib.documents

FONTS = Path(toubib.documents.__file__).parent / "fonts"
PAINTS = {
    "q1": 'fill="#e3efe8"', "q2": 'fill="#b4d6c6"', "q3": 'fill="#7cb49d"', "q4": 'fill="#2f7a63"', "q5": 'fill="#124336"', "q0": 'fill="url(#hatch)"',
    "t1": 'fill="#0b2a22"', "t2": 'fill="#0b2a22"', "t3": 'fill="#0b2a22"', "t4": 'fill="#fff"', "t5": 'fill="#fff"', "t0": 'fill="#17201c"',
    "ink": 'fill="#17201c"', "faint": 'fill="#4e5b54"', "hatch": 'fill="#eef1ee"', "inset": 'fill="none" stroke="#d5dcd7"', "axis": 'fill="none" stroke="#d5dcd7"',
    "aim": 'fill="none" stroke="#9a4a12" stroke-width="2" stroke-dasharray="6 5"', "curve": 'fill="none" stroke="#1f6a55" stroke-width="3" stroke-linejoin="round"',
    "here": 'fill="#fbd256"', "you": "",
}  # fmt: skip
CLASS = re.compile(r' class="?([\w-]+)"?(?=[ />])')
VIEW = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
HEAD, FOOT = 64, 44
SOURCE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 640pt)'
PIXELS = 144  # an inch
_one = threading.Lock()


def alone(drawing: str, *, title: str, foot: str, legend: tuple[tuple[int, str], ...] = ()) -> str:
    """The drawing with its paints inside, a title above, and its source, date and mark below."""
    found = VIEW.search(drawing)
    width, height = (int(found[1]), int(found[2])) if found else (640, 290)
    body = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    is_map = 'class="map"' in drawing[:200]
    body = CLASS.sub(lambda one: f" {PAINTS[one[1]]}" if one[1] in PAINTS else "", body)
    if is_map:
        body = body.replace("<path fill=", '<path stroke="#fff" stroke-width="1.2" fill=')
    size = 'font-size="13" text-anchor="middle"' if is_map else 'font-size="15"'
    keys = _legend(legend, height) if legend else ""
    more = 44 if legend else 0
    said = foot.split("\n")
    lines = "".join(
        f'<text x="12" y="{HEAD + height + more + 16 + 14 * i}" font-size="10" fill="#4e5b54">{escape(line)}</text>'
        for i, line in enumerate(said)
    )
    whole = HEAD + height + more + max(FOOT, 16 + 14 * len(said))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" width="{width}" height="{whole}" '
        f'font-family="Atkinson Hyperlegible, sans-serif"><rect width="{width}" height="{whole}" fill="#fff"/>'
        f'<text x="12" y="34" font-size="17" font-weight="700" fill="#17201c">{escape(title)}</text>'
        f'<g transform="translate(0 {HEAD - 12})" {size}>{body}</g>{keys}{lines}</svg>\n'
    )


def _legend(legend: tuple[tuple[int, str], ...], height: int) -> str:
    parts = []
    for number, (shade, words) in enumerate(legend):
        x, y = 12 + 170 * (number % 3), HEAD + height + 2 + 18 * (number // 3)
        parts.append(
            f'<rect x="{x}" y="{y}" width="16" height="12" rx="2" {PAINTS[f"q{shade}"]} stroke="#9aa59e" stroke-width=".5"/>'
            f'<text x="{x + 21}" y="{y + 10}" font-size="11" fill="#17201c">{escape(words)}</text>'
        )
    return "".join(parts)


@lru_cache(maxsize=64)
def as_png(svg: str) -> bytes:
    """One at a time: each costs a tenth of a second of processor, and is kept."""
    with _one:
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
        return typst.compile(SOURCE, format="png", ppi=PIXELS, sys_inputs={"svg": svg}, font_paths=fonts)


def as_picture(svg: str, form: str, name: str) -> HttpResponse:
    if form == "svg":
        return as_file(svg.encode(), "image/svg+xml", f"{name}.svg")
    return as_file(as_png(svg), "image/png", f"{name}.png")


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "public, max-age=300"
    return answer
