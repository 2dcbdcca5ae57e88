"""Takes a published list in, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from toubib.ground.locks import hold_lock
from toubib.nomenclature import bdpm, cim10
from toubib.nomenclature.enums import ListKind
from toubib.nomenclature.lines import BadList, digest_of
from toubib.nomenclature.models import Diagnosis, Medicine, NomenclatureImport, Presentation

__all__ = ["BadList", "Imported", "import_bdpm", "import_cim10", "load_demo_lists"]

BATCH = 1000
BDPM_SOURCE = "Base de données publique des médicaments (ANSM, HAS, Cnam), Licence Ouverte 2.0"
CIM10_SOURCE = "CIM-10-FR à usage PMSI (ATIH), d’après la CIM-10 de l’OMS"
DEMO = Path(__file__).parent / "data"
DEMO_MEDICINES = "Liste de démonstration écrite pour Toubib : médicaments connus, codes CIS et CIP inventés"
DEMO_DIAGNOSES = (
    "Liste de démonstration : quelques codes de la CIM-10-FR (ATIH, d’après l’OMS, CC BY-ND 3.0 IGO)"
)
DEMO_DAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Imported:
    """`is_new`: False where this very list was in use already and nothing was written."""

    row: NomenclatureImport
    is_new: bool

    @property
    def counts(self) -> Mapping[str, int]:
        counts: Mapping[str, int] = self.row.counts
        return counts


def import_bdpm(
    *, folder: Path, files_on: date, now: datetime, source: str = BDPM_SOURCE, is_demo: bool = False
) -> Imported:
    """The medicines of a folder of the BDPM in place of those before. Everything is read and checked first; raises
    BadList, and nothing has changed. Running again, or after a stop in the middle, is safe."""
    names = [*bdpm.REQUIRED, *([bdpm.CONDITIONS] if (folder / bdpm.CONDITIONS).exists() else [])]
    digest = digest_of([folder / name for name in names], salt=bdpm.VERSION)
    in_use = _in_use(ListKind.BDPM, digest)
    if in_use is not None:
        return Imported(in_use, is_new=False)
    found = bdpm.gather(folder)
    row = _row(ListKind.BDPM, source, files_on, now, digest, is_demo)
    row.has_conditions, row.counts = found.has_conditions, dict(sorted(found.counts.items()))
    with transaction.atomic():
        hold_lock("nomenclature")
        Presentation.objects.all().delete()
        Medicine.objects.all().delete()
        _keep(Medicine, list(found.medicines.values()))
        _keep(Presentation, list(found.boxes.values()))
        row.save(force_insert=True)
    return Imported(row, is_new=True)


def import_cim10(
    *, file: Path, files_on: date, now: datetime, source: str = CIM10_SOURCE, is_demo: bool = False
) -> Imported:
    """The codes of a file of the CIM-10 in place of those before; as `import_bdpm` otherwise."""
    digest = digest_of([file], salt=cim10.VERSION)
    in_use = _in_use(ListKind.CIM10, digest)
    if in_use is not None:
        return Imported(in_use, is_new=False)
    found = cim10.gather_diagnoses(file)
    row = _row(ListKind.CIM10, source, files_on, now, digest, is_demo)
    row.counts = {"diagnoses": len(found)}
    with transaction.atomic():
        hold_lock("nomenclature")
        Diagnosis.objects.all().delete()
        _keep(Diagnosis, found)
        row.save(force_insert=True)
    return Imported(row, is_new=True)


def load_demo_lists(*, now: datetime) -> None:
    """The short lists that ship, where no other list was taken in. Idempotent."""
    kept = dict(NomenclatureImport.objects.order_by("imported_at").values_list("kind", "is_demo"))
    if kept.get(ListKind.BDPM, True):
        import_bdpm(
            folder=DEMO / "medicines", files_on=DEMO_DAY, now=now, source=DEMO_MEDICINES, is_demo=True
        )
    if kept.get(ListKind.CIM10, True):
        import_cim10(
            file=DEMO / "diagnoses.txt", files_on=DEMO_DAY, now=now, source=DEMO_DIAGNOSES, is_demo=True
        )


def _in_use(kind: ListKind, digest: str) -> NomenclatureImport | None:
    last = NomenclatureImport.objects.filter(kind=kind).order_by("-imported_at").first()
    return last if last is not None and last.digest == digest else None


def _row(
    kind: ListKind, source: str, files_on: date, now: datetime, digest: str, is_demo: bool
) -> NomenclatureImport:
    return NomenclatureImport(
        kind=kind, source=source, files_on=files_on, imported_at=now, digest=digest, is_demo=is_demo
    )


def _keep(model: Any, rows: Sequence[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=BATCH)
