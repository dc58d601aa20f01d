"""The pages in a real browser: what a person sees and does, with axe looking over the shoulder."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.whole.browser.eyes import CHROMIUM, DARK, LIGHT, PHONE, WIDE, Eyes, aside
from tests.whole.browser.house import ASSIGNED, MODEL, NEW, STUCK, House
from tests.whole.browser.screens import PAGES
from tests.whole.daemon import wait_until
from tests.whole.replay.site import PHONES, colons, go_again

SCREENS = Path(__file__).parents[3] / "docs" / "screens"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="not installed (tests/install-clients): chromium"),
]


def test_a_phone_that_booted_gets_a_line_and_its_new_file_is_seen(eyes: Eyes, house: House) -> None:
    page = eyes.go("/")
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link", name="Devices").click()
    page.get_by_role("searchbox", name="Search", exact=True).fill(colons(NEW)[-5:])
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name=colons(NEW)).click()
    expect(page.get_by_text("It has fetched its present configuration.")).to_be_visible()
    assert eyes.faults() == []
    page.get_by_role("link", name="Assign a line").click()
    assert page.get_by_label("Account").count() == 6, f"the {MODEL} has six lines"
    page.get_by_label("Account").first.fill("u2001")
    page.get_by_label("Password").first.fill("pw2001")
    page.get_by_label("Name on the display").first.fill("Ann <b>Smith</b>")
    page.get_by_label("What key 3 does").select_option("blf")
    page.get_by_label("Number of key 3").fill("2002")
    page.get_by_label("Let the phone read its files at once").uncheck()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("cell", name="Ann <b>Smith</b>")).to_be_visible()
    file = f"Aastra/{NEW.upper()}.cfg"
    expect(page.get_by_text("an older one")).to_be_visible()
    aside(go_again, house.phones[NEW])
    expect(page.get_by_text("this one", exact=True)).to_be_visible(timeout=20_000)  # it is live
    page.get_by_role("link", name=file).click()
    expect(page.get_by_role("region", name=file)).to_contain_text("u2001")


def test_a_template_is_changed_with_a_preview_rolled_out_and_rolled_back(eyes: Eyes, house: House) -> None:
    file = f"Aastra/{ASSIGNED.upper()}.cfg"
    before = house.site.on_disk("aastra", file)
    page = eyes.go("/templates/aastra/base.tpl")
    page.get_by_role("button", name="Make a copy to edit").click()
    text = page.get_by_label("Text", exact=True)
    expect(text).to_be_editable()
    text.fill(f"{text.input_value()}\nlldp: 1\n")
    expect(page.get_by_text("No fault was found")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="would get")).to_be_visible()
    expect(page.get_by_role("row", name="lldp: 1")).to_be_visible()
    assert house.site.on_disk("aastra", file) == before, "a preview serves nothing"
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Its devices get it")).to_be_visible()
    ident = house.ident(ASSIGNED)
    eyes.go(f"/devices/{ident}")
    page.get_by_role("button", name="Reconfigure").click()
    expect(page.get_by_text("Its files were made again")).to_be_visible()
    wait_until(lambda: b"lldp: 1" in house.site.on_disk("aastra", file), "the new line to be served")
    page = eyes.go(f"/devices/{ident}")
    page.get_by_text("History").click()
    served = page.get_by_role("table", name="Earlier files").get_by_role("rowheader")
    newest = int(served.first.inner_text())
    page.get_by_role("link", name=str(newest - 1), exact=True).click()
    expect(page.get_by_role("row", name="lldp: 1")).to_be_visible()
    page.get_by_role("button", name="Serve these again").click()
    expect(page.get_by_role("heading", name="Boot")).to_be_visible()
    assert house.site.on_disk("aastra", file) == before


def test_a_phone_that_is_stuck_is_explained(eyes: Eyes, house: House) -> None:
    """It has an address, and never asks for a file."""
    aside(house.site.lease, STUCK, PHONES, {60: b"AastraIPPhone6731i"})
    house.site.when_known(STUCK)
    page = eyes.go("/devices")
    page.get_by_role("link", name=colons(STUCK)).click()
    expect(page.get_by_text("stopped", exact=True)).to_be_visible()
    expect(page.get_by_text("no-file-asked")).to_be_visible()
    expect(page.get_by_text("What to do:")).to_be_visible()


def test_devices_come_from_a_table_after_a_look_at_it(eyes: Eyes, house: House, tmp_path: Path) -> None:
    table = tmp_path / "phones.csv"
    table.write_text("mac,plugin,description\n00085d005399,aastra,=1+1\n00085d005398,none,x\n")
    page = eyes.go("/devices")
    page.get_by_role("button", name="Import CSV").click()
    page.get_by_label("A file").set_input_files(table)
    look = page.get_by_role("button", name="Look what would come of it")
    expect(page.get_by_label("or its lines")).to_have_value(table.read_text())
    look.click()
    expect(page.get_by_text("1 fault; nothing would be imported")).to_be_visible()
    expect(page.get_by_role("table", name="Faults").get_by_role("row").nth(1)).to_contain_text("plugin")
    assert eyes.faults() == []
    page.get_by_label("or its lines").fill(table.read_text().replace(",none,", ",aastra,"))
    look.click()
    expect(page.get_by_text("2 would be added, 0 changed, 0 stay as they are")).to_be_visible()
    expect(page.get_by_role("table", name="What each line would do").get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Import 2").click()
    expect(page.get_by_role("heading", name="import: 2 devices")).to_be_visible()
    expect(page.get_by_text("done", exact=True)).to_be_visible()
    assert house.site.device("00085d005399")["description"] == "=1+1"


def test_the_plugin_of_one_phone_is_changed(eyes: Eyes, house: House) -> None:
    house.site.run("plugin", "install", "snom")
    address = f"/devices/{house.ident(NEW)}"
    # Pages ask for the list of plugins once every few seconds, for all who look at them.
    wait_until(lambda: eyes.go(address).locator("#f-plugin option[value=snom]").count(), "it to be offered")
    page = eyes.page
    page.get_by_label("Plugin", exact=True).select_option("snom")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Files of this device")).not_to_contain_text("Aastra/")
    assert house.site.device(NEW)["plugin"] == "snom"
    page.get_by_label("Plugin", exact=True).select_option("aastra")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("table", name="Files of this device")).to_contain_text("Aastra/")


@pytest.mark.parametrize("name", ["dhcp_integration", "NAT"])
def test_dhcp_integration_and_nat_are_switched(name: str, eyes: Eyes, house: House) -> None:
    page = eyes.go("/settings")
    form = page.locator(f"#setting-{name}")
    choice = form.get_by_role("combobox")
    before = choice.input_value()
    other = next(
        each for each in choice.locator("option").evaluate_all("all => all.map(each => each.value)") if each != before
    )
    for value in (other, before):
        choice.select_option(value)
        form.get_by_role("button").click()
        expect(form.locator("input[name=was]")).to_have_value(value)
        with house.site.api() as api:
            assert str(api.get("settings", name)["value"]).lower() == value


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_fit_to_be_seen(name: str, house: House, browser: Browser) -> None:
    """By axe, in light and dark; on a phone, where nothing may stand beside the window; kept as pictures."""
    path = PAGES[name].format(assigned=house.ident(ASSIGNED), waiting=house.ident(NEW), job=house.work())
    faults: list[str] = []
    for size, scheme in ((WIDE, LIGHT), (WIDE, DARK), (PHONE, LIGHT)):
        eyes = (house.stranger if name == "sign-in" else house.window)(browser, size, scheme)
        eyes.go(path)
        eyes.page.wait_for_timeout(300)
        faults += eyes.faults() if size == WIDE else []
        faults += [f"{name}: {eyes.overflow()} pixels too wide"] if eyes.overflow() > 0 else []
        expected = ["404"] if name == "nothing-there" else []
        faults += [each for each in eyes.complaints if not any(code in each for code in expected)]
        kind = "phone" if size == PHONE else scheme
        eyes.picture(SCREENS / f"{name}-{kind}.png")
        eyes.close()
    assert faults == []
