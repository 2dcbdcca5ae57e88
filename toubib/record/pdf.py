"""What a PDF must not carry: programs. The file is served to be saved, never opened inside a page of ours."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
PROGRAM = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)(?![A-Za-z0-9])")
OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
DICTIONARY = 400  # bytes before a stream in which its dictionary stands
MAX_PLAIN = 40 * 1024 * 1024


def is_whole(content: bytes) -> bool:
    """Its end is there: a PDF cut on its way has none."""
    return b"%%EOF" in content


def has_program(content: bytes) -> bool:
    """JavaScript, a command to launch or a player, in the open or in a compressed table of objects.

    A sieve, no proof: an encrypted PDF hides its objects. So the file is only ever served as an attachment.
    """
    left = MAX_PLAIN
    end = 0
    for found in STREAM.finditer(content):
        between, end = content[end : found.start()], found.end()
        if _names_program(between):
            return True
        if OBJECTS.search(_plain_names(between[-DICTIONARY:])):
            objects = _inflate(found[1], most=left)
            left -= len(objects)
            if left <= 0 or _names_program(objects):
                return True
    return _names_program(content[end:])


def _names_program(part: bytes) -> bool:
    return PROGRAM.search(_plain_names(part)) is not None


def _plain_names(part: bytes) -> bytes:
    """`/J#61va` is `/Java` to a reader."""
    return ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part) if b"#" in part else part


def _inflate(data: bytes, *, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        return b""
