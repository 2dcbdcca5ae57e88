"""What the public registers last taken in say. None, or nothing, where no register was taken in."""

from __future__ import annotations

from toubib.directory.enums import RegisterKind
from toubib.directory.models import DirectoryImport, RegisterEntry, RegisterPlace


def last_import(*, kind: RegisterKind) -> DirectoryImport | None:
    """The last one that is whole."""
    return DirectoryImport.objects.filter(kind=kind, done_at__isnull=False).order_by("-generation").first()


def entries_of(*, rpps: str) -> list[RegisterEntry]:
    """The activities of a professional, in the order of the register."""
    last = last_import(kind=RegisterKind.RPPS)
    if last is None:
        return []
    return list(RegisterEntry.objects.filter(generation=last.generation, rpps=rpps).order_by("id"))


def establishment_of(*, finess: str) -> RegisterPlace | None:
    last = last_import(kind=RegisterKind.FINESS)
    if last is None:
        return None
    return RegisterPlace.objects.filter(generation=last.generation, finess=finess).first()
