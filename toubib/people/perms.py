"""Who may act for whom, and who may go on duty: always with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from toubib.ground.actors import Actor
from toubib.people.enums import EvidenceKind, LinkKind, Role
from toubib.people.identity import local_day
from toubib.people.models import Account, PatientLink, ProfessionalAccount, RoleGrant
from toubib.people.queries import evidence_states, professional_of, roles_of


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a code that never changes its meaning, a sentence for the person, the article where there is one."""

    code: str
    sentence: str | Promise
    article: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """An answer with its reasons: those that allow, or all those that refuse."""

    allowed: bool
    reasons: tuple[Reason, ...]


def actor_of(*, account: Account, role: Role) -> Actor:
    """The account acting in that role; that it holds the role is checked by the view."""
    return Actor(account_id=account.id, role=role.value)


def is_parent_like(link: PatientLink) -> bool:
    """True for whoever acts for the patient without being the patient.

    An encounter under a minor's secrecy (L. 1111-5 CSP) is invisible to all of them, relatives and guardians too.
    """
    return link.kind != LinkKind.SELF


MISSING = {
    EvidenceKind.RPPS_EXTRACT: Reason(
        "DUTY.NO_RPPS_EXTRACT", _("Il manque un extrait RPPS valable ce jour.")
    ),
    EvidenceKind.ORDRE: Reason(
        "DUTY.NO_ORDRE", _("Il manque une inscription à l’Ordre valable ce jour."), "L. 4112-5 CSP"
    ),
    EvidenceKind.LIABILITY_INSURANCE: Reason(
        "DUTY.NO_INSURANCE", _("Il manque une assurance en responsabilité valable ce jour."), "L. 1142-2 CSP"
    ),
}


def missing_evidence(*, professional: ProfessionalAccount, now: datetime) -> tuple[Reason, ...]:
    """One reason for each kind of proof that is not valid today (Paris)."""
    states = evidence_states(professional=professional, on=local_day(now))
    return tuple(MISSING[EvidenceKind(state.kind)] for state in states if state.valid_until is None)


def practising_accounts(*, now: datetime) -> QuerySet[Account]:
    """Accounts whose doctor may practise: open, role held, activated, not suspended. For the SQL of the line, which
    cannot ask `may_go_on_duty` of each; proofs that lapse suspend within the minute."""
    held = RoleGrant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        account=OuterRef("pk"),
        role=Role.PRACTITIONER,
        starts_at__lte=now,
    )
    return Account.objects.filter(
        Exists(held),
        is_active=True,
        professional__activated_at__isnull=False,
        professional__suspended_at__isnull=True,
    )


def may_go_on_duty(*, account: Account, now: datetime) -> Access:
    """May this professional take patients now? Asked anew each time: role, activation and today's evidence."""
    professional = professional_of(account=account)
    if professional is None or Role.PRACTITIONER not in roles_of(account=account, now=now):
        return Access(False, (Reason("DUTY.NOT_PRACTITIONER", _("Ce compte n’est pas celui d’un médecin.")),))
    refusals = list(missing_evidence(professional=professional, now=now))
    if not account.is_active:
        refusals.append(Reason("DUTY.ACCOUNT_CLOSED", _("Ce compte est fermé.")))
    if professional.suspended_at is not None:
        refusals.append(Reason("DUTY.SUSPENDED", _("Votre compte est suspendu. Voyez le directeur médical.")))
    elif professional.activated_at is None:
        refusals.append(
            Reason("DUTY.NOT_ACTIVATED", _("Le directeur médical n’a pas encore activé votre compte."))
        )
    if refusals:
        return Access(False, tuple(sorted(refusals, key=lambda reason: reason.code)))
    return Access(True, (Reason("DUTY.OK", _("Votre compte est actif et vos justificatifs sont valables.")),))
