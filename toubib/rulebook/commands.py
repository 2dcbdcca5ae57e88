"""`toubib rulebook …`: no settings, no database, no Django."""

from __future__ import annotations

import argparse
import json
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import IO, Any

from toubib.rulebook.parameters import BadParameters, in_force
from toubib.rulebook.show import FRENCH, LANGUAGES, as_json, lines_of

SHOW = """Tells every parameter in force on a day, with its reference and what is not certain of it: `contested` where
sources disagree, `unverified` where a value was not checked against its text; and where no rule reads it yet."""
DECIDE = """Reads the facts of one act (a JSON object) or of many (JSON Lines) and writes one decision a line, in order.
What is absent or null is unknown. Stops at the first bad line; the answers before it stand."""
TRY = """Answers the cases that stand in a policy's file, under the law with the policy over it; or those of a file of
cases of the law (a list, as rulebook/cases/*.yaml), under the law. Exit 0: all hold. Exit 1: each difference is a line.
Exit 2: the file cannot be read."""
SCHEMA = "Writes the JSON Schema of the facts of one act on standard output."


def add_commands(commands: Any) -> None:
    """Put `rulebook` and its own commands among those of `toubib`."""
    rulebook = commands.add_parser("rulebook", help="the dated law")
    parts = rulebook.add_subparsers(metavar="COMMAND", required=True)
    show = parts.add_parser("show", help="the parameters in force on a day", description=SHOW)
    show.add_argument("--on", required=True, type=read_day, metavar="DATE", help="the day, as 2025-03-10")
    show.add_argument("--json", action="store_true", help="as a JSON array sorted by id")
    show.add_argument("--lang", choices=LANGUAGES, default=FRENCH, help="of all but labels and references")
    show.set_defaults(run=run_show)
    decide = parts.add_parser("decide", help="judge one act or many", description=DECIDE)
    decide.add_argument(
        "file", nargs="?", default="-", metavar="FILE", help="acts; - or none: standard input"
    )
    decide.set_defaults(run=run_decide)
    attempt = parts.add_parser("try", help="try the cases of a policy, or of the law", description=TRY)
    attempt.add_argument(
        "policy", metavar="POLICY", help="a policy's name, its .yaml file, or a .yaml file of cases"
    )
    attempt.set_defaults(run=run_try)
    schema = parts.add_parser("schema", help="the JSON Schema of the facts of an act", description=SCHEMA)
    schema.set_defaults(run=run_schema)


def read_day(text: str) -> date:
    """A day written YYYY-MM-DD and in no other way; the message is for argparse."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date (YYYY-MM-DD)")


def run_show(arguments: argparse.Namespace) -> int:
    try:
        rows = in_force(on=arguments.on)
    except BadParameters as error:
        return _refuse(str(error))
    if arguments.json:
        told = json.dumps([as_json(row) for row in rows], ensure_ascii=False, indent=1)
    else:
        told = "\n".join(lines_of(rows, on=arguments.on, language=arguments.lang))
    sys.stdout.write(f"{told}\n")
    return 0


def run_decide(given: argparse.Namespace) -> int:
    from toubib.rulebook.decide import decide
    from toubib.rulebook.facts import BadFact
    from toubib.rulebook.lines import BadLine, read_acts

    try:
        opened = _opened(given.file)
    except OSError as error:
        return _refuse(f"{given.file}:0: -: cannot be read: {error.strerror}")
    try:
        with opened as stream:
            for _, facts in read_acts(stream):
                try:
                    answer = decide(facts)
                except BadFact as error:
                    raise BadLine(facts.line_of(error.field), error.field, error.message) from None
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    except BadLine as error:
        return _refuse(f"{given.file}:{error}")
    return 0


def run_try(given: argparse.Namespace) -> int:
    from toubib.rulebook.policies import BadPolicy
    from toubib.rulebook.trial import try_file

    try:
        count, differences = try_file(given.policy)
    except BadPolicy as error:
        return _refuse(str(error))
    except BadParameters as error:
        return _refuse(str(error))
    for line in differences:
        sys.stdout.write(f"{line}\n")
    if differences:
        sys.stderr.write(f"toubib: {len(differences)} differences in {count} cases\n")
        return 1
    sys.stdout.write(f"{count} cases hold\n")
    return 0


def _opened(name: str) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _refuse(message: str) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"{' '.join(message.split())}\n")
    return 2


def run_schema(_: argparse.Namespace) -> int:
    from toubib.rulebook.facts import json_schema

    sys.stdout.write(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n")
    return 0
