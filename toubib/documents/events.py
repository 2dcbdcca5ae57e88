"""What documents announce, inside the transaction of the act: apps above listen (receivers.py)."""

from django.dispatch import Signal

# document: Document just issued, by: Actor, now: datetime
document_issued = Signal()
# document: Document just cancelled, by: Actor, now: datetime
document_cancelled = Signal()
