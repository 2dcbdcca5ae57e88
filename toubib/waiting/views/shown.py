"""The price that stands on a page, carried by the page itself: what is agreed to is what was seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from toubib.rulebook import live
from toubib.waiting.queries.price import Estimate

SALT = "waiting.price"
GOOD_FOR = timedelta(hours=6)


def seal_shown(*, estimate: Estimate, ticket_id: Any, now: datetime) -> str:
    """Amounts, reasons, version of the law and hour, signed by this server for this request alone."""
    kept = {
        **estimate.as_shown(),
        "law": live.law_version(),
        "at": now.isoformat(),
        "ticket": str(ticket_id),
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def open_shown(*, sealed: str, ticket_id: Any, now: datetime) -> tuple[dict[str, Any], datetime] | None:
    """What was shown, and when; None for what is not ours, of another request, or too old."""
    try:
        kept: dict[str, Any] = signing.loads(sealed, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    at = datetime.fromisoformat(kept.pop("at"))
    return (kept, at) if kept.pop("ticket") == str(ticket_id) and at <= now else None
