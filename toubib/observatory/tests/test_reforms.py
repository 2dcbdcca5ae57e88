"""The document of the reform page, counted by hand on a few acts."""

import json
from datetime import date

import pytest

from toubib.observatory.reforms import _hidden, _shown, reforms, subsets
from toubib.observatory.signatures import CELLS, SIGNATURES, condense
from toubib.observatory.simulate import acts_in, simulate
from toubib.rulebook.engine.bulk import Days
from toubib.rulebook.engine.tables import connect, read_table
from toubib.rulebook.policies import BadPolicy, find_policy, policy_files

COLUMNS = (
    "act_id,act_date,act_kind,funding,practitioner_id,practitioner_profession,is_medecin_traitant,patient_zone,assisted_by,"
    "practitioner_situations,c2s,has_medecin_traitant,suspension_area,practitioner_employer,equipment_on_site"
)
# Twenty acts of A for people of a ZIP, whom a nurse helps, twelve without a médecin traitant; thirty of B for people of no zone, alone
ROWS = [
    f"a{i},2024-03-10,teleconsultation,amo,A,doctor,false,ZIP,nurse,,false,{'false' if i < 12 else 'true'},false,liberal,false"
    for i in range(20)
]
ROWS += [
    f"b{i},2024-09-0{1 + i % 9},teleconsultation,amo,B,doctor,false,none,none,,false,true,false,liberal,false"
    for i in range(30)
]
ACTIVITY = "practitioner_id,practitioner_specialty,year,conventioned_acts,own_mt_acts\nA,general_practice,2024,50,0\n"


@pytest.fixture
def files(tmp_path):
    acts, activity = tmp_path / "acts.csv", tmp_path / "activity.csv"
    acts.write_text("\n".join([COLUMNS, *ROWS]) + "\n")
    activity.write_text(ACTIVITY)
    return acts, activity


def test_subsets_are_every_choice_of_one_at_least():
    assert subsets("abc") == [("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")]


def test_no_sum_gives_a_small_group_back():
    alone = {"practitioners": 5, "undetermined": 0, "exempt": 0, "above": 0, "near": 0, "below": 5}
    assert (_hidden(alone)["practitioners"], _hidden(alone)["below"]) == (None, None)
    two = {**alone, "practitioners": 35, "above": 30}
    assert (_hidden(two)["practitioners"], _hidden(two)["above"], _hidden(two)["below"]) == (35, None, None)
    # `excluded` is 1,007 where no act is of two codes
    assert _shown({"A": 900, "B": 100, "C": 7}) == {"A": 900, "B": None, "C": None}


def test_few_doctors_are_not_had_from_two_cases():
    def told(above):
        return _hidden(
            {
                "practitioners": 91849,
                "undetermined": 6600,
                "exempt": 0,
                "above": above,
                "near": 157,
                "below": 85092 - above,
            }
        )

    assert told(431) == {"practitioners": 91850, "undetermined": 6600, "exempt": 0, "above": 430, "near": 155, "below": 84660}  # fmt: skip
    assert [told(n)["above"] for n in (11, 12, 17, 18, 49, 51)] == [15, 15, 15, 20, 50, 50]


def test_freed_acts_are_told_by_whom_they_serve(files):
    found = reforms(acts=files[0], activity=files[1], year=2024, about={"source": "s", "synthetic": True, "scale": 0.1}, on=date(2026, 1, 2), levers=("fmt_zone",), alone=(), paying=())  # fmt: skip
    case = found["cases"]["fmt_zone"]
    assert (found["meaningful"], found["computed_on"], case["counted_acts"], case["uncounted_acts"]) == (
        False,
        "2026-01-02",
        30,
        20,
    )
    assert case["freed"] == {
        "acts": 20,
        "by": {
            "zone": {"ZIP": 20}, "assisted": {"professional": 20}, "c2s": {"false": 20},
            "has_medecin_traitant": {"false": None, "true": None},  # 8 with one: small, and what protects it
        },
    }  # fmt: skip
    json.dumps(found)


def test_alike_acts_are_judged_once_and_counted(files):
    connection = connect()
    rows = acts_in(read_table(files[0], connection), 2024)
    days = Days(date(2024, 1, 1), date(2024, 12, 31), undated=False)
    condense(connection, rows, ("patient_zone", "funding"), days)
    acts = connection.con.execute(f"SELECT patient_zone, acts FROM {SIGNATURES} ORDER BY 1").fetchall()
    cells = connection.con.execute(f"SELECT practitioner_id, n FROM {CELLS} ORDER BY 1").fetchall()
    assert (acts, cells) == ([("ZIP", 20), ("none", 30)], [("A", 20), ("B", 30)])


def test_the_document_says_what_simulate_says(files):
    policy = find_policy("fmt_assisted")
    plain = simulate(acts=files[0], activity=files[1], year=2024, policies=[policy]).policies["fmt_assisted"]
    found = reforms(acts=files[0], activity=files[1], year=2024, about={"source": "s", "synthetic": True, "scale": 1}, on=date(2026, 1, 2), levers=("fmt_assisted",), alone=(), paying=())  # fmt: skip
    own = found["cases"]["fmt_assisted"]
    assert (own["practitioners"], plain["practitioners"]) == (None, 2)  # small
    for key in ("counted_acts", "uncounted_acts", "excluded", "excluded_by"):
        assert (key, own[key]) == (key, plain[key])


def test_a_policy_of_ones_own_file_is_named_by_its_id_alone(files, tmp_path):
    own = tmp_path / "mine.yaml"
    text = policy_files()["fmt_zone"].read_text(encoding="utf-8")
    own.write_text(text.replace("fmt_zone", "mine"), encoding="utf-8")
    about = {"source": "s", "synthetic": True, "scale": 1}
    found = reforms(acts=files[0], activity=files[1], year=2024, about=about, on=date(2026, 1, 2), levers=(str(own),), alone=(), paying=())  # fmt: skip
    assert (list(found["cases"]), found["combined"], list(found["policies"])) == (["law", "mine"], ["mine"], ["mine"])  # fmt: skip
    assert str(tmp_path) not in json.dumps(found)


def test_a_policy_that_touches_no_payment_is_no_paying_one(files):
    about = {"source": "s", "synthetic": True, "scale": 1}
    with pytest.raises(BadPolicy, match="fmt_zone: touches neither"):
        reforms(acts=files[0], activity=files[1], year=2024, about=about, on=date(2026, 1, 2), levers=(), alone=(), paying=("fmt_zone",))  # fmt: skip
