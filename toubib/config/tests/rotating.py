"""What the tests of `toubib keys rotate` run in processes of their own: `python -m toubib.config.tests.rotating DO FOLDER`."""

import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
ROWS, FILES = 300, 10
MANY_ROWS = 12_000  # enough to be killed amid


def seed(rows=ROWS):
    from toubib.ground.files import store_file
    from toubib.ground.models import OutboundMessage

    OutboundMessage.objects.bulk_create(
        [_message() for _ in range(rows)],
        batch_size=500,
    )
    for n in range(FILES):
        store_file(content=f"file {n}".encode(), media_type="text/plain", now=NOW)


def _message():
    from toubib.ground.models import OutboundMessage

    return OutboundMessage(
        channel="email", to="a@exemple.test", body="0", state="sent", created_at=NOW, sent_at=NOW
    )


def write(folder):
    """Count up in rows, add rows and files, drop files, read all kinds, until told to stop; print what was added."""
    from django.db import transaction

    from toubib.ground.files import drop_file, read_file, store_file
    from toubib.ground.locks import lock_row, save_changed
    from toubib.ground.models import OutboundMessage, StoredFile

    keys = list(OutboundMessage.objects.values_list("pk", flat=True))
    added = dropped = stored = 0
    (folder / f"ready-{random.random()}").touch()
    while not (folder / "stop").exists():
        with transaction.atomic():
            row = lock_row(OutboundMessage.objects.all(), pk=random.choice(keys))
            row.body = str(int(row.body) + 1)
            save_changed(row)
        _message().save(force_insert=True)
        added += 1
        file = store_file(content=b"file new", media_type="text/plain", now=NOW)
        stored += 1
        if added % 3 == 0:
            with transaction.atomic():
                drop_file(file)
            dropped += 1
        old = StoredFile.objects.order_by("?").first()
        try:
            assert old is None or read_file(old).startswith(b"file ")
        except FileNotFoundError:
            assert not StoredFile.objects.filter(pk=old.pk).exists()
        assert OutboundMessage.objects.get(pk=random.choice(keys)).body.isdigit()
        time.sleep(0.01)
    print(added, stored - dropped)


def summary():
    """Rows, the sum of what they count, files that open."""
    from toubib.ground.files import read_file
    from toubib.ground.models import OutboundMessage, StoredFile

    bodies = [int(row.body) for row in OutboundMessage.objects.all()]
    opened = sum(read_file(row).startswith(b"file ") for row in StoredFile.objects.all())
    print(len(bodies), sum(bodies), opened)


def main():
    import django

    django.setup()
    do, folder = sys.argv[1], Path(sys.argv[2])
    {"seed": seed, "seed-many": lambda: seed(MANY_ROWS), "summary": summary, "write": lambda: write(folder)}[
        do
    ]()


if __name__ == "__main__":
    main()
