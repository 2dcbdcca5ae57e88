"""What a patient uploads is drawn anew, or refused with a sentence."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image

from toubib.record.images import MAX_BYTES, BadFile, clean_upload
from toubib.record.tests.factories import make_exif, make_pdf, make_picture

LEFT, RIGHT = (2, 10), (37, 10)


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def colours(content: bytes, *places) -> list[str]:
    """The nearest plain colour at each place."""
    names = {"red": (254, 0, 0), "blue": (0, 0, 254), "white": (255, 255, 255), "black": (0, 0, 0)}
    picture = shown(content)

    def nearest(pixel):
        return min(names, key=lambda name: sum(abs(a - b) for a, b in zip(names[name], pixel, strict=True)))

    return [nearest(picture.getpixel(place)) for place in places]


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_picture_loses_place_camera_and_comment(format):
    more = {"comment": "Chambre 12", "xmp": b"<x>lieu</x>"} if format == "JPEG" else {}
    content, media_type = clean_upload(make_picture(format, exif=make_exif(), **more))
    kept = shown(content)
    assert (media_type, kept.format, dict(kept.getexif()), kept.getexif().get_ifd(0x8825)) == (
        "image/jpeg",
        "JPEG",
        {},
        {},
    )
    assert [word for word in (b"secret", b"Exif", b"Chambre", b"lieu") if word in content] == []


def test_picture_turned_by_its_exif_stands_upright():
    content, _ = clean_upload(make_picture(exif=make_exif(orientation=6)))
    assert (shown(content).size, colours(content, (10, 2), (10, 37))) == ((20, 40), ["red", "blue"])


@pytest.mark.parametrize(
    ("format", "mode"), [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("PNG", "PA")]
)
def test_transparent_picture_lies_on_white(format, mode):
    if mode == "PA":
        content = make_picture("PNG", "RGBA")
        paletted = io.BytesIO()
        shown(content).quantize(4, method=Image.Quantize.FASTOCTREE).save(paletted, "PNG")
        content, _ = clean_upload(paletted.getvalue())
    else:
        content, _ = clean_upload(
            make_picture(format, mode, **({"lossless": True} if format == "WEBP" else {}))
        )
    assert colours(content, RIGHT) == ["white"]


@pytest.mark.parametrize(
    ("format", "mode"), [("PNG", "1"), ("PNG", "L"), ("PNG", "P"), ("JPEG", "CMYK"), ("WEBP", "RGB")]
)
def test_picture_of_another_mode_is_kept(format, mode):
    content, media_type = clean_upload(make_picture(format, mode))
    assert (media_type, shown(content).mode, shown(content).size) == ("image/jpeg", "RGB", (40, 20))


def test_large_picture_is_made_smaller():
    content, _ = clean_upload(make_picture(size=(3000, 1500)))
    assert shown(content).size == (2400, 1200)


def photo(width: int, height: int, format: str = "JPEG") -> bytes:
    """MPO: a JPEG with a second picture, as some telephones make."""
    out, picture = io.BytesIO(), Image.new("RGB", (width, height), "red")
    picture.save(out, format, **({"save_all": True, "append_images": [picture]} if format == "MPO" else {}))
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "MPO"])
def test_photo_of_48_million_pixels_is_read_at_half_its_size(monkeypatch, format):
    decoded = []
    thumbnail = Image.Image.thumbnail
    monkeypatch.setattr(
        Image.Image, "thumbnail", lambda self, size: (decoded.append(self.size), thumbnail(self, size))[1]
    )
    content, _ = clean_upload(photo(8000, 6000, format))
    assert (decoded, shown(content).size) == ([(4000, 3000)], (2400, 1800))


def test_photo_of_16_million_pixels_and_a_little_is_kept():
    assert shown(clean_upload(photo(4624, 3468))[0]).size == (2400, 1800)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (b"\xff" * (MAX_BYTES + 1), "dépasse 10 Mo"),
        (b"%PDF-" + b"x" * MAX_BYTES, "dépasse 10 Mo"),
        (b"<html><script>alert(1)</script></html>", "ni une photo"),
        (b"\xff\xd8\xff\xe0<script>alert(1)</script>", "ni une photo"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "ni une photo"),
        (make_picture()[:200], "ni une photo"),
        (make_picture("PNG")[:60], "ni une photo"),
        (make_picture("WEBP")[:40], "ni une photo"),
        (bomb(7000, 7000), "trop grande"),
        (bomb(4001, 4000), "trop grande"),
        (photo(9000, 7200), "trop grande"),
        (bomb(10_000, 10_000), "ni une photo"),
        (bomb(60_000, 60_000), "ni une photo"),
        (make_pdf()[:-8], "incomplet"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_bad_file_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(BadFile, match=sentence):
        clean_upload(content)


def test_file_of_ten_megabytes_is_taken():
    content = make_pdf() + b" " * (MAX_BYTES - len(make_pdf()))
    assert clean_upload(content) == (content, "application/pdf")


def packed(objects: bytes) -> bytes:
    data = zlib.compress(objects)
    return (
        b">>\nendobj\n2 0 obj << /Type /ObjStm /N 1 /Filter /FlateDecode >>\nstream\n"
        + data
        + b"\nendstream <<"
    )


@pytest.mark.parametrize(
    "inside",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        b"/AA << /O << /S /JS >> >>",
        b"/OpenAction << /S /J#61vaScript >>",
        b"/OpenAction << /S /Launch /F (cmd.exe) >>",
        b"/Annots [<< /Subtype /RichMedia >>]",
        packed(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>"),
        b"%stream\n /OpenAction << /S /JavaScript /JS (app.alert(1)) >>\n%endstream\n",
        b"%stream\n" + packed(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>"),
        b"%"
        + b" " * 3000
        + packed(b"1 0 << /S /Launch >>").replace(b">>\nstream", b"%" + b" " * 900 + b"\n>>\nstream"),
    ],
    ids=range(9),
)
def test_pdf_with_a_program_is_refused(inside):
    with pytest.raises(BadFile, match="programme"):
        clean_upload(make_pdf(inside=inside))


@pytest.mark.parametrize(
    "inside",
    [
        b"/OpenAction [3 0 R /Fit]",
        b"/Title (JavaScript pour tous) /JSX 1",
        packed(b"1 0 << /Type /Page >>"),
        b">>\nendobj\n2 0 obj << /Length 20 >>\nstream\n\x01\x02/JS \x03 \nendstream <<",
        b">>\nendobj\n2 0 obj << /Type /ObjStm >>\nstream\nbroken\nendstream <<",
    ],
)
def test_plain_pdf_is_kept_as_it_is(inside):
    assert clean_upload(make_pdf(inside=inside)) == (make_pdf(inside=inside), "application/pdf")


@pytest.mark.parametrize("many", [b"stream\n", b"/ObjStm stream\n", b"/ObjStm stream\nx\x9c"])
def test_pdf_of_nothing_but_beginnings_is_refused_soon(many):
    began = time.perf_counter()
    with pytest.raises(BadFile, match="programme"):
        clean_upload(make_pdf(inside=many * 600_000))
    assert time.perf_counter() - began < 10


def test_pdf_that_unpacks_to_very_much_is_refused():
    with pytest.raises(BadFile, match="programme"):
        clean_upload(make_pdf(inside=packed(b" " * 41 * 1024 * 1024)))
