"""Who asks, by a one-time code, then who is to be seen."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from toubib.ground.enums import Channel
from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import LinkKind, LinkProof
from toubib.people.forms import AddressForm, CodeForm, IdentityForm
from toubib.people.identity import MAJORITY, Address, BadInput, age_on, local_day, parse_address
from toubib.people.models import Account, Patient, PatientLink
from toubib.people.operations import (
    CodeDead,
    IdentityLocked,
    NotAMinor,
    TooManyCodes,
    WrongCode,
    add_relative,
    request_code,
    say_own_name,
    set_own_identity,
    use_code,
)
from toubib.people.queries import links_of
from toubib.people.sessions import open_session
from toubib.people.web import browser_of
from toubib.ui.formats import say_age, say_phone
from toubib.waiting.forms import ChildForm, PersonForm, RelativeOnPathForm
from toubib.waiting.models import Ticket
from toubib.waiting.operations import MoveRefused, attach_account, attach_patient
from toubib.waiting.perms import may_hold_ticket
from toubib.waiting.views.answers import PERSON
from toubib.waiting.views.common import (
    ADDRESS,
    EARLIER_YES,
    TICKET,
    Visit,
    find_ticket,
    next_step,
    parse_id,
    path_context,
    patient_account,
    step_page,
)
from toubib.waiting.views.signs import STOPPED

SALT = "toubib.waiting.code_page.2"
CARRIED = (TICKET, EARLIER_YES, PERSON, STOPPED)


@sensitive_post_parameters()
@step_page("identite")
def identity(request: HttpRequest, visit: Visit) -> HttpResponse:
    if visit.account is None:
        return _ask_address(request)
    if visit.ticket.account_id is None:
        attach_account(ticket_id=visit.ticket.id, account_id=visit.account.id, now=visit.now)
    who = visit.ticket.draft.get("who", "self")
    known = _known_people(visit.account, who, visit)
    if request.POST.get("form") == "identity" or not known or "autre" in request.GET:
        return _identity_form(request, visit, who, known)
    return _confirm(request, visit, known)


# By a code


def _ask_address(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether the address is known or not."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address = parse_address(form.cleaned_data["address"])
            request_code(address=address, now=timezone.now())
        except BadInput as error:
            form.refuse(error)
        except TooManyCodes as error:
            form.add_error("address", error.sentence)
        else:
            request.session[ADDRESS] = [address.channel.value, address.value]
            return redirect("waiting:identity_code")
    return render(request, "waiting/address.html", path_context("identite", form=form))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where the code went, for which ticket, and the secret of the page that asks for it."""

    address: Address
    ticket: Ticket
    secret: str

    def sealed(self) -> str:
        return signing.dumps(self._words(), salt=SALT)

    def _words(self) -> list[str]:
        return [self.address.channel, self.address.value, str(self.ticket.id), self.secret]


def _asked(request: HttpRequest) -> _Asked | None:
    """From the session; or from the page's signed field, when a double click outran the session."""
    ticket, kept = find_ticket(request), request.session.get(ADDRESS)
    try:
        *signed, ticket_id, secret = signing.loads(request.POST.get("pending", ""), salt=SALT, max_age=600)
    except signing.BadSignature:
        signed, ticket_id, secret = None, "", ""
    if kept and ticket is not None:
        same = (signed, ticket_id) == (kept, str(ticket.id))
        secret = secret if same else secrets.token_urlsafe(16)
        return _Asked(Address(Channel(kept[0]), kept[1]), ticket, secret)
    ticket = Ticket.objects.filter(pk=ticket_id).first() if signed else None
    return _Asked(Address(Channel(signed[0]), signed[1]), ticket, secret) if signed and ticket else None


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    if asked is None or patient_account(request) is not None:
        return redirect("waiting:identity")
    form = CodeForm(request.POST if request.POST.get("do") == "check" else None)
    note = ""
    if request.POST.get("do") == "resend":
        note = _resend(asked.address)
    elif form.is_bound and form.is_valid():
        try:
            account = use_code(
                address=asked.address,
                code=form.cleaned_data["code"],
                page=asked.secret + browser_of(request),
                now=timezone.now(),
            )
        except (WrongCode, CodeDead) as error:
            form.add_error("code", error.sentence)
        else:
            return _enter(request, asked, account)
    by_sms = asked.address.channel == Channel.SMS
    shown = say_phone(asked.address.value) if by_sms else asked.address.value
    more = {"form": form, "note": note, "address": shown, "by_sms": by_sms, "pending": asked.sealed()}
    return render(request, "waiting/code.html", path_context("identite", back="waiting:identity", **more))


def _resend(address: Address) -> str:
    try:
        sent = request_code(address=address, now=timezone.now()).sent
    except TooManyCodes as error:
        return error.sentence
    if sent:
        return _("Un nouveau code est parti. L’ancien ne sert plus.")
    return _("Un code est parti il y a moins d’une minute. Attendez un instant.")


def _enter(request: HttpRequest, asked: _Asked, account: Account) -> HttpResponseRedirect:
    """Sign in under a fresh session key, with the ticket."""
    now = timezone.now()
    carried = {name: request.session[name] for name in CARRIED if name in request.session}
    open_session(request, account, how="code", now=now, strong=False)
    request.session.update(carried)
    request.session.pop(ADDRESS, None)
    if may_hold_ticket(ticket=asked.ticket, account_id=account.id):
        request.session[TICKET] = str(asked.ticket.id)
        try:
            attach_account(ticket_id=asked.ticket.id, account_id=account.id, now=now)
        except MoveRefused as refusal:
            messages.warning(request, str(refusal))
            return redirect("waiting:path")
    return redirect("waiting:identity")


# Who is to be seen


def _known_people(account: Account, who: str, visit: Visit) -> list[PatientLink]:
    """Links that fit the answer to « pour qui »."""
    today = local_day(visit.now)
    links = links_of(account=account, now=visit.now)
    if who == "self":
        return [link for link in links if link.kind == LinkKind.SELF]
    others = [link for link in links if link.kind != LinkKind.SELF]
    is_child = who == "child"
    return [link for link in others if (age_on(link.patient.birth_date, on=today) < MAJORITY) == is_child]


def _confirm(request: HttpRequest, visit: Visit, known: list[PatientLink]) -> HttpResponse:
    people = [(str(link.patient_id), _say_person(link.patient, visit)) for link in known]
    alone = visit.ticket.draft.get("who") == "self"
    if not alone:
        people.append((PersonForm.NEW, _("Quelqu’un d’autre")))
    wanted = visit.ticket.patient_id or request.session.get(PERSON) or (people[0][0] if alone else "")
    form = PersonForm(request.POST or None, people=people, initial={"person": str(wanted)})
    if request.method == "POST" and form.is_valid():
        chosen = parse_id(form.cleaned_data["person"])
        if chosen is None:
            return redirect(f"{request.path}?autre=1")
        return _attach(request, visit, chosen)
    _trace(visit, [link.patient_id for link in known])
    more: dict[str, Any] = {"form": form, "alone": known[0].patient if alone else None}
    return render(request, "waiting/confirm.html", path_context("identite", **more))


def _say_person(patient: Patient, visit: Visit) -> str:
    return f"{patient.full_name}, {say_age(patient.birth_date, on=local_day(visit.now))}"


def _trace(visit: Visit, patients: Sequence[UUID]) -> None:
    trace_many(
        entry_of(
            by=visit.by,
            action="people.identity.read",
            now=visit.now,
            patient=one,
            subject="patient",
            subject_id=one,
        )
        for one in patients
    )


def _attach(request: HttpRequest, visit: Visit, patient_id: UUID) -> HttpResponse:
    ticket = attach_patient(ticket_id=visit.ticket.id, patient_id=patient_id, by=visit.by, now=visit.now)
    request.session.pop(PERSON, None)
    return next_step(request, ticket)


FORMS: dict[str, type[IdentityForm]] = {
    "self": IdentityForm,
    "child": ChildForm,
    "relative": RelativeOnPathForm,
}


def _identity_form(request: HttpRequest, visit: Visit, who: str, known: list[PatientLink]) -> HttpResponse:
    """New traits; for oneself the known ones, to be mended."""
    mine = known[0].patient if known and who == "self" else None
    initial = IdentityForm.initial_of(mine) if mine else {}
    named: dict[str, Any] = (
        {} if who == "self" else {"named": bool(visit.account and visit.account.display_name)}
    )
    form = FORMS[who](request.POST or None, initial=initial, **named)
    if request.method == "POST" and form.is_valid():
        patient_id = _save_identity(visit, form, who)
        if patient_id is not None:
            return _attach(request, visit, patient_id)
    elif mine is not None:
        _trace(visit, [mine.id])
    more: dict[str, Any] = {"form": form, "who": who, "known": bool(known)}
    back = "waiting:identity" if known else ""
    return render(request, "waiting/identity.html", path_context("identite", back=back, **more))


def _save_identity(visit: Visit, form: Any, who: str) -> UUID | None:
    """The patient's id; None with the refusal beside its field."""
    assert visit.account is not None
    try:
        if who == "self":
            return set_own_identity(
                account=visit.account, identity=form.identity(), by=visit.by, now=visit.now
            ).id
        link = add_relative(
            account=visit.account, identity=form.identity(), kind=LinkKind(form.cleaned_data["kind"]),
            proof=LinkProof.DECLARED, by=visit.by, now=visit.now,
        )  # fmt: skip
        if form.cleaned_data.get("adult_name"):
            say_own_name(account=visit.account, name=form.cleaned_data["adult_name"])
        return link.patient_id
    except BadInput as error:
        form.refuse(error)
    except IdentityLocked as error:
        form.add_error(None, str(error.sentence))
    except NotAMinor:
        why = _("Cette personne est majeure. Revenez à « Pour qui » et choisissez « %(who)s ».")
        form.add_error("birth_date", why % {"who": _("Un proche que j’aide")})
    return None
