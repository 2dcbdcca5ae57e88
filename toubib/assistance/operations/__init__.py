"""The only writers of assistance."""

from toubib.assistance.operations.gestures import (
    GestureRefused,
    accept_gesture,
    answer_gesture,
    ask_gesture,
    finish_gesture,
    refuse_gesture,
    start_gesture,
    withdraw_gesture,
)
from toubib.assistance.operations.postings import (
    BadPeriod,
    end_posting,
    end_protocol,
    file_protocol,
    post_helper,
)
from toubib.assistance.operations.presences import (
    NotPosted,
    answer_presence,
    begin_presence,
    end_presence,
    leave_left_open,
)

__all__ = [
    "BadPeriod",
    "GestureRefused",
    "NotPosted",
    "accept_gesture",
    "answer_gesture",
    "answer_presence",
    "ask_gesture",
    "begin_presence",
    "end_posting",
    "end_presence",
    "end_protocol",
    "file_protocol",
    "finish_gesture",
    "leave_left_open",
    "post_helper",
    "refuse_gesture",
    "start_gesture",
    "withdraw_gesture",
]
