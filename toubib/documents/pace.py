"""How often one network address may ask the open page: counted in the memory of this process, so that nobody without
an account writes a row. With several processes the bound is that many times wider; 80 bits of code do the rest."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

MOST, WITHIN = 60, timedelta(minutes=10)
MOST_ADDRESSES = 10_000
_seen: OrderedDict[str, deque[datetime]] = OrderedDict()
_lock = Lock()


def may_ask(*, address: str, now: datetime) -> bool:
    """Counts this time too where it is allowed. The address itself is not kept, nor any of the last ten thousand's past."""
    key = hashlib.sha256(address.encode()).hexdigest()
    with _lock:
        times = _seen.setdefault(key, deque(maxlen=MOST))
        _seen.move_to_end(key)
        while len(_seen) > MOST_ADDRESSES:
            _seen.popitem(last=False)
        while times and times[0] <= now - WITHIN:
            times.popleft()
        if len(times) >= MOST:
            return False
        times.append(now)
        return True


def forget_all() -> None:
    """For tests."""
    with _lock:
        _seen.clear()
