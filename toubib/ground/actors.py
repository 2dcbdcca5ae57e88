"""Who acts: every operation names one, and the journal keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """`role` is a role of people.enums.Role, « guest », or « system:<part> »."""

    account_id: UUID | None
    role: str

    @classmethod
    def system(cls, part: str) -> Actor:
        return cls(account_id=None, role=f"system:{part}")
