"""Found as one types, by word or by code; what may not be prescribed says why."""

from datetime import date, timedelta

import pytest

from toubib.nomenclature.bdpm import CONDITIONS, MEDICINES, SUBSTANCES
from toubib.nomenclature.measurements import MEASUREMENTS
from toubib.nomenclature.models import Medicine
from toubib.nomenclature.queries import (
    DiagnosisFound,
    may_be_prescribed,
    medicine_of,
    search_diagnoses,
    search_medicines,
)
from toubib.nomenclature.tests.factories import (
    NOW,
    cip,
    medicine,
    small_bdpm,
    substance,
    take_in,
    take_in_codes,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)
DOLI, GENERIC, OLD, DUO, HOSPITAL, GONE = (f"9000000{number}" for number in range(1, 7))


@pytest.fixture
def medicines(tmp_path):
    return take_in(tmp_path / "bdpm")


def found(text, **more):
    return [one.cis for one in search_medicines(text=text, on=ON, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dolid", [DOLI]),
        ("DOLIDEMO 500", [DOLI]),
        ("500 dolidemo", [DOLI]),
        ("dolidemo 500mg", [DOLI]),
        ("paracétamol", [GENERIC, DOLI, DUO, OLD]),
        ("PARACETAMOL", [GENERIC, DOLI, DUO, OLD]),
        ("codeine", [DUO]),
        ("paracetamol codéine", [DUO]),
        ("parac démo", [GENERIC]),
        ("paracetamol comprimé 0,5 g", [GENERIC, DOLI, DUO, OLD]),
        ("dolidemmo", [DOLI]),
        ("bolidemo", [DOLI]),
        ("odlidemo", [DOLI]),
        ("dlidemo", [DOLI]),
        ("parasétamol", [GENERIC, DOLI, DUO, OLD]),
        ("d", []),
        ("", []),
        ("  ' ", []),
        ("dolidemo aspirine", []),
        ("%", []),
    ],
)
def test_words_find_medicines_in_order(medicines, text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DOLI, [DOLI]),
        (cip(2), [DOLI]),
        (cip(2)[:12], [DOLI]),
        (cip(2)[5:12], [DOLI]),
        (f"{cip(2)[:5]} {cip(2)[5:]}", [DOLI]),
        (f"010{cip(4)}172812311012345", [DUO]),
        (f"]d2010{cip(4)}", [DUO]),
        (f"(01)0{cip(4)}(17)281231", [DUO]),
        ("34009999", [DOLI, GENERIC, DUO]),
        ("1234567", []),
        ("900000", [DOLI, GENERIC, OLD, DUO, HOSPITAL, GONE]),
    ],
)
def test_codes_find_medicines(medicines, text, expected):
    assert found(text) == expected


def test_no_more_is_given_than_asked(medicines):
    assert len(found("paracetamol", limit=2)) == 2
    assert found("paracetamol", limit=0) == []


def test_line_of_the_list_says_all_that_is_needed(medicines):
    (one,) = search_medicines(text="duodemo", on=ON)
    assert (one.cis, one.cip13, one.name) == (DUO, cip(4), "DUODEMO 500 mg/30 mg, comprimé")
    assert (one.inn, one.form, one.dosages) == ("paracétamol + codéine", "comprimé", ("500 mg", "22 mg"))
    assert (one.generic_group, one.is_marketed, one.hospital_only, one.routes) == (
        "",
        True,
        False,
        ("orale",),
    )
    assert one.refused.code == "RX.SECURED"
    (other,) = search_medicines(text="dolidemo", on=ON)
    assert (other.refused, other.verdict.code, other.generic_group) == (None, "RX.OK", "PARACETAMOL 500 mg")


def test_search_costs_two_queries_whatever_is_found(medicines, django_assert_num_queries):
    search_medicines(text="paracetamol", on=ON)
    for text in ("dolidemo", "paracetamol"):
        with django_assert_num_queries(2):
            search_medicines(text=text, on=ON)


def test_nothing_is_found_before_a_list_is_taken_in():
    assert found("doliprane") == []
    assert search_diagnoses(text="bronchite") == []


def test_other_process_sees_the_new_list_after_an_import(medicines, tmp_path):
    assert found("dolidemo") == [DOLI]
    rows = small_bdpm()
    rows[MEDICINES].append(medicine("90000009", "DOLIDEMO NOUVEAU 1 g, comprimé"))
    take_in(tmp_path / "next", rows, now=NOW + timedelta(days=1))
    assert found("dolidemo") == [DOLI, "90000009"]


def test_detail_of_a_medicine_has_its_boxes_those_on_sale_first(medicines):
    detail = medicine_of(cis=DOLI, on=ON)
    assert [(one.cip13, one.label, one.is_marketed) for one in detail.boxes] == [
        (cip(2), "boîte de 8", True),
        (cip(1), "boîte de 16", False),
    ]
    assert (detail.status, detail.holder, detail.is_watched, detail.conditions) == (
        "Autorisation active",
        "LABO",
        False,
        (),
    )
    assert medicine_of(cis="12345678", on=ON) is None


@pytest.mark.parametrize(
    ("cis", "on", "allowed", "code"),
    [
        (DOLI, ON, True, "RX.OK"),
        (DUO, date(2026, 11, 22), False, "RX.SECURED"),
        (HOSPITAL, ON, False, "RX.HOSPITAL_ONLY"),
        (GONE, ON, False, "RX.NOT_AUTHORISED"),
        ("12345678", ON, None, "RX.UNKNOWN_MEDICINE"),
    ],
)
def test_verdict_names_its_reason(medicines, cis, on, allowed, code):
    verdict = may_be_prescribed(cis=cis, on=on)
    assert (verdict.allowed, verdict.code) == (allowed, code)
    assert verdict.text_doctor and verdict.text_patient and verdict.reference


def test_substance_is_refused_from_its_day_on_even_where_conditions_are_unknown(tmp_path):
    rows = small_bdpm()
    del rows[CONDITIONS]
    take_in(tmp_path / "bdpm", rows)
    assert may_be_prescribed(cis=DUO, on=date(2025, 2, 28)).code == "RX.CONDITIONS_UNKNOWN"
    assert may_be_prescribed(cis=DUO, on=date(2025, 3, 1)).code == "RX.SECURED"
    assert may_be_prescribed(cis=DOLI, on=ON).allowed is None


def test_verdict_of_a_medicine_younger_than_the_file_of_conditions_is_unknown(tmp_path):
    rows = small_bdpm()
    rows[MEDICINES][0][7] = "13/03/1998"
    take_in(tmp_path / "bdpm", rows)
    assert may_be_prescribed(cis=DOLI, on=ON).code == "RX.CONDITIONS_UNKNOWN"
    (one,) = search_medicines(text="dolidemo", on=ON)
    assert (one.verdict.allowed, one.refused) == (None, None)


def test_strengths_come_in_the_order_of_numbers(tmp_path):
    rows = small_bdpm()
    names = {"90000011": "RAMIDEMO 10 mg, comprimé", "90000012": "RAMIDEMO 5 mg, comprimé"}
    rows[MEDICINES] += [medicine(cis, name) for cis, name in names.items()]
    take_in(tmp_path / "bdpm", rows)
    assert found("ramid") == ["90000012", "90000011"]


def test_diluted_substance_is_not_the_substance(tmp_path):
    rows = small_bdpm()
    name = "MORPHINE POUR PRÉPARATIONS HOMÉOPATHIQUES"
    rows[SUBSTANCES] = [row for row in rows[SUBSTANCES] if row[0] != DOLI] + [substance(DOLI, name)]
    take_in(tmp_path / "bdpm", rows)
    assert may_be_prescribed(cis=DOLI, on=ON).allowed is True


def test_demo_holds_one_of_each_refusal():
    from toubib.nomenclature.operations import load_demo_lists

    load_demo_lists(now=NOW)
    codes = {may_be_prescribed(cis=cis, on=ON).code for cis in Medicine.objects.values_list("cis", flat=True)}
    assert codes == {
        "RX.OK",
        "RX.NARCOTIC",
        "RX.SECURED",
        "RX.HOSPITAL_ONLY",
        "RX.INITIAL_HOSPITAL",
        "RX.SPECIAL_MONITORING",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bronchite", ["J20.9", "J40"]),
        ("bronchite aigue", ["J20.9", "J40"]),
        ("aiguë bronch", ["J20.9", "J40"]),
        ("bronkite", ["J20.9", "J40"]),
        ("gastroenterite", ["A09.9", "A09"]),
        ("gastro-enterite", []),
        ("J20", ["J20.9"]),
        ("j20.9", ["J20.9"]),
        ("J209", ["J20.9"]),
        ("A0", ["A09", "A09.9"]),
        ("B2", []),
        ("a09.9\x00", []),
        ("zzz", []),
        ("", []),
    ],
)
def test_diagnoses_are_found_by_words_or_code(tmp_path, text, expected):
    take_in_codes(tmp_path)
    assert [one.code for one in search_diagnoses(text=text)] == expected


def test_diagnosis_has_its_label(tmp_path):
    take_in_codes(tmp_path)
    assert search_diagnoses(text="J20.9") == [DiagnosisFound("J20.9", "Bronchite aiguë, sans précision")]


def test_measurements_are_named_once_and_bounded():
    for name in ("code", "loinc", "label"):
        values = [getattr(one, name) for one in MEASUREMENTS]
        assert len(set(values)) == len(values)
    assert all(one.low < one.high and one.unit and one.ucum for one in MEASUREMENTS)
    assert {
        one.code: one.decimals for one in MEASUREMENTS if one.code in ("temperature", "heart_rate", "glucose")
    } == {
        "temperature": 1,
        "heart_rate": 0,
        "glucose": 2,
    }


@pytest.mark.parametrize("one", MEASUREMENTS, ids=lambda one: one.code)
def test_loinc_code_has_its_check_digit(one):
    for code in (one.loinc, *one.also):
        digits, check = code.split("-")
        doubled = [int(n) * (2 if place % 2 == 0 else 1) for place, n in enumerate(reversed(digits))]
        assert -sum(n // 10 + n % 10 for n in doubled) % 10 == int(check)
