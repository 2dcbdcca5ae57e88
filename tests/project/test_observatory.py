"""What the observatory can be asked, and what it answers, stands in its two documents."""

import re

from tests.project import tree
from toubib.observatory.claims.layouts import FAMILIES
from toubib.observatory.counting.rules import COUNTED, RULES
from toubib.observatory.indicators.document import empty_document
from toubib.web.observatory.measures import MEASURES

OPERATORS, ENGINEERS = "docs/observatory.md", "toubib/observatory/README.md"


def empty():
    return empty_document("", kind="claims", synthetic=False, rules=frozenset(RULES), on=None)


def test_every_counting_rule_has_its_line():
    lines = re.findall(r"^\| `([a-z_]+)` \|", tree.read(OPERATORS), re.M)
    assert lines == list(RULES), f"the table « Counting rules » of {OPERATORS} names other rules"


def test_rules_that_drop_lines_have_each_their_stage():
    stages = [rule.drops for rule in RULES.values() if rule.drops is not None]
    assert stages == list(range(len(stages))) and len(stages) < COUNTED - 1


def test_every_key_of_the_result_has_its_line():
    part = tree.read(ENGINEERS).partition("## The result")[2].partition("\n## ")[0]
    heads = re.findall(r"^\| (.+?) \|", part, re.M)
    told = {key for head in heads for key in re.findall(r"`([a-z_]+)`", head)}
    assert told - {"target"} == set(empty()), f"« The result » of {ENGINEERS} names other keys"


def test_every_measure_of_the_pages_reads_rows_of_the_result():
    assert {one.rows for one in MEASURES.values()} <= set(empty())


def test_every_family_of_codes_is_explained():
    head = tree.read("toubib/observatory/data/acts.yaml").partition("\n- ")[0]
    assert [one for one in FAMILIES if not re.search(rf"\b{one}\b", head)] == []
