"""Acts read from a stream: JSON Lines, one object, and what is neither."""

import io

import pytest

from toubib.rulebook.lines import LONGEST, BadLine, read_acts


def read(text):
    return list(read_acts(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def test_lines_are_numbered_and_blank_ones_passed_over():
    assert read('{"a": 1}\n\n{"b": 2}\n') == [(1, {"a": 1}), (3, {"b": 2})]


def test_one_object_over_several_lines_is_taken():
    assert read('{\n "a": 1,\n "b": null\n}\n') == [(1, {"a": 1, "b": None})]


def test_objects_over_several_lines_are_taken_one_after_the_other():
    text = '{\n  "a": 1,\n  "b": {\n    "c": 2\n  }\n}\n\n{"d": 3}\n{\n  "e": 4\n}\n{\n}'
    assert read(text) == [(1, {"a": 1, "b": {"c": 2}}), (8, {"d": 3}), (9, {"e": 4}), (12, {})]
    found = [act for _, act in read('\n{\n  "a": 1,\n  "b": "a"\n}\n{"a": 1}')]
    assert [act.line_of(name) for act in found for name in ("a", "b", "c")] == [3, 4, 2, 6, 6, 6]


def test_nothing_is_nothing():
    assert read("") == []
    assert read("\n \n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1', "1: -: this is not JSON"),
        ('{"a": 1}\n{"a": ', "2: -: this is not JSON"),
        ("nonsense", "1: -: this is not JSON"),
        ("[1]\n", "1: -: an object of facts is expected"),
        ('{"a": 1, "a": 2}', "1: a: given twice"),
        ('{"a": NaN}', "1: -: NaN is not a number"),
        ('{"a": 1}\n{\n "a": 1,\n "b": 2,\n "a": 3\n}\n', "5: a: given twice"),
        ('{\n "a": 1\n "b": 2\n}\n', "3: -: this is not JSON"),
        ('{"a": 1}\n{\n "a": 1\n', "4: -: this is not JSON"),
        ('{"a": 1}\n{\n "a": 1\n} x\n{\n}', "4: -: this is not JSON"),
        ('[\n {\n "a": 1\n }\n]\n', "1: -: a list is not read"),
        ("{\n" + '"a": 1,\n' * (LONGEST // 8), "131073: -: an object of more than"),
        ("[" * 100_000, "1: -: an object nested this deep"),
        ("x" * (LONGEST + 1), "1: -: a line of more than"),
    ],
)
def test_bad_input_is_named_by_line(text, said):
    with pytest.raises(BadLine) as caught:
        read(text)
    assert str(caught.value).startswith(said)


def test_acts_before_the_bad_line_are_given():
    found = read_acts(io.BytesIO(b'{"a": 1}\nnonsense\n'))
    assert next(found) == (1, {"a": 1})
    with pytest.raises(BadLine):
        next(found)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe\x00", "1: -: this is not text"),
        (b'{"a": 1}\n{"a": "\xe9"}\n', "2: -: this is not text"),
        (b'{"a": 1,\n"b": 2,\n"c": "\xe9"}', "3: -: this is not text"),
    ],
)
def test_bytes_that_are_no_text_are_named_by_line(raw, said):
    with pytest.raises(BadLine) as caught:
        read(raw)
    assert str(caught.value).startswith(said)


def test_acts_before_bytes_that_are_no_text_are_given():
    found = read_acts(io.BytesIO(b'{"a": 1}\n\xff\n'))
    assert next(found) == (1, {"a": 1})
    with pytest.raises(BadLine, match="2: -: this is not text"):
        next(found)


def test_a_mark_of_byte_order_is_passed_over():
    assert read(b'\xef\xbb\xbf{"a": 1}\n') == [(1, {"a": 1})]


def test_a_number_of_very_many_digits_is_left_to_its_fact():
    assert read('{"a": ' + "9" * 10_000 + "}") == [(1, {"a": float("inf")})]


def test_a_disk_that_fails_is_told_by_line():
    class Failing(io.BytesIO):
        def readline(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(BadLine, match="1: -: cannot be read: Input/output error"):
        list(read_acts(Failing()))


def test_what_a_terminal_would_obey_is_not_repeated():
    assert str(BadLine(1, "a\x1b[2J", "x\ny")) == "1: a?[2J: x y"
