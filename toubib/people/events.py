"""What people announces. Sent inside the transaction of the act; a receiver that fails undoes it."""

from __future__ import annotations

from django.dispatch import Signal

professional_suspended = Signal()
"""kwargs: account_id (UUID), reason (str), by (Actor), now (datetime). The line closes the doctor's duty."""

account_closed = Signal()
"""kwargs: account_id (UUID), by (Actor), now (datetime)."""

practitioner_revoked = Signal()
"""kwargs: account_id (UUID), by (Actor), now (datetime). The role of practitioner ended: the duty closes."""

link_ended = Signal()
"""kwargs: account_id (UUID), patient_id (UUID), by (Actor), now (datetime). The account acts for the patient no more."""
