"""How long each table is kept: from the words of its data note to the dated parameters, and when a record ends.

One table says it all (`PERIODS`); tests hold it to every model's note and to the values of the rule book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from toubib.record.models import RECORD_KEPT
from toubib.rulebook.days import day_of
from toubib.rulebook.parameters import value_on

ESTABLISHMENT = "establishment"


@dataclass(frozen=True, slots=True)
class Period:
    """`parameters`: what the rule book counts, none where no clock runs; `since`: what starts the clock."""

    since: str
    parameters: tuple[str, ...] = ()


RECORD = Period(
    "the last contact with the patient",
    ("retention.record.active_years", "retention.record.archived_years"),
)
PERIODS: dict[str, Period] = {
    RECORD_KEPT: RECORD,
    "as the record": RECORD,
    "as the record it belongs to": RECORD,
    "as the document that it sends": RECORD,
    "abandoned: 7 days; served: as the record": Period("the end of the request", ("retention.ticket.days",)),
    "3 years after the last sign-in": Period("the last sign-in", ("retention.account.years",)),
    "as the account": Period("the last sign-in", ("retention.account.years",)),
    "never erased": Period(
        "nothing in Toubib; the operator archives it past that", ("retention.journal.years",)
    ),
    "10 years": Period("the day that it proves", ("retention.staff.years",)),
    "10 years after the last act": Period("the last act", ("retention.staff.years",)),
    "5 years": Period("the answer, or the word", ("retention.complaint.years",)),
    "2 years": Period("the word", ("retention.feedback.years",)),
    "1 year after it is done": Period("the call back", ("retention.follow_up.years",)),
    "30 days": Period("the sending", ("retention.message.days",)),
    "7 days": Period("the making", ("retention.copy.days",)),
    "one day": Period("the asking", ("retention.code.days",)),
    "as the public directory": Period("nothing: it follows the public register"),
    "until the next import": Period("nothing: it follows the public register"),
    "always": Period("nothing: it proves what was in force"),
    "until its doctor deletes it": Period("nothing: its owner deletes it"),
    "while in use": Period("nothing: it goes when nobody uses it any more"),
    "until the line is settled": Period("nothing: it goes when its work is done"),
    "until the documents are made": Period("nothing: it goes when its work is done"),
}


@dataclass(frozen=True, slots=True)
class End:
    """The day from which a record may go, the parameter that decides it, and since when it is an archive."""

    on: date
    rule: str
    archived_on: date


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def shortest_years(*, on: date) -> int:
    """No living patient's record ends sooner after the last contact, whatever the regime."""
    practice = value_on(id="retention.record.active_years", on=on) + value_on(
        id="retention.record.archived_years", on=on
    )
    return min(practice, value_on(id="retention.establishment.years", on=on))


def years_told(*, on: date) -> dict[str, int]:
    """The lengths that pages say, as they are in force `on` a day."""
    return {
        "years": shortest_years(on=on),
        "age": value_on(id="retention.minor.until_age", on=on),
        "after_death": value_on(id="retention.death.years", on=on),
    }


def end_of_record(*, last: datetime, born: date, died: date | None, on: date) -> End:
    """When the record of a patient ends by the rules in force `on` a day (correction of the law by date).

    Never before a child's 28th birthday. In an establishment, a death within ten years of the last contact moves the end
    to ten years after it, whatever the rest says (R. 1112-7 CSP). A legal hold is asked beside this.
    """
    day = day_of(last)
    archived = add_years(day, value_on(id="retention.record.active_years", on=on))
    in_establishment = value_on(id="retention.record.regime", on=on) == ESTABLISHMENT
    if in_establishment:
        rule = "retention.establishment.years"
        end = add_years(day, value_on(id=rule, on=on))
    else:
        rule = "retention.record.archived_years"
        end = add_years(archived, value_on(id=rule, on=on))
    grown = add_years(born, value_on(id="retention.minor.until_age", on=on))
    if grown > end:
        end, rule = grown, "retention.minor.until_age"
    after_death = value_on(id="retention.death.years", on=on)
    if in_establishment and died is not None and died < add_years(day, after_death):
        end, rule = add_years(died, after_death), "retention.death.years"
    return End(end, rule, min(archived, end))
