"""Reads of the directory, and the key of an RPPS number."""

from __future__ import annotations

from stdnum import luhn


def has_valid_rpps_key(rpps: str) -> bool:
    """Eleven digits whose last is the Luhn key (ISO/IEC 7812-1). It proves a typing, never an identity."""
    return len(rpps) == 11 and rpps.isascii() and rpps.isdigit() and luhn.is_valid(rpps)
