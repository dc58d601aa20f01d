"""What is particular about the files of Digium phones."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import FACTS, LINE, manifest, models

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.job import RenderJob
from ringboot.plugins.render import Made, make

NAMED = "D40 D45 D50 D60 D62 D65 D70 D80"  # as the sources name them


def told(model: str, raw: dict[str, Any], version: str | None = None) -> tuple[ET.Element, ET.Element]:
    """Read a phone's settings, and its contacts."""
    device = {"id": "d1", "mac": "00:0f:d3:05:06:07", "model": model, "version": version}
    made = make(RenderJob(1, str(CATALOG / "digium"), raw, FACTS, device))
    assert isinstance(made, Made), made
    pages = {page.path: ET.fromstring(page.data) for page in made.pages}
    return pages["Digium/000fd3050607.cfg"], pages["Digium/000fd3050607-contacts.xml"]


def setting(there: ET.Element, name: str) -> str:
    found = there.find(f"setting[@id='{name}']")
    assert found is not None, name
    return found.attrib["value"]


def test_every_model_that_a_source_names_is_there() -> None:
    assert models("digium") == NAMED.split()


@pytest.mark.parametrize("model", NAMED.split())
def test_every_line_of_a_model_is_set_or_switched_off(model: str) -> None:
    there, _ = told(model, {"sip_lines": {"1": LINE}})
    lines = manifest("digium").phone(model)["lines"]
    accounts = [
        (each.attrib["index"], each.attrib["status"], each.attrib["password"]) for each in there.iter("account")
    ]
    assert accounts == [("0", "1", "p1"), *((str(index), "0", "") for index in range(1, lines))]


def test_keys_fill_those_beside_the_display_and_then_the_line_keys_that_are_free() -> None:
    keys = {str(place): {"type": "speeddial", "value": f"70{place}"} for place in (1, 10, 11, 12, 13)}
    there, contacts = told("D50", {"sip_lines": {"1": LINE, "2": LINE}, "funckeys": keys})
    places = [
        (each.attrib["location"], each.attrib["index"], each.attrib["contact_id"]) for each in there.iter("blf_item")
    ]
    assert places == [("side", "0", "key-1"), ("side", "9", "key-10"), ("main", "2", "key-11"), ("main", "3", "key-12")]
    known = {each.attrib["id"] for each in contacts.iter("contact")}
    assert {contact for _, _, contact in places} <= known
    assert (setting(there, "enable_blf_on_unused_line_keys"), setting(there, "blf_contact_group")) == ("0", "Default")


def test_firmware_1_knows_no_positions() -> None:
    raw = {"funckeys": {"1": {"type": "blf", "value": "1002"}}}
    assert told("D40", raw)[0].find("smart_blf/blf_items/blf_item") is not None
    there, contacts = told("D40", raw, "1_4_0_0_57389")
    assert there.find("smart_blf") is None
    assert setting(there, "enable_blf_on_unused_line_keys") == "1"
    assert [each.attrib["account_id"] for each in contacts.iter("contact")] == ["1002"]


def test_each_type_of_key_is_a_contact() -> None:
    keys = {
        "1": {"type": "speeddial", "value": "4711", "label": "Köln"},
        "2": {"type": "blf", "value": "1002", "line": 2},
        "3": {"type": "park"},
        "4": {"type": "park", "value": "701"},
    }
    lines = {"1": LINE, "2": {**LINE, "proxy_ip": "10.0.0.9"}}
    _, contacts = told("D70", {"funckeys": keys, "sip_lines": lines, "exten_pickup_call": "*8", "exten_park": "700"})
    found = {each.attrib["id"]: each for each in contacts.iter("contact")}
    assert [found[f"key-{place}"].get("subscribe_to") for place in range(1, 5)] == [
        None, "sip:1002@10.0.0.9", "sip:700@10.0.0.5", "sip:701@10.0.0.5",
    ]  # fmt: skip
    assert (found["key-1"].attrib["last_name"], found["key-1"].attrib["account_id"]) == ("Köln", "4711")
    dialled = [[action.attrib["dial"] for action in found[f"key-{place}"].iter("action")] for place in range(1, 5)]
    assert dialled == [["4711"], ["1002", "*81002"], ["700"], ["701"]]
    assert not list(told("D70", {"funckeys": {"1": {"type": "park"}}})[1].iter("contact")), "nothing to call"


def test_zone_and_locale_are_written_by_name() -> None:
    there, _ = told("D65", {"timezone": "America/St_Johns", "locale": "fr_CA"})
    assert (setting(there, "time_zone"), setting(there, "locale")) == ("America/St_Johns", "fr_CA")


def test_what_is_switched_off_is_taken_back() -> None:
    there, _ = told("D65", {"vlan_enabled": False, "syslog_enabled": False})
    assert (setting(there, "network_vlan_discovery_mode"), setting(there, "network_vlan_id")) == ("NONE", "0")
    assert (setting(there, "enable_logging"), setting(there, "log_server")) == ("0", "")


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_digium_firmware": {"D65": ["2_8_1", "2_8_1_D65_firmware.eff"]}}
    found = told("D65", raw)[0].find("firmwares/firmware")
    assert found is not None
    url = "http://10.0.0.2:8667/2_8_1_D65_firmware.eff"
    assert found.attrib == {"model": "D65", "version": "2_8_1", "url": url}
    assert told("D62", raw)[0].find("firmwares") is None
    assert manifest("digium").firmware_version("2_8_1_D65_firmware.eff") == "2_8_1"
