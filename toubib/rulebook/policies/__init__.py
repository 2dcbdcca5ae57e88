"""Reforms as overlays on the law, in YAML: what they set, what they take out of the cap, what they make payable.

A policy file: see `docs/law.md`. `when` is a list of alternatives, each a map fact → value, values or range, all to be met.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from toubib.rulebook.engine.tree import Condition, Way, negate
from toubib.rulebook.facts import show
from toubib.rulebook.lines import LONGEST, printable
from toubib.rulebook.policies.source import BadPolicy, Where, read_any, read_yaml
from toubib.rulebook.policies.values import fault_of
from toubib.rulebook.policies.when import When, matches, read_when

FOLDER = Path(__file__).parent
LEAVE = "excluded_acts_leave_denominator"
KEYS = {
    "id", "label", "summary", "source", "reference", "parameters", "exclude", "exempt", "suspend", "open",
    LEAVE, "note", "includes", "cases",
}  # fmt: skip
RULE_KEYS = {"code", "when", "text", "condition"}
WORD = re.compile(r"[\w-]{1,60}")
# Never a code of the law; columns of tables ignore case, so that one word has one writing.
CODES = {kind: re.compile(r"CAP\.REF_[A-Z0-9_]{1,80}") for kind in ("exclude", "exempt", "suspend")}
CODES["open"] = re.compile(r"(TERR|REIMB|PATHWAY)\.REF_[A-Z0-9_]{1,80}")
OPENABLE = ("REIMB.OUT_OF_PATHWAY", "REIMB.NOT_TERRITORIAL")

__all__ = [
    "BadPolicy",
    "Clause",
    "Overlay",
    "Policy",
    "Where",
    "find_policy",
    "matches",
    "policy_files",
    "read_any",
    "read_policy",
    "read_yaml",
    "text_of",
]


@dataclass(frozen=True)
class Clause:
    """One part of a policy: its code, when it applies, and for an opened condition which one."""

    code: str
    when: When
    text: str = ""
    condition: str = ""


@dataclass(frozen=True)
class Policy:
    """One reform. `exclude`, `exempt`, `suspend`: out of the numerator; `open`: a new way to be payable."""

    id: str
    label: str
    source: str
    summary: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()
    exclude: tuple[Clause, ...] = ()
    exempt: tuple[Clause, ...] = ()
    suspend: tuple[Clause, ...] = ()
    open: tuple[Clause, ...] = ()
    excluded_acts_leave_denominator: bool = False
    note: str = ""

    @property
    def reference(self) -> str:
        """What is cited where a value or a reason is its own."""
        return f"{self.id} : {self.label} ({self.source})"


@dataclass(frozen=True)
class Overlay:
    """Policies together, over the law; none: the law as it is."""

    policies: tuple[Policy, ...] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        return {id: value for policy in self.policies for id, value in policy.parameters}

    def setter_of(self, id: str) -> Policy | None:
        """The policy whose value of a parameter holds: the last named of those that set it."""
        found = [policy for policy in self.policies if id in dict(policy.parameters)]
        return found[-1] if found else None

    def clause_of(self, code: str) -> tuple[Policy | None, Clause | None]:
        """The first policy whose part has this code, and the part."""
        for policy in self.policies:
            for clause in (*policy.exclude, *policy.exempt, *policy.suspend, *policy.open):
                if clause.code == code:
                    return policy, clause
        return None, None

    def disputes(self) -> list[str]:
        """The parameters that the policies set to different values, a sentence each."""
        said: dict[str, list[tuple[str, Any]]] = {}
        for policy in self.policies:
            for id, value in dict(policy.parameters).items():
                said.setdefault(id, []).append((policy.id, value))
        return [
            f"{id}: {', '.join(f'{show(value)} by {policy}' for policy, value in each)}"
            for id, each in sorted(said.items())
            if len({repr(value) for _, value in each}) > 1
        ]

    @property
    def excluded_acts_leave_denominator(self) -> bool:
        return any(policy.excluded_acts_leave_denominator for policy in self.policies)

    def clauses(self, *kinds: str) -> list[Clause]:
        found = {c.code: c for p in self.policies for kind in kinds for c in getattr(p, kind)}
        return [
            Clause(
                code, tuple(alternative for c in self._all(kinds) if c.code == code for alternative in c.when)
            )
            for code in sorted(found)
        ]

    def _all(self, kinds: Iterable[str]) -> list[Clause]:
        return [c for p in self.policies for kind in kinds for c in getattr(p, kind)]

    def exclusions(self, act: Any) -> list[Condition]:
        """That no policy takes the act out of the numerator."""
        clauses = self.clauses("exclude", "exempt", "suspend")
        return [Condition(clause.code, negate(matches(act, clause.when))) for clause in clauses]

    def ways(self, condition: str, act: Any) -> list[Way]:
        """New ways to satisfy a condition of reimbursement."""
        return [Way(c.code, matches(act, c.when)) for c in self._all(["open"]) if c.condition == condition]


def read_policy(text: str, name: str) -> Policy:
    """A policy from YAML; `name` is its file's. Raises BadPolicy."""
    given, where = read_yaml(text, name)
    for key in given:
        if key not in KEYS:
            raise where.bad("unknown key", key)
    for key in ("id", "label", "source"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise where.bad("a text is expected", key)
    if not WORD.fullmatch(given["id"]):
        raise where.bad("a word of letters, digits, - and _ is expected", "id")
    if not isinstance(given.get(LEAVE, False), bool):
        raise where.bad("true or false is expected", LEAVE)
    policy = Policy(
        given["id"],
        given["label"],
        given["source"],
        str(given.get("summary", "")),
        _parameters(given.get("parameters", {}), where),
        _clauses(given, "exclude", where),
        _clauses(given, "exempt", where),
        _clauses(given, "suspend", where),
        _clauses(given, "open", where),
        given.get(LEAVE, False),
        str(given.get("note", "")),
    )
    return _with_included(policy, given.get("includes", []), where)


def _with_included(policy: Policy, names: Any, where: Where) -> Policy:
    """The union of a policy with those shipped that it names."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise where.bad("a list of policies is expected", "includes")
    for place, name in enumerate(names):
        if name not in policy_files() or name == policy.id:
            raise where.bad(f"{name[:60]}: no such policy", "includes", place)
    parts = [policy, *(find_policy(name) for name in names)]
    disputes = Overlay(tuple(parts)).disputes()
    if disputes:
        raise where.bad(f"different values of one parameter: {'; '.join(disputes)}", "includes")
    return replace(
        policy,
        parameters=tuple(one for part in parts for one in part.parameters),
        exclude=tuple(one for part in parts for one in part.exclude),
        exempt=tuple(one for part in parts for one in part.exempt),
        suspend=tuple(one for part in parts for one in part.suspend),
        open=tuple(one for part in parts for one in part.open),
        excluded_acts_leave_denominator=any(part.excluded_acts_leave_denominator for part in parts),
    )


def _parameters(given: Any, where: Where) -> tuple[tuple[str, Any], ...]:
    if not isinstance(given, dict):
        raise where.bad("a map is expected", "parameters")
    for id, value in given.items():
        fault = fault_of(id, value)
        if fault:
            raise where.bad(fault, "parameters", id)
    return tuple((id, tuple(v) if isinstance(v, list) else v) for id, v in sorted(given.items()))


def _clauses(given: dict[str, Any], kind: str, where: Where) -> tuple[Clause, ...]:
    rows = given.get(kind, [])
    if not isinstance(rows, list):
        raise where.bad("a list is expected", kind)
    found = []
    for place, row in enumerate(rows):
        try:
            found.append(_clause(row, given["id"], kind))
        except ValueError as error:
            raise where.bad(str(error), kind, place) from None
    return tuple(found)


def _clause(row: Any, policy: str, kind: str) -> Clause:
    """Raises ValueError, with a sentence."""
    if not isinstance(row, dict) or not set(row) <= RULE_KEYS:
        raise ValueError(f"keys {', '.join(sorted(RULE_KEYS))} are expected")
    family = "TERR" if kind == "open" else "CAP"
    code = row.get("code", f"{family}.REF_{_capitals(policy)}")
    if not isinstance(code, str) or not CODES[kind].fullmatch(code):
        raise ValueError(f"code: {show(code)} is no code of the form {family}.REF_NAME, in capitals")
    condition = row.get("condition", "")
    if (kind == "open") != bool(condition) or (condition and condition not in OPENABLE):
        raise ValueError(f"condition: {' or '.join(OPENABLE)} for `open`, none elsewhere")
    return Clause(code, read_when(row.get("when")), str(row.get("text", "")), condition)


def _capitals(id: str) -> str:
    """The id of a policy as codes write it: A to Z, digits and _."""
    plain = unicodedata.normalize("NFKD", id).encode("ascii", "ignore").decode().upper()
    return re.sub(r"[^A-Z0-9_]", "_", plain) or "_"


@lru_cache(maxsize=1)
def policy_files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def find_policy(name: str) -> Policy:
    """A policy by its name, or by the path of a file in the same form, as it is now; raises BadPolicy."""
    return _read_once(text_of(name), printable(name))


@lru_cache(maxsize=256)
def _read_once(text: str, name: str) -> Policy:
    return read_policy(text, name)


def text_of(name: str) -> str:
    """The file of a policy; raises BadPolicy."""
    where = Where(printable(name), {})
    path = policy_files().get(name) or (Path(name) if name.endswith((".yaml", ".yml")) else None)
    if path is None:
        raise where.bad(f"no such policy; one of {', '.join(policy_files())}, or a .yaml file")
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST + 1)
        if len(raw) > LONGEST:
            raise where.bad(f"a file of more than {LONGEST} bytes is no policy")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Where(where.name, {("-",): line}).bad("not UTF-8") from None
    except OSError as error:
        raise where.bad(f"cannot be read: {error.strerror}") from None
