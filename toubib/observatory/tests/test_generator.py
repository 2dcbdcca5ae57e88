"""The generator holds what it says: its totals, its shares, its two indicators, its dirt, its codes, its keys; and it repeats itself."""

import hashlib
from collections import Counter
from math import sqrt

import duckdb
import pytest
import yaml

from toubib.observatory.claims.engine import connect_engine, rows_of
from toubib.observatory.claims.faults import BadClaims
from toubib.observatory.claims.layouts import DATA, act_codes
from toubib.observatory.claims.reading import open_claims
from toubib.observatory.counting.count import NINE_KEYS, count_acts
from toubib.observatory.counting.rules import COUNTED, RULES
from toubib.observatory.generator.calibration import STANDINGS, Order, shared_out, table, value
from toubib.observatory.generator.plan import targets
from toubib.observatory.generator.run import generate
from toubib.observatory.indicators.quarters import name_of
from toubib.observatory.indicators.report import indicators

pytestmark = pytest.mark.slow
SCALE, YEARS = 0.02, (2024, 2024)
ORDER = Order(SCALE, *YEARS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("generated") / "claims"
    generate(order=ORDER, out=out, workers=2)
    return out


@pytest.fixture(scope="module")
def found(folder):
    return indicators(claims=folder)


def ask(folder, sql):
    names = {
        one.name: f"read_parquet('{folder}/{one.name}/**/*.parquet')"
        for one in folder.iterdir()
        if one.is_dir()
    }
    return duckdb.sql(sql.format(**names)).fetchall()


def test_a_totals_of_the_years_are_those_of_the_calibration(found):
    wanted = {str(year): round(value("acts")[year] * SCALE) for year in ORDER.years}
    assert found["acts_by_year"] == wanted
    assert found["synthetic"] and found["source"].startswith("Données synthétiques")


def test_b_shares_of_channels_are_within_a_third_of_a_point(found):
    for year in ORDER.years:
        shares = found["share_by_channel"][str(year)]
        assert list(shares.values()) == pytest.approx(value("channels")[year], abs=0.003)
        assert sum(shares.values()) == pytest.approx(1, abs=1e-12)


def test_specialists_have_the_published_share_of_their_activity_remote(found):
    acts, activity = Counter(), Counter()
    for row in found["specialties"]:
        if row["share"] is not None:
            acts[row["specialty"]] += row["teleconsultations"]
            activity[row["specialty"]] += row["activity"]
    shares = {name: acts[name] / activity[name] for name in activity}
    published = {"psychiatry": 0.07, "endocrinology": 0.06, "gynaecology": 0.03}
    assert {name: shares.pop(name) for name in published} == pytest.approx(published, rel=0.1)
    assert shares.pop("general_practice") == pytest.approx(0.02, abs=0.003)
    assert shares == {name: pytest.approx(0.021, rel=0.15) for name in shares}


def test_c_patients_in_ald_are_near_their_target(found):
    counted = {row["quarter"]: row["patients"] for row in found["ald_patients"] if row["area"] == "FR"}
    assert counted.pop("2024Q1") is None
    for quarter, target in targets(ORDER).items():
        assert counted[name_of(quarter)] == pytest.approx(target, rel=3 / sqrt(target))


def test_d_adoption_is_the_latent_rate_in_every_departement(found, folder):
    truth = {
        (f"{year}Q{part}", code): gps
        for year, part, code, gps in ask(
            folder, "SELECT ANNEE, TRIMESTRE, X_DEPARTEMENT, X_GPS FROM {X_ADOPTION}"
        )
    }
    told = {(row["quarter"], row["area"]): row["with_teleconsultation"] for row in found["gp_adoption"]}
    shown = {key: number for key, number in told.items() if key in truth and number is not None}
    assert shown == {key: truth[key] for key in shown}
    assert len(shown) > 0.9 * len(truth) == 0.9 * 4 * 101
    france = sum(gps for (quarter, _), gps in truth.items() if quarter == "2024Q4")
    assert told["2024Q4", "FR"] == france
    assert {row["gps"] for row in found["gp_adoption"] if row["area"] == "FR"} == {55546}


def test_e_naive_counts_differ_by_what_was_planted(folder, found):
    planted = ask(
        folder,
        "SELECT ANNEE, sum(X_CLEAN), sum(X_PAIRS), sum(X_SUPPLEMENTS), sum(X_INFORMATION) FROM {X_PLANTED} GROUP BY 1",
    )
    naive = indicators(claims=folder, rules=frozenset())["acts_by_year"]
    for year, clean, pairs, supplements, information in planted:
        assert naive[str(year)] == clean + 2 * pairs + supplements + information
        assert naive[str(year)] / found["acts_by_year"][str(year)] == pytest.approx(1.013, abs=0.0005)
        assert found["removed"]["acts_by_year"][str(year)] == {
            "for_information": information,
            "technical_lines": supplements,
            "delays": 0,
            "regularisations": 2 * pairs,
        }


def test_six_months_of_delay_hold_99_percent(folder, tmp_path):
    claims = open_claims(folder, connect_engine("duckdb", tmp_path))
    acts = count_acts(claims, frozenset(RULES), 6)
    rows = rows_of(acts.group_by("stage", "family").aggregate(n=acts.acts.sum()))
    counted = sum(row["n"] for row in rows if row["family"] == "TC" and row["stage"] == COUNTED)
    assert counted / value("acts")[2024] / SCALE == pytest.approx(0.99, abs=0.002)


def test_f_the_same_seed_gives_the_same_bytes_whatever_the_workers(tmp_path):
    assert _hash(tmp_path / "one", 1, seed=7) == _hash(tmp_path / "two", 2, seed=7)


def _hash(folder, workers, seed):
    folder.mkdir(exist_ok=True)
    generate(order=Order(0.0005, 2024, 2024, seed), out=folder / "claims", workers=workers)
    digest = hashlib.sha256()
    for path in sorted((folder / "claims").rglob("*.parquet")):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def test_g_every_code_is_in_its_nomenclature(folder):
    known = yaml.safe_load((DATA / "codes.yaml").read_text())
    tables = {"ER_PRS_F": set(known), "ER_ETE_F": {"ETE_CAT_COD"}, "IR_IMB_R": {"IMB_ETM_NAT", "IMB_ALD_NUM"}}
    outside = {}
    for name, asked in tables.items():
        columns = {row[0] for row in ask(folder, f"DESCRIBE SELECT * FROM {{{name}}}")}
        for column in asked & columns:
            used = {row[0] for row in ask(folder, f"SELECT DISTINCT {column} FROM {{{name}}}")}
            if used - set(known[column]):
                outside[column] = used - set(known[column])
    natures = {int(row[0]) for row in ask(folder, "SELECT DISTINCT EXC_EXC_NAT FROM {DA_PRA_R}")}
    acts = {row[0] for row in ask(folder, "SELECT DISTINCT PRS_NAT_REF FROM {ER_PRS_F}")}
    assert (outside, natures - set(known["EXC_EXC_NAT"]), acts - {one.code for one in act_codes()}) == (
        {},
        set(),
        set(),
    )


def test_h_the_nine_keys_join_an_establishment_to_one_line(folder):
    keys = ", ".join(NINE_KEYS)
    lines, establishments, both = (
        ask(folder, sql)[0][0]
        for sql in (
            f"SELECT count(*) - count(DISTINCT ({keys})) FROM {{ER_PRS_F}}",
            "SELECT count(*) FROM {ER_ETE_F}",
            f"SELECT count(*) FROM {{ER_PRS_F}} JOIN {{ER_ETE_F}} USING ({keys})",
        )
    )
    assert (lines, both) == (0, establishments)


def test_i_no_small_cell_leaves(found):
    cells = [row[name] for row in found["gp_adoption"] for name in ("gps", "with_teleconsultation")]
    cells += [
        row["gps"] - row["with_teleconsultation"]
        for row in found["gp_adoption"]
        if row["with_teleconsultation"]
    ]
    cells += [row["patients"] for row in found["ald_patients"]]
    cells += [n for rules in found["removed"].values() for row in rules.values() for n in row.values()]
    assert [cell for cell in cells if cell is not None and 0 < cell < 11] == []
    assert None in cells


def test_people_of_the_lines_are_in_the_register(folder):
    lost = "SELECT count(*) FROM {{{}}} ANTI JOIN {{IR_BEN_R}} USING (BEN_NIR_PSA, BEN_RNG_GEM)"
    twice = "SELECT count(*) - count(DISTINCT (BEN_NIR_PSA, BEN_RNG_GEM)) FROM {IR_BEN_R}"
    width = "SELECT DISTINCT length(BEN_NIR_PSA) FROM {IR_BEN_R}"
    asked = [lost.format("ER_PRS_F"), lost.format("IR_IMB_R"), twice, width]
    assert [ask(folder, sql) for sql in asked] == [[(0,)], [(0,)], [(0,)], [(17,)]]


def test_doctors_are_whole_at_any_scale(folder):
    sql = "SELECT count(DISTINCT STA_PFS_NUM) FROM {DA_PRA_R} WHERE PFS_PRA_SPE IN ('01', '22', '23') AND EXC_EXC_NAT = '01'"
    assert ask(folder, sql) == [(55546,)]


def test_an_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "mine").write_text("x")
    with pytest.raises(BadClaims, match="there is something already"):
        generate(order=Order(0.0005, 2024, 2024), out=tmp_path / "claims")
    assert [one.name for one in tmp_path.iterdir()] == ["claims"]


def test_every_calibration_figure_has_a_source_and_a_standing():
    without = [name for name, row in table().items() if not row["source"] or row["standing"] not in STANDINGS]
    assert without == []


def test_whole_numbers_shared_out_sum_to_the_total():
    assert (shared_out(10, [1, 1, 1]).sum(), shared_out(7, [0.5, 0.2, 0.3]).tolist()) == (10, [4, 1, 2])
