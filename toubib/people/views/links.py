"""The medical director ends a link by which an account acts for a patient: parental authority withdrawn, a wrong link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.ground.journal import entry_of, trace_many
from toubib.people.enums import LinkEnd, LinkKind, Role
from toubib.people.models import Account, PatientLink
from toubib.people.operations import revoke_link
from toubib.people.queries import find_account, links_of
from toubib.people.web import current_actor, role_required


@role_required(Role.MEDICAL_DIRECTOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """Whom the account of an exact address acts for; each link shown leaves a trace. A link ends with a reason."""
    asked = (request.POST if request.method == "POST" else request.GET).get("q", "")
    q = asked.replace("\x00", "").strip().lower()[:320]
    account = find_account(email=q) or find_account(phone=q) if q else None
    rows = _links_of(account)
    if request.method == "POST":
        link = next((row for row in rows if str(row.pk) == request.POST.get("link")), None)
        reason = request.POST.get("reason", "")
        if link is None or reason in LinkEnd.values:
            return _end(request, link, reason, q)
    _trace(request, rows)
    page = {
        "q": q,
        "account": account,
        "links": rows,
        "reasons": LinkEnd.choices,
        "missing": request.method == "POST",
    }
    return render(request, "people/links.html", page, status=422 if page["missing"] else 200)


def _links_of(account: Account | None) -> list[PatientLink]:
    if account is None:
        return []
    return [row for row in links_of(account=account, now=timezone.now()) if row.kind != LinkKind.SELF]


def _end(request: HttpRequest, link: PatientLink | None, reason: str, q: str) -> HttpResponse:
    """A second click, when the link is gone already, comes to the same page."""
    if link is not None:
        revoke_link(link=link, by=current_actor(request), now=timezone.now(), reason=reason)
        messages.success(
            request, _("Ce compte n’agit plus pour %(name)s.") % {"name": link.patient.full_name}
        )
    return redirect(f"{reverse('people:links')}?{urlencode({'q': q})}")


def _trace(request: HttpRequest, rows: list[PatientLink]) -> None:
    by, now = current_actor(request), timezone.now()
    trace_many(
        entry_of(
            by=by,
            action="people.link.read",
            now=now,
            patient=row.patient_id,
            subject="link",
            subject_id=row.pk,
        )
        for row in rows
    )
