"""Asking for an erasure and answering it: what the law keeps stays, with reasons; the rest goes at the answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from toubib.ground.actors import Actor
from toubib.ground.enums import Channel
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.mail import queue_message
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import accounts_with_role, is_professional
from toubib.record.models import HealthSummary, Reading
from toubib.record.operations import drop_readings
from toubib.rights.enums import Answer
from toubib.rights.models import ErasureRequest
from toubib.rights.operations.copies import start_copies_anew
from toubib.rights.operations.tree import (
    RecordHeld,
    drop_attachments,
    drop_copies,
    erase_account,
    erase_record,
    erase_tickets,
)
from toubib.rights.queries import Erasable, erasable

BY_REQUEST = "GDPR 17"


class NotErased(Exception):
    """The request or its answer is refused; str() is the sentence for the person who asked or answers."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


NO_REASON = gettext_lazy("Écrivez vos raisons : la personne les lira.")
STAFF = gettext_lazy("Un compte de professionnel se ferme par un administrateur.")
HELD = gettext_lazy("Un recours garde ce dossier et les contacts de ce compte. Répondez quand il sera levé.")
UNDER_WAY = gettext_lazy("Une demande de soin est en cours. Répondez quand elle sera finie.")


@transactional
def ask_erasure(*, account: Account, close_account: bool, by: Actor, now: datetime) -> ErasureRequest:
    """One request waits at a time: asked again, it is the same. Compliance is told, without a name. Raises NotErased."""
    if is_professional(account=account):
        raise NotErased(STAFF)
    hold_lock(f"rights.erasure.{account.pk}")
    waiting = ErasureRequest.objects.filter(account=account, answer=Answer.WAITING).first()
    if waiting is not None:
        return waiting
    made = ErasureRequest.objects.create(account=account, close_account=close_account, asked_at=now)
    trace(
        by=by,
        action="rights.erasure.ask",
        now=now,
        subject="account",
        subject_id=account.pk,
        reason=BY_REQUEST,
    )
    body = _("Une personne demande l’effacement de ses données. Répondez-lui sous un mois, dans Toubib.")
    for officer in accounts_with_role(role=Role.COMPLIANCE, now=now):
        if officer.email:
            queue_message(
                channel=Channel.EMAIL,
                to=officer.email,
                subject=_("Demande d’effacement"),
                body=body,
                now=now,
            )
    return made


@transactional
def answer_erasure(
    *, request_id: UUID, granted: bool, words: str, by: Actor, now: datetime
) -> ErasureRequest:
    """Erase what may go, or refuse; both with reasons. Answered twice is answered once. Raises NotErased."""
    request = (
        ErasureRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request_id)
    )
    if request.answer != Answer.WAITING:
        return request
    said = words.strip()
    if not said:
        raise NotErased(NO_REASON)
    found = erasable(request=request, now=now)
    if granted and request.close_account and not found.account_goes:
        raise NotErased(HELD if found.held else UNDER_WAY)
    request.answer = Answer.DONE if granted else Answer.REFUSED
    request.words, request.answered_at, request.answered_by = said, now, by.account_id
    request.done = found.counts if granted else {}
    request.save()
    trace(
        by=by, action="rights.erasure.answer", now=now, subject="account", subject_id=request.account_id,
        reason=request.answer,
    )  # fmt: skip
    _tell(request.account, account_goes=granted and found.account_goes, now=now)
    if granted:
        try:
            _erase(request.account, found, by=by, now=now)
        except RecordHeld as held:
            raise NotErased(HELD) from held
    return request


def _erase(account: Account, found: Erasable, *, by: Actor, now: datetime) -> None:
    drop_copies(accounts=[account.pk])
    start_copies_anew(account_id=account.pk, now=now)
    erase_tickets(ids=found.tickets, by=by, now=now)  # first: their bare rows stay when the person goes
    for one in found.people:
        if one.goes_whole:
            erase_record(patient=one.patient, rule=BY_REQUEST, by=by, now=now)
            continue
        gone = HealthSummary.objects.filter(pk__in=one.summaries).delete()[0]
        gone += drop_attachments(ids=one.photos)
        gone += drop_readings(rows=Reading.objects.filter(pk__in=one.readings))
        if gone:
            trace(
                by=by, action="rights.draft.erase", now=now, patient=one.patient.pk, subject="patient",
                subject_id=one.patient.pk, reason=BY_REQUEST,
            )  # fmt: skip
    if found.account_goes:
        erase_account(account=account, by=by, now=now)


def _tell(account: Account, *, account_goes: bool, now: datetime) -> None:
    with translation.override(account.language):
        subject = _("Toubib : votre demande a sa réponse")
        body = _("Votre demande a sa réponse. Ouvrez votre espace Toubib pour la lire.")
        if account_goes:
            body = _("Votre demande est faite : votre compte Toubib est fermé et vos contacts sont effacés.")
    if account.email:
        queue_message(channel=Channel.EMAIL, to=account.email, subject=subject, body=body, now=now)
    elif account.phone:
        queue_message(channel=Channel.SMS, to=account.phone, body=body, now=now)
