"""What is particular about the files of Grandstream phones and adapters."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import LINE, manifest, models, outcome

from ringboot.plugins.render import Made

MODELS = models("grandstream")
NAMED = """
GXP1100 GXP1105 GXP1160 GXP1165 GXP1400 GXP1405 GXP1450 GXP1610 GXP1615 GXP1620 GXP1625 GXP1628 GXP1630 GXP2100 GXP2110
GXP2120 GXP2124 GXP2130 GXP2135 GXP2140 GXP2160 GXP2170 GXP2200 GXV3350 GXV3370 GXV3380 GRP2612 GRP2613 GRP2614 GRP2615
GRP2616 HT801 HT801V2 HT802 HT802V2
"""  # as the sources name them, without the GXP2000


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a phone's settings; none may stand twice."""
    made = outcome("grandstream", model, raw)
    assert isinstance(made, Made), made
    [page] = made.pages
    root = ET.fromstring(page.data)
    assert root.findtext("mac") == "00085d237429", "the phone refuses a file with another one's"
    pairs = [(each.tag, each.text or "") for each in root.find("config") or ()]
    assert not [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return dict(pairs)


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())


@pytest.mark.parametrize("model", MODELS)
def test_every_account_and_key_of_a_model_is_set_or_emptied(model: str) -> None:
    known = manifest("grandstream")
    phone = known.phone(model)
    numbers = known.tables["sockets" if phone["family"] == "ht" else "accounts"]
    assert isinstance(numbers, dict)
    there = told(model, {"sip_lines": {"1": LINE}})
    active, password = ([there.get(f"P{number}") for number in numbers[name]] for name in ("active", "password"))
    rest = len(numbers["active"]) - phone["lines"]
    assert active == ["1"] + ["0"] * (phone["lines"] - 1) + [None] * rest
    assert password == ["p1"] + [""] * (phone["lines"] - 1) + [None] * rest
    assert phone["keys"] == phone["line_keys"] + phone["memory_keys"]
    assert phone["fixed"] <= phone["line_keys"]
    modes = [there.get(f"P{1361 + 2 * number}") for number in range(1, 7)]
    modes += [there.get(f"P{23800 + 4 * (number - 7)}") for number in range(7, 49)]
    line = "31" if phone["family"] == "grp" else "0"
    expected = [line] + ["-1"] * (phone["line_keys"] - 1) if phone["line_keys"] else []
    assert modes == expected + [None] * (48 - phone["line_keys"])
    boards = [there.get(f"P{23000 + 5 * number}") for number in range(160)]
    assert boards == ["-1"] * phone["expansion"] * 40 + [None] * (160 - phone["expansion"] * 40)


def test_each_type_of_key_and_where_it_stands() -> None:
    funckeys = {
        "1": {"type": "blf", "value": "12", "label": "Köln", "line": 2},
        "3": {"type": "speeddial", "value": "4711"},
        "4": {"type": "park", "value": "700"},  # a virtual key that is not always there
        "12": {"type": "blf", "value": "13"},
        "13": {"type": "speeddial", "value": "14"},  # the first multi-purpose key
        "20": {"type": "blf", "value": "20"},  # the last one
        "21": {"type": "blf", "value": "one too many"},
    }
    there = told("GXP2130", {"funckeys": funckeys, "sip_lines": {"1": LINE, "2": LINE}})

    def four(*numbers: int) -> list[str]:
        return [there[f"P{number}"] for number in numbers]

    assert four(1363, 1364, 1465, 1466) == ["11", "1", "Köln", "12"]
    assert four(1365, 1366, 1467, 1468) == ["0", "0", "", ""], "line 1, since its key is taken"
    assert four(1367, 1368, 1469, 1470) == ["10", "0", "4711", "4711"]
    assert four(1369, 1370, 1471, 1472) == ["16", "0", "700", "700"]
    assert four(23820, 23821, 23822, 23823) == ["1", "0", "13", "13"]
    assert four(323, 301, 302, 303) == ["0", "0", "14", "14"]
    assert four(353, 354, 355, 356) == ["1", "0", "20", "20"]
    assert "one too many" not in there.values()


@pytest.mark.parametrize(
    ("model", "place", "mode", "value"),
    [("GXP2124", 4 + 18, 393, 396), ("GXP2124", 4 + 19, 1440, 1443), ("GRP2614", 40, 1460, 1463),
     ("GXP2170", 48, 23964, 23967), ("GXP2170", 49, 23000, 23003), ("GXP2170", 48 + 160, 23795, 23798)],
)  # fmt: skip
def test_the_numbers_of_keys_change_from_kind_to_kind(model: str, place: int, mode: int, value: int) -> None:
    there = told(model, {"funckeys": {str(place): {"type": "blf", "value": "4711"}}})
    assert (there[f"P{mode}"], there[f"P{value}"]) == ("1", "4711")


def test_an_adapter_has_numbers_of_its_own_and_no_keys() -> None:
    raw = {
        "sip_lines": {"1": LINE, "2": {**LINE, "username": "u2", "dtmf_mode": "SIP-INFO", "srtp_mode": "required"}},
        "funckeys": {"1": {"type": "blf", "value": "1"}}, "sip_subscribe_mwi": True, "locale": "fr_FR",
    }  # fmt: skip
    there = told("HT802", raw)
    assert [there[name] for name in ("P35", "P735", "P734", "P747", "P443")] == ["u1", "u2", "p1", "10.0.0.5:5060", "2"]
    assert [there[f"P{number}"] for number in (850, 851, 852, 860, 861, 862)] == ["101", "102", "100"] + ["102"] * 3
    assert there["P99"] == "1"
    assert not {"P1363", "P323", "P402", "P229", "P1362"} & there.keys()


@pytest.mark.parametrize(
    ("zone", "rule"),
    [
        ("Europe/Paris", "STD-1DST-2,M3.5.0/2,M10.5.0/3"),
        ("America/St_Johns", "STD+3:30DST+2:30,M3.2.0/2,M11.1.0/2"),
        ("Asia/Kathmandu", "STD-5:45"),
        ("UTC", "STD+0"),
        ("Atlantic/Azores", "STD+1DST+0,M3.5.0/0,M10.5.0/1"),
        ("Australia/Lord_Howe", "STD-10:30DST-11,M10.1.0/2,M4.1.0/2"),
    ],
)
def test_a_zone_is_a_rule(zone: str, rule: str) -> None:
    assert told("GXP1610", {"timezone": zone})["P246"] == rule


def test_a_phone_without_a_firmware_does_not_look_for_one() -> None:
    root = "10.0.0.2:8667/Grandstream"
    plain = told("GXP2170", {})
    there = told("GXP2170", {"X_grandstream_firmware": {"GXP2170": "gxp2170-1.0.11.85"}})
    assert (plain["P192"], plain["P238"], plain["P237"]) == (root, "2", root)
    assert (there["P192"], there["P238"]) == (f"{root}/gxp2170-1.0.11.85", "0")
    path = "Grandstream/gxp2170-1.0.11.85/gxp2170fw.bin"
    assert manifest("grandstream").firmware_version(path) == "1.0.11.85"
