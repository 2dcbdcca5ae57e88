"""docs/law.md, followed step by step."""

import json
import re
from pathlib import Path

from toubib.rulebook.decide import decide
from toubib.rulebook.parameters import in_force
from toubib.rulebook.trial import differences, read_bases, try_policy

ROOT = Path(__file__).resolve().parents[3]
LAW = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")


def block(kind):
    return re.search(rf"```{kind}\n(.*?)```", LAW, re.S)[1]


def test_every_file_it_names_is_there():
    for name in re.findall(r"`(toubib/[^`*]+)/\*", LAW):
        assert (ROOT / name).is_dir(), name
    for name in re.findall(r"`(toubib/[\w/]+\.yaml)`", LAW):
        assert (ROOT / name).is_file(), name


def test_parameters_are_shown_on_the_day_it_shows():
    from datetime import date

    assert "toubib rulebook show --on 2025-03-10" in LAW
    assert {one.id for one in in_force(on=date(2025, 3, 10))} > {"cap.rate.general", "tariff.TCG"}


def test_act_is_refused_as_it_says():
    act = json.loads(block("json"))
    answer = decide(act)["reimbursement"]
    assert answer["outcome"] == "NO"
    assert [r["code"] for r in answer["reasons"] if r["kind"] == "refusal"] == ["REIMB.NOT_TERRITORIAL"]
    assert decide({**act, "patient_zone": None})["reimbursement"]["outcome"] == "NO"
    unsure = decide({**act, "patient_zone": "ZIP", "mt_unavailable": None})["reimbursement"]
    assert (unsure["outcome"], unsure["missing"]) == ("UNDETERMINED", ["mt_unavailable"])


def test_proposal_holds_its_own_cases(tmp_path):
    path = tmp_path / "ma-proposition.yaml"
    path.write_text(block("yaml"), encoding="utf-8")
    assert try_policy(str(path)) == (2, [])


def test_case_that_is_wrong_is_said():
    case = {
        "case": "faux",
        "base": "video_generaliste",
        "expect": {"cap": {"outcome": "NOT_COUNTED", "says": ["CAP.REF_ZONE"]}, "price": {"tariff": "26.50"}},
    }
    assert differences(case, read_bases()) == [
        "cap.outcome: 'NOT_COUNTED' expected, 'COUNTED' answered",
        "cap: CAP.REF_ZONE is not said",
        "price.tariff: '26.50' expected, '25.00' answered",
    ]
