"""Claims to acts: every line of télésanté once, with the stage that dropped it or COUNTED, its channel and its place.

One row of the result is (patient, rank, professional, day, act code): `acts` is what it counts, `stage` who dropped it. Lines that no
rule touches pass in one scan; only those that share their key with a negative quantity are summed.
"""

from __future__ import annotations

from typing import Any

import ibis

from toubib.observatory.claims.layouts import TELEHEALTH, ActCode, act_codes, channels
from toubib.observatory.claims.reading import Claims
from toubib.observatory.counting.rules import CLOSED_YEAR, COUNTED, RULES

NINE_KEYS = (
    "FLX_DIS_DTD",
    "FLX_TRT_DTD",
    "FLX_EMT_TYP",
    "FLX_EMT_NUM",
    "FLX_EMT_ORD",
    "ORG_CLE_NUM",
    "DCT_ORD_NUM",
    "PRS_ORD_NUM",
    "REM_TYP_AFF",
)
CARE = ("patient", "rank", "professional", "day", "code")
OF_A_LINE = ("family", "channel", "moved_from", "specialty", "place", "exempt")
OF_A_CHANNEL = ("PSE_STJ_COD", "PSE_SPE_COD")
COLUMNS = (*CARE, *OF_A_LINE, "paid", "reimbursed", "stage", "acts")
CHANNELS = ("gp_liberal", "specialist_liberal", "company", "centre")
OTHER = "other"
CORSE_DU_SUD, HAUTE_CORSE = 20, 96  # 2A and 2B as numbers
TOUCHED = 8  # the stage of a line that a cancellation touches, before they are summed
OVERSEAS = 97  # the département that needs the commune


def family_of(code: Any, day: Any, families: tuple[str, ...] = TELEHEALTH) -> Any:
    """The family of a code that was in force that day, or null."""
    branches = []
    for known in act_codes():
        if known.family in families:
            branches.append((is_of(known, code, day), known.family))
    return ibis.cases(*branches, else_=ibis.null("string"))


def is_of(known: ActCode, code: Any, day: Any) -> Any:
    """Is it this code, in force that day?"""
    fits = code == known.code
    fits = fits & (day >= ibis.literal(known.since)) if known.since else fits
    return fits & (day <= ibis.literal(known.until)) if known.until else fits


def place_of(departement: Any, commune: Any, rules: frozenset[str]) -> Any:
    """The département as a number: 1 to 95, 20 and 96 for 2A and 2B, 971 to 976; 0 where it is not known."""
    number = departement.try_cast("int64")
    if "overseas" in rules:
        island = 970 + commune.substr(0, 1).try_cast("int64")
        number = ibis.ifelse(number == OVERSEAS, island, number)
    known = (number.between(1, 95) & (number != CORSE_DU_SUD)) | number.isin([971, 972, 973, 974, 976])
    corse = (
        (departement.isin(["2A", "02A"]), CORSE_DU_SUD),
        (departement.isin(["2B", "02B"]), HAUTE_CORSE),
    )
    return ibis.cases(*corse, (known, number), else_=0).fill_null(0).cast("int16")


def count_acts(claims: Claims, rules: frozenset[str] = frozenset(RULES), months: int = CLOSED_YEAR) -> Any:
    """The Ibis table of the acts of télésanté. `months`: how late a line may come."""
    lines = marked_lines(claims, rules, months)
    if "regularisations" not in rules:
        return lines.select(*COLUMNS)
    lines = lines.cache()
    return ibis.union(lines.filter(lines.stage != TOUCHED).select(*COLUMNS), *netted(lines))


def marked_lines(claims: Claims, rules: frozenset[str], months: int = CLOSED_YEAR) -> Any:
    """Every line in one scan; TOUCHED is the stage of those that share their key with a cancellation, for `netted`."""
    lines = _lines(claims, rules, months)
    if "regularisations" not in rules:
        return _columns(with_centres(claims, lines, rules).mutate(acts=ibis.literal(1, "int64")))
    live = lines.filter(lines.stage == COUNTED)
    negative = live.filter(live.quantity < 0).select(*CARE).distinct().cache()
    cancels = negative.mutate(cancelled=ibis.literal(True)).rename({f"own_{key}": key for key in CARE})
    both = lines.left_join(cancels, [lines[key] == cancels[f"own_{key}"] for key in CARE])
    is_live, fell = both.stage == COUNTED, ibis.literal(RULES["regularisations"].drops, "int8")
    both = both.filter(~is_live | both.cancelled.notnull() | (both.quantity >= 0))
    stage = ibis.cases(
        (~is_live, both.stage),
        (both.cancelled.notnull(), ibis.literal(TOUCHED, "int8")),
        (both.quantity == 0, fell),
        else_=both.stage,
    )
    acts = ibis.ifelse(is_live, _whole(both.quantity).clip(lower=1), 1)
    return _columns(with_centres(claims, both.mutate(stage=stage, acts=acts), rules))


def netted(lines: Any) -> tuple[Any, Any]:
    """Of the lines TOUCHED: what is left of them, and what fell."""
    few = lines.filter(lines.stage == TOUCHED)
    summed = few.group_by(*CARE).aggregate(
        **{name: few[name].max() for name in OF_A_LINE},
        quantity=few.quantity.sum(),
        paid=few.paid.sum(),
        reimbursed=few.reimbursed.sum(),
        lines=few.count(),
    )
    summed = summed.mutate(kept=_whole(summed.quantity).clip(lower=0))
    stage = ibis.literal(RULES["regularisations"].drops, "int8")
    kept = summed.filter(summed.kept > 0).mutate(acts=ibis._.kept, stage=ibis.literal(COUNTED, "int8"))
    fell = summed.mutate(acts=summed.lines - summed.kept, stage=stage, paid=0.0, reimbursed=0.0)
    return kept.select(*COLUMNS), fell.select(*COLUMNS)


def _whole(quantity: Any) -> Any:
    return quantity.round().cast("int64")


def _columns(lines: Any) -> Any:
    """`moved_from`: of a line that ER_ETE_F moves, the channel that it would be of; null of others."""
    is_moved = lines.by_centre | lines.by_company
    moved_from = ibis.ifelse(is_moved, status_channel_of(lines), ibis.null("string"))
    return lines.mutate(channel=channel_of(lines), moved_from=moved_from).select(*COLUMNS, "quantity")


def _lines(claims: Claims, rules: frozenset[str], months: int) -> Any:
    """Every line of télésanté with its stage, its nine keys and what tells its channel."""
    table = claims.tables["ER_PRS_F"]
    codes = [one.code for one in act_codes() if one.family in TELEHEALTH]
    table = table.filter(table.PRS_NAT_REF.isin(codes))
    table = table.mutate(family=family_of(table.PRS_NAT_REF, table.EXE_SOI_DTD))
    table = table.filter(table.family.notnull())
    return table.select(
        *NINE_KEYS,
        *OF_A_CHANNEL,
        patient=table.BEN_NIR_PSA,
        rank=table.BEN_RNG_GEM.fill_null(0).cast("int16"),
        professional=table.PFS_EXE_NUM.substr(0, 8),
        day=table.EXE_SOI_DTD,
        code=table.PRS_NAT_REF.cast("int32"),
        family=table.family,
        specialty=table.PSE_SPE_COD.fill_null(0).cast("int16"),
        place=place_of(table.BEN_RES_DPT, table.BEN_RES_COM, rules),
        exempt=table.EXO_MTF.between(41, 46).fill_null(False),
        quantity=table.PRS_ACT_QTE.fill_null(0),
        paid=table.PRS_PAI_MNT.fill_null(0),
        reimbursed=table.BSE_REM_MNT.fill_null(0),
        stage=stage_of(table, rules, months),
    )


def stage_of(table: Any, rules: frozenset[str], months: int) -> Any:
    """The stage of the first rule that drops the line, or COUNTED."""
    late = _month(table.FLX_DIS_DTD) - _month(table.EXE_SOI_DTD)
    drops = {
        "for_information": (table.DPN_QLF == 71) | (table.PRS_DPN_QLP == 71),
        "technical_lines": (table.CPL_MAJ_TOP >= 2) | (table.CPL_AFF_COD == 16),
        "delays": late > months,
    }
    branches = [
        (drops[name].fill_null(False), ibis.literal(rule.drops, "int8"))
        for name, rule in RULES.items()
        if rule.drops is not None and name != "regularisations" and name in rules
    ]
    counted = ibis.literal(COUNTED, "int8")
    return ibis.cases(*branches, else_=counted) if branches else counted


def _month(day: Any) -> Any:
    return day.year().cast("int32") * 12 + day.month().cast("int32")


def with_centres(claims: Claims, table: Any, rules: frozenset[str]) -> Any:
    """`by_centre`, `by_company`: what ER_ETE_F says of the establishment, by the nine keys."""
    own, register = channels(), claims.tables["ER_ETE_F"]
    asked = {"by_centre": own["centre"]["categories"], "by_company": own["company"]["finess"]}
    found = {}
    for name, values in asked.items():
        if not values or "health_centres" not in rules:
            found[name] = ibis.literal(False)
            continue
        column = register.ETE_CAT_COD if name == "by_centre" else register.ETB_EXE_FIN
        ours = register.filter(column.isin(values))
        found[name] = _keys(table).isin(ours.select(keys=_keys(ours)).keys).fill_null(False)
    return table.mutate(**found)


def _keys(table: Any) -> Any:
    return ibis.struct({key: table[key] for key in NINE_KEYS})


def channel_of(table: Any) -> Any:
    """Of lines that `with_centres` has seen."""
    by_status = status_channel_of(table)
    return ibis.cases(
        (table.by_company | (by_status == "company"), "company"), (table.by_centre, "centre"), else_=by_status
    )


def status_channel_of(table: Any) -> Any:
    """What the doctor's status alone says, whatever the establishment."""
    own = channels()
    status, gp = table.PSE_STJ_COD, table.PSE_SPE_COD.isin(own["gp"])
    liberal = status.isin(own["liberal"]["statuses"])
    return ibis.cases(
        (status.isin(own["company"]["statuses"]).fill_null(False), "company"),
        ((liberal & gp).fill_null(False), "gp_liberal"),
        (liberal.fill_null(False), "specialist_liberal"),
        else_=OTHER,
    )
