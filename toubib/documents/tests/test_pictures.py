"""The look of each sample document: small grey pictures of its pages, compared block by block.

After a wanted change of look, renew them, and look at them before you commit:
    RENEW_PICTURES=1 .venv/bin/pytest toubib/documents/tests/test_pictures.py
"""

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from toubib.documents.tests.factories import CONTENTS, make_pdf, pictures_of

PICTURES = Path(__file__).parent / "pictures"
DOTS = 60  # an inch
LEVELS = 8  # of grey
BLOCK = 8  # points a side, about a line of text
APART = 24  # of 255, between the means of two blocks: above what another smoothing of the same letters makes


def pages_of(name):
    return [grey(page) for page in pictures_of(make_pdf(CONTENTS[name]), scale=DOTS / 72)]


def grey(page):
    step = 256 // LEVELS
    return page.convert("L").point(lambda value: value // step * 255 // (LEVELS - 1))


def blocks_apart(one, other):
    """The blocks of two pages whose mean grey differs, by column and row; all of them for pages of two sizes."""
    if one.size != other.size:
        return ["size"]
    size = (-(-one.width // BLOCK), -(-one.height // BLOCK))
    means = [page.resize(size, Image.Resampling.BOX) for page in (one, other)]
    gaps = ImageChops.difference(*means).tobytes()
    return [(at % size[0], at // size[0]) for at, gap in enumerate(gaps) if gap > APART]


@pytest.mark.parametrize("name", CONTENTS)
def test_pages_look_as_they_did(name):
    pages = pages_of(name)
    if os.environ.get("RENEW_PICTURES"):
        renew(name, pages)
    kept = sorted(PICTURES.glob(f"{name}-[0-9].png"))
    assert [path.name for path in kept] == [f"{name}-{at}.png" for at in range(1, len(pages) + 1)]
    for path, page in zip(kept, pages, strict=True):
        with Image.open(path) as before:
            assert blocks_apart(before.convert("L"), page) == [], path.name


def renew(name, pages):
    for path in PICTURES.glob(f"{name}-[0-9].png"):
        path.unlink()
    for at, page in enumerate(pages, start=1):
        page.quantize(LEVELS).save(PICTURES / f"{name}-{at}.png", optimize=True, bits=4)


def test_pictures_stay_small_and_each_is_of_a_sample():
    paths = list(PICTURES.iterdir())
    assert {path.name[:-6] for path in paths} == set(CONTENTS)
    assert [path.name for path in paths if path.stat().st_size > 25_000] == []


def test_a_page_moved_or_with_a_block_over_another_is_seen():
    page = pages_of("ordonnance-medicaments")[0]
    moved = ImageChops.offset(page, 0, 4)  # 1.7 mm
    covered = page.copy()
    covered.paste(page.crop((60, 250, 260, 274)), (60, 290))
    smoothed = page.resize((page.width * 2, page.height * 2), Image.Resampling.BILINEAR).resize(page.size)
    assert [blocks_apart(page, other) != [] for other in (moved, covered, smoothed)] == [True, True, False]
