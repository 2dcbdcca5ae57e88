"""What a patient uploads: JPEG, PNG or WebP pictures, drawn anew without metadata, or a PDF without programs."""

from __future__ import annotations

import io
import math
import struct
import zlib

from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from toubib.record.pdf import has_program, is_whole

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 16_000_000  # decoded whole
MAX_JPEG_PIXELS = 64_000_000  # a JPEG is decoded at a half, a quarter or an eighth of its size
MAX_SIDE = 2400
UNREADABLE = (  # what Pillow raises on broken files (150,000 of them were tried)
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)


class BadFile(Exception):
    """The file is not one we keep; str() is a sentence for the user."""


def clean_upload(content: bytes) -> tuple[bytes, str]:
    """The bytes to keep and their media type. Raises BadFile."""
    if len(content) > MAX_BYTES:
        raise BadFile(_("Ce fichier dépasse 10 Mo. Prenez une photo plus légère."))
    if not content:
        raise BadFile(_("Ce fichier est vide."))
    if content.startswith(b"%PDF-"):
        return _checked_pdf(content), "application/pdf"
    return _draw_anew(content), "image/jpeg"


def _checked_pdf(content: bytes) -> bytes:
    if not is_whole(content):
        raise BadFile(_("Ce PDF est incomplet. Envoyez-le de nouveau, ou prenez une photo du document."))
    if has_program(content):
        raise BadFile(_("Ce PDF contient un programme. Envoyez plutôt une photo du document."))
    return content


def _draw_anew(content: bytes) -> bytes:
    """Upright pixels alone, on white where the picture was transparent: no EXIF, no place, no comment."""
    try:
        picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
        most = MAX_JPEG_PIXELS if isinstance(picture, JpegImageFile) else MAX_PIXELS
        if picture.width * picture.height > most:
            raise BadFile(_("Cette image est trop grande. Envoyez une photo JPEG, ou une image plus petite."))
        _read_smaller(picture)
        upright = ImageOps.exif_transpose(picture)
        if upright.has_transparency_data:
            seen = upright.convert("RGBA")
            seen.thumbnail((MAX_SIDE, MAX_SIDE))
            upright = Image.new("RGBA", seen.size, "white")
            upright.alpha_composite(seen)
        pixels = upright.convert("RGB")
    except UNREADABLE:
        raise BadFile(_("Ce fichier n’est ni une photo (JPEG, PNG, WebP) ni un PDF.")) from None
    pixels.thumbnail((MAX_SIDE, MAX_SIDE))
    pixels.info = {}
    out = io.BytesIO()
    pixels.save(out, format="JPEG", quality=85)
    return out.getvalue()


def _read_smaller(picture: Image.Image) -> None:
    """A telephone's photo of 48 million pixels is read no larger than needed; does nothing to a PNG or a WebP."""
    times = max(picture.size) / MAX_SIDE
    if times > 1:
        picture.draft("RGB", (math.ceil(picture.width / times), math.ceil(picture.height / times)))
