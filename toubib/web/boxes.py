"""Where words lie on a picture: left, top, right, bottom."""

from __future__ import annotations

Words = tuple[float, float, float, float]


def meet(one: Words, two: Words) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
