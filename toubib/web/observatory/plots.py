"""A curve over the quarters, drawn here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from toubib.web.boxes import Words, meet

WIDTH, HEIGHT = 640, 290
LEFT, RIGHT, LOW, HIGH = 74.0, 606.0, 250.0, 26.0
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Of a word's box: width a letter, what lies above and below its line
LETTER, BOLD, UP, DOWN = 8.0, 9.5, 15.0, 5.0
AROUND = 4.0  # of a curve, that words keep clear of


def draw_series(
    values: Sequence[tuple[str, float | None]],
    *,
    say: Callable[[float], str],
    title: str,
    target: tuple[float, str] | None = None,
) -> SafeString:
    """`values`: (quarter, value) in order; where a value is not told the curve is broken. `target`: a level and its words."""
    told = [value for _, value in values if value is not None] + ([target[0]] if target else [])
    top, step = _scale(max(told, default=1.0))
    count = max(len(values) - 1, 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return LEFT + (RIGHT - LEFT) * number / count, LOW - (LOW - HIGH) * value / top

    lines = [place(0, step * i)[1] for i in range(round(top / step) + 1)]
    axes = format_html_join(
        "", '<path class="axis" d="M74 {}H606"/><text class="faint" x="68" y="{}" text-anchor="end">{}</text>',
        ((_at(y), _at(y + 5), say(step * i)) for i, y in enumerate(lines)),
    )  # fmt: skip
    years = format_html_join(
        "", '<text class="faint" x="{}" y="280">{}</text>',
        ((_at(place(i, 0)[0]), quarter[:4]) for i, (quarter, _) in enumerate(values) if quarter.endswith("Q1") or i == 0),
    )  # fmt: skip
    aim, under = "", False
    if target:
        points = [None if value is None else place(i, value) for i, (_, value) in enumerate(values)]
        last = next((value for _, value in reversed(values) if value is not None), None)
        under = last is not None and last < target[0]  # their words then stand on the two far sides
        said = "" if last is None else say(last)
        x, y = _free_place(target[1], place(0, target[0])[1], points, said, under=under)
        aim = format_html('<path class="aim" d="M74 {}H606"/><text class="ink" x="{}" y="{}" text-anchor="end">{}</text>', _at(place(0, target[0])[1]), _at(x), _at(y), target[1])  # fmt: skip
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="plot-t">'
        '<title id="plot-t">{}</title>{}{}{}{}</svg>',
        WIDTH, HEIGHT, title, axes, years, aim, _curve(values, place, say, under=under),
    )  # fmt: skip


def _free_place(
    words: str, level: float, points: list[tuple[float, float] | None], said: str, *, under: bool
) -> tuple[float, float]:
    """Where words end, along a level: the rightmost place, above or below it, where they lie neither on the curve nor on its last value."""
    taken = _boxes(points, said, under=under)
    sides = (level - 10, level + 22) if under else (level + 22, level - 10)
    for right in range(int(RIGHT), int(LEFT + LETTER * len(words)), -20):
        for y in sides:
            own = (right - LETTER * len(words), y - UP, float(right), y + DOWN)
            if own[3] < LOW and own[1] > 0 and not any(meet(own, one) for one in taken):
                return right, y
    return RIGHT, sides[0]


def _boxes(points: list[tuple[float, float] | None], said: str, *, under: bool) -> list[Words]:
    """What the curve covers, in short pieces, and the words of its last value."""
    found: list[Words] = []
    for one, two in pairwise(points):
        if one and two:
            steps = [
                (one[0] + (two[0] - one[0]) * i / 8, one[1] + (two[1] - one[1]) * i / 8) for i in range(9)
            ]
            found += [
                (a[0], min(a[1], b[1]) - AROUND, b[0], max(a[1], b[1]) + AROUND) for a, b in pairwise(steps)
            ]
    last = next((point for point in reversed(points) if point), None)
    if last:
        right, y = _beside(last, under=under)
        found.append((right - BOLD * len(said), y - UP, right, y + DOWN))
    return found


def _beside(point: tuple[float, float], *, under: bool) -> tuple[float, float]:
    """Where the words of a curve's last value end."""
    x, y = point
    return min(x + 14, 636.0), min(y + 26, LOW - 6) if under else max(y - 18, 16.0)


def _curve(
    values: Sequence[tuple[str, float | None]],
    place: Callable[[int, float], tuple[float, float]],
    say: Callable[[float], str],
    *,
    under: bool = False,
) -> SafeString:
    parts, pen = [], "M"
    last: tuple[int, float] | None = None
    for number, (_, value) in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = place(number, value)
        parts.append(f"{pen}{x:.1f} {y:.1f}")
        pen, last = "L", (number, value)
    if last is None:
        return SafeString()
    x, y = place(*last)
    return format_html(
        '<path class="curve" d="{}"/><circle class="here" cx="{}" cy="{}" r="8"/><circle class="ink" cx="{}" cy="{}" r="3"/>'
        '<text class="ink" font-weight="700" x="{}" y="{}" text-anchor="end">{}</text>',
        "".join(parts), _at(x), _at(y), _at(x), _at(y), *map(_at, _beside((x, y), under=under)), say(last[1]),
    )  # fmt: skip


def _at(number: float) -> str:
    return f"{number:.1f}"


def _scale(most: float) -> tuple[float, float]:
    """The top of the axis and the step of its lines: three to five of them."""
    if most <= 0:
        return 1.0, 1.0
    size = 10 ** math.floor(math.log10(most / 4))
    step = next(one * size for one in STEPS if one * size * 4 >= most * 0.999)
    return math.ceil(most / step - 0.001) * step, step
