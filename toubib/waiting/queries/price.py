"""What an act will cost, said before it: the rule book's answer on what was told, with what was supposed named.

An estimate: only the caisse decides. Nothing here is read by the line or by dispatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from toubib.rulebook import live
from toubib.rulebook.days import working_day_from
from toubib.waiting import catalogue
from toubib.waiting.models import Ticket
from toubib.waiting.queries.facts import (
    ASSERTED,
    NOT_YET_KNOWN,
    OF_ASSISTANCE,
    OF_DIRECTORY,
    facts_of_doctor,
    facts_of_ticket,
)
from toubib.waiting.queries.opening import pool_for

AMOUNTS = ("tariff", "amo", "amc", "public", "patient")
# What is supposed where it is unknown before the call: facts, and how it is told
BEFORE_THE_CALL = (
    (
        {
            "practitioner_profession": "doctor",
            "modality": "video",
            "secure_channel": True,
            "consent": True,
            "identified": True,
        },
        _("Un médecin vous reçoit en vidéo, avec votre accord, et vérifie qui vous êtes."),
    ),
    (
        dict.fromkeys(
            ("c2s", "ame", "patient_ald", "ald_related", "maternity", "work_accident", "alsace_moselle"),
            False,
        ),
        _(
            "Pour ce que vous n’avez pas dit : ni C2S, ni AME, ni ALD, ni maternité, ni accident du travail, "
            "ni régime d’Alsace-Moselle."
        ),
    ),
    (
        {"practitioner_specialty": "general_practice"},
        _("Il est généraliste."),
    ),
    (
        {"practitioner_sector": "s1"},
        _("Il est conventionné, en secteur 1."),
    ),
    (
        {"practitioner_employer": "liberal", "practitioner_country": "FR"},
        _("Il exerce en libéral, en France."),
    ),
    (
        {"is_medecin_traitant": False},
        _("Il n’est pas votre médecin traitant."),
    ),
    (
        {"replaces_mt": False},
        _("Il ne remplace pas votre médecin traitant."),
    ),
)
BY_THE_OWN_DOCTOR = _("Votre médecin traitant vous reçoit lui-même.")
PAID_SO_FAR = (
    {"participation_paid_today": 0, "participation_paid_year": 0},
    _("Vos participations forfaitaires n’ont atteint ni le plafond du jour, ni celui de l’année."),
)
FRESH_FOR = 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """A price with its reasons. `sure`: one set of amounts; else `if_yes` and `if_no`, of the reimbursement."""

    outcome: str
    reimbursement: str
    code: str
    amounts: dict[str, str | None]
    if_yes: dict[str, str | None]
    if_no: dict[str, str | None]
    reasons: list[dict[str, str]]
    missing: list[str]
    supposed: list[str]

    @property
    def sure(self) -> bool:
        return self.outcome == "FIXED"

    @property
    def by_contract(self) -> bool:
        """A subscription or an insurer pays in the patient's place."""
        codes = {one["code"] for one in self.reasons}
        return "PRICE.OTHER_PAYER" in codes and "SUB.CAP_REACHED" not in codes

    @property
    def surcharges(self) -> list[dict[str, str]]:
        """What the tariff holds beyond the usual one, by name: told beside the amount."""
        return [one for one in self.reasons if one["code"].startswith("PRICE.ADDON_")]

    def as_shown(self) -> dict[str, Any]:
        """What stands on the screen, to be kept with the answer to it."""
        return {**self.as_kept(), "codes": [one["code"] for one in self.reasons]}

    def as_kept(self) -> dict[str, Any]:
        """Plain values, to be kept beside a decision."""
        return {
            "price": {"outcome": self.outcome, "code": self.code, **self.amounts},
            "if_yes": self.if_yes,
            "if_no": self.if_no,
            "reimbursement": self.reimbursement,
            "supposed": [str(words) for words in self.supposed],
        }


def estimate_of(
    *, facts: Mapping[str, Any], before_the_call: bool = True, supposing: Iterable[Any] = ()
) -> Estimate:
    """`before_the_call`: the doctor is not known, nor the call held; both are supposed, and said to be.

    `supposing`: what is told of suppositions that are among the facts already.
    """
    filled, supposed = dict(facts), [str(words) for words in supposing]
    for values, words in (*(BEFORE_THE_CALL if before_the_call else ()), PAID_SO_FAR):
        unknown = {name: value for name, value in values.items() if filled.get(name) is None}
        filled |= unknown
        if unknown:
            supposed.append(str(words))
    decision = live.decide(filled)
    price, payable = decision["price"], decision["reimbursement"]
    nothing = dict.fromkeys(AMOUNTS)
    return Estimate(
        outcome=price["outcome"],
        reimbursement=payable["outcome"],
        code=price["code"] or "",
        amounts={name: price[name] for name in AMOUNTS},
        if_yes=price.get("if_yes", nothing),
        if_no=price.get("if_no", nothing),
        reasons=_reasons(payable["reasons"], price["reasons"]),
        missing=sorted({*payable["missing"], *price["missing"]}),
        supposed=supposed,
    )


def _reasons(*lists: list[dict[str, str]]) -> list[dict[str, str]]:
    """Each once, what is missing apart: it has its own place on the page."""
    seen = {one["code"]: one for rows in lists for one in rows if not one["code"].startswith("MISSING.")}
    return list(seen.values())


def estimate_for(*, ticket: Ticket, now: datetime) -> Estimate:
    facts = facts_of_ticket(ticket=ticket, now=now)
    reason = catalogue.reason(ticket.reason_key)
    pool = pool_for(key=reason.pool) if reason else None
    if pool is not None and pool.specialties:
        facts["practitioner_specialty"] = pool.specialties[0]
    own = ticket.own_practitioner
    if own is None or (pool is not None and pool.specialties and own.specialty not in pool.specialties):
        return estimate_of(facts=facts)
    facts |= {**facts_of_doctor(own), "is_medecin_traitant": True, "replaces_mt": False}
    return estimate_of(facts=facts, supposing=[BY_THE_OWN_DOCTOR])


def standard_estimate(*, on: date) -> Estimate | None:
    """The case of the start page: an adult with a médecin traitant who is not there in time, a doctor nearby, a working day.
    None while the rule book is not ready: nobody waits for it there."""
    key = f"waiting.price.standard.{on}.{live.law_version()}"
    found: Estimate | None = cache.get(key)
    if found is None:
        if not live.is_warm():
            live.warm_soon(on=on)
            return None
        found = estimate_of(facts=_standard(on))
        cache.set(key, found, FRESH_FOR)
    return found


def _standard(on: date) -> dict[str, Any]:
    no = ("emergency", "referred_by_mt", "c2s", "ame", "patient_ald", "ald_related", "maternity")
    return {
        **dict.fromkeys((*NOT_YET_KNOWN, *OF_DIRECTORY, *OF_ASSISTANCE)),
        **dict.fromkeys((*no, "work_accident", "alsace_moselle"), False),
        **ASSERTED,
        "act_date": working_day_from(on).isoformat(),
        "act_time": "10:00",
        "patient_age": 40,
        "has_medecin_traitant": True,
        "mt_unavailable": True,
        "same_territory": True,
        "leave_kind": "none",
    }
