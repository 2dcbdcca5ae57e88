"""What the record announces, inside the transaction of the act: apps above listen (receivers.py)."""

from django.dispatch import Signal

# encounter: Encounter just signed, by: Actor, now: datetime
encounter_signed = Signal()
# encounter: Encounter whose note was added to, by: Actor, now: datetime
encounter_amended = Signal()
# encounter: Encounter whose minor asked for secrecy or took it back, by: Actor, now: datetime
secrecy_changed = Signal()
# attachment: Attachment about to be taken back; a receiver may refuse with `operations.AttachmentKept`
attachment_leaving = Signal()
# encounter: Encounter, leave: SickLeave whose receipt was just entered, by: Actor, now: datetime
leave_received = Signal()
