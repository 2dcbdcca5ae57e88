"""What a check finds: where, what, and which rule says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is a name that never changes its meaning; `element` says where; `what` tells it to a developer.

    `what` may quote the document: it is for a test bench or a developer's screen, never for a log or a table.
    """

    rule: str
    element: str
    what: str
