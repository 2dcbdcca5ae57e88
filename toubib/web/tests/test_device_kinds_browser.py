"""One kind of device is said in several places, in Python and in scripts: here they are held to each other."""

from decimal import Decimal

import pytest
from playwright.sync_api import Playwright

from toubib.kiosk.guides import GUIDES, MEASURING
from toubib.record.readings import RANGES, Sent, convert
from toubib.ui.tests.radio import launch, serve_static
from toubib.web.unit_forms import UNITS

pytestmark = pytest.mark.browser
READ_ALL = """async () => {
  const { KINDS } = await import("/ui/devices/kinds.js");
  const { VirtualSource } = await import("/ui/devices/virtual.js");
  const read = async (kind) => {
    try { return (await new VirtualSource().read(kind)).values; } catch (error) { return String(error); }
  };
  const found = await Promise.all(Object.keys(KINDS).map(async (kind) => [kind, await read(kind)]));
  return Object.fromEntries(found);
}"""


@pytest.fixture(scope="module")
def readings(playwright: Playwright) -> dict[str, list[dict[str, str]]]:
    """What the virtual device of each kind of `kinds.js` sends, through the readers of `gatt.js`."""
    with serve_static() as address, launch(playwright) as browser:
        page = browser.new_page()
        page.goto(address)
        return page.evaluate(READ_ALL)


def test_each_kind_that_measures_has_a_reader_a_virtual_device_and_a_range(readings):
    asked = {str(kind) for kind in MEASURING}
    assert (set(readings), set(RANGES)) == (asked, asked), (
        "GUIDES, KINDS (kinds.js), RANGES (record.readings)"
    )
    assert [kind for kind, values in readings.items() if isinstance(values, str)] == [], (
        "PACKETS (virtual.js)"
    )


def test_what_a_device_sends_is_kept_whole_in_the_unit_of_the_catalogue(readings):
    for kind, values in readings.items():
        codes = GUIDES[next(one for one in MEASURING if one == kind)].codes
        assert set(codes) <= {one["code"] for one in values}, kind
        for value in (one for one in values if one["code"] in codes):
            kept = convert(sent=Sent(**value), kind=kind)
            assert kept.plausible, kind
            if kept.ucum == value["ucum"]:
                assert Decimal(kept.value) == Decimal(value["value"]), f"{kind}: decimals of the catalogue"


def test_the_unit_that_a_device_sends_first_can_be_put_on_file(readings):
    assert {values[0]["ucum"] for values in readings.values()} <= set(UNITS)
