"""Pages open to all, and the relays that the device test tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from toubib.consultation.web import refuse, relays_for_test
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.operations import TooManyTries
from toubib.people.queries import roles_of
from toubib.rulebook.parameters import Parameter, all_parameters
from toubib.waiting.catalogue import signs
from toubib.waiting.models import Ticket
from toubib.waiting.queries import (
    Interval,
    admission_to,
    doctors_on_duty,
    estimate_wait,
    live_ticket_of,
    pool_for,
)
from toubib.waiting.queries.line import line_of
from toubib.waiting.queries.opening import awaits_committee
from toubib.waiting.queries.price import standard_estimate
from toubib.waiting.views.common import find_ticket
from toubib.web.notices import DATA_ROWS, DataRow, say_kept

GENERAL = "medecine-generale"
FRESH_FOR = 5  # seconds: however many look, the line is read once
LONG_WAIT = 60
MOST_FACES = 3  # what a narrow phone has room for
CACHE_KEY = "web.start.line"
DEMO_ROLES = (
    ("patient", gettext_lazy("Patiente"), gettext_lazy("Demandez un médecin, attendez, parlez-lui, relisez sa note.")),
    ("medecin", gettext_lazy("Médecin"), gettext_lazy("Prenez votre garde, recevez les demandes, écrivez et signez.")),
    ("medecin2", gettext_lazy("Autre médecin"), gettext_lazy("Dans une autre fenêtre : voyez à qui la file propose.")),
    ("pharmacien", gettext_lazy("Pharmacien"), gettext_lazy("À votre comptoir : ouvrez la borne, aidez sans lire le dossier.")),
    ("orthoptiste", gettext_lazy("Orthoptiste"), gettext_lazy("Faites un geste que l’ophtalmologue délègue, sous protocole.")),
    ("ophtalmologue", gettext_lazy("Ophtalmologue"), gettext_lazy("Demandez un examen à la lampe à fente, à distance.")),
    ("directeur", gettext_lazy("Directrice médicale"), gettext_lazy("Activez un médecin, suivez les demandes restées sans réponse.")),
    ("conformite", gettext_lazy("Conformité"), gettext_lazy("Lisez le journal : qui a lu quoi, et quand.")),
    ("admin", gettext_lazy("Administration"), gettext_lazy("Comptes et rôles, sans donnée de santé.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineNow:
    """What the card of the line shows; plain values, kept a few seconds for all."""

    open: bool
    why: str
    signs_unsigned: bool
    always: bool
    closes_at: time | None
    ahead: int
    doctors: tuple[tuple[str, str], ...]
    wait: Interval | None
    at: datetime

    @property
    def rank(self) -> int:
        return self.ahead + 1

    @property
    def dots(self) -> range:
        """At most six points on the thread; the figure says the rest."""
        return range(min(self.ahead, 6))

    @property
    def shown_doctors(self) -> tuple[tuple[str, str], ...]:
        return self.doctors[:MOST_FACES]

    @property
    def more_doctors(self) -> int:
        return len(self.doctors) - len(self.shown_doctors)

    @property
    def is_long(self) -> bool:
        return self.wait is not None and self.wait.low >= LONG_WAIT


def read_line(*, now: datetime) -> LineNow:
    """In six queries at most."""
    unsigned = awaits_committee()
    pool = pool_for(key=GENERAL)
    if pool is None:
        why = _("La file n’est pas encore ouverte ici.")
        return LineNow(False, why, unsigned, False, None, 0, (), None, now)
    admission = admission_to(pool=pool, now=now)
    ahead = line_of(pool_id=pool.id).count()
    doctors = tuple(
        (duty.practitioner.full_name, duty.practitioner.portrait) for duty in doctors_on_duty(pool_id=pool.id)
    )
    wait = estimate_wait(pool_id=pool.id, ahead=ahead, now=now)
    always = pool.opens_at == pool.closes_at
    return LineNow(
        admission.open, admission.reason, unsigned, always, pool.closes_at, ahead, doctors, wait, now
    )


def current_line(request: HttpRequest) -> LineNow:
    key = f"{CACHE_KEY}.{request.LANGUAGE_CODE}"  # type: ignore[attr-defined]
    found = cache.get(key)
    if found is None:
        found = read_line(now=timezone.now())
        cache.set(key, found, FRESH_FOR)
    return found


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    page = {
        "line": current_line(request),
        "roles": _demo_roles(),
        "resume": _under_way(request),
        "signs": signs(),
    }
    price = standard_estimate(on=timezone.localdate())
    return render(request, "web/start.html", {**page, "price": price})


@login_not_required
@never_cache
@require_safe
def line_now(request: HttpRequest) -> HttpResponse:
    """The inside of the card, for the page's script."""
    return render(request, "web/start_line.html", {"line": current_line(request)})


def _demo_roles() -> list[tuple[str, Any, Any]]:
    """Only in the demo, and only accounts that are there."""
    if not settings.DEMO:
        return []
    wanted = {f"{name}@demo.toubib.test": name for name, _label, _words in DEMO_ROLES}
    there = set(Account.objects.filter(email__in=wanted, is_active=True).values_list("email", flat=True))
    return [row for row in DEMO_ROLES if f"{row[0]}@demo.toubib.test" in there]


def _under_way(request: HttpRequest) -> Ticket | None:
    """What this person has begun: on this device, or under their account."""
    if "ticket" in request.session:
        ticket = find_ticket(request)
    elif isinstance(request.user, Account) and Role.PATIENT in roles_of(
        account=request.user, now=timezone.now()
    ):
        ticket = live_ticket_of(account_id=request.user.id)
    else:
        return None
    return ticket if ticket is not None and ticket.ended_at is None else None


@login_not_required
@require_safe
def line_rule(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    page = {"values": {row.id.split(".")[1]: row for row in _in_force(today)}, "on": today}
    return render(request, "web/start_rule.html", page)


def _in_force(day: Any) -> list[Parameter]:
    rows = (row for row in all_parameters() if row.id.startswith("waiting."))
    return [row for row in rows if row.starts <= day and (row.ends is None or day < row.ends)]


@login_not_required
@require_safe
def your_data(request: HttpRequest) -> HttpResponse:
    return render(request, "web/start_data.html", {"rows": data_rows()})


def data_rows() -> list[tuple[DataRow, str]]:
    """What is kept and how long, from the notes of the tables themselves."""
    found = []
    for row in DATA_ROWS:
        note = apps.get_model(row.model).data
        found.append((row, say_kept(note.kept)))
    return found


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/start_accessibility.html")


@login_not_required
@never_cache
@require_safe
def test_relays(request: HttpRequest) -> HttpResponse:
    """Relays for the device test of someone who prepares a request; nobody else uses ours."""
    ticket = find_ticket(request)
    if ticket is None or ticket.ended_at is not None:
        raise Http404
    try:
        return JsonResponse(relays_for_test(request, now=timezone.now()))
    except TooManyTries:
        return refuse(429, "too_many")


test_relays.__test__ = False  # type: ignore[attr-defined]  # the name is not that of a test
