"""The tree of the project as the tests of the project read it."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "toubib"
LAYERS = [
    "ground",
    "rulebook",
    "ui",
    "territory",
    "nomenclature",
    "directory",
    "people",
    "activity",
    "record",
    "assistance",
    "documents",
    "exchange",
    "waiting",
    "billing",
    "consultation",
    "kiosk",
    "rights",
    "web",
    "config",
]


@cache
def files(suffix, *, under="toubib", tests=False, migrations=False):
    """Paths relative to ROOT, sorted. In a clone: the tree; elsewhere the same less caches."""
    found = []
    for path in sorted((ROOT / under).rglob(f"*{suffix}")):
        parts = path.relative_to(ROOT).parts
        if "__pycache__" in parts or "node_modules" in parts or ".venv" in parts or "var" in parts:
            continue
        if (not tests and "tests" in parts) or (not migrations and "migrations" in parts):
            continue
        found.append(path.relative_to(ROOT))
    return found


@cache
def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parsed(path):
    return ast.parse(read(path))


def app_of(path):
    return path.parts[1]


def functions(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [Path(line) for line in listed.stdout.splitlines()]


def without_comments(template):
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", template, flags=re.S)
    return re.sub(r"\{#.*?#\}", "", text)
