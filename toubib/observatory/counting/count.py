"""Claims to acts: every line of télésanté once, with the stage that dropped it or COUNTED, its channel and its place.

One row of the result is (patient, rank, professional, day, act code): `acts` is what it counts, `stage` who dropped it. Lines that no
rule touches pass in one scan; only those that share their key with a negative quantity are summed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis

from toubib.observatory.claims.layouts import TELEHEALTH, act_codes, channels
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
OF_A_LINE = ("family", "channel", "specialty", "place", "exempt")
CHANNELS = ("gp_liberal", "specialist_liberal", "company", "centre")
OTHER = "other"
CORSE_DU_SUD, HAUTE_CORSE = 20, 96  # 2A and 2B as numbers
PSEUDONYM = 17


def family_of(code: Any, day: Any, families: tuple[str, ...] = TELEHEALTH) -> Any:
    """The family of a code that was in force that day, or null."""
    branches = []
    for known in act_codes():
        if known.family in families:
            fits = code == known.code
            fits = fits & (day >= ibis.literal(known.since)) if known.since else fits
            fits = fits & (day <= ibis.literal(known.until)) if known.until else fits
            branches.append((fits, known.family))
    return ibis.cases(*branches, else_=ibis.null("string"))


def place_of(departement: Any, commune: Any, rules: frozenset[str]) -> Any:
    """The département as a number: 1 to 95, 20 and 96 for 2A and 2B, 971 to 976; 0 where it is not known."""
    two = departement.length() == 3
    code = ibis.ifelse(two & departement.startswith("0"), departement.substr(1, 2), departement)
    overseas = ibis.ifelse(code == "97", code + commune.substr(0, 1), code) if "overseas" in rules else code
    number = overseas.try_cast("int64")
    known = (number.between(1, 95) & (number != CORSE_DU_SUD)) | number.isin([971, 972, 973, 974, 976])
    corse = ((overseas == "2A", CORSE_DU_SUD), (overseas == "2B", HAUTE_CORSE))
    return ibis.cases(*corse, (known, number), else_=0).fill_null(0).cast("int16")


def count_acts(claims: Claims, rules: frozenset[str] = frozenset(RULES), months: int = CLOSED_YEAR) -> Any:
    """The Ibis table of the acts of télésanté. `months`: how late a line may come."""
    lines = _lines(claims, rules, months)
    if "regularisations" not in rules:
        return lines.mutate(acts=ibis.literal(1, "int64")).select(*_columns(lines))
    live, dropped = lines.filter(lines.stage == COUNTED), lines.filter(lines.stage != COUNTED)
    negative = live.filter(live.quantity < 0).select(*CARE).distinct()
    untouched = live.anti_join(negative, CARE).filter(ibis._.quantity > 0)
    empty = live.anti_join(negative, CARE).filter(ibis._.quantity == 0)
    summed = (
        live.semi_join(negative, CARE)
        .group_by(*CARE)
        .aggregate(
            **{name: ibis._[name].max() for name in OF_A_LINE},
            quantity=ibis._.quantity.sum(),
            paid=ibis._.paid.sum(),
            reimbursed=ibis._.reimbursed.sum(),
            lines=ibis._.count(),
        )
    )
    summed = summed.mutate(kept=summed.quantity.round().cast("int64").clip(lower=0))
    stage = RULES["regularisations"].drops
    columns = _columns(lines)
    parts = (
        untouched.mutate(acts=untouched.quantity.round().cast("int64")),
        dropped.mutate(acts=ibis.literal(1, "int64")),
        empty.mutate(acts=ibis.literal(1, "int64"), stage=ibis.literal(stage, "int8")),
        summed.filter(summed.kept > 0).mutate(acts=ibis._.kept, stage=ibis.literal(COUNTED, "int8")),
        summed.mutate(
            acts=summed.lines - summed.kept, stage=ibis.literal(stage, "int8"), paid=0.0, reimbursed=0.0
        ),
    )
    return ibis.union(*(part.select(*columns) for part in parts))


def _columns(lines: Any) -> list[str]:
    return [*(name for name in lines.columns if name != "quantity"), "acts"]


def _lines(claims: Claims, rules: frozenset[str], months: int) -> Any:
    table = claims.tables["ER_PRS_F"]
    codes = [one.code for one in act_codes() if one.family in TELEHEALTH]
    table = table.filter(table.PRS_NAT_REF.isin(codes))
    table = table.mutate(family=family_of(table.PRS_NAT_REF, table.EXE_SOI_DTD))
    table = with_centres(claims, table.filter(table.family.notnull()), rules)
    return table.select(
        patient=table.BEN_NIR_PSA,
        rank=table.BEN_RNG_GEM.fill_null(0).cast("int16"),
        professional=table.PFS_EXE_NUM.substr(0, 8),
        day=table.EXE_SOI_DTD,
        code=table.PRS_NAT_REF.cast("int32"),
        family=table.family,
        channel=channel_of(table),
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
        if name in drops and name in rules
    ]
    counted = ibis.literal(COUNTED, "int8")
    return ibis.cases(*branches, else_=counted) if branches else counted


def _month(day: Any) -> Any:
    return day.year().cast("int32") * 12 + day.month().cast("int32")


def with_centres(claims: Claims, table: Any, rules: frozenset[str]) -> Any:
    """`by_centre`, `by_company`: what ER_ETE_F says of the establishment, by the nine keys."""
    own = channels()
    asked = {"by_centre": own["centre"]["categories"], "by_company": own["company"]["finess"]}
    if "health_centres" not in rules:
        return table.mutate(by_centre=False, by_company=False)
    register = claims.tables["ER_ETE_F"]
    for name, values in asked.items():
        if not values:
            table = table.mutate(**{name: ibis.literal(False)})
            continue
        column = register.ETE_CAT_COD if name == "by_centre" else register.ETB_EXE_FIN
        found = register.filter(column.isin(values)).select(*NINE_KEYS).distinct()
        found = found.mutate(found=ibis.literal(True)).rename({f"own_{key}": key for key in NINE_KEYS})
        joined = table.left_join(found, [table[key] == found[f"own_{key}"] for key in NINE_KEYS])
        table = joined.mutate(**{name: joined.found.fill_null(False)}).select(*table.columns, name)
    return table


def channel_of(table: Any) -> Any:
    """Of lines that `with_centres` has seen."""
    own = channels()
    status, gp = table.PSE_STJ_COD, table.PSE_SPE_COD.isin(own["gp"])
    liberal = status.isin(own["liberal"]["statuses"])
    return ibis.cases(
        (table.by_company | status.isin(own["company"]["statuses"]).fill_null(False), "company"),
        (table.by_centre, "centre"),
        ((liberal & gp).fill_null(False), "gp_liberal"),
        (liberal.fill_null(False), "specialist_liberal"),
        else_=OTHER,
    )


def keep_acts(acts: Any, connection: Any, path: Path) -> Any:
    """The acts written once as Parquet, and read from there."""
    connection.to_parquet(acts, str(path))
    return connection.read_parquet(str(path))
