"""`/observatoire`: what is shown, what never is, what one can take away."""

import csv
import gzip
import io
import json
import re

import pytest

from toubib.web.observatory.maps import contours, tiles
from toubib.web.observatory.measures import MEASURES, say, say_gap
from toubib.web.observatory.plots import draw_series

pytestmark = pytest.mark.django_db
QUARTERS = ["2023Q4", "2024Q4"]
AREAS = [
    {"area": "FR", "name": "France", "level": "country", "region": None},
    {"area": "R84", "name": "Auvergne-Rhône-Alpes", "level": "region", "region": None},
    {"area": "26", "name": "Drôme", "level": "departement", "region": "R84"},
    {"area": "69", "name": "Rhône", "level": "departement", "region": "R84"},
]
RATES = {"FR": (1000, 400), "R84": (500, 150), "26": (100, None), "69": (400, 120)}


def document():
    """Four areas, two quarters; the Drôme's numerator may not be told."""
    adoption = [
        {"quarter": quarter, "area": area, "gps": gps, "with_teleconsultation": used, "rate": None if used is None else used / gps}
        for quarter in QUARTERS
        for area, (gps, used) in RATES.items()
    ]  # fmt: skip
    return {
        "schema": 2, "source": "Données synthétiques, graine 1", "synthetic": True, "computed_on": "2026-11-22", "quarters": QUARTERS, "areas": AREAS,
        "rules": [{"name": "delays", "label": "Délais de remontée", "what": "", "applied": True}], "removed": {}, "gp_adoption": adoption,
        "target": {"rate": 0.35, "departements": {"2024Q4": {"reached": 0, "not_reached": 1, "untold": 1}}}, "published": [],
        "acts_by_year": {"2024": 2000}, "share_by_channel": {"2024": {"company": 0.4}}, "euros_by_year": {"2024": {"reimbursed": 10, "paid": 20}},
    }  # fmt: skip


@pytest.fixture
def results(settings, tmp_path):
    settings.OBSERVATORY_DIR = tmp_path
    (tmp_path / "indicators.json.gz").write_bytes(gzip.compress(json.dumps(document()).encode()))
    return tmp_path


def text_of(answer):
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_page_says_so_when_nothing_is_published(client, settings, tmp_path):
    settings.OBSERVATORY_DIR = tmp_path
    answer = client.get("/observatoire")
    assert (answer.status_code, "Aucun résultat n’est encore publié ici." in text_of(answer)) == (200, True)
    assert client.get("/observatoire/donnees.csv").status_code == 404


def test_page_shows_figures_target_source_and_mark(client, results):
    told = text_of(client.get("/observatoire"))
    wanted = (
        "40,0 %", "35,0 %", "dépassé de 5,0 points", "Données synthétiques.", "22 novembre 2026", "Délais de remontée", "Auvergne-Rhône-Alpes",
    )  # fmt: skip
    assert [word for word in wanted if word not in told] == []


def test_small_cell_is_shown_as_such_and_never_as_a_value(client, results):
    told = text_of(client.get("/observatoire?level=departement&area=26"))
    assert told.count("n &lt; 11") > 2
    assert "Drôme : non diffusé (n &lt; 11)" in told
    files = [client.get(f"/observatoire/{name}?level=departement") for name in ("donnees.csv", "carte.svg")]
    assert [answer.status_code for answer in files] == [200, 200]
    rows = list(csv.DictReader(io.StringIO(files[0].content.decode())))
    assert [row["rate"] for row in rows if row["area"] == "26"] == ["", ""]


@pytest.mark.parametrize("indicator", MEASURES)
def test_every_measure_has_a_page_even_where_the_results_lack_it(client, results, indicator):
    assert client.get(f"/observatoire?indicator={indicator}").status_code == 200


@pytest.mark.parametrize("query", ["indicator=x", "quarter=2019Q1", "area=99", "from=x"])
def test_what_the_results_do_not_know_is_not_found(client, results, query):
    assert client.get(f"/observatoire?{query}").status_code == 404


def test_table_is_sorted_filtered_and_compared(client, results):
    told = text_of(
        client.get("/observatoire?level=departement&sort=name&order=up&q=dro&from=2023Q4&show=gap")
    )
    assert (
        told.count('scope="row"><a'),
        'aria-sort="ascending"' in told,
        "écart de T4 2023 à T4 2024" in told,
    ) == (1, True, True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("carte.svg", b"<?xml"),
        ("carte.png", b"\x89PNG"),
        ("courbe.svg", b"<?xml"),
        ("courbe.png", b"\x89PNG"),
    ],
)
def test_pictures_stand_alone_with_source_and_mark(client, results, name, kind):
    answer = client.get(f"/observatoire/{name}")
    assert (answer.status_code, answer.content[: len(kind)]) == (200, kind)
    if kind == b"<?xml":
        text = answer.content.decode()
        assert ("DONNÉES SYNTHÉTIQUES" in text, "graine 1" in text, "class=" in text) == (True, True, False)


def test_long_words_do_not_come_back_in_each_link(client, results):
    short, long = (len(client.get("/observatoire", {"q": "a" * one}).content) for one in (50, 5000))
    assert long - short < 3 * 5000


def test_files_are_not_sent_twice(client, results):
    first = client.get("/observatoire/donnees.csv")
    again = client.get("/observatoire/donnees.csv", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_both_maps_draw_every_departement_once():
    codes = {shape.code for shape in contours()}
    assert (len(codes), codes, len(tiles())) == (101, {shape.code for shape in tiles()}, 101)


def test_page_in_english_says_the_indicator_in_english(client, results):
    told = text_of(client.get("/observatoire", headers={"accept-language": "en"}))
    assert ("How many GPs consult remotely?" in told, "téléconsultent" in told) == (True, False)


def test_figures_are_said():
    assert (say(None, "rate"), say(0.381, "rate"), say_gap(-0.0444, "rate"), say_gap(None, "count")) == (
        "n < 11", "38,1\u00a0%", "−4,4", "–",
    )  # fmt: skip


@pytest.mark.parametrize("first", [10.0, 34.0, 50.0])
@pytest.mark.parametrize("last", [20.0, 34.0, 34.9, 36.0, 60.0])
def test_words_of_target_lie_neither_on_the_last_value_nor_on_the_curve(first, last):
    values = [(f"{2020 + i // 4}Q{i % 4 + 1}", first + (last - first) * i / 19) for i in range(20)]
    drawn = draw_series(values, say="{:.1f}".format, title="t", target=(35.0, "repère : 35,0 %"))
    words = re.findall(r'x="([\d.]+)" y="([\d.]+)" text-anchor="end">(repère : 35,0 %|' + f"{last:.1f})<", drawn)  # fmt: skip
    at = {text[0]: (float(x) - 7 * len(text), float(x), float(y) - 12, float(y) + 2) for x, y, text in words}
    left, right, top, bottom = at.pop("r")
    (other,) = at.values()
    assert right <= other[0] or other[1] <= left or bottom <= other[2] or other[3] <= top
    curve = re.findall(r"[ML]([\d.]+) ([\d.]+)", re.search(r'class="curve" d="([^"]+)"', drawn).group(1))
    inside = [(x, y) for x, y in ((float(x), float(y)) for x, y in curve) if left <= x <= right]
    assert [(x, y) for x, y in inside if top <= y <= bottom] == []


def test_curve_breaks_where_a_quarter_is_not_told():
    values = [("2024Q1", 0.1), ("2024Q2", None), ("2024Q3", 0.2), ("2024Q4", 0.3)]
    assert draw_series(values, say=str, title="t").count("M74") >= 1
    assert 'class="curve" d="M74.0' in draw_series(values, say=str, title="t")


def test_reforms_say_nothing_is_published_where_nothing_is(client, results):
    assert "Aucun résultat" in text_of(client.get("/observatoire/reformes"))


@pytest.fixture
def sample(settings):
    settings.OBSERVATORY_DIR = settings.BASE_DIR / "observatory" / "data" / "sample"
    return json.loads(gzip.decompress((settings.OBSERVATORY_DIR / "reforms.json.gz").read_bytes()))


def test_reforms_show_levers_groups_and_what_is_not_known(client, sample):
    told = text_of(
        client.get("/observatoire/reformes?levier=fmt_zone&levier=fmt_assisted&paie=tariff_as_in_person")
    )
    wanted = (
        "Données synthétiques.", "Ce que le modèle ne sait pas", "lever le seuil ne lève pas cela", "Hypothèse, non prévision", "Indéterminés", "Faits supposés",
    )  # fmt: skip
    assert [word for word in wanted if word not in told] == []
    freed = sample["cases"]["fmt_zone+fmt_assisted"]["freed"]["acts"]
    assert say(freed, "count").replace("\u202f", " ").replace("\u00a0", " ") in told
    assert ("À cette échelle" in told) == (not sample["meaningful"])


def test_every_lever_and_combination_has_its_answer(client, sample):
    for names in (
        ["levier=" + one for one in sample["combined"]],
        *(["seule=" + one] for one in sample["alone"]),
        ["seule=x", "paie=x"],
    ):
        assert client.get("/observatoire/reformes?" + "&".join(names)).status_code == 200


def test_assumptions_move_the_money_and_a_wrong_one_is_told(client, sample):
    none = text_of(client.get("/observatoire/reformes?levier=fmt_zone"))
    some = text_of(client.get("/observatoire/reformes?levier=fmt_zone&urgences=10&cout=100"))
    bad = text_of(client.get("/observatoire/reformes?levier=fmt_zone&urgences=150"))
    spared = sample["cases"]["fmt_zone"]["freed"]["acts"] * 10
    assert say(spared, "euros").replace("\u202f", " ").replace("\u00a0", " ") in some
    assert (none == some, "Un nombre entier, de 0 à 100." in bad) == (False, True)


def test_no_cell_of_the_shipped_results_is_small(sample):
    def numbers(value):
        if isinstance(value, dict):
            return [one for part in value.values() for one in numbers(part)]
        return [value] if isinstance(value, int) and not isinstance(value, bool) else []

    small = [n for case in sample["cases"].values() for n in numbers(case) if 0 < n < 11]
    assert small == []


@pytest.mark.parametrize(
    ("indicator", "removed"),
    [
        ("adoption", [*["0"] * 5, "sans objet", "6 656, dont 2 328 avec téléconsultation", "sans objet"]),
        ("ald", ["0", "0", "0", "0", "sans objet", "0 (range sans rien ôter)", "sans objet", "0"]),
        ("actes", ["5 560", "8 340", "0", "22 238", *["0 (range sans rien ôter)"] * 2, *["sans objet"] * 2]),
        ("tele-expertise", ["0"] * 4 + ["sans objet", "0 (range sans rien ôter)", *["sans objet"] * 2]),
        ("part-activite", ["617", "898", "0", "2 404", "0", "sans objet", "750 163", "sans objet"]),
    ],
)
def test_every_counting_rule_says_what_it_removed_of_the_indicator(client, sample, indicator, removed):
    told = text_of(client.get(f"/observatoire?indicator={indicator}&quarter=2024Q4"))
    assert re.findall(r"<cite>Retirés : ([^<]+)</cite>", told) == removed


def test_what_a_source_does_not_know_is_not_said_to_be_small(client, results):
    # Open DAMIR knows no channel; claims without the column of what was refunded know no euro of it.
    told = document() | {"share_by_channel": {}, "euros_by_year": {"2024": {"reimbursed": None, "paid": 20}}}
    (results / "indicators.json.gz").write_bytes(gzip.compress(json.dumps(told).encode()))
    page = text_of(client.get("/observatoire?indicator=actes"))
    row = page.partition('<tr><th scope="row">2024</th>')[2].partition("</tr>")[0]
    assert re.findall(r">([^<>]+)</td>", row) == ["2 000", *["non calculé"] * 5, "20 €"]


def test_a_new_counting_rule_says_what_it_removed(client, results):
    told = document()
    rule = {
        "name": "foreign_residents",
        "label": "Résidents étrangers",
        "what": "",
        "applied": True,
        "drops": True,
    }
    told |= {"rules": [rule], "removed": {"gp_adoption": {"2024Q4": {"foreign_residents": 17}}}}
    (results / "indicators.json.gz").write_bytes(gzip.compress(json.dumps(told).encode()))
    page = text_of(client.get("/observatoire?quarter=2024Q4"))
    assert re.findall(r"<cite>Retirés : ([^<]+)</cite>", page) == ["17"]


def test_reforms_are_taken_away_as_a_table_of_every_case(client, sample):
    answer = client.get("/observatoire/reformes.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    law, zone = (next(row for row in rows if row["case"] == one) for one in ("law", "fmt_zone"))
    assert len(rows) == 4 * len(sample["cases"]) + len(sample["payments"])
    assert [law[key] for key in ("label", "scenario", "above", "freed_acts")] == ["Le droit", "declared", str(sample["cases"]["law"]["above"]), "0"]  # fmt: skip
    assert (zone["freed_acts"], zone["synthetic"]) == (
        str(sample["cases"]["fmt_zone"]["freed"]["acts"]),
        "True",
    )
    again = client.get("/observatoire/reformes.csv", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("form", "kind"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_picture_of_the_reforms_stands_alone(client, sample, form, kind):
    every = "&".join("levier=" + one for one in sample["combined"])
    answer = client.get(f"/observatoire/reformes.{form}?{every}")
    assert (answer.status_code, answer.content[: len(kind)]) == (200, kind)
    if form == "svg":
        text = answer.content.decode()
        named = [sample["policies"][one]["label"] in text for one in sample["combined"]]
        assert (all(named), "DONNÉES SYNTHÉTIQUES" in text, "class=" in text, sample["source"] in text) == (True, True, False, True)  # fmt: skip


@pytest.mark.parametrize("name", ["reformes.csv", "reformes.svg", "reformes.png"])
def test_files_of_the_reforms_are_not_there_where_nothing_is_published(client, results, name):
    assert client.get(f"/observatoire/{name}").status_code == 404


def test_table_tells_name_part_and_gap_first(client, results):
    told = client.get("/observatoire?sort=name").content.decode()
    table = told[told.index('id="tableau"') :]
    heads = re.findall(r'<th scope="col"[^>]*><a[^>]*>([^<]+)</a>', table)
    assert heads == ["Région", "Part", "Écart", "Avec téléconsultation", "Médecins"]
    line = table[table.index("Auvergne-Rhône-Alpes") :]
    cells = re.findall(r'<td class="n">(?:<b>)?([^<]+)', line[: line.index("</tr>")])
    assert [one.replace("\u00a0", " ") for one in cells] == ["30,0 %", "0,0", "150", "500"]


def test_a_chosen_area_shows_its_own_gap_and_that_of_france(client, results):
    told = text_of(client.get("/observatoire?area=69&from=2023Q4"))
    assert "points, Rhône" in told and "France : 0,0" in told


def test_target_is_named_once_and_its_period_is_said_in_full(client, sample):
    told = text_of(client.get("/observatoire"))
    assert ("politiques prioritaires du Gouvernement (PPG)" in told, told.lower().count("cible nationale")) == (True, 1)  # fmt: skip
