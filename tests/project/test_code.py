"""How the code is written: sizes, layers, one writer, no catch-all."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from django.apps import apps

from tests.project import tree

LONGEST_FILE, LONGEST_FUNCTION = 500, 60
# A border of the process: what one round raises must not stop the others.
CATCH_ALL = {"toubib/config/worker.py"}


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith("toubib.")]


def test_import_contract_is_kept():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_foreign_keys_point_down_only():
    up = []
    for model in our_models():
        here = tree.LAYERS.index(model._meta.app_label)
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            ours = target is not None and target._meta.app_label in tree.LAYERS
            if ours and tree.LAYERS.index(target._meta.app_label) > here:
                up.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert up == []


def test_every_model_states_its_data():
    from toubib.ground.models import DataNote

    without = [
        model._meta.label
        for model in our_models()
        if not model._meta.auto_created and not isinstance(getattr(model, "data", None), DataNote)
    ]
    assert without == []


def test_no_file_is_too_long():
    paths = tree.files(".py", tests=True) + tree.files(".py", under="tests", tests=True) + tree.files(".js")
    paths += tree.files(".py", under="scripts")
    sizes = {str(path): len(tree.read(path).splitlines()) for path in paths if "vendor" not in path.parts}
    assert {path: lines for path, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long():
    paths = tree.files(".py", tests=True) + tree.files(".py", under="tests", tests=True)
    long = {
        f"{path}:{function.lineno} {function.name}": function.end_lineno - function.lineno + 1
        for path in paths
        for function in tree.functions(path)
        if function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_nothing_catches_everything_outside_a_process_border():
    caught = []
    for path in tree.files(".py"):
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                caught.append(f"{path}:{node.lineno}")
    assert [place for place in caught if place.rsplit(":", 1)[0] not in CATCH_ALL] == []


def test_no_clock_below_a_view_a_task_or_a_command():
    """Operations, queries and rules are told the time."""
    asked = []
    for path in tree.files(".py"):
        if re.search(r"/(operations|queries|perms|models|events)(/|\.py)", str(path)):
            for match in re.finditer(r"timezone\.now\(\)|datetime\.now\(|date\.today\(", tree.read(path)):
                asked.append(f"{path}: {match.group()}")
    assert asked == []


def test_public_operations_are_keyword_only_and_typed():
    loose = []
    for path in tree.files(".py"):
        if not re.search(r"/operations(/|\.py)", str(path)):
            continue
        for node in tree.parsed(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = node.args.args + node.args.kwonlyargs
                untyped = [argument.arg for argument in arguments if argument.annotation is None]
                acts = {"by", "now"} & {argument.arg for argument in arguments}
                if (acts and node.args.args) or untyped or node.returns is None:
                    loose.append(f"{path}:{node.lineno} {node.name}")
    assert loose == []


def test_no_unfinished_note_is_left():
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    paths = tree.files(".py") + tree.files(".html") + tree.files(".js") + tree.files(".css")
    assert [str(path) for path in paths if "vendor" not in path.parts and words.search(tree.read(path))] == []
