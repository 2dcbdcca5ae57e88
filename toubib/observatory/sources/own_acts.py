"""The platform's own signed acts: facts of decisions and amounts of claim lines, never an identity. The one module here that knows Django.

Only where a legal basis is stated: its words stay in the document, their beginning in the journal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from toubib.billing.enums import ClaimState
from toubib.billing.models import ClaimLine
from toubib.ground.actors import Actor
from toubib.ground.journal import trace
from toubib.observatory.counting.count import CORSE_DU_SUD, HAUTE_CORSE, OTHER
from toubib.observatory.generator.draws import holidays
from toubib.observatory.indicators import volumes
from toubib.observatory.indicators.ald import HALF_YEAR, AldPatients, ald_rows
from toubib.observatory.indicators.areas import all_areas
from toubib.observatory.indicators.document import empty_document, list_of_quarters
from toubib.observatory.indicators.quarters import Cover
from toubib.observatory.indicators.tables import acts_rows, expertise_rows, hours_rows
from toubib.record.enums import EncounterState
from toubib.record.models import EncounterDecision

SOURCE = "Actes signés de cette plateforme, lus sur la base légale : {basis}"
FAMILIES = {"teleconsultation": "TC", "tele_expertise": "TE"}
CHANNEL_OF = {"company": "company", "health_centre": "centre"}
SIGNED = (EncounterState.SIGNED, EncounterState.AMENDED)
LIVE = (ClaimState.READY, ClaimState.SENT)
LEAST_WORDS = 20  # characters of a basis
REASON = 60  # characters that the journal holds


class NoBasis(ValueError):
    """No legal basis was stated: nothing is read."""


@dataclass(frozen=True)
class Act:
    """What is read of one act. `patient` only parts one person from another, in memory."""

    patient: UUID
    day: date
    hour: time | None
    family: str
    channel: str
    place: int
    in_ald: bool
    reimbursed: float
    paid: float

    @property
    def quarter(self) -> int:
        return self.day.year * 4 + (self.day.month - 1) // 3


def own_indicators(*, basis: str, by: Actor, now: datetime, synthetic: bool) -> dict[str, Any]:
    """The document of the platform's acts; the reading stands in the journal. Raises NoBasis."""
    basis = " ".join(basis.split())
    if len(basis) < LEAST_WORDS:
        raise NoBasis("--basis: state the legal basis in words (an article, an authorisation)")
    trace(by=by, action="observatory.own_acts.read", now=now, subject="observatory", reason=basis[:REASON])
    acts = list(_acts())
    document = empty_document(
        SOURCE.format(basis=basis),
        kind="own_acts",
        synthetic=synthetic,
        rules=frozenset(),
        on=now.date(),
        basis=basis,
    )
    if not acts:
        return document
    months = [act.day.year * 12 + act.day.month - 1 for act in acts]
    first, last = min(months), max(months)
    cover = Cover(first // 3, last // 3, frozenset(range(first // 3 * 3, last // 3 * 3 + 3)))
    areas, rows = all_areas(), [_row(act) for act in acts]
    visits, expertise = ([row for row in rows if row["family"] == family] for family in ("TC", "TE"))
    return document | {
        "quarters": list_of_quarters(cover),
        "acts_by_year": volumes.acts_by_year(visits),
        "share_by_channel": volumes.share_by_channel(visits),
        "euros_by_year": volumes.amounts_by_year(visits),
        "tele_expertise_by_year": volumes.acts_by_year(expertise),
        "acts": acts_rows(visits, cover, areas),
        "tele_expertise": expertise_rows(expertise, cover, areas),
        "ald_patients": ald_rows(AldPatients(_patients(acts), {}), cover, areas),
        "out_of_hours": {"rows": hours_rows(visits, cover, areas), "reason": None},
    }


def _acts() -> Iterator[Act]:
    """The last decision of each signed act; the secret of a minor stays out."""
    lines = ClaimLine.objects.filter(state__in=LIVE).order_by("encounter_id", "version")
    amounts = {
        encounter: (amo / 100, (tariff + overrun) / 100)
        for encounter, amo, tariff, overrun in lines.values_list(
            "encounter_id", "amo_cents", "tariff_cents", "overrun_cents"
        )
    }
    ours = EncounterDecision.objects.filter(encounter__state__in=SIGNED, encounter__minor_secrecy=False)
    last: dict[UUID, int] = dict(ours.order_by("version").values_list("encounter_id", "version"))
    fields = ("encounter_id", "encounter__patient_id", "version", "facts")
    for encounter, patient, version, facts in ours.values_list(*fields).iterator(chunk_size=500):
        if last[encounter] == version and facts.get("act_kind") in FAMILIES and facts.get("act_date"):
            yield _act(patient, facts, *amounts.get(encounter, (0.0, 0.0)))


def _act(patient: UUID, facts: dict[str, Any], reimbursed: float, paid: float) -> Act:
    hour = facts.get("act_time")
    return Act(
        patient=patient,
        day=date.fromisoformat(str(facts["act_date"])),
        hour=time.fromisoformat(str(hour)) if hour else None,
        family=FAMILIES[facts["act_kind"]],
        channel=_channel(facts),
        place=_place(facts.get("patient_departement")),
        in_ald=facts.get("patient_ald") is True,
        reimbursed=reimbursed,
        paid=paid,
    )


def _channel(facts: dict[str, Any]) -> str:
    employer = facts.get("practitioner_employer")
    if employer == "liberal":
        is_gp = facts.get("practitioner_specialty") == "general_practice"
        return "gp_liberal" if is_gp else "specialist_liberal"
    return CHANNEL_OF.get(str(employer), OTHER)


def _place(departement: str | None) -> int:
    corse = {"2A": CORSE_DU_SUD, "2B": HAUTE_CORSE}
    if departement in corse:
        return corse[departement]
    return int(departement) if departement and departement.isdigit() else 0


def is_out_of_hours(day: date, hour: time) -> bool:
    """Permanence des soins: from 20 to 8, Saturdays from noon, Sundays and holidays (R. 6315-1 CSP)."""
    if day.weekday() == 6 or day in holidays(day.year):
        return True
    return hour.hour >= 20 or hour.hour < 8 or (day.weekday() == 5 and hour.hour >= 12)


def _row(act: Act) -> dict[str, Any]:
    return {
        "quarter": act.quarter,
        "year": act.day.year,
        "place": act.place,
        "family": act.family,
        "channel": act.channel,
        "acts": 1,
        "with_hour": int(act.hour is not None),
        "out_of_hours": int(act.hour is not None and is_out_of_hours(act.day, act.hour)),
        "reimbursed": act.reimbursed,
        "paid": act.paid,
    }


def _patients(acts: list[Act]) -> dict[int, dict[int, int]]:
    """Quarter → place → patients in ALD with an act in the six months, where the last one says they live."""
    last: dict[tuple[int, UUID], tuple[date, int]] = {}
    for act in acts:
        if act.in_ald:
            for quarter in range(act.quarter, act.quarter + HALF_YEAR):
                key = (quarter, act.patient)
                last[key] = max(last.get(key, (date.min, 0)), (act.day, act.place))
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (quarter, _), (_, place) in last.items():
        found[quarter][place] += 1
    return found
