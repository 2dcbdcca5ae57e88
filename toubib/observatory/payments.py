"""What a policy would make the statutory insurer (AMO) pay beyond the law: for the same acts, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

ASSUMPTION = (
    "Hypothèse, non prévision : les mêmes actes, ni plus ni moins, aux prix du livre des règles ; rien des actes que la "
    "réforme ferait naître, ni des soins qu’ils remplaceraient. Les actes indéterminés ou sans prix certain n’y sont pas."
)


def payment_sums(flags: Any, key: str, law: str) -> dict[str, Any]:
    """Sums over all rows, each of which stands for `acts` acts: acts, and cents."""
    now, then = flags[f"{law}|reimbursement"], flags[f"{key}|reimbursement"]
    before, after = (
        ibis.ifelse(flags[f"{one}|price"] == "FIXED", flags[f"{one}|price_amo"], ibis.null("int64"))
        for one in (law, key)
    )
    newly, kept, lost = (
        (then == "YES") & (now == "NO"),
        (then == "YES") & (now == "YES"),
        (then == "NO") & (now == "YES"),
    )
    others = ibis.cases((kept, after - before), (lost, -before))

    def total(where: Any, of_each: Any = 1) -> Any:
        return ibis.cases((where, flags.acts * of_each)).sum().fill_null(0)

    return {
        f"{key}_newly": total(newly),
        f"{key}_lost": total(lost),
        f"{key}_perhaps": total((now == "UNDETERMINED") | (then == "UNDETERMINED")),
        f"{key}_unpriced": total((newly & after.isnull()) | ((kept | lost) & others.isnull())),
        f"{key}_for_newly": total(newly, after),
        f"{key}_for_others": total(kept | lost, others),
    }


def newly_payable(sums: Mapping[str, int]) -> dict[str, Any]:
    """The answer, of the sums over all practitioners, by their names without the case's."""
    return {
        "acts": sums["newly"],
        "acts_no_longer_payable": sums["lost"],
        "acts_undetermined": sums["perhaps"],
        "acts_without_certain_price": sums["unpriced"],
        "amo_for_newly_payable_acts": euros(sums["for_newly"]),
        "amo_difference_for_other_acts": euros(sums["for_others"]),
        "amo_difference": euros(sums["for_newly"] + sums["for_others"]),
        "assumption": ASSUMPTION,
    }


PARTS = ("newly", "lost", "perhaps", "unpriced", "for_newly", "for_others")


def euros(cents: int) -> str:
    """-150 → "-1.50"."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
