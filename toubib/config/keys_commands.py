"""`toubib keys rotate`: a new key for clinical text and files, while servers run.

Order: the new key stands in the file as « coming » (all may read with it), every process has seen it, it encrypts,
everything older is sealed again. The old key stays until `--retire` finds nothing under it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toubib.ground.rotation import Holder, Tally

ROTATE = """Makes a new key in the key file and seals every encrypted value and file again with it, while servers run.
Killed, it goes on where it stood when started again. The old key stays in the file until --retire."""
PREPARE = (
    "only put the new key in the file, for reading: then copy the file to every machine that has its own"
)
RETIRE = "take old keys that nothing uses out of the file, an hour after the new one began to serve"
SETTLED = timedelta(hours=1)  # no act that began under the old key is still under way


class KeysRefused(Exception):
    """It ran, and the answer is bad."""


class WrongKeys(Exception):
    """The file is not that of this database."""


def add_commands(commands: Any) -> None:
    """Put `keys` among the commands of `toubib`."""
    keys = commands.add_parser("keys", help="the keys of clinical text and files")
    parts = keys.add_subparsers(metavar="COMMAND", required=True)
    rotate = parts.add_parser("rotate", help="seal everything with a new key", description=ROTATE)
    only = rotate.add_mutually_exclusive_group()
    only.add_argument("--prepare", action="store_true", help=PREPARE)
    only.add_argument("--retire", action="store_true", help=RETIRE)
    rotate.set_defaults(run=run_rotate)


def run_rotate(given: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from toubib.ground.keyfile import KeysBusy, NoKeyFile, only_one

    path: Path = settings.ENCRYPTION_KEYS_FILE
    try:
        with only_one(path):
            check_fits(path)
            if given.prepare:
                prepare(path)
            elif given.retire:
                retire(path, now=timezone.now())
            else:
                rotate(path)
    except (NoKeyFile, WrongKeys) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (KeysBusy, KeysRefused) as error:
        sys.stderr.write(f"toubib: {error}\n")
        return 1
    return 0


def all_holders() -> list[Holder]:
    """Whatever keeps sealed values."""
    from toubib.ground.rotated_files import FileHolder
    from toubib.ground.rotation import table_holders
    from toubib.people.rotated import FactorHolder, SessionHolder

    return [*table_holders(), FactorHolder(), FileHolder(), SessionHolder()]


def check_fits(path: Path) -> None:
    """That the file opens what is there. Raises WrongKeys, NoKeyFile."""
    from toubib.ground.crypto import key_ring
    from toubib.ground.rotation import count_heads

    heads = key_ring().heads
    strange: Counter[bytes] = Counter()
    for found in count_heads(holders=all_holders()).values():
        strange.update({head: many for head, many in found.items() if head not in heads})
    if strange:
        names = ", ".join(sorted(head[1:].hex() or "none" for head in strange)[:3])
        raise WrongKeys(f"{path}: keys: {strange.total()} values are sealed with a key it lacks ({names})")


def prepare(path: Path) -> None:
    from toubib.ground.keyfile import read_key_file, replace_key_file

    held = read_key_file(path)
    replace_key_file(path, held.with_coming())
    said = "was there already" if held.coming else "is there"
    sys.stdout.write(
        f"{path}: the new key {said}, for reading alone. Copy the file to every machine, save it apart from the"
        " backups, then run `toubib keys rotate`.\n"
    )


def rotate(path: Path, *, patience: float | None = None) -> None:
    """Raises KeysRefused. `patience`: seconds in which every process looks at the file."""
    from toubib.ground.crypto import LOOK_EVERY
    from toubib.ground.keyfile import read_key_file
    from toubib.ground.rotation import renew_all
    from toubib.observatory.progress import Progress

    with Progress("keys rotate") as progress:

        def tell(name: str, many: int) -> None:
            progress.what = f"keys rotate: {name} {many}"

        if read_key_file(path).coming or not sum(_under_old_keys().values()):
            _change_key(path, patience=2.5 * LOOK_EVERY if patience is None else patience)
        else:
            sys.stdout.write("Going on with the rotation that was begun: no key is made.\n")
        done = renew_all(holders=all_holders(), tell=tell)
    _report(done)


def _change_key(path: Path, *, patience: float) -> None:
    from django.utils import timezone

    from toubib.ground.crypto import forget_keys
    from toubib.ground.keyfile import read_key_file, replace_key_file

    held = read_key_file(path).with_coming()
    replace_key_file(path, held)
    time.sleep(patience)  # every process that reads has seen it
    replace_key_file(path, held.promoted(now=timezone.now()))
    forget_keys()
    sys.stdout.write(
        f"{path}: a new key encrypts. Save the file again, apart from the backups: without it nothing new opens.\n"
    )
    sys.stdout.flush()
    time.sleep(patience)  # every process that writes has seen it


def _report(done: dict[str, Tally]) -> None:
    for name, tally in done.items():
        if tally.renewed:
            sys.stdout.write(f"{name}: {tally.renewed} renewed\n")
    lost = [line for tally in done.values() for line in tally.unreadable]
    busy = sum(tally.busy for tally in done.values())
    if lost:
        raise KeysRefused(f"{len(lost)} values do not open and stay as they are; the first: {lost[0]}")
    if busy:
        raise KeysRefused(f"{busy} values were held by others all along: run `toubib keys rotate` again")
    sys.stdout.write(
        f"Done: {sum(tally.renewed for tally in done.values())} renewed. The old key stays until"
        " `toubib keys rotate --retire`.\n"
    )


def retire(path: Path, *, now: datetime) -> None:
    """Raises KeysRefused."""
    from toubib.ground.crypto import forget_keys
    from toubib.ground.keyfile import keep_retired, read_key_file, replace_key_file

    held = read_key_file(path)
    if held.coming:
        raise KeysRefused("a key was prepared and does not serve yet: run `toubib keys rotate`")
    if len(held.keys) == 1:
        sys.stdout.write(f"{path}: one key, nothing to retire.\n")
        return
    if held.since and now < held.since + SETTLED:
        free = (held.since + SETTLED).astimezone().strftime("%H:%M")
        raise KeysRefused(f"the new key serves since less than an hour: --retire is possible from {free}")
    left = {name: many for name, many in _under_old_keys(with_sessions=True).items() if many}
    if left:
        listed = ", ".join(f"{name} {many}" for name, many in left.items())
        raise KeysRefused(f"still under an old key: {listed} (sessions end by themselves; else rotate again)")
    kept = keep_retired(path, held.keys[:-1])
    replace_key_file(path, held.with_last_alone())
    forget_keys()
    sys.stdout.write(
        f"{path}: one key. The old ones are in {kept}: put it where the backups' keys lie; backups made before need it.\n"
    )


def _under_old_keys(*, with_sessions: bool = False) -> dict[str, int]:
    """Values by holder that are not under the key in use; sessions are nothing that a rotation renews."""
    from toubib.ground.crypto import key_ring
    from toubib.ground.rotation import count_heads
    from toubib.people.rotated import SessionHolder

    head = key_ring().head
    holders = [one for one in all_holders() if with_sessions or not isinstance(one, SessionHolder)]
    return {
        name: sum(many for seen, many in found.items() if seen != head)
        for name, found in count_heads(holders=holders).items()
    }
