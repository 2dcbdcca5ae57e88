#!/usr/bin/env python3
"""A mutation run over the rules of law: is there a case that fails when a rule is changed by a hair?

    make test-mutation
    .venv/bin/python scripts/mutation.py [cap sick_leave …] [--again FILE]

mutmut changes the rules; the cases a lawyer reads (and for the status against the cap, its tests) must notice. What
survives is explained in toubib/rulebook/tests/survivors.yaml, or the run ends with 1; so it does at 5 % and more. With
--again, each fate is written to a file, and what that file says was killed is not tried again: a run that was cut goes
on, and one after a new case takes what survived. Sound as long as the rules and cases since only gained cases.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import yaml
from libcst.metadata import MetadataWrapper
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
RULES = ROOT / "toubib" / "rulebook" / "rules"
EXPLAINED = ROOT / "toubib" / "rulebook" / "tests" / "survivors.yaml"
MOST_SURVIVORS = 0.05
LONGEST = 300  # seconds of computing of one mutant, however busy the machine
SURVIVED, BY_A_CASE, BY_AN_ERROR = 0, 1, 2
ON = {  # file: the decisions to try, the first first
    "cap": (("cap",),),
    "classification": (("classification",),),
    "reimbursement": (("reimbursement",), ("price",)),
    "sick_leave": (("sick_leave",),),
    "price": (("price",),),
    "decision": (("classification", "reimbursement", "cap", "sick_leave"),),
    "cap_status": (),
}
TESTS_OF_CAP_STATUS = ROOT / "toubib" / "rulebook" / "tests" / "test_cap_status.py"


@dataclass(frozen=True)
class Mutant:
    """`place`: file and function; `was` and `becomes`: the lines that differ."""

    file: str
    place: str
    was: str
    becomes: str
    code: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.place, self.was, self.becomes


class Changes(cst.CSTVisitor):
    """Every place where an operator of mutmut applies, but annotations, decorators, imports and docstrings."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []
        self.inside: list[str] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Assert)):
            return False
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString):
            return False
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.inside.append(node.name.value)
        where = ".".join(self.inside)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                found = list(operator(node))
                # mutmut changes a text three times; to the law a word of another case is another word, no more.
                self.found += [(where, node, one) for one in (found[:1] if kind is cst.BaseString else found)]
        return True

    def on_leave(self, node: cst.CSTNode) -> None:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.inside.pop()


def mutants_of(file: str) -> Iterator[Mutant]:
    source = (RULES / f"{file}.py").read_text(encoding="utf-8")
    module = MetadataWrapper(cst.parse_module(source)).module
    for number, part in enumerate(module.body):
        changes = Changes()
        part.visit(changes)
        for where, node, changed in changes.found:
            body = [*module.body[:number], part.deep_replace(node, changed), *module.body[number + 1 :]]
            yield _mutant(file, where, source, module.with_changes(body=body).code)


def _mutant(file: str, where: str, source: str, code: str) -> Mutant:
    was, becomes = differing_lines(source.splitlines(), code.splitlines())
    return Mutant(file, f"{file}.{where}" if where else file, was, becomes, code)


def differing_lines(old: list[str], new: list[str]) -> tuple[str, str]:
    """What one change replaced, and by what: all between the first and the last line that differ."""
    short = min(len(old), len(new))
    first = next((i for i in range(short) if old[i] != new[i]), short)
    last = next((i for i in range(short - first) if old[-1 - i] != new[-1 - i]), short - first)
    kept = (lines[first : len(lines) - last] for lines in (old, new))
    was, becomes = (" ".join(line.strip() for line in lines) for lines in kept)
    return was, becomes


def put_in_place(mutant: Mutant) -> None:
    """Run the changed file in its module, and hand its new names to every module that took the old ones."""
    module = importlib.import_module(f"toubib.rulebook.rules.{mutant.file}")
    old = dict(vars(module))
    exec(compile(mutant.code, f"{mutant.file}.py", "exec"), vars(module))
    for name, other in list(sys.modules.items()):
        if name.startswith("toubib.rulebook") and other is not module:
            for word, value in list(vars(other).items()):
                if word in old and value is old[word] and not word.startswith("__"):
                    setattr(other, word, vars(module)[word])


def fate(mutant: Mutant, worlds: object) -> int:
    """In a process of its own: what becomes of a mutant."""
    try:
        put_in_place(mutant)
        if mutant.file == "cap_status":
            return BY_A_CASE if _cap_status_fails() else SURVIVED
        return BY_A_CASE if any(worlds.broken(names) for names in ON[mutant.file]) else SURVIVED  # type: ignore[attr-defined]
    except Exception:  # a changed rule may fail in any way
        return BY_AN_ERROR


def _cap_status_fails() -> bool:
    import hypothesis
    import pytest

    hypothesis.settings.register_profile("mutation", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutation")
    # Not the project's settings: no Django, no database.
    options = ["-q", "-x", "--noconftest", "-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:django"]
    return pytest.main([*options, str(TESTS_OF_CAP_STATUS)]) != 0


Key = tuple[str, str, str]


def read_killed(again: Path | None) -> dict[Key, int]:
    """What an earlier run killed, and how; of changes that look the same, none where one survived."""
    found: dict[Key, int] = {}
    if again is not None and again.exists():
        for line in again.read_text(encoding="utf-8").splitlines():
            place, was, becomes, how = json.loads(line)
            found[place, was, becomes] = min(how, found.get((place, was, becomes), how))
    return {key: how for key, how in found.items() if how != SURVIVED}


def try_all(mutants: list[Mutant], worlds: object, at_once: int, again: Path | None = None) -> list[int]:
    """The fate of each, a process each, some at once."""
    fates = [BY_AN_ERROR] * len(mutants)
    killed = read_killed(again)
    running: dict[int, int] = {}

    def collect() -> None:
        pid, status = os.wait()
        number = running.pop(pid)
        fates[number] = os.WEXITSTATUS(status) if os.WIFEXITED(status) else BY_AN_ERROR
        if fates[number] == SURVIVED and any(mutants[number].key[1:]):
            tell("survives", mutants[number].key)
        if again is not None:
            with again.open("a", encoding="utf-8") as file:
                file.write(json.dumps([*mutants[number].key, fates[number]]) + "\n")

    gc.collect()
    gc.freeze()
    for number, mutant in enumerate(mutants):
        if number and number % 200 == 0:
            print(f"{number} of {len(mutants)}", flush=True)
        if mutant.key in killed:
            fates[number] = killed[mutant.key]
            continue
        while len(running) >= at_once:
            collect()
        pid = os.fork()
        if pid == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
            with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
                code = fate(mutant, worlds)
            os._exit(code)
        running[pid] = number
    while running:
        collect()
    return fates


def tell(what: str, key: tuple[str, str, str]) -> None:
    print(f"\n{what}: {key[0]}\n- {key[1]}\n+ {key[2]}", flush=True)


def read_explained(files: list[str]) -> dict[tuple[str, str, str], str]:
    """Of the survivors of some files: which change → why nothing can tell it from the rule."""
    groups = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) if EXPLAINED.exists() else []
    return {
        (one["in"], one["was"], one["becomes"]): group["because"]
        for group in groups or []
        for one in group["changes"]
        if one["in"].split(".")[0] in files
    }


def report(files: list[str], mutants: list[Mutant], fates: list[int], seconds: float) -> bool:
    """Print the table; is all well?"""
    explained = read_explained(files)
    print(f"\n{'file':16}{'mutants':>9}{'killed':>9}{'of these by an error':>22}{'survivors':>11}")
    for file in [*files, "all"]:
        here = [fate for one, fate in zip(mutants, fates, strict=True) if file in (one.file, "all")]
        survived = here.count(SURVIVED)
        print(f"{file:16}{len(here):9}{len(here) - survived:9}{here.count(BY_AN_ERROR):22}{survived:11}")
    survivors = {one.key for one, fate in zip(mutants, fates, strict=True) if fate == SURVIVED}
    for key in sorted(survivors - set(explained)):
        tell("not explained", key)
    for key in sorted(set(explained) - survivors):
        tell("explained, but it does not survive", key)
    share = fates.count(SURVIVED) / max(1, len(fates))
    print(f"\n{share:.1%} survive (under {MOST_SURVIVORS:.0%} is wanted); {seconds:.0f} s")
    return share < MOST_SURVIVORS and survivors == set(explained)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", metavar="FILE", choices=[*ON, []], help=", ".join(ON))
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="fates so far; the killed are not tried again"
    )
    given = parser.parse_args()
    files = given.files or list(ON)
    began = time.monotonic()
    from mutation_worlds import all_worlds, first_unsound

    names = tuple(dict.fromkeys(name for file in files for group in ON[file] for name in group))
    worlds = all_worlds(names) if names else None
    unsound = first_unsound(worlds, names) if worlds else None
    if unsound is not None:
        print(f"the rules as they are do not satisfy: {unsound}")
        return 2
    mutants = [one for file in files for one in mutants_of(file)]
    print(f"{len(mutants)} mutants; {time.monotonic() - began:.0f} s to prepare", flush=True)
    whole = [Mutant(file, file, "", "", (RULES / f"{file}.py").read_text(encoding="utf-8")) for file in files]
    if any(try_all(whole, worlds, given.at_once)):
        print("the rules as they are do not pass their own cases")
        return 2
    fates = try_all(mutants, worlds, given.at_once, given.again)
    return 0 if report(files, mutants, fates, time.monotonic() - began) else 1


if __name__ == "__main__":
    sys.exit(main())
