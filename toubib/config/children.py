"""What `toubib serve` starts: `python -m toubib.config.children all|live|pages|worker|papers`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from urllib.parse import urlsplit

from toubib.config import env

DEFAULT_BIND = "127.0.0.1:8000"
DEFAULT_LIVE_BIND = "127.0.0.1:8001"

PAPERS = frozenset(
    {"consultation.papers"}
)  # a process of their own beside the worker: a patient waits for them


def read_bind(name: str, default: str) -> tuple[str, int]:
    """`HOST:PORT`, with the brackets of an IPv6 address. Raises BadSetting."""
    raw = env.read_str(name, default) or default
    try:
        parts = urlsplit(f"//{raw}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise env.BadSetting(name, f"expected HOST:PORT, got {raw!r}")
    return host, port


def read_crew() -> tuple[int, int]:
    """Processes of pages, and threads in each. Raises BadSetting."""
    workers = env.read_int("TOUBIB_WEB_WORKERS", 1, low=1, high=64)
    return workers, env.read_int("TOUBIB_WEB_THREADS", 8, low=1, high=128)


def run_asgi(name: str, bind: tuple[str, int]) -> None:
    import uvicorn

    from toubib.config.asgi import UVICORN_OPTIONS

    host, port = bind
    uvicorn.run(f"toubib.config.asgi:{name}", host=host, port=port, log_config=None, **UVICORN_OPTIONS)


def run_pages(bind: tuple[str, int]) -> None:
    """The pages, by granian. Replaces this process."""
    workers, threads = read_crew()
    options = ["--interface", "wsgi", "--no-ws", "--http", "1", "--host", bind[0], "--port", str(bind[1])]
    options += ["--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "1024"]
    options += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--log-level", "warning"]
    options += ["--workers-kill-timeout", "5s"]
    os.execv(sys.executable, [sys.executable, "-m", "granian", *options, "toubib.config.wsgi:application"])  # noqa: S606


def run_worker_process(*, only: frozenset[str] = frozenset()) -> None:
    """The worker until SIGTERM or SIGINT; `only`: the duties it does, all where empty."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
    django.setup()
    from toubib.config.worker import run_worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logging.captureWarnings(True)
    run_worker(stop, only=only)


def main() -> None:
    part = sys.argv[1]
    if part == "all":
        run_asgi("application", read_bind("TOUBIB_BIND", DEFAULT_BIND))
    elif part == "live":
        run_asgi("live", read_bind("TOUBIB_LIVE_BIND", DEFAULT_LIVE_BIND))
    elif part == "pages":
        run_pages(read_bind("TOUBIB_BIND", DEFAULT_BIND))
    elif part == "papers":
        run_worker_process(only=PAPERS)
    else:
        run_worker_process()


if __name__ == "__main__":
    main()
