"""Typed readers of the environment: a bad value refuses the start, with the name and the reason."""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from toubib.ground.private import write_private

WANTED_DATABASE = "expected sqlite:///PATH or postgresql://USER@HOST/NAME"


class BadSetting(SystemExit):
    """A setting is missing or wrong; the process stops with one line on stderr and exit code 2."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(2)
        self.line = f"toubib: {name}: {reason}"
        sys.stderr.write(self.line + "\n")

    def __str__(self) -> str:
        return self.line


def read_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def read_bool(name: str, *, default: bool = False) -> bool:
    raw = read_str(name)
    if not raw:
        return default
    if raw.lower() in {"1", "true", "yes", "on"}:
        return True
    if raw.lower() in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(name, f"expected 0 or 1, got {raw!r}")


def read_int(name: str, default: int, *, low: int, high: int) -> int:
    raw = read_str(name)
    if not raw:
        return default
    if not raw.isascii() or not raw.lstrip("-").isdigit() or not low <= int(raw) <= high:
        raise BadSetting(name, f"expected a whole number from {low} to {high}, got {raw!r}")
    return int(raw)


def read_list(name: str, default: list[str] | None = None) -> list[str]:
    raw = read_str(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else list(default or [])


def read_choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    """One word of a list, in capitals or not; returned as the list writes it."""
    raw = read_str(name) or default
    for word in among:
        if raw.lower() == word.lower():
            return word
    raise BadSetting(name, f"expected one of {', '.join(among)}, got {raw!r}")


def read_dotted(name: str, default: str, *, words: tuple[str, ...]) -> str:
    """One of our words, or the dotted path of an operator's class; `preflight` sees whether it can be imported."""
    raw = read_str(name) or default
    if raw not in words and not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", raw):
        raise BadSetting(name, f"expected {', '.join(words)} or the dotted path of a class, got {raw!r}")
    return raw


def read_urls(name: str, *, schemes: tuple[str, ...]) -> list[str]:
    """Addresses of relays and address finders (RFC 7064, RFC 7065), `turn:HOST:3478?transport=udp`."""
    found = read_list(name)
    shape = rf"({'|'.join(schemes)}):([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{{1,5}})?(\?transport=(udp|tcp))?"
    for url in found:
        if not re.fullmatch(shape, url):
            raise BadSetting(name, f"expected addresses like {schemes[0]}:HOST:3478, got {url!r}")
    return found


def read_public_url(name: str, default: str, *, https_only: bool) -> str:
    """`https://HOST`, without a path, as people type it."""
    raw = (read_str(name) or default).rstrip("/")
    if https_only and not raw.startswith("https://"):
        raise BadSetting(name, "must begin with https:// outside the demo")
    if not re.fullmatch(r"https?://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", raw):
        raise BadSetting(name, f"expected https://HOST without a path, got {raw!r}")
    return raw


def read_calling_codes(name: str, default: list[str]) -> list[str]:
    """Countries by their calling code, « +33,+32 »."""
    found = read_list(name, default)
    for code in found:
        if not re.fullmatch(r"\+[1-9][0-9]{0,3}", code):
            raise BadSetting(name, f"expected calling codes like +33,+32, got {code!r}")
    return found


def read_oid(name: str, default: str) -> str:
    """An arc of object identifiers, short enough for documents to stand under it in 64 signs; empty: none."""
    raw = read_str(name, default)
    if raw and (not re.fullmatch(r"[0-2](\.(0|[1-9][0-9]*))+", raw) or len(raw) > 21):
        raise BadSetting(name, f"expected an OID of at most 21 signs, like 1.2.250.1.999, got {raw!r}")
    return raw


def read_structure(name: str, default: str) -> str:
    """A structure's national number (TRE_G07): a digit for its kind, then FINESS, SIREN, SIRET…; empty: none."""
    raw = read_str(name, default)
    if raw and not re.fullmatch(r"[12][0-9AB]{9}|3[0-9]{14}|[04][0-9A-Z]{5,}", raw):
        raise BadSetting(name, f"expected 1 and a FINESS, 2 and a SIREN or 3 and a SIRET, got {raw!r}")
    return raw


def read_path(name: str, default: Path) -> Path:
    raw = read_str(name)
    return Path(raw).expanduser().resolve() if raw else default


def read_secret(name: str, *, made_at: Path | None, low: int = 32) -> str:
    """The secret in the file named by NAME_FILE; in a demo a fresh one is made once at `made_at`.

    Ours have 32 characters or more; those that others choose (SMTP) may be shorter (`low`).
    """
    given = read_str(f"{name}_FILE")
    path = Path(given) if given else made_at
    if path is None:
        raise BadSetting(f"{name}_FILE", "name a file that holds the secret (see docs/install.md)")
    if not path.exists() and made_at is not None and not given:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_urlsafe(48))
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE", f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadSetting(f"{name}_FILE", f"{path} is not a text file") from None
    if len(value) < low:
        raise BadSetting(f"{name}_FILE", f"{path} holds fewer than {low} characters")
    return value


def read_database(name: str, *, data_dir: Path) -> dict[str, object]:
    """`sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME?host=/socket/dir`."""
    url = read_str(name) or f"sqlite:///{data_dir / 'toubib.sqlite3'}"
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError:
        raise BadSetting(name, WANTED_DATABASE) from None
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path)[1:] if parts.path.startswith("//") else unquote(parts.path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        extra = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": extra.pop("host", parts.hostname or ""),
            "PORT": port,
            "CONN_MAX_AGE": read_int("TOUBIB_DATABASE_MAX_AGE", 60, low=0, high=3600),
            "CONN_HEALTH_CHECKS": True,
            # psycopg sends values beside the statement instead of writing them into it: a tenth less CPU for a flow
            "OPTIONS": {"connect_timeout": "5", "server_side_binding": True, **extra},
        }
    raise BadSetting(name, WANTED_DATABASE)
