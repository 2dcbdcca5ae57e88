"""The line of an act: settled after the signature by the worker, settled anew when the note or a fact changes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from toubib.billing.enums import UNSENT, ClaimState
from toubib.billing.facts import SAID, act_of, answers_of
from toubib.billing.models import ClaimDue, ClaimLine, FactAnswer
from toubib.billing.operations.assistance import prepare_assistance
from toubib.billing.operations.receipts import keep_receipt
from toubib.billing.settle import Amounts, Settled, settle
from toubib.documents.operations import NotIssued
from toubib.documents.seal import NoSeal
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, transactional
from toubib.ground.prepared import insert
from toubib.record.models import Encounter, EncounterDecision
from toubib.record.queries import READABLE
from toubib.rulebook import live

log = logging.getLogger("toubib.billing")
WORKER = Actor.system("billing")
AFTER_THE_PAPERS = timedelta(seconds=5)  # the patient waits for ordonnance and report, not for the claim
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
Said = Mapping[str, tuple[Any, str]]  # fact → value (None: unknown), the words of the question


class NotAnswered(Exception):
    """What is said cannot be kept; str() says why to whoever said it."""


def ask_for_claim(*, encounter_id: UUID, now: datetime) -> None:
    """Have the line settled by the worker once this transaction stands: a signature waits for no price."""
    row = ClaimDue(encounter_id=encounter_id, asked_at=now, next_at=now + AFTER_THE_PAPERS)
    insert([row], of="encounter", or_update=["asked_at", "next_at", "tries"])


def settle_due_claims(*, now: datetime, limit: int = 5) -> int:
    """Settle what is due, the oldest first, with its receipt; what failed is tried again later. How many were settled."""
    due = ClaimDue.objects.filter(next_at__lte=now).order_by("next_at", "id")
    return sum(_settle_due(row, now=now) for row in due[:limit])


def _settle_due(row: ClaimDue, *, now: datetime) -> bool:
    mine = ClaimDue.objects.filter(pk=row.pk, asked_at=row.asked_at)  # asked again meanwhile: it stays due
    try:
        line = settle_claim(encounter_id=row.encounter_id, by=WORKER, now=now)
        if line is not None:
            keep_receipt(line_id=line.pk, by=WORKER, now=now)
    except (NotIssued, NoSeal, OSError) as error:
        log.warning("receipt of %s: %s", row.encounter_id, type(error).__name__)
        mine.update(tries=row.tries + 1, next_at=now + min(FIRST_WAIT * 2**row.tries, LONGEST_WAIT))
        return False
    mine.delete()
    return True


@transactional
def settle_claim(*, encounter_id: UUID, by: Actor, now: datetime) -> ClaimLine | None:
    """The version of the line that holds, and the codes of who assisted. None where nothing is signed."""
    line = _settle(encounter_id, by=by, now=now)
    if line is not None:
        prepare_assistance(line=line, by=by, now=now)
    return line


def _settle(encounter_id: UUID, *, by: Actor, now: datetime) -> ClaimLine | None:
    """A new version only where what it says changed."""
    hold_lock(f"claim:{encounter_id}")
    rows = Encounter.objects.select_related("patient", "practitioner__practice_commune")
    encounter = rows.filter(pk=encounter_id, state__in=READABLE).first()
    decision = EncounterDecision.objects.filter(encounter_id=encounter_id).order_by("-version").first()
    if encounter is None or decision is None:
        return None
    with translation.override("fr"):
        settled = settle(act_of(encounter=encounter, decision=decision))
    # Locked: a file that is being made marks this row sent, and what was sent is to be taken back
    last = ClaimLine.objects.select_for_update().filter(encounter=encounter).order_by("-version").first()
    if last is not None and last.digest == settled.digest:
        return last
    return _add_version(encounter, decision, settled, last, by=by, now=now)


def _add_version(
    encounter: Encounter,
    decision: EncounterDecision,
    settled: Settled,
    last: ClaimLine | None,
    *,
    by: Actor,
    now: datetime,
) -> ClaimLine:
    corrects = _to_take_back(last)
    if last is not None:
        ClaimLine.objects.filter(pk=last.pk, state__in=UNSENT).update(state=ClaimState.REPLACED)
    line = ClaimLine.objects.create(
        encounter=encounter,
        version=1 + (last.version if last else 0),
        decision=decision,
        practitioner=encounter.practitioner,
        act_on=timezone.localdate(encounter.started_at or encounter.signed_at or now),
        state=settled.state,
        secret=encounter.minor_secrecy,
        funding=settled.funding,
        code=settled.code,
        amo_rate=settled.amo_rate,
        third_party=settled.third_party,
        said=settled.said,
        law_version=live.law_version(),
        digest=settled.digest,
        corrects=corrects,
        made_at=now,
        made_by=by.account_id,
        **{name: getattr(settled.amounts, name) for name in Amounts.__slots__},
    )
    _trace(encounter, "settle", line.pk, by=by, now=now)
    _tell(encounter)
    return line


def _to_take_back(last: ClaimLine | None) -> ClaimLine | None:
    """The version sent that a new one takes back: not one that only took back another."""
    if last is None or last.state != ClaimState.SENT:
        return last.corrects if last else None
    return last if last.total_cents else None


@transactional
def answer_facts(*, encounter_id: UUID, said: Said, by: Actor, now: datetime) -> ClaimLine | None:
    """What the doctor of the act or the medical director says of it afterwards; the line is settled anew at once.

    What does not change is not written again. Raises NotAnswered.
    """
    encounter = Encounter.objects.filter(pk=encounter_id, state__in=READABLE).first()
    if encounter is None:
        raise NotAnswered(_("Cette consultation n’est pas signée."))
    if set(said) - SAID:
        raise NotAnswered(_("Ce fait ne se dit pas ici."))
    hold_lock(f"claim:{encounter_id}")
    known = answers_of(encounter=encounter)
    rows = [
        FactAnswer(
            encounter=encounter,
            fact=fact,
            value=value,
            words=words,
            said_at=now,
            said_by=by.account_id,
            role=by.role,
        )
        for fact, (value, words) in said.items()
        if fact not in known or known[fact].value != value
    ]
    if rows:
        FactAnswer.objects.bulk_create(rows)
        _trace(encounter, "answer", encounter.pk, by=by, now=now)
        ask_for_claim(encounter_id=encounter.pk, now=now)  # for the receipt, and where settling fails here
    return settle_claim(encounter_id=encounter_id, by=by, now=now)


def _trace(encounter: Encounter, verb: str, subject_id: UUID, *, by: Actor, now: datetime) -> None:
    trace(
        by=by,
        action=f"billing.claim.{verb}",
        now=now,
        patient=encounter.patient_id,
        subject="claim",
        subject_id=subject_id,
    )


def _tell(encounter: Encounter) -> None:
    """News for the pages that show the price, without an id."""
    professional = getattr(encounter.practitioner, "professional", None)
    ticket = getattr(encounter, "ticket", None)
    accounts = {professional.account_id if professional else None, ticket.account_id if ticket else None}
    for account_id in accounts - {None}:
        publish(f"account:{account_id}", "billing")
