"""The matrix of a QR as segno draws it, its mask chosen faster: where each mask falls depends on the size alone, so that
it is worked out once, and not module by module for every code (ISO/IEC 18004, 7.8)."""

from __future__ import annotations

from functools import lru_cache

from segno import encoder

Matrix = tuple[bytearray, ...]
Rows = tuple[int, ...]  # one byte a module: 0 light, 1 dark


def qr_matrix(text: str) -> Matrix:
    """Error correction M or better where it costs no room; the mask of the lowest penalty."""
    code = encoder.encode(text, error="m", mask=0, micro=False)
    size = len(code.matrix)
    region, fixed, masks = _layout(size)
    drawn = [int.from_bytes(row, "big") for row in code.matrix]
    bare = [
        (row & inside) ^ mask | around
        for row, inside, mask, around in zip(drawn, region, masks[0], fixed, strict=True)
    ]
    tried = [_masked(bare, mask) for mask in masks]
    scores = [encoder.evaluate_mask(one, size, size) for one in tried]
    best = scores.index(min(scores))
    encoder.add_format_info(tried[best], code.version, code.error, best)
    encoder.add_version_info(tried[best], code.version)
    return tried[best]


def _masked(bare: list[int], mask: Rows) -> Matrix:
    size = len(bare)
    return tuple(bytearray((row ^ one).to_bytes(size, "big")) for row, one in zip(bare, mask, strict=True))


@lru_cache(maxsize=8)
def _layout(size: int) -> tuple[Rows, Rows, tuple[Rows, ...]]:
    """Where data lie, what stands around them, and each mask where data lie."""
    around = encoder.make_matrix(size, size)
    encoder.add_finder_patterns(around, size, size)
    encoder.add_alignment_patterns(around, size, size)
    fixed = _rows([[cell * (cell < 2) for cell in row] for row in around])
    around[-8][8] = 1  # the dark module: no data, drawn with the format
    inside = [[int(cell > 1) for cell in row] for row in around]
    masks = tuple(
        _rows([[cell and int(dark(i, j)) for j, cell in enumerate(row)] for i, row in enumerate(inside)])
        for dark in encoder.get_data_mask_functions(False)
    )
    return tuple(255 * row for row in _rows(inside)), fixed, masks


def _rows(cells: list[list[int]]) -> Rows:
    return tuple(int.from_bytes(bytes(row), "big") for row in cells)
