"""`toubib rulebook decide`, `schema` and `try`, as scripts call them."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from toubib.config.cli import main
from toubib.rulebook.facts import json_schema

ACT = '{"act_id": "1", "act_kind": "in_person", "act_date": "2025-03-10"}\n'


def run(capsys, monkeypatch, *arguments, stdin=""):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
    code = main(["rulebook", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_one_decision_a_line_in_order(capsys, monkeypatch):
    second = ACT.replace('"1"', '"2"')
    code, out, err = run(capsys, monkeypatch, "decide", "-", stdin=ACT + second)
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [(one["act_id"], one["classification"]["outcome"]) for one in answers] == [
        ("1", "in_person"),
        ("2", "in_person"),
    ]


def test_file_is_read_as_well_as_standard_input(capsys, monkeypatch, tmp_path):
    path = tmp_path / "act.json"
    path.write_text(json.dumps(json.loads(ACT), indent=2), encoding="utf-8")
    code, out, _ = run(capsys, monkeypatch, "decide", str(path))
    assert (code, json.loads(out)["act_id"]) == (0, "1")


def test_bad_line_stops_and_the_answers_before_it_stand(capsys, monkeypatch):
    code, out, err = run(capsys, monkeypatch, "decide", stdin=ACT + '{"act_kind": "walk"}\n' + ACT)
    assert (code, len(out.splitlines())) == (2, 1)
    assert err.startswith('-:2: act_kind: unknown value "walk"')
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["nothing.json", "."])
def test_file_that_cannot_be_read_is_said_in_one_line(capsys, monkeypatch, name):
    code, out, err = run(capsys, monkeypatch, "decide", name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"{name}:0: -: cannot be read")


@pytest.mark.slow
def test_disk_that_is_full_is_said_in_one_line(tmp_path):
    path = tmp_path / "act.json"
    path.write_text(ACT, encoding="utf-8")
    command = [sys.executable, "-m", "toubib.config", "rulebook", "decide", str(path)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "toubib: [Errno 28] No space left on device\n")


def test_no_act_is_no_answer(capsys, monkeypatch):
    assert run(capsys, monkeypatch, "decide", stdin="") == (0, "", "")


def test_schema_is_written(capsys, monkeypatch):
    code, out, _ = run(capsys, monkeypatch, "schema")
    assert (code, json.loads(out)) == (0, json_schema())


POLICY = """
id: mine
label: une proposition
source: un lecteur
exclude:
  - when: {{patient_zone: ZIP}}
cases:
  - case: "en ZIP"
    article: "art. 87.7"
    base: video_generaliste
    facts: {{patient_zone: ZIP}}
    expect: {{cap: {{outcome: {outcome}}}}}
"""


@pytest.mark.parametrize(("outcome", "code"), [("NOT_COUNTED", 0), ("COUNTED", 1)])
def test_cases_of_a_policy_are_tried(capsys, monkeypatch, tmp_path, outcome, code):
    path = tmp_path / "mine.yaml"
    path.write_text(POLICY.format(outcome=outcome), encoding="utf-8")
    got, out, err = run(capsys, monkeypatch, "try", str(path))
    assert got == code
    wrong = f"{path}:8: en ZIP: cap.outcome: 'COUNTED' expected, 'NOT_COUNTED' answered\n"
    assert out == ("1 cases hold\n" if code == 0 else wrong)
    assert err.count("\n") == code


def test_policy_that_cannot_be_read_is_said_in_one_line(capsys, monkeypatch, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("id: [", encoding="utf-8")
    code, out, err = run(capsys, monkeypatch, "try", str(path))
    assert (code, out, err.count("\n")) == (2, "", 1)
