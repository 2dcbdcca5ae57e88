"""No cell of a CSV begins a formula, whichever separator the spreadsheet takes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toubib.ground.sheets import safe_cell, write_sheet

SIGNS = ("=", "+", "-", "@")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (12, "12"),
        ("-25.00", "-25.00"),
        ("Le Goff", "Le Goff"),
        ("a;b", "a;b"),
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (' "=1', "' \"=1"),
        ("\tx", "' x"),
        ("a\r\nb", "a b"),
        ("a\n=1", "a =1"),
        ("a;=1;+2", "a;'=1;'+2"),
        ('a; "-1', "a;' \"-1"),
        ("a;\n=1", "a;' =1"),
        ("Mo-Fr 09:00-12:00; Sa 09:00-12:00; PH off", "Mo-Fr 09:00-12:00; Sa 09:00-12:00; PH off"),
        ("a\u2028b", "a b"),
        ("", ""),
    ],
)
def test_a_cell_begins_no_formula(value, written):
    assert safe_cell(value) == written


def test_every_field_stands_in_quotes():
    out = io.StringIO(newline="")
    write_sheet(out, [["a", 1], ['l\'été "x"', None]])
    assert out.getvalue() == '"a","1"\r\n"l\'été ""x""",""\r\n'


@given(st.lists(st.text(alphabet=";,=\"+-@\t\r\n' a1|"), min_size=1, max_size=4))
def test_no_part_of_a_line_begins_a_formula_at_either_separator(texts):
    out = io.StringIO(newline="")
    write_sheet(out, [texts])
    for separator in (",", ";"):
        for row in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=separator):
            for cell in row:
                bare = cell.strip(' "')
                assert not bare.startswith(SIGNS) or bare.lstrip("-").isdecimal()
    assert out.getvalue().count("\n") == 1
