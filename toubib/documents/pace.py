"""How often one network address may ask the open page in vain: counted in the memory of this process, so that nobody
without an account writes a row. With several processes the bound is that many times wider; 80 bits of code do the
rest. Genuine documents are not counted: many pharmacies may stand behind one address."""

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
    """Whether this address has not failed too often of late. Asking counts nothing."""
    with _lock:
        times = _seen.get(_key(address))
        while times and times[0] <= now - WITHIN:
            times.popleft()
        return times is None or len(times) < MOST


def count_failure(*, address: str, now: datetime) -> None:
    """The address itself is not kept, and only the last ten thousand that failed are."""
    key = _key(address)
    with _lock:
        _seen.setdefault(key, deque(maxlen=MOST)).append(now)
        _seen.move_to_end(key)
        while len(_seen) > MOST_ADDRESSES:
            _seen.popitem(last=False)


def _key(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def forget_all() -> None:
    """For tests."""
    with _lock:
        _seen.clear()
