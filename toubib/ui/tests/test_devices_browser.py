"""What medical devices send: byte vectors of the specifications, then whole peripherals in a real Chromium."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from toubib.ui.tests.radio import Peripheral, Radio, launch, serve_static

pytestmark = pytest.mark.browser

ADDRESS = "09:00:00:00:00:01"
MEASURE = """([kind, wish]) => { window.out = null; window.live = [];
  document.querySelector("button").onclick = async () => {
    const { BluetoothSource } = await import("/ui/devices/bluetooth.js");
    const choose = navigator.bluetooth.requestDevice;
    window.asked = 0;
    navigator.bluetooth.requestDevice = (wish) => { window.asked += 1; return choose.call(navigator.bluetooth, wish); };
    window.source ??= new BluetoothSource();
    try { window.out = await window.source.read(kind, { ...wish, live: (packet) => window.live.push(packet.values[0].value) }); }
    catch (error) { window.out = { failed: error.code ?? String(error) }; } }; }"""
READ = """async ([module, name, hex]) => { const read = (await import(module))[name];
  const bytes = new Uint8Array(hex.match(/../g)?.map((two) => parseInt(two, 16)) ?? []);
  try { return read(new DataView(bytes.buffer), 0); } catch (error) { return error.message; } }"""
NUMBER = """async ([name, hex]) => { const m = await import("/ui/devices/ieee11073.js");
  const bytes = new Uint8Array(hex.match(/../g).map((two) => parseInt(two, 16)));
  const read = m[name](new DataView(bytes.buffer), 0); return [m.toText(read), read.special]; }"""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve_static() as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


@pytest.fixture
def radio(browser: Browser) -> Iterator[Radio]:
    radio = Radio(browser)
    yield radio
    radio.close()


def value(code: str, text: str, ucum: str) -> dict[str, str]:
    return {"code": code, "value": text, "ucum": ucum}


# Numbers: ISO/IEEE 11073-20601, annex F.8, and the examples of the Health Thermometer and Pulse Oximeter services


def test_numbers_are_read_as_the_standard_writes_them(page: Page) -> None:
    def number(name: str, *texts: str) -> list[Any]:
        return [page.evaluate(NUMBER, [name, text]) for text in texts]

    assert number("readFloat", "6c0100ff", "2c0100ff", "64000000", "96ffffff", "010000fd", "02000002") == [
        ["36.4", ""],
        ["30.0", ""],
        ["100", ""],
        ["-10.6", ""],
        ["0.001", ""],
        ["200", ""],
    ]
    assert number("readFloat", "ffff7f00", "00008000", "feff7f00", "02008000", "01008000") == [
        ["", "nan"],
        ["", "nres"],
        ["", "+inf"],
        ["", "-inf"],
        ["", "reserved"],
    ]
    assert number("readSfloat", "7800", "72f0", "61f0", "00f0", "9cff", "0a20", "69b0") == [
        ["120", ""],
        ["11.4", ""],
        ["9.7", ""],
        ["0.0", ""],
        ["-10.0", ""],
        ["1000", ""],
        ["0.00105", ""],
    ]
    assert number("readSfloat", "ff07", "0008", "fe07", "0208", "0108") == [
        ["", "nan"],
        ["", "nres"],
        ["", "+inf"],
        ["", "-inf"],
        ["", "reserved"],
    ]


TIME = "ea070b160a2d00"  # 22 November 2026, 10:45:00
AT = "2026-11-22T10:45:00"
PRESSURE = [value("systolic", "120", "mm[Hg]"), value("diastolic", "80", "mm[Hg]")]
VECTORS = {
    # Blood Pressure Service 1.1: flags, systolic, diastolic, mean, [time], [pulse], [user], [status]
    "mmHg alone": ("readBloodPressure", "00780050005d00", PRESSURE, {}),
    "kPa": (
        "readBloodPressure",
        "01a0f06bf07df0",
        [value("systolic", "16.0", "kPa"), value("diastolic", "10.7", "kPa")],
        {},
    ),
    "all that a cuff may say": (
        "readBloodPressure",
        f"1e780050005d00{TIME}4800012300",
        [*PRESSURE, value("heart_rate", "72", "/min")],
        {"at": AT, "user": 1, "faults": ["moved", "loose", "position"]},
    ),
    "an irregular pulse is not told by us": (
        "readBloodPressure",
        "10780050005d000400",
        PRESSURE,
        {},
    ),
    "user unknown": ("readBloodPressure", "08780050005d00ff", PRESSURE, {}),
    "cuff on its way": (
        "readBloodPressure",
        "009600ff07ff07",
        [value("systolic", "150", "mm[Hg]"), value("diastolic", "", "mm[Hg]")],
        {},
    ),
    # Pulse Oximeter Service 1.0.1
    "spot check": (
        "readSpotCheck",
        "0061004800",
        [value("saturation", "97", "%"), value("heart_rate", "72", "/min")],
        {},
    ),
    "spot check with its time, and a weak signal that moves": (
        "readSpotCheck",
        f"0761004800{TIME}0000c00000",
        [value("saturation", "97", "%"), value("heart_rate", "72", "/min")],
        {"at": AT, "faults": ["moved", "weak"]},
    ),
    "a clock that was never set": (
        "readSpotCheck",
        f"1161004800{TIME}",
        [value("saturation", "97", "%"), value("heart_rate", "72", "/min")],
        {},
    ),
    "continuous with both averages, sensor unplugged": (
        "readContinuous",
        "0b61004800620049006000470000c000",
        [value("saturation", "97", "%"), value("heart_rate", "72", "/min")],
        {"faults": ["off"]},
    ),
    # Health Thermometer Service 1.0
    "celsius": ("readTemperature", "006c0100ff", [value("temperature", "36.4", "Cel")], {}),
    "fahrenheit, time and place": (
        "readTemperature",
        f"07ee0300ff{TIME}02",
        [value("temperature", "100.6", "[degF]")],
        {"at": AT},
    ),
    "no temperature": ("readTemperature", "00ffff7f00", [value("temperature", "", "Cel")], {}),
    # Weight Scale Service 1.0
    "kilos in steps of 5 g": ("readWeight", "00c832", [value("weight", "65.000", "kg")], {}),
    "pounds": ("readWeight", "01fa37", [value("weight", "143.30", "[lb_av]")], {}),
    "time, user, height": (
        "readWeight",
        f"0ec832{TIME}02e1009c06",
        [value("weight", "65.000", "kg"), value("bmi", "22.5", "kg/m2"), value("height", "169.2", "cm")],
        {"at": AT, "user": 2},
    ),
    "a measure that failed": ("readWeight", "00ffff", [value("weight", "", "kg")], {}),
    # Glucose Service 1.0.1
    "mg/dL from kg/L": (
        "readGlucose",
        f"020100{TIME}69b011",
        [value("glucose", "105", "mg/dL")],
        {"at": AT, "sequence": 1},
    ),
    "mmol/L from mol/L, 90 minutes later": (
        "readGlucose",
        f"070200{TIME}5a003ac011",
        [value("glucose", "5.8", "mmol/L")],
        {"at": "2026-11-22T12:15:00", "sequence": 2},
    ),
    "no level, strip too early": (
        "readGlucose",
        f"080300{TIME}8800",
        [],
        {"at": AT, "sequence": 3, "faults": ["strip"]},
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_packets_of_the_specifications_are_read_whole(page: Page, name: str) -> None:
    function, packet, values, more = VECTORS[name]
    wanted = {"values": values, "at": "", "user": None, "faults": [], **more}
    assert page.evaluate(READ, ["/ui/devices/gatt.js", function, packet]) == wanted


@pytest.mark.parametrize("name", VECTORS)
def test_packets_cut_short_are_unreadable(page: Page, name: str) -> None:
    function, packet, *_rest = VECTORS[name]
    without = {"07ee": 1}.get(packet[:4], 0)  # the place of a thermometer is not read, so it may lack
    cut = packet[: -2 * (1 + without)]
    assert page.evaluate(READ, ["/ui/devices/gatt.js", function, cut]) == "unreadable"


def test_record_access_answers(page: Page) -> None:
    answers = [
        page.evaluate(READ, ["/ui/devices/gatt.js", "readRacp", hex])
        for hex in ("06000101", "06000106", "06000102", "05000100")
    ]
    assert answers == ["done", "empty", "failed", "failed"]


# Whole peripherals

INFORMATION = {
    0x180A: {0x2A29: b"Omatron", 0x2A24: b"T-200", 0x2A25: b"SN1", 0x2A23: bytes(range(8))},
    0x180F: {0x2A19: b"\x50"},
}
WHO = {"serial": "0706050403020100", "maker": "Omatron", "model": "T-200", "battery": 80, "virtual": False}
GLUCOSE_SAYS = bytes.fromhex(f"020100{TIME}69b011")
RIGHT = {
    "blood_pressure": (
        0x1810,
        {0x2A35: [bytes.fromhex("00780050005d00")]},
        {},
        {"values": PRESSURE, "at": ""},
    ),
    "oximeter": (
        0x1822,
        {0x2A5F: [bytes.fromhex(f"00{one:02x}004800") for one in (90, 92, 95, 96, 97)]},
        {},
        {"values": [value("saturation", "97", "%"), value("heart_rate", "72", "/min")], "at": ""},
    ),
    "thermometer": (
        0x1809,
        {0x2A1C: [bytes.fromhex("006c0100ff")]},
        {},
        {"values": [value("temperature", "36.4", "Cel")], "at": ""},
    ),
    "scale": (
        0x181D,
        {0x2A9D: [bytes.fromhex("00c832")]},
        {},
        {"values": [value("weight", "65.000", "kg")], "at": ""},
    ),
    "glucometer": (
        0x1808,
        {0x2A18: []},
        {0x2A52: [(0x2A18, GLUCOSE_SAYS), (0x2A52, bytes.fromhex("06000101"))]},
        {"values": [value("glucose", "105", "mg/dL")], "at": AT},
    ),
}


def measure(page: Page, kind: str, *, then: Callable[[], None] = lambda: None, **wish: Any) -> Any:
    """`then`: what happens while it runs."""
    page.evaluate(MEASURE, [kind, wish])
    page.get_by_role("button").click()
    then()
    page.wait_for_function("() => window.out")
    return page.evaluate("() => window.out")


def near(radio: Radio, page: Page, kind: str, **more: Any) -> Peripheral:
    service, sends, answers, _wanted = RIGHT[kind]
    plan = {"reads": INFORMATION, "sends": sends, "answers": answers, **more}
    peripheral = Peripheral("Appareil", ADDRESS, service, **plan)
    radio.add(peripheral)
    radio.choose(page, ADDRESS)
    return peripheral


@pytest.mark.parametrize("kind", RIGHT)
def test_each_kind_is_measured_with_who_made_it(page: Page, radio: Radio, kind: str) -> None:
    near(radio, page, kind)
    assert measure(page, kind, seconds=10) == {**WHO, "faults": [], **RIGHT[kind][3]}


def test_serial_number_is_hidden_by_browsers_and_the_system_id_stands_for_it(
    page: Page, radio: Radio
) -> None:
    near(radio, page, "thermometer", reads={0x180A: {0x2A25: b"SN1"}})
    assert measure(page, "thermometer", seconds=10)["serial"] == ""


def test_silence_ends_with_its_word(page: Page, radio: Radio) -> None:
    near(radio, page, "thermometer", sends={0x2A1C: []})
    assert measure(page, "thermometer", seconds=1) == {"failed": "silent"}


def test_chooser_left_is_refused(page: Page, radio: Radio) -> None:
    radio.choose(page, None)
    assert measure(page, "thermometer") == {"failed": "refused"}


def test_machine_without_radio_is_said(page: Page, radio: Radio) -> None:
    radio.cdp.send("BluetoothEmulation.setSimulatedCentralState", {"state": "absent"})
    assert measure(page, "thermometer") == {"failed": "off"}


CUT = """() => { const [device] = window.source?.chosen.values() ?? []; device?.gatt.disconnect(); return window.out; }"""


def test_device_that_leaves_is_asked_once_more_without_the_chooser_then_is_lost(
    page: Page, radio: Radio
) -> None:
    near(radio, page, "scale", sends={0x2A9D: []})

    def cut() -> None:
        for _ in range(60):
            page.wait_for_timeout(150)
            if page.evaluate(CUT):
                return

    assert measure(page, "scale", then=cut, seconds=20) == {"failed": "lost"}
    assert page.evaluate("() => window.asked") == 1


def test_memory_of_a_device_counts_by_its_last_record(page: Page, radio: Radio) -> None:
    packets = [bytes.fromhex(one) for one in ("008c005a005d00", "00780050005d00")]
    near(radio, page, "blood_pressure", sends={0x2A35: packets})
    assert measure(page, "blood_pressure", seconds=10)["values"] == PRESSURE


def test_value_that_is_no_number_is_nothing(page: Page, radio: Radio) -> None:
    near(radio, page, "thermometer", sends={0x2A1C: [bytes.fromhex("00ffff7f00")]})
    assert measure(page, "thermometer", seconds=10) == {"failed": "nothing"}


def test_bytes_that_end_early_are_unreadable(page: Page, radio: Radio) -> None:
    near(radio, page, "thermometer", sends={0x2A1C: [b"\x00\x6c"]})
    assert measure(page, "thermometer", seconds=10) == {"failed": "unreadable"}


def test_glucometer_without_a_record_has_nothing(page: Page, radio: Radio) -> None:
    near(radio, page, "glucometer", answers={0x2A52: [(0x2A52, bytes.fromhex("06000106"))]})
    assert measure(page, "glucometer", seconds=10) == {"failed": "nothing"}


def test_pressure_of_the_cuff_is_shown_on_its_way(page: Page, radio: Radio) -> None:
    on_its_way, at_last = bytes.fromhex("009600ff07ff07"), bytes.fromhex("00780050005d00")
    near(radio, page, "blood_pressure", sends={0x2A35: [at_last], 0x2A36: [on_its_way]})
    assert measure(page, "blood_pressure", seconds=10)["values"] == PRESSURE
    assert page.evaluate("() => window.live") == ["150"]
