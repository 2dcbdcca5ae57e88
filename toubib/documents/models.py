"""The documents that signed encounters left: their files, their codes, and whether they still hold."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from toubib.documents.enums import DocumentKind, DocumentState
from toubib.ground.fields import EncryptedJSONField, EncryptedTextField
from toubib.ground.models import DataNote, Model, StoredFile
from toubib.people.models import Patient
from toubib.record.enums import SheetKind
from toubib.record.models import RECORD_KEPT, Encounter


class Document(Model):
    """FHIR DocumentReference. One row a file that was sealed; it is cancelled or replaced, never changed."""

    data = DataNote(personal=True, health=True, kept=RECORD_KEPT, erased="with its encounter")

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="documents")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=DocumentKind.choices)
    sheet = models.CharField(max_length=12, choices=SheetKind.choices, blank=True)
    code = models.CharField(max_length=19, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.UUIDField(null=True)
    for_patient = models.BooleanField(default=True)  # a leave's specimen waits for the receipt of the Cnam
    said = EncryptedJSONField()  # `kept.keep`: header and content
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="document")
    sha256 = models.CharField(max_length=64, unique=True)  # of the sealed file
    archive = models.OneToOneField(StoredFile, on_delete=models.PROTECT, null=True, related_name="archived")
    state = models.CharField(max_length=10, choices=DocumentState.choices, default=DocumentState.ISSUED)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.UUIDField(null=True)
    cancel_reason = EncryptedTextField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-issued_at"], name="document_by_patient"),
            models.Index(fields=["encounter", "issued_at"], name="document_by_encounter"),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_cancelled_has_a_time",
                condition=Q(state=DocumentState.ISSUED, cancelled_at__isnull=True)
                | Q(state=DocumentState.CANCELLED, cancelled_at__isnull=False),
                violation_error_message=_("Un document annulé a l’heure de son annulation."),
            ),
            models.CheckConstraint(
                name="document_sheet_of_an_ordonnance",
                condition=Q(kind=DocumentKind.ORDONNANCE) ^ Q(sheet=""),
                violation_error_message=_("Une ordonnance dit sa sorte, et elle seule."),
            ),
            models.CheckConstraint(
                name="document_archive_of_a_report",
                condition=Q(kind=DocumentKind.REPORT) | Q(archive__isnull=True),
                violation_error_message=_("Seul un compte rendu a sa version PDF/A-1."),
            ),
        ]

    @property
    def title(self) -> str:
        """« ordonnance, médicaments »."""
        sheet = SheetKind(self.sheet).label if self.sheet else ""
        return ", ".join(str(part) for part in (DocumentKind(self.kind).label, sheet) if part)

    @property
    def is_cancelled(self) -> bool:
        return self.state == DocumentState.CANCELLED
