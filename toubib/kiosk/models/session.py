"""One person's use of a kiosk, from the first touch to the wipe."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.ground.models import DataNote, Model
from toubib.kiosk.enums import Presence, SessionState, WipeReason
from toubib.kiosk.models.machine import Machine
from toubib.people.models import Account
from toubib.waiting.models import Ticket


class KioskSession(Model):
    """Who is at the machine now: nothing of the person but the request they make. One live session a machine."""

    data = DataNote(personal=True, health=False, kept="30 days", erased="by the worker, daily")

    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="sessions")
    ticket = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="kiosk_sessions")
    opened_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=SessionState.choices)
    presence = models.CharField(max_length=12, choices=Presence.choices, blank=True)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    state_at = models.DateTimeField()
    wiped_at = models.DateTimeField(null=True)
    wipe_reason = models.CharField(max_length=12, choices=WipeReason.choices, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["touched_at"], name="kiosk_session_live", condition=Q(wiped_at__isnull=True)
            ),
            models.Index(fields=["ticket", "-opened_at"], name="kiosk_session_ticket"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["machine"],
                condition=Q(wiped_at__isnull=True),
                name="kiosk_session_one_live",
                violation_error_message=_("Quelqu’un utilise déjà cette borne."),
            ),
            models.CheckConstraint(
                name="kiosk_session_wiped_has_a_reason",
                condition=Q(state=SessionState.WIPED, wiped_at__isnull=False) & ~Q(wipe_reason="")
                | ~Q(state=SessionState.WIPED) & Q(wiped_at__isnull=True, wipe_reason=""),
                violation_error_message=_("Une séance effacée dit quand et pourquoi."),
            ),
        ]
