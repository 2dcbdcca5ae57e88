"""Reads of accounts, patients, links and professionals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from toubib.ground.prepared import read, read_one
from toubib.people.enums import PROFESSIONAL_ROLES, EvidenceKind, LinkKind, Role
from toubib.people.models import (
    Account,
    Evidence,
    GrantRequest,
    Patient,
    PatientLink,
    ProfessionalAccount,
    RoleGrant,
)

_CACHE = "_toubib_grants"


def roles_of(*, account: Account, now: datetime) -> frozenset[Role]:
    """Roles granted at that moment; one query, kept on the account object."""
    grants = account.__dict__.get(_CACHE)
    if grants is None:
        rows = read(RoleGrant.objects.all(), account=account)
        grants = [(row.role, row.starts_at, row.ends_at) for row in rows]
        keep_roles(account=account, grants=grants)
    return frozenset(
        Role(role) for role, since, until in grants if since <= now and (until is None or now < until)
    )


def keep_roles(*, account: Account, grants: list[tuple[str, datetime, datetime | None]]) -> None:
    """The grants just read with the account (role, since, until): `roles_of` asks no more."""
    account.__dict__[_CACHE] = grants


def forget_roles(*, account: Account) -> None:
    """Read the grants anew next time (after a change)."""
    account.__dict__.pop(_CACHE, None)


def is_professional(*, account: Account) -> bool:
    """True for an account that holds, held or awaits a professional's role: it never enters by a code."""
    held = RoleGrant.objects.filter(account=account, role__in=PROFESSIONAL_ROLES)
    return held.exists() or GrantRequest.objects.filter(account=account).exists()


def open_grant_requests() -> QuerySet[GrantRequest]:
    """Roles that wait for a second person, the oldest first."""
    return (
        GrantRequest.objects.filter(closed_at__isnull=True)
        .select_related("account")
        .order_by("asked_at", "id")
    )


def find_account(*, email: str | None = None, phone: str | None = None) -> Account | None:
    if email:
        return Account.objects.filter(email__iexact=email).first()
    return Account.objects.filter(phone=phone).first() if phone else None


def accounts_with_role(*, role: Role, now: datetime) -> list[Account]:
    """Active accounts that hold the role at that moment."""
    live = Q(grants__starts_at__lte=now) & (Q(grants__ends_at__isnull=True) | Q(grants__ends_at__gt=now))
    return list(Account.objects.filter(live, grants__role=role, is_active=True).distinct().order_by("id"))


def find_accounts(*, text: str = "") -> QuerySet[Account]:
    """Accounts of professionals and staff for the administrator: no patient, no health data."""
    staff = Q(grants__role__in=PROFESSIONAL_ROLES) | Q(grant_requests__isnull=False)
    rows = Account.objects.filter(staff).distinct()
    if text.strip():
        rows = rows.filter(Q(display_name__icontains=text.strip()) | Q(email__icontains=text.strip()))
    grants = Prefetch(
        "grants", RoleGrant.objects.filter(ends_at__isnull=True).order_by("role"), to_attr="open_grants"
    )
    return (
        rows.select_related("professional__practitioner")
        .prefetch_related(grants)
        .order_by("display_name", "id")
    )


def live_links(*, now: datetime) -> Q:
    """Condition on PatientLink: begun, not ended, not revoked."""
    return Q(revoked_at__isnull=True, starts_at__lte=now) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def links_of(*, account: Account, now: datetime) -> list[PatientLink]:
    """Live links with their patient, oneself first, then by age of the link."""
    rows = PatientLink.objects.filter(live_links(now=now), account=account).select_related("patient")
    return sorted(rows, key=lambda link: (link.kind != LinkKind.SELF, link.starts_at, link.id))


def own_patient(*, account: Account, now: datetime) -> Patient | None:
    link = PatientLink.objects.filter(live_links(now=now), account=account, kind=LinkKind.SELF)
    found = link.select_related("patient").first()
    return found.patient if found else None


def link_between(*, account: Account, patient_id: UUID, now: datetime) -> PatientLink | None:
    """The live link by which the account acts for the patient."""
    links = read(PatientLink.objects.all(), account=account, patient=patient_id, revoked_at__isnull=True)
    live = [link for link in links if link.starts_at <= now and (link.ends_at is None or now < link.ends_at)]
    return min(live, key=lambda link: link.id, default=None)


def accounts_acting_for(*, patient: Patient, now: datetime) -> list[PatientLink]:
    """Live links to the patient, with their accounts: oneself first. For messages, filter by `is_parent_like`."""
    rows = PatientLink.objects.filter(live_links(now=now), patient=patient).select_related("account")
    return sorted(rows, key=lambda link: (link.kind != LinkKind.SELF, link.starts_at, link.id))


def professional_of(*, account: Account) -> ProfessionalAccount | None:
    return read_one(ProfessionalAccount.objects.select_related("practitioner"), account=account)


def list_professionals() -> QuerySet[ProfessionalAccount]:
    """All professionals with practitioner, account and evidence, for the medical director."""
    return (
        ProfessionalAccount.objects.select_related("account", "practitioner__practice_commune")
        .prefetch_related(Prefetch("evidence", Evidence.objects.order_by("kind", "-valid_until")))
        .order_by("practitioner__family_name", "practitioner__given_name", "id")
    )


@dataclass(frozen=True, slots=True)
class EvidenceState:
    """One kind of proof on one day: valid until when, or None."""

    kind: str
    valid_until: date | None


def evidence_states(*, professional: ProfessionalAccount, on: date) -> list[EvidenceState]:
    """For each kind of proof, the latest end of those valid that day (None: none). Uses prefetched rows."""
    from_rows: dict[str, date] = {}
    prefetched = "evidence" in getattr(professional, "_prefetched_objects_cache", {})
    rows = (
        professional.evidence.all() if prefetched else read(Evidence.objects.all(), professional=professional)
    )
    for row in rows:
        if row.valid_from <= on < row.valid_until:
            from_rows[row.kind] = max(from_rows.get(row.kind, row.valid_until), row.valid_until)
    return [EvidenceState(kind, from_rows.get(kind)) for kind in EvidenceKind.values]
