"""Accounts, patients' identities, who acts for whom, and professionals' activation."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from toubib.directory.models import Practitioner
from toubib.ground.fields import EncryptedTextField
from toubib.ground.ids import new_id
from toubib.ground.models import DataNote, Model
from toubib.people.enums import EvidenceKind, InsStatus, LinkKind, LinkProof, Role, Sex


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username or "")


class Account(AbstractBaseUser):
    """A person who signs in: professionals by password and second factor, patients by a one-time code."""

    data = DataNote(
        personal=True, health=False, kept="3 years after the last sign-in", erased="on request, links end"
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(null=True, blank=True)  # noqa: DJ001  unique, absent when null
    phone = models.CharField(max_length=16, null=True, blank=True)  # noqa: DJ001  the same
    display_name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="fr")
    created_at = models.DateTimeField()
    # Without address nor number: let in at a place by somebody who assists there, who proves no identity
    vouched_by = models.UUIDField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="account_email_unique",
                violation_error_message=_("Cette adresse a déjà un compte."),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                name="account_phone_unique",
                violation_error_message=_("Ce numéro a déjà un compte."),
            ),
            models.CheckConstraint(
                name="account_reachable",
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(vouched_by__isnull=False),
                violation_error_message=_("Un compte a une adresse ou un numéro."),
            ),
        ]

    @property
    def is_staff(self) -> bool:
        return False


class RoleGrant(Model):
    """A role of an account over a half-open period [starts_at, ends_at)."""

    data = DataNote(personal=True, health=False, kept="as the account", erased="with the account")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    granted_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=Q(ends_at__isnull=True),
                name="role_grant_one_open",
                violation_error_message=_("Ce rôle est déjà accordé."),
            ),
            models.CheckConstraint(
                name="role_grant_period",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("La fin suit le début."),
            ),
        ]


class GrantRequest(Model):
    """A role asked for by one person that takes effect when a second one confirms it."""

    data = DataNote(personal=True, health=False, kept="as the account", erased="with the account")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grant_requests")
    role = models.CharField(max_length=20, choices=Role.choices)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    granted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=Q(closed_at__isnull=True),
                name="grant_request_one_open",
                violation_error_message=_("Ce rôle attend déjà une confirmation."),
            ),
        ]


class SignInCode(Model):
    """A one-time code sent to an e-mail or a phone; only a keyed digest of code and address is kept."""

    data = DataNote(personal=True, health=False, kept="one day", erased="by the worker, daily")

    address_digest = models.CharField(max_length=64, db_index=True)
    code_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=64, blank=True, default="")  # a digest of the page that used it


class FailedSignIn(Model):
    """A wrong password or second factor, counted across processes so that guessing is slowed; a digest alone."""

    data = DataNote(personal=True, health=False, kept="one day", erased="by the worker, daily")

    key_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key_digest", "at"], name="failed_sign_in_by_key")]


class Patient(Model):
    """FHIR Patient with the traits of the INS. A typed NIR is never an INS (Référentiel INS)."""

    data = DataNote(personal=True, health=True, kept="as the record", erased="as the record (GDPR 17.3)")

    birth_name = models.CharField(max_length=100)
    birth_given_names = models.CharField(max_length=200)
    used_name = models.CharField(max_length=100, blank=True)
    used_given_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1, choices=Sex.choices)
    birth_place_code = models.CharField(max_length=5, blank=True)
    ins_status = models.CharField(max_length=12, choices=InsStatus.choices, default=InsStatus.PROVISOIRE)
    ins_matricule = EncryptedTextField(null=True)
    ins_oid = models.CharField(max_length=40, blank=True)
    nir_assure = EncryptedTextField(null=True)
    preferred_language = models.CharField(max_length=2, default="fr")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="patient_ins_has_oid",
                condition=Q(ins_matricule__isnull=True) | ~Q(ins_oid=""),
                violation_error_message=_("Un matricule INS a son OID."),
            ),
            models.CheckConstraint(
                name="patient_ins_from_insi",
                condition=Q(ins_status__in=[InsStatus.RECUPEREE, InsStatus.QUALIFIEE])
                | Q(ins_matricule__isnull=True),
                violation_error_message=_("Le matricule vient du téléservice INSi."),
            ),
        ]

    @property
    def full_name(self) -> str:
        given = self.used_given_name or self.birth_given_names.split()[0]
        return f"{given} {self.used_name or self.birth_name}"


class PatientLink(Model):
    """An account that acts for a patient over [starts_at, ends_at); a parent's link ends at eighteen."""

    data = DataNote(personal=True, health=False, kept="as the record", erased="with the account")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="links")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=20, choices=LinkKind.choices)
    proof = models.CharField(max_length=12, choices=LinkProof.choices)
    proof_note = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "patient"],
                condition=Q(revoked_at__isnull=True),
                name="link_one_open",
                violation_error_message=_("Ce lien existe déjà."),
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(kind=LinkKind.SELF, revoked_at__isnull=True),
                name="link_one_self",
                violation_error_message=_("Ce compte a déjà sa propre fiche."),
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(kind=LinkKind.SELF, revoked_at__isnull=True),
                name="link_self_of_one",
                violation_error_message=_("Cette fiche a déjà son compte."),
            ),
        ]


class ProfessionalAccount(Model):
    """An account bound to its practitioner; on duty only while active on dated evidence."""

    data = DataNote(personal=True, health=False, kept="10 years after the last act", erased="then")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="professional")
    practitioner = models.OneToOneField(Practitioner, on_delete=models.PROTECT, related_name="professional")
    activated_at = models.DateTimeField(null=True)
    activated_by = models.UUIDField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspension_reason = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True)


class Evidence(Model):
    """A dated proof behind an activation, valid over [valid_from, valid_until)."""

    data = DataNote(personal=True, health=False, kept="10 years", erased="then")

    professional = models.ForeignKey(ProfessionalAccount, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices)
    reference = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField()
    checked_by = models.UUIDField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_period",
                condition=Q(valid_until__gt=F("valid_from")),
                violation_error_message=_("La fin de validité suit son début."),
            )
        ]
