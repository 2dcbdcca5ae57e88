"""What a PDF must not carry: programs. The file is served to be saved, never opened inside a page of ours."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"(?<!end)stream\r?\n")
END = b"endstream"
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
PROGRAM = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)(?![A-Za-z0-9])")
OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
# Long enough never to stand by chance in the noise of a picture: looked for everywhere, whatever calls itself a stream.
LONG_NAME = re.compile(rb"/(?:JavaScript|Launch|RichMedia)(?![A-Za-z0-9])")
DICTIONARY = 4000  # bytes before a stream in which its dictionary stands
MAX_PLAIN = 40 * 1024 * 1024
MAX_PACKED = 64 * 1024 * 1024  # several tables that overlap: nobody's ordonnance
MOST_STREAMS = 20_000


def is_whole(content: bytes) -> bool:
    """Its end is there: a PDF cut on its way has none."""
    return b"%%EOF" in content


def has_program(content: bytes) -> bool:
    """JavaScript, a command to launch or a player, in the open or in a compressed table of objects.

    A comment may pretend to begin or end a stream: the long names are looked for in all bytes, and each thing that
    may be a stream is opened. A sieve, no proof: an encrypted PDF hides its objects. So the file is only ever served
    as an attachment.
    """
    if LONG_NAME.search(_plain_names(content)):
        return True
    left, packed = MAX_PLAIN, MAX_PACKED
    end = 0
    for count, found in enumerate(STREAM.finditer(content)):
        if count >= MOST_STREAMS:
            return True
        begin, before = found.end(), content[max(0, found.start() - DICTIONARY) : found.start()]
        if begin > end:
            if _names_program(content[end : found.start()]):
                return True
            end = _end_of(content, begin)
        if OBJECTS.search(_plain_names(before)):
            table = content[begin : _end_of(content, begin)]
            objects = _inflate(table, most=left)
            left, packed = left - len(objects), packed - len(table)
            if left <= 0 or packed <= 0 or _names_program(objects):
                return True
    return _names_program(content[end:])


def _end_of(content: bytes, begin: int) -> int:
    at = content.find(END, begin)
    return len(content) if at < 0 else at + len(END)


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
