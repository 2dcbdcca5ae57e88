"""The verification code and its QR, and the DataMatrix of the INS.

Both drawings are SVG of our own, made from the modules alone: no font, no outside file, one path.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from django.conf import settings
from ppf.datamatrix import DataMatrix

from toubib.documents.contents import Identity
from toubib.documents.masks import qr_matrix

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
CODE_LENGTH = 16  # 80 bits
CODE = re.compile(rf"[{ALPHABET}]{{4}}(?:-[{ALPHABET}]{{4}}){{3}}")
INK = "#08211b"
INS_HEADER = "IS01" + "0" * 22
GROUP_SEPARATOR = "\x1d"
_LOOK_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new_code() -> str:
    """XXXX-XXXX-XXXX-XXXX, 80 bits that nobody guesses."""
    return _by_four("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def read_code(text: str) -> str | None:
    """The code as people type it: small letters, spaces, an O for a zero; None where it is no code."""
    bare = "".join(c for c in text.upper().translate(_LOOK_ALIKE) if c.isalnum())
    code = _by_four(bare)
    return code if CODE.fullmatch(code) else None


def verify_url(code: str) -> str:
    return f"{settings.PUBLIC_URL}/verifier/{code}"


def _by_four(bare: str) -> str:
    return "-".join(bare[at : at + 4] for at in range(0, len(bare), 4))


def ins_text(identity: Identity) -> str | None:
    """What the DataMatrix of an INS says (ANS, « Datamatrix INS », version 01); None unless qualified.

    Fields of variable length (OID 20, names 100 characters) end with a group separator unless they fill their place.
    Sex must be F or M, and the birth place known: without them the standard has no code, and none is drawn.
    """
    if not identity.qualified or identity.sex == "U" or len(identity.birth_place_code) != 5:
        return None
    ins, oid = identity.ins or "", identity.ins_oid or ""
    return "".join(
        (
            INS_HEADER,
            f"S1{ins}",
            f"S2{_ended(oid, 20)}",
            f"S3{_ended(_plain(' '.join(identity.first_names)), 100)}",
            f"S4{_ended(_plain(identity.birth_name), 100)}",
            f"S5{identity.sex}",
            f"S6{identity.birth_date:%d-%m-%Y}",
            f"S7{identity.birth_place_code}",
        )
    )


def _ended(text: str, most: int) -> str:
    return text[:most] if len(text) >= most else text + GROUP_SEPARATOR


def _plain(name: str) -> str:
    """Capitals without accents, as the INSi service gives the traits."""
    spread = unicodedata.normalize("NFKD", name.replace("’", "'").replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in spread.upper() if c.isascii() and (c.isalpha() or c in " '-"))


def datamatrix_svg(text: str) -> str:
    """ECC 200 with its quiet zone of two modules."""
    return _drawn([[bool(cell) for cell in row] for row in DataMatrix(text).matrix], quiet=2)


def qr_svg(text: str) -> str:
    """A QR of our look: pine, rows of modules with round ends, round eyes; error correction M, quiet zone of four."""
    rows = [[bool(cell) for cell in row] for row in qr_matrix(text)]
    size = len(rows)
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in rows[top : top + 7]:
            row[left : left + 7] = [False] * 7
    eyes = "".join(_eye(left + 4, top + 4) for top, left in ((0, 0), (0, size - 7), (size - 7, 0)))
    return _drawn(rows, quiet=4, round_ends=True, more=eyes)


def _eye(x: int, y: int) -> str:
    return (
        f'<rect x="{x + 0.5}" y="{y + 0.5}" width="6" height="6" rx="1.7" fill="none" stroke="{INK}"/>'
        f'<rect x="{x + 2}" y="{y + 2}" width="3" height="3" rx=".9" fill="{INK}"/>'
    )


def _drawn(rows: list[list[bool]], *, quiet: int, round_ends: bool = False, more: str = "") -> str:
    size = len(rows) + 2 * quiet
    bar = _round_bar if round_ends else _square_bar
    path = "".join(bar(x + quiet, y + quiet, n) for y, row in enumerate(rows) for x, n in _runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="{INK}" d="{path}"/>{more}</svg>'
    )


def _square_bar(x: int, y: int, length: int) -> str:
    return f"M{x} {y}h{length}v1h-{length}z"


def _round_bar(x: int, y: int, length: int) -> str:
    return f"M{x + 0.5} {y}h{length - 1}a.5.5 0 0 1 0 1h-{length - 1}a.5.5 0 0 1 0-1z"


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each stretch of dark modules."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found
