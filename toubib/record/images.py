"""What a patient uploads: JPEG, PNG or WebP pictures, drawn anew without metadata, or a PDF."""

from __future__ import annotations

import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400


class BadFile(Exception):
    """The file is not one we keep; str() is a sentence for the user."""


def clean_upload(content: bytes) -> tuple[bytes, str]:
    """The bytes to keep and their media type. Raises BadFile."""
    if len(content) > MAX_BYTES:
        raise BadFile(_("Ce fichier dépasse 10 Mo. Prenez une photo plus légère."))
    if not content:
        raise BadFile(_("Ce fichier est vide."))
    if content.startswith(b"%PDF-"):
        return content, "application/pdf"
    return _draw_anew(content), "image/jpeg"


def _draw_anew(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
            if picture.width * picture.height > MAX_PIXELS:
                raise BadFile(_("Cette image est trop grande."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombWarning):
        raise BadFile(_("Ce fichier n’est ni une photo (JPEG, PNG, WebP) ni un PDF.")) from None
    upright.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    upright.save(out, format="JPEG", quality=85)
    return out.getvalue()
