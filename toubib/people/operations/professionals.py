"""Professionals: created inactive, activated by the medical director on dated evidence, suspended when it lapses.

A key check proves nobody's identity (journeys and rules of the project): evidence and a named director do.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.directory.operations import PractitionerFacts, register_practitioner
from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock
from toubib.ground.mail import queue_message
from toubib.people.enums import EvidenceKind, Role
from toubib.people.events import professional_suspended
from toubib.people.identity import BadInput, local_day
from toubib.people.models import Evidence, ProfessionalAccount
from toubib.people.operations.accounts import open_account
from toubib.people.operations.grants import add_grant
from toubib.people.operations.invitations import MAY_MANAGE, MayNotManage, send_invitation
from toubib.people.perms import Reason, missing_evidence
from toubib.people.queries import accounts_with_role, evidence_states

MAY_CREATE = MAY_MANAGE | {Role.MEDICAL_DIRECTOR.value}
MAY_JUDGE = frozenset({Role.MEDICAL_DIRECTOR.value})
LONGEST = timedelta(days=10 * 366)


class CannotActivate(Exception):
    """With every reason against it."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


class MayNotJudge(Exception):
    """Not the medical director, or on one's own account."""

    sentence = gettext_lazy("Un directeur médical doit le faire, et pas pour lui-même.")


def create_professional(
    *, email: str, facts: PractitionerFacts, role: Role = Role.PRACTITIONER, by: Actor, now: datetime
) -> ProfessionalAccount:
    """An inactive professional with an invitation by mail. Raises BadInput, BadRpps, MayNotManage."""
    if by.role not in MAY_CREATE:
        raise MayNotManage
    if role not in (Role.PRACTITIONER, Role.ASSISTANT):
        raise BadInput("role", _("Choisissez médecin ou accompagnant."))
    with transaction.atomic():
        hold_lock("people.accounts")
        practitioner = register_practitioner(facts=facts)
        if ProfessionalAccount.objects.filter(practitioner=practitioner).exists():
            raise BadInput("rpps", _("Ce numéro RPPS a déjà un compte."))
        account = open_account(email=email, name=f"{facts.given_name} {facts.family_name}", by=by, now=now)
        professional = ProfessionalAccount.objects.create(account=account, practitioner=practitioner)
        add_grant(account=account, role=role, by=by, now=now)
        send_invitation(account=account, by=by, now=now)
    return professional


def add_evidence(
    *,
    professional: ProfessionalAccount,
    kind: EvidenceKind,
    reference: str,
    valid_from: date,
    valid_until: date,
    by: Actor,
    now: datetime,
) -> Evidence:
    """Record a proof that was seen, valid over [valid_from, valid_until). Raises BadInput, MayNotJudge."""
    checker = _check_judge(by, professional)
    seen = " ".join(reference.split())
    if not seen or len(seen) > 120:
        raise BadInput("reference", _("Écrivez la référence du document, en 120 signes au plus."))
    if valid_until <= valid_from:
        raise BadInput("valid_until", _("La fin de validité suit son début."))
    if valid_until - valid_from > LONGEST:
        raise BadInput("valid_until", _("Dix ans au plus. Vérifiez l’année."))
    with transaction.atomic():
        hold_lock(f"people.professional.{professional.id}")
        evidence, made = Evidence.objects.get_or_create(
            professional=professional,
            kind=kind,
            reference=seen,
            valid_from=valid_from,
            valid_until=valid_until,
            defaults={"checked_by": checker, "checked_at": now},
        )
        if made:
            _trace(professional, "people.evidence.add", by=by, now=now, reason=kind)
    return evidence


def activate_professional(
    *, professional: ProfessionalAccount, by: Actor, now: datetime
) -> ProfessionalAccount:
    """Open duty to this professional, who has all three proofs valid today. Raises MayNotJudge, CannotActivate."""
    _check_judge(by, professional)
    with transaction.atomic():
        kept = _lock(professional)
        missing = missing_evidence(professional=kept, now=now)
        if missing:
            raise CannotActivate(missing)
        if kept.activated_at is None or kept.suspended_at is not None:
            kept.activated_at, kept.activated_by = now, by.account_id
            kept.suspended_at, kept.suspension_reason, kept.checked_on = None, "", local_day(now)
            kept.save()
            _trace(kept, "people.professional.activate", by=by, now=now)
    return kept


def suspend_professional(
    *, professional: ProfessionalAccount, reason: str, by: Actor, now: datetime
) -> ProfessionalAccount:
    """Close duty at once, with the reason; the professional and the director are told. Raises MayNotJudge, BadInput."""
    if not by.role.startswith("system:"):
        _check_judge(by, professional)
    why = reason.strip()
    if not why or len(why) > 200:
        raise BadInput("reason", _("Écrivez la raison, en 200 signes au plus."))
    with transaction.atomic():
        kept = _lock(professional)
        if kept.suspended_at is None:
            kept.suspended_at, kept.suspension_reason = now, why
            kept.save(update_fields=["suspended_at", "suspension_reason"])
            professional_suspended.send(
                sender=ProfessionalAccount, account_id=kept.account_id, reason=why, by=by, now=now
            )
            _trace(kept, "people.professional.suspend", by=by, now=now)
            _tell_suspension(kept, why, now=now)
            publish(f"account:{kept.account_id}", "professional.suspended")
    return kept


def check_professionals_daily(*, today: date, now: datetime) -> int:
    """Suspend each active professional whose evidence lapsed; returns how many. Each is looked at once a day."""
    suspended = 0
    due = ProfessionalAccount.objects.filter(activated_at__isnull=False, suspended_at__isnull=True)
    due = due.filter(Q(checked_on__isnull=True) | Q(checked_on__lt=today)).prefetch_related("evidence")
    for professional in due.order_by("id"):
        states = evidence_states(professional=professional, on=today)
        lapsed = [str(EvidenceKind(state.kind).label) for state in states if state.valid_until is None]
        with transaction.atomic():
            ProfessionalAccount.objects.filter(pk=professional.pk).update(checked_on=today)
            if lapsed:
                reason = _("Justificatif échu : %(kinds)s.") % {"kinds": ", ".join(lapsed)}
                by = Actor.system("daily")
                suspend_professional(professional=professional, reason=reason, by=by, now=now)
                suspended += 1
    return suspended


def _check_judge(by: Actor, professional: ProfessionalAccount) -> UUID:
    if by.role not in MAY_JUDGE or by.account_id is None or by.account_id == professional.account_id:
        raise MayNotJudge
    return by.account_id


def _lock(professional: ProfessionalAccount) -> ProfessionalAccount:
    rows = ProfessionalAccount.objects.select_for_update(of=("self",)).select_related(
        "account", "practitioner"
    )
    return rows.get(pk=professional.pk)


def _trace(
    professional: ProfessionalAccount, action: str, *, by: Actor, now: datetime, reason: str = ""
) -> None:
    trace(by=by, action=action, now=now, subject="professional", subject_id=professional.id, reason=reason)


def _tell_suspension(professional: ProfessionalAccount, why: str, *, now: datetime) -> None:
    name = professional.practitioner.full_name
    mine = _("Bonjour,\n\nVotre compte Toubib est suspendu : %(why)s\nVoyez le directeur médical.") % {
        "why": why
    }
    theirs = _("Bonjour,\n\nLe compte de %(name)s est suspendu : %(why)s") % {"name": name, "why": why}
    subject = _("Compte suspendu")
    if professional.account.email:
        queue_message(
            channel=Channel.EMAIL, to=professional.account.email, subject=subject, body=mine, now=now
        )
    for director in accounts_with_role(role=Role.MEDICAL_DIRECTOR, now=now):
        if director.email:
            queue_message(channel=Channel.EMAIL, to=director.email, subject=subject, body=theirs, now=now)
