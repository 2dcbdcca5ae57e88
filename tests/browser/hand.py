"""A process beside the application, in its settings: reads ["module:function", {…}] by line, answers JSON by line."""

from __future__ import annotations

import importlib
import json
import sys
import traceback

import django


def main() -> None:
    django.setup()
    answers = sys.stdout
    sys.stdout = sys.stderr
    from django.db import close_old_connections

    for line in sys.stdin:
        name, arguments = json.loads(line)
        close_old_connections()
        module, function = name.split(":")
        try:
            value = getattr(importlib.import_module(module), function)(**arguments)
            answer = json.dumps({"value": value}, default=str)
        except Exception:
            answer = json.dumps({"error": traceback.format_exc()})
        answers.write(answer + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
