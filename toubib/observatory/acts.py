"""Claims as facts of acts (`toubib rulebook schema`): one row an act, each column as data/facts.yaml says, null where claims are silent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import ibis

from toubib.observatory.claims.engine import connect_engine, keep, scratch_folder
from toubib.observatory.claims.faults import BadClaims, DiskFull, is_disk_full
from toubib.observatory.claims.layouts import ActCode, act_codes, channels, read_yaml
from toubib.observatory.claims.reading import Claims, open_claims
from toubib.observatory.counting.count import (
    CORSE_DU_SUD,
    HAUTE_CORSE,
    NINE_KEYS,
    channel_of,
    family_of,
    is_of,
    place_of,
    stage_of,
    with_centres,
)
from toubib.observatory.counting.rules import CLOSED_YEAR, COUNTED, RULES
from toubib.observatory.indicators.ald import ald_register
from toubib.observatory.indicators.professionals import directory, persons_of_numbers
from toubib.rulebook.facts import Fact, all_facts

KINDS = {
    "TC": "teleconsultation",
    "TE": "tele_expertise",
    "TELESOIN": "telecare",
    "TELESURV": "remote_monitoring",
    "CONSULT": "in_person",
    "VISIT": "home_visit",
}
WRITERS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
}
CARE = ("BEN_NIR_PSA", "BEN_RNG_GEM", "PFS_EXE_NUM", "EXE_SOI_DTD", "PRS_NAT_REF")
ALL = frozenset(RULES)
MONTHS_FROM = 1000  # BEN_AMA_COD of an infant: 1000 and the months
MOST_ACTS = 99  # of one line
HOSPITAL = 61  # PSE_STJ_COD


def write_acts(*, claims: Path, out: Path, year: int | None = None) -> int:
    """Writes FILE, whole or not at all; gives the number of acts. `year`: of care, these alone. Raises BadClaims,
    DiskFull."""
    form = WRITERS.get(out.suffix)
    if form is None:
        raise BadClaims(out, 1, "-", f"a file of {', '.join(WRITERS)} is expected")
    beside = out.with_name(f".{out.name}.part")
    with scratch_folder() as scratch:
        try:
            connection = connect_engine("duckdb", Path(scratch))
            found = acts_of(open_claims(claims, connection), Path(scratch), year)
            quoted = str(beside.absolute()).replace("'", "''")
            sql = ibis.to_sql(found, dialect="duckdb")
            rows: int = connection.con.execute(f"COPY ({sql}) TO '{quoted}' ({form})").fetchall()[0][0]
            beside.replace(out)
        except (duckdb.Error, OSError) as error:
            if is_disk_full(error):
                raise DiskFull(f"no room left in {out.parent}") from None
            raise BadClaims(out, 1, "-", str(error).split("\n")[0][:200]) from None
        finally:
            beside.unlink(missing_ok=True)
    return rows


def acts_of(claims: Claims, scratch: Path, year: int | None = None) -> Any:
    """The acts table, as an Ibis table of the facts' columns in a file. What is counted lies in `scratch` meanwhile."""
    lines = keep(_kept(_lines(claims, year)), claims.connection, scratch / "lines.parquet")
    lines = _with_ald(claims, _with_persons(claims, _with_marks(claims, _repeated(lines))))
    values = _values(lines)
    return lines.select(
        **{name: values.get(name, ibis.null(_type(fact))) for name, fact in all_facts().items()}
    )


@lru_cache(maxsize=1)
def mapping() -> dict[str, dict[str, Any]]:
    """Fact → how it is had from claims, or why it is not."""
    found: dict[str, dict[str, Any]] = read_yaml("facts.yaml")
    return found


def _type(fact: Fact) -> str:
    kinds = {"bool": "boolean", "int": "int64", "money": "float64", "date": "date", "list": "array<string>"}
    return kinds.get(fact.type, "time" if fact.type == "time" else "string")


def _lines(claims: Claims, year: int | None) -> Any:
    """Lines of acts by themselves that no rule drops but regularisations, which bear the day of what they cancel."""
    table = claims.tables["ER_PRS_F"]
    if year is not None:
        table = table.filter(table.EXE_SOI_DTD.between(ibis.date(year, 1, 1), ibis.date(year, 12, 31)))
    table = table.mutate(family=family_of(table.PRS_NAT_REF, table.EXE_SOI_DTD, tuple(KINDS)))
    table = table.filter(table.family.notnull())
    return table.filter(stage_of(table, ALL, CLOSED_YEAR) == COUNTED).mutate(
        quantity=table.PRS_ACT_QTE.fill_null(0).round().cast("int64")
    )


def _kept(lines: Any) -> Any:
    """Of lines that share their key with a negative quantity, the first ones up to the sum; all other positive ones."""
    touched = lines.filter(lines.quantity < 0).select(*CARE).distinct()
    plain = lines.anti_join(touched, CARE).filter(ibis._.quantity > 0)
    own = lines.semi_join(touched, CARE)
    care = ibis.window(group_by=CARE)
    numbered = own.mutate(left=own.quantity.sum().over(care)).filter(ibis._.quantity > 0)
    order = ibis.window(group_by=CARE, order_by=["FLX_DIS_DTD", "FLX_EMT_ORD", "DCT_ORD_NUM", "PRS_ORD_NUM"])
    upto = numbered.quantity.sum().over(order.copy(start=None, end=0, how="rows"))
    numbered = numbered.mutate(before=upto - numbered.quantity)
    numbered = numbered.filter(numbered.before < numbered.left)
    cut = numbered.mutate(quantity=ibis.least(numbered.quantity, numbered.left - numbered.before))
    return plain.union(cut.select(*plain.columns))


def _repeated(lines: Any) -> Any:
    """One row an act; `copy`: which of its line."""
    first = lines.mutate(copy=ibis.literal(1, "int64"))
    several = lines.filter(lines.quantity > 1)
    last = ibis.least(several.quantity, MOST_ACTS).cast(
        "int32"
    )  # DuckDB sums into wider numbers than range takes
    more = several.mutate(copy=ibis.range(2, last + 1).unnest().cast("int64"))
    return first.union(more.select(*first.columns))


def _with_marks(claims: Claims, lines: Any) -> Any:
    """`helper`, `place`: which of `_marks()` stands for the téléconsultation of this patient and day."""
    table = claims.tables["ER_PRS_F"]
    ours = table.filter(table.PRS_NAT_REF.isin([one.code for one in _marks()]) & (table.PRS_ACT_QTE > 0))
    keys = ("BEN_NIR_PSA", "BEN_RNG_GEM", "EXE_SOI_DTD")
    own = ours.group_by(*keys).aggregate(
        **{name: _first_of(name, ours.PRS_NAT_REF, ours.EXE_SOI_DTD).min() for name in ("helper", "place")}
    )
    own = own.rename({f"of_{key}": key for key in keys})
    joined = lines.left_join(own, [lines[key] == own[f"of_{key}"] for key in keys])
    visit = (joined.family == "TC").fill_null(False)
    marks = {name: ibis.ifelse(visit, joined[name], ibis.null("int16")) for name in ("helper", "place")}
    return joined.mutate(**marks).select(*lines.columns, *marks)


@lru_cache(maxsize=1)
def _marks() -> tuple[ActCode, ...]:
    """Codes that tell who helped at a téléconsultation, or where."""
    return tuple(one for one in act_codes() if one.helper or one.place)


def _first_of(name: str, code: Any, day: Any) -> Any:
    """The place among `_marks()` of the code that says the helper or the place, null where it says none."""
    told = [(is_of(one, code, day), place) for place, one in enumerate(_marks()) if getattr(one, name)]
    return ibis.cases(
        *((fits.fill_null(False), ibis.literal(place, "int16")) for fits, place in told),
        else_=ibis.null("int16"),
    )


def _word_of(name: str, mark: Any) -> Any:
    return _cases(
        *((mark == place, getattr(one, name)) for place, one in enumerate(_marks()) if getattr(one, name))
    )


def _with_persons(claims: Claims, lines: Any) -> Any:
    own = persons_of_numbers(directory(claims, ALL)).group_by("number").aggregate(person=ibis._.person.max())
    lines = with_centres(claims, lines, ALL)
    return lines.left_join(own, lines.PFS_EXE_NUM.substr(0, 8) == own.number).drop("number")


def _with_ald(claims: Claims, lines: Any) -> Any:
    register = ald_register(claims)
    held = lines.join(
        register,
        [
            register.ald_patient == lines.BEN_NIR_PSA,
            lines.BEN_RNG_GEM.fill_null(0).cast("int16") == register.ald_rank,
            register.since <= lines.EXE_SOI_DTD,
            register.until >= lines.EXE_SOI_DTD,
        ],
    )
    days = ("BEN_NIR_PSA", "BEN_RNG_GEM", "EXE_SOI_DTD")
    own = held.select(*days).distinct().rename({f"ald_{key}": key for key in days}).mutate(in_ald=True)
    joined = lines.left_join(own, [lines[key] == own[f"ald_{key}"] for key in days])
    return joined.mutate(in_ald=joined.in_ald.fill_null(False)).drop(*(f"ald_{key}" for key in days))


def _values(lines: Any) -> dict[str, Any]:
    return _of_the_act(lines) | _of_the_practitioner(lines) | _of_the_patient(lines)


def _of_the_act(lines: Any) -> dict[str, Any]:
    name = ibis.literal("-").join([lines[key].cast("string") for key in NINE_KEYS])
    again = ibis.ifelse(lines.copy > 1, "." + lines.copy.cast("string"), "")
    return {
        "act_id": name + again,
        "act_date": lines.EXE_SOI_DTD,
        "act_kind": _cases(*((lines.family == family, kind) for family, kind in KINDS.items())),
        "funding": _cases((lines.BSE_REM_MNT > 0, "amo")),
        "overrun": ibis.ifelse(lines.PRS_DEP_MNT >= 0, lines.PRS_DEP_MNT, ibis.null("float64")).round(2),
        "place_type": _word_of("place", lines.place),
        "assisted_by": _word_of("helper", lines.helper),
    }


def _of_the_practitioner(lines: Any) -> dict[str, Any]:
    own, words = channels(), read_yaml("pathway.yaml")
    specialty, code = lines.PSE_SPE_COD, lines.PRS_PDS_QCP
    doctor = specialty.isin(own["doctors"]).fill_null(False)
    said = code.isin(words["mt"] + words["other_than_mt"])
    employers = {
        "company": "company",
        "centre": "health_centre",
        "gp_liberal": "liberal",
        "specialist_liberal": "liberal",
    }
    channel = channel_of(lines)
    professions = words["professions"].items()
    known = words["specialties"].items()
    return {
        "practitioner_id": ibis.coalesce(lines.person, lines.PFS_EXE_NUM.substr(0, 8)),
        "practitioner_profession": _cases(
            (doctor, "doctor"), *((lines.PSE_ACT_NAT.isin(codes), name) for name, codes in professions)
        ),
        "practitioner_specialty": _cases(
            *((specialty.isin(codes), name) for name, codes in known), (doctor, "other")
        ),
        "practitioner_sector": _cases(
            (lines.PSE_CNV_COD.isin([1, 2]), "s1"), (lines.PSE_CNV_COD == 0, "none")
        ),
        "practitioner_employer": _cases(
            *((channel == name, employer) for name, employer in employers.items()),
            (lines.PSE_STJ_COD == HOSPITAL, "hospital"),
        ),
        "practitioner_country": _cases((lines.person.notnull(), "FR")),
        "is_medecin_traitant": _flag(said, code.isin(words["mt"])),
        "replaces_mt": _flag(said, code.isin(words["replacement"])),
    }


def _of_the_patient(lines: Any) -> dict[str, Any]:
    words, code, age = read_yaml("pathway.yaml"), lines.PRS_PDS_QCP, lines.BEN_AMA_COD
    years = ibis.cases(
        (age.between(MONTHS_FROM, MONTHS_FROM + 23), (age - MONTHS_FROM) // 12),
        (age.between(2, 130), age),
        else_=ibis.null("int64"),
    )
    rank = lines.BEN_RNG_GEM.fill_null(0).cast("string")
    related, unrelated = lines.EXO_MTF.isin([42, 44, 46]), lines.EXO_MTF.isin([41, 43, 45])
    insurance = lines.RGO_ASU_NAT
    return {
        "identified": lines.BEN_NIR_PSA.notnull(),
        "patient_id": lines.BEN_NIR_PSA + "-" + rank,
        "patient_age": years.cast("int64"),
        "has_medecin_traitant": _flag(
            code.isin(words["with_mt"] + words["without_mt"]), code.isin(words["with_mt"])
        ),
        "referred_by_mt": _flag(
            code.isin(words["referred"] + words["outside"]), code.isin(words["referred"])
        ),
        "emergency": _flag(code.isin(words["emergency"]), ibis.literal(True)),
        "patient_departement": _departement(lines),
        "c2s": _flag(lines.BEN_CMU_TOP.isin([0, 1]), lines.BEN_CMU_TOP == 1),
        "patient_ald": lines.in_ald,
        "ald_related": _flag(related | unrelated, related),
        "maternity": _flag((insurance == 30).fill_null(False) | (lines.EXO_MTF == 55), ibis.literal(True)),
        "work_accident": _flag(insurance.isin([10, 30, 40]), insurance == 40),
        "alsace_moselle": _flag(lines.MTM_NAT.isin([0, 2]), lines.MTM_NAT == 2),
    }


def _departement(lines: Any) -> Any:
    place = place_of(lines.BEN_RES_DPT, lines.BEN_RES_COM, ALL)
    corse = ((place == CORSE_DU_SUD, "2A"), (place == HAUTE_CORSE, "2B"))
    return _cases(*corse, (place > 0, place.cast("string").lpad(2, "0")))


def _cases(*branches: tuple[Any, Any]) -> Any:
    return ibis.cases(
        *((where.fill_null(False), what) for where, what in branches), else_=ibis.null("string")
    )


def _flag(known: Any, value: Any) -> Any:
    return ibis.ifelse(known.fill_null(False), value, ibis.null("boolean"))
