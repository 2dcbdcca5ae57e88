"""States change in one place, by the tables, and by no other way."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from toubib.people.tests.factories import NOW
from toubib.waiting import operations
from toubib.waiting.enums import DUTY_MOVES, OFFER_MOVES, TICKET_MOVES, DutyState, OfferState, TicketState
from toubib.waiting.models import Offer
from toubib.waiting.operations.moves import MoveRefused, move_offer

BY_HAND = re.compile(r"^\s+\w+\.state(, [\w., ]+)? = |update\(\s*state=", re.MULTILINE)


def test_no_operation_sets_a_state_by_hand():
    found = [
        path.name
        for path in Path(operations.__file__).parent.glob("*.py")
        if path.name != "moves.py" and BY_HAND.search(path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("moves", "states"),
    [(TICKET_MOVES, TicketState), (DUTY_MOVES, DutyState), (OFFER_MOVES, OfferState)],
)
def test_tables_name_every_state(moves, states):
    assert set(moves) == set(states)


def an_offer(state):
    return Offer(state=state, made_at=NOW, expires_at=NOW + timedelta(seconds=90))


@pytest.mark.parametrize("state", [OfferState.REFUSED, OfferState.LAPSED, OfferState.WITHDRAWN])
def test_an_offer_that_ended_moves_nowhere(state):
    for to in OfferState:
        with pytest.raises(MoveRefused, match="La proposition n’en est plus là"):
            move_offer(offer=an_offer(state), to=to, now=NOW)
