"""What is particular about the files of Htek phones, and of Sangoma's S phones, whose form they have."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import LINE, file, manifest, models

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.zones import zone_of

BRANDS = ("htek", "sangoma")
EACH = pytest.mark.parametrize(("brand", "model"), [(brand, model) for brand in BRANDS for model in models(brand)])


def told(model: str, raw: dict[str, Any], brand: str = "htek") -> dict[str, str]:
    """Read a file by the names of its parameters; no number and no name may stand twice."""
    (config,) = ET.fromstring(file(brand, model, raw))
    assert len({each.tag for each in config}) == len(config)
    named = [each for each in config if "para" in each.attrib]
    there = {each.attrib["para"]: each.text or "" for each in named}
    assert len(there) == len(named)
    return there


def numbers(model: str, raw: dict[str, Any]) -> dict[str, str]:
    return {each.tag: each.text or "" for each in ET.fromstring(file("htek", model, raw))[0]}


@EACH
def test_every_account_and_every_key_of_a_model_is_set_or_emptied(brand: str, model: str) -> None:
    phone = manifest(brand).phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}}, brand)
    active = [there[f"Account{number}.Active"] for number in range(1, phone["lines"] + 1)]
    assert active == ["1"] + ["0"] * (phone["lines"] - 1)
    assert {there[f"Account{number}.AuthenticatePassword"] for number in range(2, phone["lines"] + 1)} <= {""}
    assert f"Account{phone['lines'] + 1}.Active" not in there
    types = [value for name, value in there.items() if re.fullmatch(r"[Ll]ine[Kk]ey\d+\.Type", name)]
    assert types == (["3"] + ["0"] * (phone["keys"] - 1) if phone["keys"] else [])


@pytest.mark.parametrize(
    ("place", "numbered"),
    [
        (1, ("P41200", "P41300", "P41400", "P41500", "P41600")),
        (4, ("P41203", "P41303", "P41403", "P41503", "P41603")),
        (5, ("P20200", "P20201", "P20202", "P20203", "P20204")),
        (12, ("P20235", "P20236", "P20237", "P20238", "P20239")),
    ],
)
def test_the_numbers_of_a_key(place: int, numbered: tuple[str, ...]) -> None:
    key = {"type": "blf", "value": "4711", "label": "Köln", "line": 2}
    there = numbers("UC926", {"funckeys": {str(place): key}, "exten_pickup_call": "*8"})
    assert [there[number] for number in numbered] == ["3", "4711", "Köln", "1", "*8"]


@pytest.mark.parametrize(
    ("account", "numbered"),
    [(1, ("P271", "P47", "P35", "P34")), (2, ("P401", "P747", "P735", "P734")), (4, ("P601", "P602", "P604", "P606"))],
)
def test_the_numbers_of_an_account(account: int, numbered: tuple[str, ...]) -> None:
    there = numbers("UC924", {"sip_lines": {str(account): LINE}})
    assert [there[number] for number in numbered] == ["1", "10.0.0.5", "u1", "p1"]


@pytest.mark.parametrize(("place", "number"), [(36, 60000), (35 + 40, 60195), (35 + 41, 61000), (35 + 6 * 40, 65195)])
def test_the_keys_of_modules_come_after_those_of_the_phone(place: int, number: int) -> None:
    key = {"type": "speeddial", "value": "4711", "label": "Köln"}
    (config,) = ET.fromstring(file("sangoma", "S500", {"funckeys": {str(place): key}}))
    there = {each.tag: each.text or "" for each in config}
    assert [there[f"P{number + part}"] for part in range(3)] == ["2", "4711", "Köln"]
    assert (
        len([tag for tag in there if tag in {f"P{60000 + 1000 * m + 5 * k}" for m in range(7) for k in range(41)}])
        == 240
    )


def test_language_tones_and_hours() -> None:
    there = told("S705", {"locale": "fr_CH"}, "sangoma")
    names = ("Preference.WebLanguage", "Preference.LcdLanguage", "ToneSelectCountry", "Preference.TimeFormat")
    assert [there[name] for name in names] == ["1", "1", "25", "0"]
    assert told("S705", {"locale": "en_US"}, "sangoma")["Preference.TimeFormat"] == "1"


def test_a_key_that_nobody_set_is_the_line_of_its_number() -> None:
    raw = {"sip_lines": {"1": LINE, "3": LINE}, "funckeys": {"1": {"type": "park", "value": "700"}}}
    there = told("UC924", raw)
    assert [there[f"{name}.Type"] for name in ("linekey1", "LineKey2", "LineKey3", "LineKey5")] == ["8", "0", "1", "0"]
    assert there["LineKey3.Account"] == "2"


@pytest.mark.parametrize(
    ("line", "server", "outbound"),
    [
        ({"proxy_port": 5070}, "10.0.0.5:5070", ""),
        ({"proxy_port": 5070, "registrar_ip": "10.0.0.7"}, "10.0.0.7", "10.0.0.5:5070"),
        ({"outbound_proxy_ip": "10.0.0.8", "outbound_proxy_port": 5080}, "10.0.0.5", "10.0.0.8:5080"),
    ],
)
def test_a_proxy_that_is_not_the_registrar_is_the_outbound_proxy(
    line: dict[str, Any], server: str, outbound: str
) -> None:
    there = told("UC903", {"sip_lines": {"1": {**LINE, **line}}})
    assert (there["Account1.Sipserver"], there["Account1.OutboundProxy"]) == (server, outbound)


def test_the_zones_whose_numbers_are_known_and_rules_for_all() -> None:
    known = {name: told("UC902", {"timezone": name}).get("Preference.TimeZone") for name in (
        "America/New_York", "America/Chicago", "America/Phoenix", "America/Los_Angeles", "Europe/Paris", "Asia/Tokyo",
    )}  # fmt: skip
    assert list(known.values()) == ["18", "14", "10", "6", "50", None]
    for name in known:
        zone = zone_of(name)
        assert zone is not None
        there = told("UC902", {"timezone": name})
        assert there["Preference.DaylightSavingTime"] == ("1" if zone.dst else "0")
        parts = [
            there.get(f"Preference.DST{when}Week{part}")
            for when in ("Start", "End")
            for part in ("Month", "num", "hour")
        ]
        if zone.dst:
            changes = (zone.dst.start, zone.dst.end)
            assert parts == [str(part) for at in changes for part in (at.month, at.week, at.seconds // 3600)]
        else:
            assert parts == [None] * 6


def test_a_name_server_is_four_numbers() -> None:
    there = told("UC902", {"dns_enabled": True, "dns_ip": "10.0.0.53"})
    assert [there[f"PrimaryDns{name}8Bit"] for name in ("First", "Second", "Third", "Last")] == ["10", "0", "0", "53"]


def test_both_brands_are_told_the_same_way() -> None:
    one, other = ((CATALOG / brand / "templates" / "base.tpl").read_text() for brand in BRANDS)
    assert one == other
    accounts = [manifest(brand).tables["accounts"] for brand in BRANDS]
    assert accounts[0] == accounts[1]


NAMED = """
UC802T UC803T UC804T UC806T UC840P UC842 UC860P UC862 UC902 UC903 UC912 UC912E UC912G UC923 UC924 UC924E UC926 UC926E
"""


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(models("htek")) == sorted(NAMED.split())
    assert sorted(models("sangoma")) == [
        "S205",
        "S206",
        "S300",
        "S305",
        "S400",
        "S405",
        "S406",
        "S500",
        "S505",
        "S700",
        "S705",
    ]
