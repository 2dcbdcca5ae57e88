"""What an act costs and who pays it: the price agreed to, the line of the act and its versions, what left in files."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from toubib.assistance.models import Presence
from toubib.billing.enums import UNSENT, AssistanceState, ClaimState, EntryKind, Funding, PlanKind
from toubib.directory.models import Practitioner
from toubib.documents.models import Document
from toubib.ground.fields import EncryptedJSONField, EncryptedTextField
from toubib.ground.models import DataNote, Model, StoredFile
from toubib.people.models import Account, Patient
from toubib.record.models import RECORD_KEPT, Encounter, EncounterDecision
from toubib.waiting.models import Ticket

SHARES = ("amo_cents", "amc_cents", "public_cents", "plan_cents", "patient_cents")


class Plan(Model):
    """A contract that pays acts in the place of the Assurance maladie: a subscription or an insurer's."""

    data = DataNote(personal=False, health=False, kept="while in use", erased="never, closed instead")

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12, choices=PlanKind.choices)
    payer = models.CharField(max_length=120)
    acts_cap = models.PositiveIntegerField(null=True)  # acts a calendar year; null: none
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()}, {self.payer})"


class Cover(Model):
    """One patient under one plan, `[starts_on, ends_on)`."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="covers")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="covers")
    number = EncryptedTextField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "patient"],
                condition=Q(ends_on__isnull=True),
                name="cover_one_open",
                violation_error_message=_("Cette personne a déjà ce contrat."),
            ),
            models.CheckConstraint(
                name="cover_period",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("Un contrat finit après son début."),
            ),
        ]


class PriceShown(Model):
    """The price as it stood on the screen before the line, and whether it was agreed to. Rows are only added."""

    data = DataNote(personal=True, health=True, kept="as the record", erased="with its request")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="prices_shown")
    estimate = EncryptedJSONField()
    law_version = models.CharField(max_length=12)
    shown_at = models.DateTimeField()
    agreed = models.BooleanField()
    answered_at = models.DateTimeField()
    answered_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ticket", "answered_at"], name="price_shown_by_ticket")]


class ClaimDue(Model):
    """The line of this encounter is to be settled: from the signature or a correction until the worker has done it."""

    data = DataNote(personal=False, health=False, kept="until the line is settled", erased="then")

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="claim_due")
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)


class FactAnswer(Model):
    """A fact of a signed act said afterwards for its claim, in the words of the question: the last one counts."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="fact_answers")
    fact = models.CharField(max_length=40)
    value = EncryptedJSONField(null=True)
    words = EncryptedTextField()
    said_at = models.DateTimeField()
    said_by = models.UUIDField(null=True)
    role = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["encounter", "said_at"], name="fact_answer_by_encounter")]


class ClaimLine(Model):
    """One version of the line of an act. Its content never changes; only `state` does, and `receipt` is set once.

    `corrects`: the version sent before that this one takes back, in the same file in which it leaves.
    """

    data = DataNote(personal=True, health=True, kept="10 years", erased="then; never while the law keeps it")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="claim_lines")
    version = models.PositiveSmallIntegerField()
    decision = models.ForeignKey(EncounterDecision, on_delete=models.PROTECT, related_name="claim_lines")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="claim_lines")
    act_on = models.DateField()
    state = models.CharField(max_length=8, choices=ClaimState.choices)
    secret = models.BooleanField(default=False)  # asked for by a minor: leaves in no file
    funding = models.CharField(max_length=12, choices=Funding.choices)
    code = models.CharField(max_length=8, blank=True)
    tariff_cents = models.PositiveIntegerField(default=0)
    overrun_cents = models.PositiveIntegerField(default=0)
    amo_cents = models.PositiveIntegerField(default=0)
    amc_cents = models.PositiveIntegerField(default=0)
    public_cents = models.PositiveIntegerField(default=0)
    plan_cents = models.PositiveIntegerField(default=0)
    patient_cents = models.PositiveIntegerField(default=0)
    due_now_cents = models.PositiveIntegerField(default=0)
    amo_rate = models.PositiveSmallIntegerField(null=True)  # per cent of the tariff, before the participation
    third_party = models.BooleanField(default=False)
    said = EncryptedJSONField()  # as `settle.Settled.said`
    law_version = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    receipt = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-act_on", "-id"], name="claim_by_day"),
            models.Index(fields=["act_on"], name="claim_to_send", condition=Q(state__in=UNSENT)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "version"],
                name="claim_one_per_version",
                violation_error_message=_("Cette version existe déjà."),
            ),
            models.UniqueConstraint(
                fields=["encounter"],
                condition=Q(state__in=UNSENT),
                name="claim_one_unsent",
                violation_error_message=_("Un acte a une seule ligne à transmettre."),
            ),
            models.CheckConstraint(
                name="claim_shares_sum",
                condition=Q(
                    tariff_cents=F("amo_cents")
                    + F("amc_cents")
                    + F("public_cents")
                    + F("plan_cents")
                    + F("patient_cents")
                    - F("overrun_cents")
                ),
                violation_error_message=_("Les parts font le total, au centime."),
            ),
            models.CheckConstraint(
                name="claim_secret_never_sent",
                condition=~Q(secret=True, state=ClaimState.SENT),
                violation_error_message=_("Un acte sous le secret d’un mineur ne part dans aucun fichier."),
            ),
        ]

    @property
    def total_cents(self) -> int:
        return self.tariff_cents + self.overrun_cents


class ExportBatch(Model):
    """A file handed to the billing system: written once, the same bytes at each download."""

    data = DataNote(personal=True, health=True, kept="10 years", erased="then")

    first_on = models.DateField()
    last_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    entries_count = models.PositiveIntegerField()
    total_cents = models.BigIntegerField()
    csv_file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    json_file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    csv_sha256 = models.CharField(max_length=64)
    json_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="batch_by_time")]


class ExportEntry(Model):
    """One line of a file. A version of a claim stands in one file at most, and is taken back in one at most."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    batch = models.ForeignKey(ExportBatch, on_delete=models.PROTECT, related_name="entries")
    line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    rank = models.PositiveIntegerField()

    class Meta:
        ordering = ("rank",)
        constraints = [
            models.UniqueConstraint(
                fields=["line", "kind"],
                name="entry_once",
                violation_error_message=_("Cette ligne est déjà partie."),
            ),
            models.UniqueConstraint(
                fields=["batch", "rank"],
                name="entry_one_a_rank",
                violation_error_message=_("Ce rang est déjà pris."),
            ),
        ]


class AssistanceLine(Model):
    """The code of who assisted at an act, prepared for their own billing: never the doctor's, in none of its files."""

    data = DataNote(personal=True, health=True, kept="10 years", erased="then; never while the law keeps it")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="assistance_lines")
    presence = models.ForeignKey(Presence, on_delete=models.PROTECT, related_name="+")
    helper = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="assistance_lines")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    act_on = models.DateField()
    code = models.CharField(max_length=8)
    tariff_cents = models.PositiveIntegerField()
    reference = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=AssistanceState.choices, default=AssistanceState.PREPARED)
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["helper", "-act_on"], name="assistance_by_helper")]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "helper"],
                condition=~Q(state=AssistanceState.DROPPED),
                name="assistance_one_by_helper",
                violation_error_message=_("Cette aide est déjà préparée."),
            )
        ]
