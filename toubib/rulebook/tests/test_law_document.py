"""docs/law.md, followed step by step."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from toubib.rulebook.decide import decide
from toubib.rulebook.parameters import in_force
from toubib.rulebook.policies import read_policy
from toubib.rulebook.trial import differences, read_bases, try_file, try_policy

ROOT = Path(__file__).resolve().parents[3]
RULEBOOK = ROOT / "toubib" / "rulebook"
LAW = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")


def block(kind, place=0):
    return re.findall(rf"```{kind}\n(.*?)```", LAW, re.S)[place]


def follow(command, folder):
    """A command as the document writes it, after the setup, in a folder."""
    program, *arguments = shlex.split(command)
    assert program == ".venv/bin/toubib"
    toubib = [sys.executable, "-c", "import sys; from toubib.config.cli import main; sys.exit(main())"]
    path = {
        "PYTHONPATH": str(folder if (folder / "toubib").is_dir() else ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(  # noqa: S603
        [*toubib, *arguments],
        cwd=folder,
        env={**os.environ, **path},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_file_it_names_is_there():
    for name in re.findall(r"`(toubib/[^`*]+)/\*", LAW):
        assert (ROOT / name).is_dir(), name
    for name in re.findall(r"`(toubib/[\w/]+\.yaml)`", LAW):
        assert (ROOT / name).is_file(), name


def test_every_code_is_where_it_says():
    rows = re.findall(r"^\|[^|]*\| (`[A-Z]+\.`[^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", LAW, re.M)
    told = set()
    for codes, *files in rows:
        names = [re.findall(r"`([^`]+)`", cell) for cell in files]
        for folder, found in zip(("parameters", "rules", "cases"), names, strict=True):
            assert all((RULEBOOK / folder / name).is_file() for name in found), found
        rules, cases = (
            "".join((RULEBOOK / folder / name).read_text(encoding="utf-8") for name in found)
            for folder, found in zip(("rules", "cases"), names[1:], strict=True)
        )
        for prefix in re.findall(r"`([A-Z]+\.)`", codes):
            assert f'"{prefix}' in rules and prefix in cases, prefix
            told.add(prefix)
    codes = yaml.safe_load((RULEBOOK / "codes.yaml").read_text(encoding="utf-8"))
    assert told == {f"{code.split('.')[0]}." for code in codes if "." in code} - {
        "RX."
    }  # of medicines, no act


def test_line_of_a_rule_is_as_it_shows():
    assert block("python").strip() in (RULEBOOK / "rules/reimbursement.py").read_text(encoding="utf-8")


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


def test_case_of_a_doctor_is_tried_as_it_says(tmp_path):
    path = tmp_path / "cases.yaml"
    path.write_text(block("yaml", 3), encoding="utf-8")
    assert try_file(str(path)) == (1, [])


def test_ranges_are_read_as_it_writes_them():
    written = re.findall(r"`((?:patient_age|months_since_in_person|act_date|act_time): \{[^`]*\})`", LAW)
    for one in written:
        text = f"id: x\nlabel: y\nsource: z\nexclude: [{{when: {{{one}}}}}]"
        assert read_policy(text, "x.yaml").exclude, one
    assert len(written) == 5


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


def test_effect_of_the_proposal_is_told_as_it_says(tmp_path):
    (tmp_path / "ma-proposition.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "actes.csv").write_text(block("csv"), encoding="utf-8")
    (tmp_path / "activite.csv").write_text(block("csv", 1), encoding="utf-8")
    done = follow(block("sh"), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)["policies"]
    told = {name: (row["above"], row["below"], row["excluded"]) for name, row in found.items()}
    assert told == {"law": (1, 0, 0), "enfants_en_zip": (0, 1, 1)}


def test_law_is_changed_as_it_says(tmp_path):
    """In a copy: the new period, its two cases, and what `try` answers before and after."""
    shutil.copytree(
        ROOT / "toubib", tmp_path / "toubib", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    tariffs, cases = (
        tmp_path / "toubib/rulebook" / name for name in ("parameters/tariffs.yaml", "cases/price.yaml")
    )
    command = re.search(r"`(\.venv/bin/toubib rulebook try toubib/rulebook/cases/price\.yaml)`", LAW)[1]
    number = len(yaml.safe_load(cases.read_text(encoding="utf-8")))
    with cases.open("a", encoding="utf-8") as file:
        file.write(block("yaml", 2))
    second = (
        cases.read_text(encoding="utf-8").split("\n").index('- case: "Premier jour du nouveau tarif"') + 1
    )
    before = follow(command, tmp_path)
    assert (before.returncode, before.stdout) == (
        1,
        f"toubib/rulebook/cases/price.yaml:{second}: Premier jour du nouveau tarif: price.tariff: '27.00' expected, "
        "'25.00' answered\n",
    )
    text = tariffs.read_text(encoding="utf-8")
    first = re.search(r"- id: tariff\.TCG\n(?:  .*\n)+", text)[0]
    tariffs.write_text(text.replace(first, first + block("yaml", 1)), encoding="utf-8")
    after = follow(command, tmp_path)
    assert (after.returncode, after.stdout, after.stderr) == (0, f"{number + 2} cases hold\n", "")
    tariffs.write_text(
        text.replace(first, first + block("yaml", 1).replace("reference", "note")), encoding="utf-8"
    )
    line = (text[: text.index(first)] + first).count("\n") + 1
    refused = follow(command, tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"tariffs.yaml:{line}: tariff.TCG: 2027-01-05: reference: missing\n"
