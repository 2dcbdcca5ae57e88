"""The public rule of who takes whom, on plain values."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from toubib.people.tests.factories import NOW
from toubib.waiting.matching import Candidate, Request, choose, may_take

HOME, NEAR, FAR = UUID(int=1), UUID(int=2), UUID(int=3)
REQUEST = Request(
    language="fr", age=36, specialties=(), own_practitioner=None, commune=HOME, refused_by=frozenset()
)
DOCTOR = Candidate(
    duty_id=UUID(int=10),
    practitioner_id=UUID(int=20),
    specialty="general_practice",
    languages=("fr",),
    min_age=0,
    max_age=150,
    communes=frozenset({FAR}),
    idle_since=NOW,
)


def other(n: int, **over):
    return replace(DOCTOR, duty_id=UUID(int=10 + n), practitioner_id=UUID(int=20 + n), **over)


@pytest.mark.parametrize(
    ("request_over", "doctor_over", "against"),
    [
        ({}, {}, []),
        ({"language": "pt"}, {}, ["language"]),
        ({"language": "pt"}, {"languages": ("fr", "pt")}, []),
        ({"age": 2}, {"min_age": 6}, ["age"]),
        ({"age": 6}, {"min_age": 6}, []),
        ({"age": 17}, {"max_age": 16}, ["age"]),
        ({"age": None}, {"min_age": 6}, []),
        ({"specialties": ("dermatology",)}, {}, ["specialty"]),
        ({"specialties": ("dermatology",)}, {"specialty": "dermatology"}, []),
        ({"refused_by": frozenset({UUID(int=20)})}, {}, ["refused"]),
        ({"refused_by": frozenset({UUID(int=20)}), "language": "ar"}, {}, ["refused", "language"]),
    ],
)
def test_may_take_names_every_rule_against(request_over, doctor_over, against):
    assert (
        may_take(request=replace(REQUEST, **request_over), candidate=replace(DOCTOR, **doctor_over))
        == against
    )


def test_choose_prefers_the_longest_idle_when_nothing_else_differs():
    idle = other(1, idle_since=NOW - timedelta(minutes=5))
    choice = choose(request=REQUEST, candidates=[DOCTOR, idle])
    assert (choice.duty_id, choice.why[-1]) == (idle.duty_id, {"rule": "idle"})


def test_choose_prefers_the_same_territory_over_the_longest_idle():
    idle, near = other(1, idle_since=NOW - timedelta(minutes=5)), other(2, communes=frozenset({NEAR, HOME}))
    choice = choose(request=REQUEST, candidates=[idle, near])
    assert choice.duty_id == near.duty_id
    assert {"rule": "territory"} in choice.why


def test_choose_prefers_the_own_medecin_traitant_over_territory():
    own, near = other(1), other(2, communes=frozenset({HOME}))
    choice = choose(request=replace(REQUEST, own_practitioner=own.practitioner_id), candidates=[near, own])
    assert choice.duty_id == own.duty_id
    assert {"rule": "medecin_traitant"} in choice.why


def test_choose_takes_another_when_the_own_medecin_traitant_refused():
    own, near = other(1), other(2)
    asked = replace(
        REQUEST, own_practitioner=own.practitioner_id, refused_by=frozenset({own.practitioner_id})
    )
    assert choose(request=asked, candidates=[near, own]).duty_id == near.duty_id


def test_choose_answers_none_when_nobody_may():
    assert choose(request=replace(REQUEST, language="pt"), candidates=[DOCTOR, other(1)]) is None


COUNTED = replace(REQUEST, counts=True)


@pytest.mark.parametrize(
    ("request_", "caps", "chosen", "why"),
    [
        (COUNTED, ("NEAR", "BELOW"), 1, True),
        (COUNTED, ("ABOVE", "NEAR"), 1, True),
        (COUNTED, ("UNDETERMINED", "BELOW"), 0, False),  # unknown weighs nothing: the longest idle
        (COUNTED, ("BELOW", "UNDETERMINED"), 0, False),
        (COUNTED, ("ABOVE", "UNDETERMINED"), 1, True),
        (COUNTED, ("", "BELOW"), 0, False),
        (COUNTED, ("ABOVE", "ABOVE"), 0, False),
        (REQUEST, ("ABOVE", "BELOW"), 0, False),  # an act that does not count may go to a doctor near the cap
    ],
)
def test_choose_weighs_the_cap_after_territory_and_before_idleness(request_, caps, chosen, why):
    idle = [NOW - timedelta(minutes=9), NOW]
    doctors = [other(n, cap=cap, idle_since=idle[n]) for n, cap in enumerate(caps)]
    found = choose(request=request_, candidates=doctors)
    assert (found.duty_id, {"rule": "cap"} in found.why) == (doctors[chosen].duty_id, why)


def test_choose_puts_the_own_doctor_and_the_territory_before_any_cap():
    own = other(1, cap="ABOVE")
    near = other(2, cap="ABOVE", communes=frozenset({HOME}))
    room = other(3, cap="BELOW")
    mine = replace(COUNTED, own_practitioner=own.practitioner_id)
    assert choose(request=mine, candidates=[room, own]).duty_id == own.duty_id
    assert choose(request=COUNTED, candidates=[room, near]).duty_id == near.duty_id


def test_choose_never_keeps_a_doctor_idle_for_a_cap():
    above = other(1, cap="ABOVE")
    assert choose(request=COUNTED, candidates=[above]).duty_id == above.duty_id
