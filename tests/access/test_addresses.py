"""Every address, by every kind of person, with one's own ids, another patient's, mixed ones and none that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.access.table import TABLE, Rule
from tests.access.world import (
    ANONYMOUS,
    DOCTOR,
    EVERYONE,
    GUEST,
    OTHER_DOCTOR,
    OWNER,
    PATIENTS,
    SIGNED_IN,
    STAFF,
    STRANGER,
    World,
    addresses,
    make_world,
    undone,
)
from toubib import observatory
from toubib.config.heartbeat import LIVE, WORKER, beat
from toubib.ground.models import JournalEntry

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESSES = addresses()
SAMPLE = Path(observatory.__file__).parent / "data" / "sample"
WRONG_INPUT = {400, 409, 410, 422}
WRITES = re.compile(r'^(INSERT INTO|UPDATE|DELETE FROM) "?(?!django_session|"?django_session)')
SEEN_FROM = {OWNER: STRANGER, DOCTOR: OTHER_DOCTOR}


@pytest.fixture
def world(settings) -> World:
    settings.DEMO = True
    settings.OBSERVATORY_DIR = SAMPLE
    for part in (WORKER, LIVE):
        beat(name=part, now=timezone.now())
    return make_world()


def kinds(name: str) -> Iterator[str]:
    """leo: the first case; paul: the other's; mixed: an own id with another's behind it; none: nothing has them."""
    args = ADDRESSES[name][1]
    yield "leo"
    if args:
        yield from ("paul", "none")
    if len(args) > 1 and "act" not in args and "token" not in args:
        yield "mixed"


def values(world: World, name: str, kind: str) -> list[object]:
    rule, args = TABLE[name], ADDRESSES[name][1]
    first = [world.leo[rule.args.get(arg, arg)] for arg in args]
    other = [world.paul[rule.args.get(arg, arg)] for arg in args]
    if kind == "none":
        return [uuid4() if isinstance(value, UUID) else "rien-de-ce-nom" for value in first]
    return {"leo": first, "paul": other, "mixed": [*first[:1], *other[1:]]}[kind]


def let_in(name: str, kind: str, method: str) -> set[str] | None:
    """Who is expected to be let in; None: the method does not exist."""
    rule = TABLE[name]
    who = getattr(rule, method)
    if who is None or kind == "leo":
        return who
    if kind in ("none", "mixed"):
        return set(who) if rule.blind else set()
    if rule.on_path:
        return set()
    if who == EVERYONE:
        return set(who)
    theirs = {SEEN_FROM[one] for one in who if one in SEEN_FROM}
    return theirs | (set(who) & STAFF) | (set(who) if {DOCTOR, OTHER_DOCTOR} <= set(who) else set())


def fault(answer, who: str, *, rule: Rule, allowed: bool | None, method: str) -> str:
    """Why this answer is wrong; empty when it is right."""
    status, to = answer.status_code, answer.headers.get("Location", "")
    to_sign_in = status == 302 and to.startswith("/connexion")
    is_nobody = who in (ANONYMOUS, GUEST)
    if allowed is None:
        right = status in (404, 405) or (is_nobody and to_sign_in)
    elif allowed:
        door = rule.get == EVERYONE
        right = status in {200, 201, 204, *WRONG_INPUT} or (status == 302 and (door or not to_sign_in))
    elif rule.on_path:
        right = status == 404 or (status == 302 and to.startswith(("/consulter", "/attente/")))
    else:
        right = status == 404 or (is_nobody and to_sign_in)
    return "" if right else f"{who} {method.upper()} answers {status} {to}"


def test_table_names_every_address_and_no_other():
    assert set(TABLE) == set(ADDRESSES)


@pytest.mark.slow
@pytest.mark.parametrize("who", sorted(EVERYONE))
def test_each_address_opens_for_its_own_alone(who, world):
    faults = []
    for name, rule in TABLE.items():
        for kind in kinds(name):
            url = reverse(name, args=values(world, name, kind))
            for method in ("get", "post"):
                expected = let_in(name, kind, method)
                allowed = None if expected is None else who in expected
                client = world.client(who)
                with CaptureQueriesContext(
                    connection,
                ) as said:
                    answer = undone(lambda: getattr(client, method)(url, rule.data))  # noqa: B023
                wrong = fault(answer, who, rule=rule, allowed=allowed, method=method)
                if not wrong and allowed is False and any(WRITES.match(one["sql"]) for one in said):
                    wrong = f"{who} {method.upper()} is refused, and something was written"
                if wrong:
                    faults.append(f"{name} ({kind}): {wrong}")
    assert faults == []


@pytest.mark.parametrize("who", [ANONYMOUS, OWNER, DOCTOR])
def test_a_post_without_the_token_of_a_form_is_refused(who, world):
    client = world.client(who, checks=True)
    answers = {
        name: client.post(reverse(name, args=values(world, name, "leo"))).status_code for name in TABLE
    }
    assert {name for name, status in answers.items() if status != 403} == {
        name for name, rule in TABLE.items() if not rule.csrf
    }


@pytest.mark.parametrize("who", sorted(SIGNED_IN - PATIENTS))
def test_without_the_second_factor_no_professional_page_is_there(who, world):
    opened = []
    for name, rule in TABLE.items():
        for method in ("get", "post"):
            allowed = getattr(rule, method)
            if not allowed or who not in allowed or set(allowed) >= SIGNED_IN:
                continue
            client = world.client(who, second_factor=False)
            url = reverse(name, args=values(world, name, "leo" if who != OTHER_DOCTOR else "paul"))
            answer = undone(lambda: getattr(client, method)(url, rule.data))  # noqa: B023
            if answer.status_code != 404:
                opened.append((name, method, answer.status_code))
    assert opened == []


@pytest.mark.parametrize("name", [name for name, rule in TABLE.items() if rule.record])
def test_each_read_of_a_record_stands_in_the_journal(name, world):
    url = reverse(name, args=values(world, name, "leo"))
    patient = world.patients["camille" if TABLE[name].on_path else "leo"]
    silent = []
    for who in sorted(TABLE[name].get):
        account = world.accounts[who].pk if who in world.accounts else None
        last = JournalEntry.objects.order_by("-id").values_list("id", flat=True).first()
        answer = world.client(who).get(url)
        entries = JournalEntry.objects.filter(id__gt=last, patient=patient, account=account)
        if answer.status_code != 200 or not entries.exists():
            silent.append((who, answer.status_code))
    assert silent == []
