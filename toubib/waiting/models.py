"""The walk-in line: pools, tickets, doctors' duties, offers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Place, Practitioner
from toubib.ground.fields import EncryptedJSONField, EncryptedTextField
from toubib.ground.models import DataNote, Model
from toubib.people.models import Account, Patient
from toubib.record.models import Encounter
from toubib.territory.models import Commune
from toubib.waiting.enums import (
    IN_LINE_STATES,
    LIVE_STATES,
    PREPARING_STATES,
    DutyState,
    ExitReason,
    MedecinTraitant,
    NotifyWhen,
    OfferState,
    RefusalReason,
    TicketState,
)


class Pool(Model):
    """A line with its hours: who waits together, who may serve. `specialties` empty: any doctor."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never, closed instead")

    key = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    specialties = models.JSONField(default=list)
    min_age = models.PositiveSmallIntegerField(default=0)
    max_age = models.PositiveSmallIntegerField(default=150)
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pool_ages",
                condition=Q(max_age__gte=F("min_age")),
                violation_error_message=_("L’âge le plus haut suit le plus bas."),
            )
        ]


class Duty(Model):
    """A doctor's presence; one row a stretch from `opened_at` to `closed_at`, its state in between."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="duties")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="duties")
    state = models.CharField(max_length=8, choices=DutyState.choices)
    pools = models.ManyToManyField(Pool, related_name="duties")
    languages = models.JSONField(default=list)
    min_age = models.PositiveSmallIntegerField(default=0)
    max_age = models.PositiveSmallIntegerField(default=150)
    opened_at = models.DateTimeField()
    idle_since = models.DateTimeField(null=True)  # since when free, or paused
    pause_after = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "idle_since"], name="duty_idle", condition=Q(state=DutyState.OPEN))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner"],
                condition=Q(closed_at__isnull=True),
                name="duty_one_open",
                violation_error_message=_("Vous êtes déjà de garde."),
            ),
            models.CheckConstraint(
                name="duty_off_is_closed",
                condition=Q(state=DutyState.OFF, closed_at__isnull=False)
                | (~Q(state=DutyState.OFF) & Q(closed_at__isnull=True)),
                violation_error_message=_("Une garde finie a son heure de fin."),
            ),
        ]


class Ticket(Model):
    """One request for care now. Its place is its arrival; nothing but a named professional's tier moves it."""

    data = DataNote(
        personal=True, health=True, kept="abandoned: 7 days; served: as the record", erased="by the worker"
    )

    state = models.CharField(max_length=12, choices=TicketState.choices)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="tickets")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="tickets")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="tickets")
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, null=True, related_name="ticket")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    exit_reason = models.CharField(max_length=20, choices=ExitReason.choices, blank=True)
    tier = models.PositiveSmallIntegerField(default=0)
    tier_set_by = models.UUIDField(null=True)
    tier_reason = EncryptedTextField(null=True)
    # The path's answers
    draft = EncryptedJSONField(default=dict)
    signs_version = models.CharField(max_length=20, blank=True)
    signs_yes = EncryptedJSONField(default=list)
    reason_key = models.CharField(max_length=40, blank=True)
    reason_text = EncryptedTextField(null=True)
    place_commune = models.ForeignKey(Commune, on_delete=models.PROTECT, null=True)
    place_of_care = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, related_name="+"
    )  # where one is used
    place_detail = EncryptedTextField(null=True)
    callback_phone = EncryptedTextField(null=True)
    medecin_traitant = models.CharField(max_length=12, choices=MedecinTraitant.choices, blank=True)
    own_practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=2, default="fr")
    patient_age = models.PositiveSmallIntegerField(null=True)
    # Away and called back
    notify_when = models.CharField(max_length=10, choices=NotifyWhen.choices, blank=True)
    notified_at = models.DateTimeField(null=True)
    back_before = models.DateTimeField(null=True)
    # The interval told on arrival, in minutes, to be held against what happened
    told_low = models.PositiveSmallIntegerField(null=True)
    told_high = models.PositiveSmallIntegerField(null=True)
    declined = models.ManyToManyField(Practitioner, related_name="+", blank=True)
    decline_used = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["pool", "-tier", "arrived_at", "id"],
                name="ticket_line",
                condition=Q(state__in=IN_LINE_STATES),
            ),
            models.Index(
                fields=["pool", "-accepted_at"], name="ticket_served", condition=Q(accepted_at__isnull=False)
            ),
            models.Index(
                fields=["touched_at"], name="ticket_preparing", condition=Q(state__in=PREPARING_STATES)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(state__in=LIVE_STATES),
                name="ticket_one_live_by_patient",
                violation_error_message=_("Cette personne est déjà dans la file."),
            ),
            models.CheckConstraint(
                name="ticket_in_line_is_complete",
                condition=~Q(state__in=LIVE_STATES)
                | Q(
                    pool__isnull=False, patient__isnull=False, account__isnull=False, arrived_at__isnull=False
                ),
                violation_error_message=_("Il manque une réponse pour entrer dans la file."),
            ),
            models.CheckConstraint(
                name="ticket_tier_is_named",
                condition=Q(tier=0) | Q(tier_set_by__isnull=False),
                violation_error_message=_("Une priorité porte le nom d’un professionnel."),
            ),
        ]

    @property
    def asker(self) -> Account:
        """Who asked; known from the line on (constraint ticket_in_line_is_complete)."""
        if self.account is None:
            raise ValueError(f"ticket {self.pk} has no account yet")
        return self.account

    @property
    def person(self) -> Patient:
        """Who is to be seen; known from the line on (constraint ticket_in_line_is_complete)."""
        if self.patient is None:
            raise ValueError(f"ticket {self.pk} has no patient yet")
        return self.patient


class Offer(Model):
    """Dispatch proposes one ticket to one doctor; the doctor takes it, refuses it, or lets it lapse."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="offers")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.PENDING)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=12, choices=RefusalReason.choices, blank=True)
    refusal_note = EncryptedTextField(null=True)
    why = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="offer_pending", condition=Q(state=OfferState.PENDING))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(state__in=[OfferState.PENDING, OfferState.ACCEPTED]),
                name="offer_one_by_ticket",
                violation_error_message=_("Cette demande est déjà proposée à un médecin."),
            ),
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(state=OfferState.PENDING),
                name="offer_one_by_duty",
                violation_error_message=_("Une demande vous est déjà proposée."),
            ),
        ]


class FollowUp(Model):
    """A line on the medical director's list: a ticket nobody could serve, with a call-back duty where one is due."""

    data = DataNote(personal=True, health=True, kept="1 year after it is done", erased="then")

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="follow_up")
    call_back = models.BooleanField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    outcome = EncryptedTextField(null=True)


class SignStop(Model):
    """A count, a day, of paths stopped by a warning sign before any account: nothing else is stored."""

    data = DataNote(personal=False, health=False, kept="always", erased="never")

    on = models.DateField()
    sign = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["on", "sign"],
                name="sign_stop_one_a_day",
                violation_error_message=_("Ce compte existe déjà."),
            )
        ]


class Attestation(Model):
    """One fact of an act that somebody said, in the words of the question: rows are only added, the last one counts."""

    data = DataNote(personal=True, health=True, kept="as the record", erased="with its request")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attestations")
    fact = models.CharField(max_length=40)
    value = EncryptedJSONField(null=True)  # null: « je ne sais pas »
    words = EncryptedTextField()
    said_at = models.DateTimeField()
    said_by = models.UUIDField(null=True)
    role = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["ticket", "said_at"], name="attestation_by_ticket")]
