import json
from datetime import date

import ibis
import pytest

from toubib.rulebook.engine.tables import BadTable, connect, read_table
from toubib.rulebook.facts import columns, read_facts
from toubib.rulebook.tests.acts import random_acts

HEADER = "act_date,act_time,overrun,practitioner_situations,c2s,patient_age,act_kind"
FULL = {
    "act_date": "2025-01-31",
    "act_time": "14:30",
    "overrun": 12.5,
    "practitioner_situations": ["retired", "move"],
    "c2s": True,
    "patient_age": 12,
    "act_kind": "in_person",
}
NAMES = ("act_date", "act_time_minutes", "overrun_cents", "c2s", "patient_age", "act_kind")


def write(folder, name, *lines):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def rows(path):
    return read_table(path, connect()).to_pyarrow().to_pylist()


def test_reads_a_csv_row_with_its_empty_cells(tmp_path):
    found = rows(
        write(tmp_path, "a.csv", HEADER, "2025-01-31,14:30,12.5,retired|move,true,12,in_person", ",,,,,,")
    )
    assert [tuple(row[name] for name in NAMES) for row in found] == [
        (date(2025, 1, 31), 870, 1250, True, 12, "in_person"),
        (None,) * 6,
    ]
    assert [row["practitioner_situations_retired"] for row in found] == [True, False]  # an empty list is none
    assert {row["modality"] for row in found} == {None}  # an absent column is unknown


def test_reads_json_lines_as_one_act_is_read(tmp_path):
    acts = random_acts(40, seed=5)
    found = rows(write(tmp_path, "a.jsonl", *(json.dumps(act) for act in acts)))
    assert sorted(found, key=str) == sorted((read_facts(act) for act in acts), key=str)
    assert list(found[0]) == list(columns())


def test_reads_parquet_as_json_lines(tmp_path):
    acts = random_acts(40, seed=6)
    path = write(tmp_path, "a.jsonl", *(json.dumps(act) for act in acts))
    connection = connect()
    target = tmp_path / "a.parquet"
    connection.raw_sql(
        f"COPY (SELECT * REPLACE (CAST(act_time AS TIME) AS act_time) FROM read_json('{path}')) TO '{target}'"
    )
    assert sorted(rows(target), key=str) == sorted(rows(path), key=str)


@pytest.mark.parametrize(
    ("cell", "field", "message"),
    [
        ("2025-02-30,,,,,,", "act_date", '"2025-02-30" is no date of the form 2025-03-10'),
        (",24:00,,,,,", "act_time", '"24:00" is no time of the form 14:30'),
        (",,1.234,,,,", "overrun", "1.234 is no amount in euros and cents"),
        (",,much,,,,", "overrun", 'an amount in euros is expected, not "much"'),
        (",,,,yes,,", "c2s", 'true or false is expected, not "yes"'),
        (",,,,,1.0,", "patient_age", "a whole number is expected, not 1.0"),
        (",,,,,131,", "patient_age", "131 is not between 0 and 130"),
        (",,,,,,,x", "-", "8 cells for 7 columns"),
        (',,,,,,"in', "-", "unexpected end of data"),
    ],
)
def test_bad_csv_names_line_and_field(tmp_path, cell, field, message):
    path = write(tmp_path, "a.csv", HEADER, ",,,,,,", cell)
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert str(caught.value) == f"{path}:3: {field}: {message}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"c2s": "true"}, "c2s"),
        ({"patient_age": 12.0}, "patient_age"),
        ({"patient_age": "12"}, "patient_age"),
        ({"practitioner_situations": "retired"}, "practitioner_situations"),
        ({"practitioner_situations": ["late"]}, "practitioner_situations"),
        ({"practitioner_situations": [None]}, "practitioner_situations"),
        ({"practitioner_id": 12}, "practitioner_id"),
        ({"overrun": 1e99}, "overrun"),
        ({"act_kind": "IN_PERSON"}, "act_kind"),
        ({"act_date": "2025-1-31"}, "act_date"),
        ({"colour": "red"}, "colour"),
        ({"act_id": "\ud800"}, "act_id"),
    ],
)
def test_bad_json_names_line_and_field(tmp_path, change, field):
    path = write(tmp_path, "a.jsonl", json.dumps(FULL), "", json.dumps({**FULL, **change}))
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert (caught.value.line, caught.value.field) == (3, field)


def test_a_number_of_very_many_digits_names_its_field(tmp_path):
    path = write(tmp_path, "a.jsonl", "{}", '{"patient_age": ' + "9" * 10_000 + "}")
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert (caught.value.line, caught.value.field) == (2, "patient_age")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"act_date": "20', "1: -: not JSON: Unterminated string starting at"),
        ("[{}]", "1: -: an object on each line is expected"),
        ('{"c2s": true, "c2s": false}', "1: c2s: stands twice"),
        ("act_id,colour", "1: colour: unknown column"),
        ("act_id,act_id", "1: act_id: the column stands twice"),
        ("", "1: -: a header of columns is expected"),
    ],
)
def test_bad_files(tmp_path, text, told):
    path = tmp_path / "a"
    path.write_text(text)
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert str(caught.value) == f"{path}:{told}"


def test_bad_parquet_names_row_and_column(tmp_path):
    path = tmp_path / "a.parquet"
    connection = connect()
    connection.raw_sql(f"COPY (SELECT unnest(['in_person', 'home']) AS act_kind) TO '{path}'")
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert str(caught.value).startswith(f"{path}:2: act_kind: 'home'; one of teleconsultation")
    connection.raw_sql(f"COPY (SELECT 'yes' AS c2s) TO '{path}'")
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert str(caught.value) == f"{path}:1: c2s: a column of VARCHAR cannot hold bool"
    connection.raw_sql(f"COPY (SELECT NULL AS c2s, 12.0 AS patient_age) TO '{path}'")
    assert [(row["c2s"], row["patient_age"]) for row in rows(path)] == [(None, 12)]


def test_a_great_file_of_nonsense_is_refused_at_once(tmp_path):
    path = tmp_path / "nonsense"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # a sparse file: no bytes on the disk
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert str(caught.value) == f"{path}:1: -: a line longer than 1048576 bytes"


def test_a_late_unknown_column_is_named_in_a_long_file(tmp_path):
    good = json.dumps(FULL)
    path = write(tmp_path, "a.jsonl", *([good] * 1500), json.dumps({**FULL, "colour": "red"}))
    with pytest.raises(BadTable) as caught:
        rows(path)
    assert (caught.value.line, caught.value.field) == (1501, "colour")


def test_a_missing_file(tmp_path):
    with pytest.raises(BadTable, match="no such file"):
        read_table(tmp_path / "none.csv")


def test_the_table_is_lazy(tmp_path):
    table = read_table(write(tmp_path, "a.csv", HEADER, ",,,,,,"), connect())
    assert isinstance(table, ibis.Table)
