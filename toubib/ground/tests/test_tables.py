"""Published tables under our own names: spellings, marks, encodings, packings."""

import gzip

import pytest

from toubib.ground.tables import BadTable, Column, plain, read_table
from toubib.ground.tests.books import write_book

COLUMNS = (
    Column("code", ("Code de la commune", "depcom")),
    Column("name", ("Libellé",)),
    Column("size", ("pop",), optional=True),
)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Qualification attribuée par l’arrêté régional ", "qualification attribuee par l arrete regional"),
        ("Œuilly-sur-Æsop", "oeuilly sur aesop"),
        ("  L'Haÿ\u00a0les--Roses ", "l hay les roses"),
        ("日本 x", "x"),
        ("ﬁn", "fin"),
        ("", ""),
    ],
)
def test_plain_forgets_accents_case_and_marks(text, bare):
    assert plain(text) == bare


@pytest.mark.parametrize(
    "content",
    [
        "CODE DE LA COMMUNE;libelle\n01001;Été\n".encode(),
        "depcom,Libellé,pop\n01001,Été,3\n".encode("cp1252"),
        "\ufeffdepcom\tLibellé\r\n01001\tÉté\r\n".encode(),
        'depcom;Libellé\n"01001";"Été"\n'.encode(),
        "Titre du fichier\n\nnote;;;\nx|depcom|Libellé|\n0|01001|Été|\n".encode(),
    ],
)
def test_a_table_is_read_whatever_its_mark_and_its_encoding(tmp_path, content):
    for name, raw in (("t.csv", content), ("t.csv.gz", gzip.compress(content))):
        (tmp_path / name).write_bytes(raw)
        rows = list(read_table(tmp_path / name, COLUMNS))
        assert [(row.get("code"), row.get("name")) for row in rows] == [("01001", "Été")]


def test_a_sheet_is_read_below_its_titles(tmp_path):
    rows = [
        ("Titre",),
        (),
        ("depcom", "Libellé", "pop"),
        ("01001", "Été", 3),
        (None, None, None),
        (1002, "B", 2.5),
    ]
    path = write_book(tmp_path / "t.xlsx", {"Notes": [("x",)], "Données 2024": rows})
    found = [
        (row.number, row.get("code"), row.number_of("size"))
        for row in read_table(path, COLUMNS, sheet="donnees")
    ]
    assert found == [(4, "01001", 3.0), (6, "1002", 2.5)]
    with pytest.raises(BadTable, match="no sheet 'autre': Notes, Données 2024"):
        list(read_table(path, COLUMNS, sheet="autre"))


def test_cells_that_lack_are_empty_and_quoted_lines_keep_their_number(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('depcom;Libellé;pop\n1;"deux\nlignes"\n2;b;x\n', encoding="utf-8")
    one, two = read_table(path, COLUMNS)
    assert [(one.number, one.get("size"), one.number_of("size")), two.number] == [(3, "", None), 4]
    with pytest.raises(BadTable, match=r"t\.csv:4: size: 'x' is not a number"):
        two.number_of("size")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("depcom;autre\n1;2\n", "1: name: no such column: 'Libellé'"),
        ("depcom;Libellé\n", "0: -: no row"),
        ("[{]", "1: -: not JSON"),
        ('{"a": 1}', "1: -: not an array of objects"),
        ('[{"depcom": 1}]', "1: name: no such column: 'Libellé'"),
    ],
)
def test_what_is_not_the_layout_is_refused(tmp_path, text, message):
    path = tmp_path / ("t.json" if text[:1] in "[{" else "t.csv")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadTable) as refused:
        list(read_table(path, COLUMNS))
    assert str(refused.value) == f"{path}:{message}"


def test_a_line_without_end_is_refused(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"depcom;" + b"x" * 2_000_000)
    with pytest.raises(BadTable, match="a line of over a million bytes"):
        list(read_table(path, COLUMNS))
