"""What a device can show, and nothing about who is measured."""

import pytest

from toubib.record.readings import (
    BadReading,
    Kept,
    Sent,
    content_of,
    convert,
    device_words,
    values_of,
    words_of,
)


def kept(code, value, ucum, kind=""):
    one = convert(sent=Sent(code, value, ucum), kind=kind)
    return one.value, one.ucum, one.plausible


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        (("systolic", "126", "mm[Hg]", "blood_pressure"), ("126", "mm[Hg]", True)),
        (("systolic", "16.8", "kPa", "blood_pressure"), ("126", "mm[Hg]", True)),
        (("systolic", "1400", "mm[Hg]", "blood_pressure"), ("1400", "mm[Hg]", False)),
        (("temperature", "100.6", "[degF]", "thermometer"), ("38.1", "Cel", True)),
        (("temperature", "98.1", "Cel", "thermometer"), ("98.1", "Cel", False)),
        (("temperature", "41.9", "Cel", "thermometer"), ("41.9", "Cel", True)),
        (("weight", "143.30", "[lb_av]", "scale"), ("65.0", "kg", True)),
        (("weight", "0.400", "kg", "scale"), ("0.4", "kg", False)),
        (("height", "66.6", "[in_i]", "scale"), ("169.2", "cm", True)),
        (("saturation", "12", "%", "oximeter"), ("12", "%", False)),
        (("glucose", "105", "mg/dL", "glucometer"), ("1.05", "g/L", True)),
        (("glucose", "5.8", "mmol/L", "glucometer"), ("1.04", "g/L", True)),
    ],
)
def test_values_come_in_the_unit_of_the_catalogue(sent, wanted):
    assert kept(*sent) == wanted


@pytest.mark.parametrize(
    ("code", "value", "ucum"),
    [
        ("systolic", "126", "Cel"),
        ("systolic", "126", "psi"),
        ("temperature", "NaN", "Cel"),
        ("temperature", "Infinity", "Cel"),
        ("temperature", "", "Cel"),
        ("shoe_size", "42", "1"),
        ("weight", "6" * 17, "kg"),
    ],
)
def test_what_no_device_sends_is_refused(code, value, ucum):
    with pytest.raises(BadReading):
        convert(sent=Sent(code, value, ucum))


def test_content_goes_and_comes_back_whole():
    value = convert(sent=Sent("temperature", "100.6", "[degF]"), kind="thermometer")
    content = content_of(values=[value], by="patient", device={"kind": "thermometer"}, typed=False)
    assert values_of(content) == [
        Kept("temperature", "38.1", "8310-5", "Cel", True, Sent("temperature", "100.6", "[degF]"))
    ]
    assert (value.words, value.sent_words) == ("38,1 °C", "100.6 °F".replace(".", ","))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ((("systolic", "126", "mm[Hg]"), ("diastolic", "78", "mm[Hg]"), ("heart_rate", "72", "/min")), "126/78 mmHg, pouls 72"),
        ((("systolic", "126", "mm[Hg]"), ("diastolic", "78", "mm[Hg]")), "126/78 mmHg"),
        ((("saturation", "98", "%"), ("heart_rate", "72", "/min")), "98 %, pouls 72"),
        ((("diastolic", "78", "mm[Hg]"),), "78 mmHg"),
        ((("heart_rate", "72", "/min"),), "72 /min"),
        ((), ""),
    ],
)  # fmt: skip
def test_values_are_told_as_one_says_them(sent, words):
    assert words_of([convert(sent=Sent(*one)) for one in sent]) == words


def test_words_name_the_device_its_serial_and_that_it_is_virtual():
    device = {"number": 1, "serial": "VIRT-001", "virtual": True}
    words = device_words({"device": device}, kind="thermomètre", hour="10 h 42")
    assert words == "thermomètre n° 1 (virtuel), série VIRT-001, à 10 h 42"
