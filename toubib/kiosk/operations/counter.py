"""What the assistant does from the post: opens a session, vouches, sees to the cabin, stops, calls 15, calls back."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from toubib.assistance.operations import NotPosted
from toubib.assistance.queries import posting_of
from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.ground.hub import publish
from toubib.ground.journal import trace
from toubib.ground.locks import hold_lock, lock_row, transactional
from toubib.kiosk.enums import SessionState, WipeReason
from toubib.kiosk.models import CabinCheck, KioskSession, Machine, Voucher
from toubib.kiosk.operations.sessions import open_session, wipe_session
from toubib.kiosk.queries import live_session
from toubib.kiosk.queries.counter import CLEANABLE, is_cleaning_due
from toubib.kiosk.queries.sessions import session_of_ticket
from toubib.people.models import Account
from toubib.people.operations import make_vouched_account
from toubib.waiting.enums import LIVE_STATES
from toubib.waiting.models import Ticket

VOUCHER_LIVES = timedelta(minutes=15)
DIGITS = 6


class CounterRefused(Exception):
    """What the post asked for cannot be; str() is a sentence for who assists."""


class VoucherDead(Exception):
    """The code from the counter does not fit, or does not serve any more: the same words for both."""


def check_posted(*, account: Account, place: Place, now: datetime) -> None:
    """Raises NotPosted."""
    if posting_of(account=account, place_id=place.pk, now=now) is None:
        raise NotPosted(_("Vous n’êtes pas affecté à ce lieu aujourd’hui."))


@transactional
def check_cabin(
    *,
    machine: Machine,
    account: Account,
    room_ready: bool,
    door_closes: bool,
    cleaned: Iterable[str],
    by: Actor,
    now: datetime,
) -> CabinCheck:
    """Room, door and every device of the place, seen and cleaned. Raises CounterRefused, NotPosted."""
    check_posted(account=account, place=machine.place, now=now)
    wanted = {one for one in machine.place.devices if one in CLEANABLE}
    seen = set(cleaned) & wanted
    if not room_ready or not door_closes:
        raise CounterRefused(
            _("La cabine n’ouvre pas ainsi : la pièce est calme et éclairée, et sa porte ferme.")
        )
    if seen != wanted:
        names = ", ".join(str(Device(one).label) for one in sorted(wanted - seen))
        raise CounterRefused(_("Il reste à nettoyer : %(devices)s.") % {"devices": names})
    hold_lock(f"kiosk.cabin.{machine.pk}")
    if not is_cleaning_due(machine=machine, now=now):
        return CabinCheck.objects.filter(machine=machine).order_by("-checked_at", "-id")[0]
    made = CabinCheck.objects.create(
        machine=machine,
        room_ready=room_ready,
        door_closes=door_closes,
        cleaned=sorted(seen),
        checked_at=now,
        checked_by=by.account_id,
    )
    trace(by=by, action="kiosk.cabin.check", now=now, subject="machine", subject_id=machine.pk)
    publish(f"kiosk:{machine.pk}", "cabin")
    return made


@transactional
def open_from_counter(*, machine: Machine, account: Account, by: Actor, now: datetime) -> KioskSession:
    """Open the session of the next person. Raises CounterRefused, NotPosted, PlaceShut."""
    check_posted(account=account, place=machine.place, now=now)
    busy = live_session(machine=machine)
    if busy is not None:
        if busy.opened_by_id == account.pk and busy.state == SessionState.OPENED:
            return busy
        raise CounterRefused(_("Quelqu’un est dans la cabine : attendez la fin, ou arrêtez sa séance."))
    if is_cleaning_due(machine=machine, now=now):
        raise CounterRefused(_("Confirmez d’abord la pièce, la porte et le nettoyage de chaque appareil."))
    return open_session(machine=machine, opened_by=account, by=by, now=now)


@transactional
def stop_from_counter(*, session_id: UUID, account: Account, by: Actor, now: datetime) -> KioskSession:
    """Stop the session: the screen is wiped; who is in the line keeps the place. Idempotent. Raises NotPosted."""
    session = _session(session_id, account, now)
    return wipe_session(session_id=session.pk, reason=WipeReason.ASSISTANT, by=by, now=now)


@transactional
def vouch(*, session_id: UUID, account: Account, by: Actor, now: datetime) -> tuple[Voucher, str]:
    """A code for the person without phone at this machine, told once: only a digest is kept. Again: another code, the
    one before serves no more. Raises CounterRefused, NotPosted."""
    session = _session(session_id, account, now)
    if session.state == SessionState.WIPED:
        raise CounterRefused(_("Cette séance est finie."))
    if not session.machine.place.phone:
        raise CounterRefused(
            _("Ce lieu n’a pas de numéro : il en faut un où le médecin rappelle. Dites-le à la direction.")
        )
    ticket = session.ticket
    if ticket is not None and ticket.account is not None and ticket.account.vouched_by is None:
        raise CounterRefused(_("Cette personne est entrée avec son propre code."))
    last = Voucher.objects.filter(session=session).order_by("-made_at", "-id").first()
    Voucher.objects.filter(session=session, used_at__isnull=True).update(
        expires_at=now + timedelta(microseconds=1)
    )
    holder = last.account if last else None
    if ticket is not None and ticket.account is not None:
        holder = ticket.account
    return _make_voucher(session, holder or make_vouched_account(by=by, now=now), by=by, now=now)


def _make_voucher(session: KioskSession, holder: Account, *, by: Actor, now: datetime) -> tuple[Voucher, str]:
    code = "".join(str(secrets.randbelow(10)) for _digit in range(DIGITS))
    row = Voucher(
        session=session, account=holder, made_by=by.account_id, made_at=now, expires_at=now + VOUCHER_LIVES
    )
    row.code_digest = _digest(row, code)
    row.save(force_insert=True)
    trace(by=by, action="kiosk.voucher.make", now=now, subject="voucher", subject_id=row.pk)
    return row, f"{code[:3]} {code[3:]}"


def use_voucher(*, session: KioskSession, code: str, now: datetime) -> Account:
    """The account that the code of the counter opens, at this machine alone, once. Call outside a transaction: a wrong
    try is counted. Raises VoucherDead."""
    typed = "".join(one for one in code if one.isascii() and one.isdigit())
    account = _use(session, typed, now)
    if account is None:
        raise VoucherDead(_("Ce code ne va pas, ou ne sert plus. Demandez-en un autre au comptoir."))
    return account


@transactional
def _use(session: KioskSession, typed: str, now: datetime) -> Account | None:
    hold_lock(f"kiosk.voucher.{session.pk}")
    rows = Voucher.objects.select_related("account").filter(session=session, used_at__isnull=True)
    row = rows.order_by("-made_at", "-id").first()
    if row is None or now >= row.expires_at or not row.attempts_left:
        return None
    if not constant_time_compare(row.code_digest, _digest(row, typed)):
        row.attempts_left -= 1
        row.save(update_fields=["attempts_left"])
        return None
    row.used_at = now
    row.save(update_fields=["used_at"])
    by = Actor(row.account_id, "patient")
    trace(by=by, action="kiosk.voucher.use", now=now, subject="voucher", subject_id=row.pk)
    return row.account


@transactional
def call_15(*, place: Place, account: Account, session_id: UUID | None, by: Actor, now: datetime) -> None:
    """Note that who assists calls the SAMU; the doctor in the call is told. Raises NotPosted."""
    check_posted(account=account, place=place, now=now)
    session = _session(session_id, account, now) if session_id else None
    trace(
        by=by,
        action="kiosk.counter.call15",
        now=now,
        patient=session.ticket.patient_id if session and session.ticket else None,
        subject="place",
        subject_id=place.pk,
    )
    if session is not None and session.ticket is not None:
        publish(f"ticket:{session.ticket_id}", "presence")


@transactional
def call_back(*, ticket_id: UUID, machine: Machine, account: Account, by: Actor, now: datetime) -> str:
    """Somebody without phone, called by name, comes back into the cabin: a session, and a code told once. "" where
    the person comes back by their own code. Raises CounterRefused, NotPosted, PlaceShut."""
    ticket = lock_row(Ticket.objects.select_related("account"), pk=ticket_id)
    if ticket.state not in LIVE_STATES or ticket.place_of_care_id != machine.place_id:
        raise CounterRefused(_("Cette demande est finie."))
    if session_of_ticket(ticket=ticket) is not None:
        raise CounterRefused(_("Quelqu’un est dans la cabine : attendez la fin, ou arrêtez sa séance."))
    session = open_from_counter(machine=machine, account=account, by=by, now=now)
    trace(
        by=by,
        action="kiosk.counter.call_back",
        now=now,
        patient=ticket.patient_id,
        subject="ticket",
        subject_id=ticket.pk,
    )
    if ticket.account is None or ticket.account.vouched_by is None:
        return ""
    return _make_voucher(session, ticket.account, by=by, now=now)[1]


def _session(session_id: UUID, account: Account, now: datetime) -> KioskSession:
    rows = KioskSession.objects.select_related("machine__place", "ticket__account")
    session = rows.get(pk=session_id)
    check_posted(account=account, place=session.machine.place, now=now)
    return session


def _digest(row: Voucher, code: str) -> str:
    words = f"{row.session_id}:{row.account_id}:{code}"
    return salted_hmac("toubib.kiosk.voucher", words, algorithm="sha256").hexdigest()
