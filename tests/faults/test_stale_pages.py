"""The back button and a stale tab: each form of each earlier page, sent at each later moment, breaks and undoes nothing.

A page asked again from an earlier moment leads to where things stand.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client, TestCase

from tests.faults.forms import forms_of
from toubib.consultation.models import Room
from toubib.people.tests.factories import sign_in
from toubib.record.models import Encounter, Note
from toubib.waiting.models import Duty, Offer, Ticket
from toubib.waiting.operations import dispatch_all, join_line, leave_line
from toubib.waiting.tests.factories import patient_actor, put_on_duty
from toubib.waiting.tests.walk import GOOD, STEPS, post, the_ticket, walk_to
from toubib.web.tests.journey import Journey

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOMENTS = ("line", "offered", "taken", "call", "ended", "signed")
NOWHERE = ("/langue", "/theme", "/deconnexion")
FINE = {200, 302, 404, 409, 410, 422}


@pytest.fixture(autouse=True)
def demo(settings):
    settings.DEMO = True


def browser(account: Any) -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client, account)
    return client


class Visit:
    """One visit, moment by moment, with the pages that each side has open then."""

    def __init__(self) -> None:
        self.journey = Journey.begin()
        self.moment = "line"

    def go_on(self) -> None:
        journey, self.moment = self.journey, MOMENTS[MOMENTS.index(self.moment) + 1]
        if self.moment == "offered":
            put_on_duty(journey.scene, journey.doctor, now=journey.now)
            dispatch_all(now=journey.now)
        elif self.moment == "taken":
            self.doctor().post(f"/cabinet/proposition/{Offer.objects.get().id}/prendre")
        elif self.moment == "call":
            self.doctor().post(f"/cabinet/salle/{Room.objects.get().id}/ouvrir")
        elif self.moment == "ended":
            self.doctor().post(f"/cabinet/salle/{Room.objects.get().id}/finir")
        else:
            note = {
                "reason": "Toux",
                "findings": "Rien",
                "conclusion": "Rhume",
                "base": "0",
                "attestation": "video",
            }
            self.doctor().post(f"/cabinet/salle/{Room.objects.get().id}/signer", note)

    def patient(self) -> Client:
        return browser(self.journey.ticket.account)

    def doctor(self) -> Client:
        return browser(self.journey.doctor.account)

    def pages(self) -> list[tuple[str, str]]:
        """(who, address) of what may stand open now."""
        found = [("patient", f"/attente/{self.journey.ticket.id}"), ("doctor", "/cabinet")]
        room = Room.objects.first()
        if room:
            found += [("doctor", f"/cabinet/salle/{room.id}"), ("patient", f"/salle/{room.id}")]
            found += [("patient", f"/consultation/{room.encounter_id}")]
        return found

    def forms(self) -> list[tuple[str, str, dict[str, Any]]]:
        found = []
        for who, url in self.pages():
            shown = getattr(self, who)().get(url)
            forms = forms_of(shown.content.decode()) if shown.status_code == 200 else []
            for form in forms:
                if form.action or who == "patient":  # the priority's form is named by the script
                    found += [(who, where, typed) for where, typed in form.submissions(url)]
        return [one for one in found if not one[1].startswith(NOWHERE)]


def truth() -> dict[str, Any]:
    """What may never be wrong, whatever is clicked."""
    tickets, encounters = Ticket.objects.all(), Encounter.objects.all()
    return {
        "lost": [row.state for row in tickets if row.state == "accepted" and row.encounter_id is None],
        "held": encounters.filter(state__in=("planned", "arrived", "in_progress")).count() > 1,
        "rooms": [
            room.id for room in Room.objects.filter(closed_at=None) if room.encounter.state == "signed"
        ],
        "unsigned": encounters.filter(state="signed")
        .exclude(id__in=Note.objects.values("encounter"))
        .count(),
        "idle": Duty.objects.filter(state="offered").count() != Offer.objects.filter(state="pending").count(),
    }


GOOD_TRUTH = {"lost": [], "held": False, "rooms": [], "unsigned": 0, "idle": False}


@pytest.mark.parametrize("first", MOMENTS[:-1])
def test_forms_of_an_earlier_moment_sent_later_break_nothing(first):
    visit = Visit()
    while visit.moment != first:
        visit.go_on()
    kept, pages, faults = visit.forms(), visit.pages(), []
    assert kept
    while visit.moment != "signed":
        visit.go_on()
        note = list(Note.objects.values_list("version", "conclusion")) if visit.moment == "signed" else None
        for who, where, typed in kept:
            faults += sent_late(visit, who, where, typed, note)
        for who, url in pages:
            answer = getattr(visit, who)().get(url, follow=True)
            if answer.status_code != 200:
                faults.append((visit.moment, "back to", url, answer.status_code))
    assert faults == []


def sent_late(visit: Visit, who: str, where: str, typed: dict[str, Any], note: Any) -> list[Any]:
    """Faults of one stale form; what it did is taken back."""
    with transaction.atomic():
        client = getattr(visit, who)()
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = client.post(where, typed)
        faults: list[Any] = [] if answer.status_code in FINE else [(visit.moment, where, answer.status_code)]
        if answer.status_code == 302 and client.get(answer["Location"], follow=True).status_code != 200:
            faults.append((visit.moment, where, "leads nowhere"))
        if truth() != GOOD_TRUTH:
            faults.append((visit.moment, where, truth()))
        if note and [row for row in note if row not in Note.objects.values_list("version", "conclusion")]:
            faults.append((visit.moment, where, "a signed note changed"))
        transaction.set_rollback(True)
    return faults


# The path


@pytest.mark.parametrize("step", STEPS)
def test_back_on_the_path_and_forward_again_keeps_what_was_said(step, client):
    """From the door, back to any step, sent again as it was shown: the door again, nothing forgotten."""
    from toubib.waiting.tests.factories import make_pool

    make_pool()
    ticket = walk_to(client, "pret")
    said = (ticket.reason_key, ticket.callback_phone, ticket.patient_id, ticket.medecin_traitant)
    shown = client.get(f"/consulter/{step}")
    post(client, step)
    again = the_ticket(client)
    assert (shown.status_code, client.get("/consulter").url) == (200, "/consulter/pret")
    assert (again.id, again.reason_key, again.callback_phone, again.patient_id, again.medecin_traitant) == (
        ticket.id, *said,
    )  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_step_of_a_stale_tab_after_the_line_was_left(step, client):
    """The tab of an ended request begins anew, and never brings the old one back."""
    from toubib.waiting.tests.factories import make_pool

    make_pool()
    ticket = walk_to(client, "pret")
    by, now = patient_actor(ticket.account), ticket.touched_at
    join_line(ticket_id=ticket.id, by=by, now=now)
    leave_line(ticket_id=ticket.id, by=by, now=now)
    answers = [client.get(f"/consulter/{step}"), client.post(f"/consulter/{step}", GOOD[step])]
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert Ticket.objects.get(pk=ticket.pk).state == "left"
