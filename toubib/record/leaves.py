"""The contents of a sick-leave notice (Cerfa 10170, facts of the Cnam's online service), and what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from toubib.record.enums import Exits, Job, LeaveKind


@dataclass(frozen=True, slots=True)
class Notice:
    """`motive`, `impossibility` and `above_ceiling` are medical: never on the employer's part. Dates are ISO."""

    kind: str = LeaveKind.INITIAL
    first_day: str = ""
    days: int | None = None
    running_days: int | None = None
    motive: str = ""
    impossibility: str = ""
    above_ceiling: str = ""
    exits: str = Exits.HOURS
    work_accident: bool = False
    ald: bool = False
    address: str = ""
    caisse: str = ""
    job: str = Job.EMPLOYEE
    employer_name: str = ""
    employer_phone: str = ""
    employer_email: str = ""

    @property
    def starts(self) -> date | None:
        return date.fromisoformat(self.first_day) if self.first_day else None

    @property
    def ends(self) -> date | None:
        return self.starts + timedelta(days=self.days - 1) if self.starts and self.days else None

    def as_kept(self) -> dict[str, Any]:
        return asdict(self)

    def words_of(self) -> dict[str, str]:
        """The closed answers in words."""
        return {
            "kind": str(LeaveKind(self.kind).label),
            "exits": str(Exits(self.exits).label),
            "job": str(Job(self.job).label),
        }


def notice_of(kept: Mapping[str, Any]) -> Notice:
    known = {one.name for one in fields(Notice)}
    return Notice(**{name: value for name, value in kept.items() if name in known})


def lacks_of_notice(notice: Notice, *, act_day: date) -> dict[str, str]:
    """What the notice lacks to be signed, a sentence by the name of its field."""
    lacks = {}
    if notice.starts is None:
        lacks["first_day"] = _("Écrivez le premier jour de l’arrêt.")
    elif notice.starts < act_day:
        lacks["first_day"] = _("Un arrêt ne commence pas avant la consultation.")
    if not notice.days or notice.days < 1:
        lacks["days"] = _("Écrivez le nombre de jours.")
    if notice.kind == LeaveKind.PROLONGATION and notice.running_days is None:
        lacks["running_days"] = _("Écrivez les jours déjà prescrits de l’arrêt en cours.")
    if not notice.motive.strip():
        lacks["motive"] = _("Écrivez le motif médical : il est obligatoire depuis le 1er septembre 2026.")
    if not notice.address.strip():
        lacks["address"] = _("Écrivez l’adresse où le patient peut être visité.")
    if notice.job == Job.EMPLOYEE and not notice.employer_name.strip():
        lacks["employer_name"] = _("Écrivez le nom de l’employeur.")
    return lacks
