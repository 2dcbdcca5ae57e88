"""Before anything starts: every setting is read once, so that a wrong one refuses the start instead of killing a part."""

from __future__ import annotations

import os

from toubib.config.children import DEFAULT_BIND, DEFAULT_LIVE_BIND, read_bind, read_crew
from toubib.config.env import BadSetting

LOCAL = {"localhost", "127.0.0.1", "::1"}


def check_start() -> None:
    """Raises BadSetting (which ends the process with its one line), NoKeyFile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
    from django.conf import settings

    from toubib.ground.crypto import key_ring

    gateways = {"TOUBIB_EMAIL_GATEWAY": settings.EMAIL_GATEWAY, "TOUBIB_SMS_GATEWAY": settings.SMS_GATEWAY}
    read_bind("TOUBIB_BIND", DEFAULT_BIND)
    read_bind("TOUBIB_LIVE_BIND", DEFAULT_LIVE_BIND)
    read_crew()
    key_ring()
    check_seal()
    for name, path in gateways.items():
        if "." in path:
            check_gateway(name, path)
    check_exchange()


def check_seal() -> None:
    """That documents can be sealed. Raises BadSetting."""
    from toubib.documents.seal import NoSeal, current_seal

    try:
        current_seal()
    except NoSeal as error:
        raise BadSetting("TOUBIB_SEAL_FILE", f"{error} (see docs/documents.md)") from None


def check_exchange() -> None:
    """That reports can leave, where a relay is named, and never in clear past this machine. Raises BadSetting."""
    from django.conf import settings

    adapters = {
        "TOUBIB_MSSANTE_GATEWAY": (settings.MSSANTE_GATEWAY, "submit(parcel, *, now)"),
        "TOUBIB_MSSANTE_DIRECTORY": (settings.MSSANTE_DIRECTORY, "find(*, rpps)"),
        "TOUBIB_MSSANTE_MAILBOX": (settings.MSSANTE_MAILBOX, "fetch()"),
    }
    for name, (path, method) in adapters.items():
        if "." in path:
            check_gateway(name, path, method=method)
    if not settings.DEMO:
        for name, (path, _method) in adapters.items():
            if path == "demo":
                raise BadSetting(name, "demo is for the demo alone")
        if settings.OID_ARC.startswith("2.999"):
            raise BadSetting("TOUBIB_OID_ARC", "2.999 is the arc of examples: it identifies nothing")
    if settings.MSSANTE_GATEWAY in {"none", "demo"}:
        return
    for name in ("OID_ARC", "STRUCTURE_NUMBER", "MSSANTE_FROM", "MSSANTE_NIL"):
        if not getattr(settings, name):
            raise BadSetting(f"TOUBIB_{name}", "needed to send reports (see docs/mssante.md)")
    if settings.MSSANTE_TLS == "none" and settings.MSSANTE_HOST not in LOCAL:
        raise BadSetting("TOUBIB_MSSANTE_TLS", "none is for a relay on this machine alone")


def check_gateway(name: str, path: str, *, method: str = "deliver(*, to, subject, body)") -> None:
    """That an operator's class can be imported and has its method. Raises BadSetting."""
    import django
    from django.utils.module_loading import import_string

    django.setup()
    try:
        found = import_string(path)
    except ImportError as error:
        raise BadSetting(name, f"{path} cannot be imported: {error}") from None
    if not callable(getattr(found, method.split("(")[0], None)):
        raise BadSetting(name, f"{path} has no method {method}")
