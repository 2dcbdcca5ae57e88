"""The keys of numbers: they prove a typing, never an identity."""

from __future__ import annotations

import re

from stdnum import luhn
from stdnum.fr import siret as stdnum_siret

_FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")


def has_valid_rpps_key(rpps: str) -> bool:
    """Eleven digits whose last is the Luhn key (ISO/IEC 7812-1). It proves a typing, never an identity."""
    return len(rpps) == 11 and rpps.isascii() and rpps.isdigit() and luhn.is_valid(rpps)


def has_valid_finess_key(finess: str) -> bool:
    """Nine signs whose last is the Luhn key; a number of Corsica (2A, 2B) is judged by its shape alone."""
    if not _FINESS.fullmatch(finess):
        return False
    return not finess.isdigit() or luhn.is_valid(finess)


def has_am_shape(number: str) -> bool:
    """Nine digits. How its key is made is not published where we could read it, so it is not judged."""
    return len(number) == 9 and number.isascii() and number.isdigit()


def has_valid_siret_key(siret: str) -> bool:
    """Fourteen digits with the Luhn key, that of the SIREN too; La Poste's establishments have a key of their own."""
    return len(siret) == 14 and siret.isascii() and siret.isdigit() and bool(stdnum_siret.is_valid(siret))
