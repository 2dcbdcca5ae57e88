#!/usr/bin/env python3
"""A throw-away PostgreSQL for tests and benchmarks, from Debian's packages.

    python3 scripts/postgres.py start FOLDER    starts it (once) and prints its TOUBIB_DATABASE_URL
    python3 scripts/postgres.py stop FOLDER     stops it
    python3 scripts/postgres.py run FOLDER -- COMMAND …    starts, runs with TOUBIB_DATABASE_URL set, stops

It listens on a Unix socket in FOLDER alone. Root runs it as the user postgres.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

SETTINGS = [
    "listen_addresses=''",
    "fsync=off",  # but each commit is written: a test stops the server at once and finds all that was said done
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=256MB",
    "jit=off",
    "log_min_messages=panic",
    "autovacuum_naptime=10s",
]


def binaries() -> Path:
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    sys.exit("postgres: no server found; apt-get install postgresql")


def as_server(*command: str) -> None:
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def is_running(data: Path) -> bool:
    return (data / "postmaster.pid").exists() and subprocess.run(
        [
            *(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []),
            str(binaries() / "pg_ctl"),
            "-D",
            str(data),
            "status",
        ],
        capture_output=True,
        cwd="/",
        check=False,
    ).returncode == 0


def start(folder: Path) -> str:
    data = folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    if not (data / "PG_VERSION").exists():
        as_server(
            str(binaries() / "initdb"),
            "-D",
            str(data),
            "-U",
            "toubib",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
    if not is_running(data):
        options = " ".join(f"-c {setting}" for setting in SETTINGS) + f" -k {folder}"
        as_server(
            str(binaries() / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            options,
            "start",
        )
        subprocess.run(
            [binaries() / "createdb", "-h", folder, "-U", "toubib", "toubib"],
            capture_output=True,
            check=False,
        )
    return f"postgresql://toubib@/toubib?host={folder}"


def stop(folder: Path) -> None:
    if is_running(folder / "data"):
        as_server(str(binaries() / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")


def main() -> int:
    if len(sys.argv) < 3 or sys.argv[1] not in {"start", "stop", "run"}:
        sys.exit(__doc__)
    folder = Path(sys.argv[2]).resolve()
    if sys.argv[1] == "stop":
        stop(folder)
        return 0
    url = start(folder)
    if sys.argv[1] == "start":
        print(url)
        return 0
    try:
        return subprocess.run(
            sys.argv[sys.argv.index("--") + 1 :], env={**os.environ, "TOUBIB_DATABASE_URL": url}
        ).returncode
    finally:
        stop(folder)


if __name__ == "__main__":
    sys.exit(main())
