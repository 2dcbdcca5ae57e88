"""The cells of a CSV as values: by the engine, and one alone, to name the one that cannot be read."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import ibis

# In a message; other kinds are their own word.
EXPECTED = {"date": "date (2024-02-29, 29/02/2024 or 29FEB2024)"}
FRENCH_DAY = r"^[0-9]{2}/[0-9]{2}/[0-9]{4}( .*)?$"
SAS_DAY = r"^[0-9]{2}[A-Za-z]{3}[0-9]{4}(:.*)?$"  # 29FEB2024, 29FEB2024:00:00:00
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def from_text(text: Any, kind: str) -> Any:
    if kind == "text":
        return text
    if kind == "date":
        turned = text.substr(6, 4) + "-" + text.substr(3, 2) + "-" + text.substr(0, 2)
        months = (
            (text.substr(2, 3).upper() == name, f"{number:02d}") for number, name in enumerate(MONTHS, 1)
        )
        of_sas = text.substr(5, 4) + "-" + ibis.cases(*months, else_="") + "-" + text.substr(0, 2)
        forms = ((text.re_search(FRENCH_DAY), turned), (text.re_search(SAS_DAY), of_sas))
        return ibis.cases(*forms, else_=text).try_cast("date")
    if kind == "number":
        return text.replace(",", ".").try_cast("float64")
    return text.try_cast("int64")


def is_read(text: str, kind: str) -> bool:
    try:
        if kind == "date":
            date.fromisoformat(_day(text))
        elif kind == "number":
            float(text.replace(",", "."))
        else:
            float(text)  # as the engine does: 1192.0 is 1192
    except ValueError:
        return False
    return True


def _day(text: str) -> str:
    """As the engine turns it."""
    if re.match(FRENCH_DAY, text):
        return f"{text[6:10]}-{text[3:5]}-{text[:2]}"
    if re.match(SAS_DAY, text) and text[2:5].upper() in MONTHS:
        return f"{text[5:9]}-{MONTHS.index(text[2:5].upper()) + 1:02d}-{text[:2]}"
    return text[:10]
