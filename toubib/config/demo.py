"""`make demo`: database, static files, demo district, then the server. Starts again on the same data."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec


def main() -> int:
    os.environ["TOUBIB_DEMO"] = "1"
    bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
    os.environ["TOUBIB_BIND"] = bind
    os.environ.setdefault("TOUBIB_PUBLIC_URL", f"http://{bind}")
    from toubib.config.children import DEFAULT_BIND, read_bind
    from toubib.config.cli import fail, run_migrate, run_serve
    from toubib.config.serve import PortBusy, check_port

    try:
        check_port(*read_bind("TOUBIB_BIND", DEFAULT_BIND))
    except PortBusy as error:
        return fail(f"{error}; choose another one: PORT=8080 make demo")
    code = run_migrate()
    if code:
        return code
    load_district()
    sys.stdout.write(f"\n  Toubib: http://{bind}    (Ctrl-C stops it)\n\n")
    sys.stdout.flush()
    return run_serve()


def load_district() -> None:
    """The invented town, its people and its past; nothing when it is there already."""
    from django.utils import timezone

    demo = import_module("toubib.web.demo") if find_spec("toubib.web.demo") else None
    if demo is not None and hasattr(demo, "load_demo_district"):
        demo.load_demo_district(now=timezone.now())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
