"""A doctor who lost the right to practise finishes and signs the call that runs, and begins nothing."""

from __future__ import annotations

from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from toubib.consultation.perms import room_of_doctor
from toubib.people.enums import Role
from toubib.people.perms import may_go_on_duty
from toubib.people.web import SECOND_FACTOR, View, current_account, live_roles, role_required
from toubib.record.enums import EncounterState
from toubib.record.queries import READABLE
from toubib.waiting.operations import MoveRefused

BEGUN_UNSIGNED = (EncounterState.IN_PROGRESS, EncounterState.TO_SIGN)


def may_practise(request: HttpRequest) -> bool:
    return may_go_on_duty(account=current_account(request), now=timezone.now()).allowed


def check_right(request: HttpRequest) -> None:
    """Raises MoveRefused with every reason."""
    access = may_go_on_duty(account=current_account(request), now=timezone.now())
    if not access.allowed:
        raise MoveRefused(" ".join(str(reason.sentence) for reason in access.reasons))


def is_doctor(request: HttpRequest) -> bool:
    return Role.PRACTITIONER in live_roles(request)


def writer_required(view: View) -> View:
    """For doctors; and for one whose role was taken since the call began: the note that they owe, and nothing else."""
    for_doctors = role_required(Role.PRACTITIONER)(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, room: UUID, **kwargs: Any) -> HttpResponse:
        if is_doctor(request):
            return for_doctors(request, *args, room=room, **kwargs)
        if request.session.get(SECOND_FACTOR) is not True:
            raise Http404
        found = room_of_doctor(room_id=room, account=current_account(request))
        if found is None or found.encounter.state not in BEGUN_UNSIGNED:
            if found is not None and request.method == "POST" and found.encounter.state in READABLE:
                return redirect(settings.LOGIN_REDIRECT_URL)  # the second click of a double one
            raise Http404
        request.acting_role = Role.PRACTITIONER  # type: ignore[attr-defined]
        return view(request, *args, room=room, **kwargs)

    guarded.roles_required = frozenset({Role.PRACTITIONER})  # type: ignore[attr-defined]
    return guarded
