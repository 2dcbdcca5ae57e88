"""What the line announces, inside the transaction of the act: apps above listen (receivers.py)."""

from django.dispatch import Signal

# encounter: Encounter just made, ticket: Ticket, duty: Duty, by: Actor, now: datetime
ticket_taken = Signal()
# encounter: Encounter that ended or was dropped, ticket: Ticket, by: Actor, now: datetime
call_dropped = Signal()
# ticket: Ticket just in line, shown: dict (the price that stood on the screen), law_version: str, shown_at: datetime,
# agreed: bool, by: Actor, now: datetime
price_answered = Signal()
