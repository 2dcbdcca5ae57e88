"""« /comptoir/actes »: what who assists bills for themselves, by month, and their own file."""

from __future__ import annotations

import calendar
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from toubib.billing.operations import take_file
from toubib.billing.queries.assistance import lines_of, settled_of, totals_of_helper
from toubib.kiosk.views.counter import assistant_only
from toubib.people.web import current_account, current_actor


@assistant_only
@never_cache
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """Codes and totals of a month, without a name: the file alone has them."""
    first, last = _month(request.GET.get("mois"))
    account = current_account(request)
    lines = lines_of(helper_id=account.pk, first=first, last=last)
    third_party = settled_of(lines=lines)
    context = {
        "tab": "acts",
        "account": account,
        "lines": [(one, third_party.get(one.encounter_id)) for one in lines],
        "totals": totals_of_helper(helper_id=account.pk, first=first, last=last),
        "month": first,
        "before": _shift(first, -1),
        "after": _shift(first, 1) if first < timezone.localdate().replace(day=1) else None,
    }
    return render(request, "kiosk/acts.html", context)


@assistant_only
@never_cache
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    first, last = _month(request.POST.get("mois"))
    account = current_account(request)
    content = take_file(
        helper_id=account.pk, first=first, last=last, by=current_actor(request), now=timezone.now()
    )
    name = f"toubib-assistance-{first:%Y-%m}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _month(typed: str | None) -> tuple[date, date]:
    """The month asked for, or this one."""
    today = timezone.localdate()
    try:
        year, month = (int(one) for one in (typed or "").split("-"))
        first = date(max(year, 2000), month, 1)
    except ValueError:
        first = today.replace(day=1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _shift(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
