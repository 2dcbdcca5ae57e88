"""The lists are held in memory before anyone searches: each process of pages reads them at its start, aside."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger("toubib.nomenclature")


def warm_soon() -> threading.Thread:
    """In the background, once Django is set up; a database that is away leaves it to the first search."""
    thread = threading.Thread(target=_warm_aside, name="nomenclature-warm", daemon=True)
    thread.start()
    return thread


def _warm_aside() -> None:
    from toubib.nomenclature.queries import hold_lists  # models: only once Django is set up

    try:
        hold_lists()
    except (DatabaseError, InterfaceError) as error:
        log.warning(
            "the lists were not read at the start (%s); the first search does it", type(error).__name__
        )
    finally:
        connection.close()
