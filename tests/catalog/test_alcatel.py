"""What is particular about the files of Alcatel-Lucent phones: text for IP Touch, XML for the newer ones."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_every_brand import kinds, made
from tests.catalog.test_files import LINE, manifest, models
from tests.catalog.test_zones import day_of

from ringboot.plugins.zones import zone_of

TEXT = ("4008", "4018", "4028", "4038", "4068")
NEWER = ("8028s-GE", "M3", "M5", "M7")


def text(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read the file of an IP Touch, which is there in both spellings; no name stands twice."""
    lower, upper = made("alcatel", model, raw).pages
    assert (lower.path, upper.path) == ("sipconfig-00085d237429.txt", "sipconfig-00085D237429.txt")
    assert lower.data == upper.data
    pairs = [line.split("=", 1) for line in lower.data.decode().splitlines() if not line.startswith("[")]
    assert len({name for name, _ in pairs}) == len(pairs)
    return {each[0]: each[1] for each in pairs}


def xml(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read the file of a newer phone; no name stands twice."""
    (page,) = made("alcatel", model, raw).pages
    assert page.path == "config.00085d237429.xml"
    found = [each.attrib for each in ET.fromstring(page.data)]
    assert len({each["id"] for each in found}) == len(found)
    assert {each["override"] for each in found} == {"true"}
    return {each["id"]: each["value"] for each in found}


def test_every_model_has_the_file_of_its_kind() -> None:
    assert models("alcatel") == [*TEXT, *NEWER]
    for model in TEXT:
        assert text(model, {"sip_lines": {"1": LINE}})["authentication_password"] == "p1"
    for model in NEWER:
        there = xml(model, {"sip_lines": {"1": LINE}})
        phone = manifest("alcatel").phone(model)
        passwords = [there[f"SIPGroup{number}AuthenticationPassword"] for number in range(1, phone["lines"] + 1)]
        assert passwords == ["p1"] + [""] * (phone["lines"] - 1)
        assert len([name for name in there if name.startswith("SIPUseDeviceKey")]) == phone["keys"]


def test_what_is_not_configured_is_empty() -> None:
    there = text("4018", {})
    assert (there["authentication_name"], there["authentication_password"], there["proxy2_addr"]) == ("none", "", "")
    assert {value for name, value in there.items() if name.startswith("speed_dial")} == {""}
    assert {value for name, value in xml("M3", {}).items() if name.startswith(("SIPServer", "SIPGroup"))} == {""}


def test_a_key_is_a_speed_dial_and_a_comma_in_its_label_no_field() -> None:
    keys = {
        "1": {"type": "speeddial", "value": "4711", "label": "Ode, Tom", "line": 2},
        "2": {"type": "blf", "value": "12"},
        "3": {"type": "park"},
    }
    there = xml("M3", {"funckeys": keys, "exten_park": "700"})
    assert [there[f"SIPUseDeviceKey{number}"] for number in range(1, 5)] == [
        "1,1,1,Ode  Tom,4711,0,", "0,2,1,12,12,0,", "0,3,1,700,700,0,", "",
    ]  # fmt: skip
    older = text("4018", {"funckeys": keys})
    assert [older[f"speed_dial_{number}_uri"] for number in range(1, 5)] == ["4711", "12", "", ""]
    assert older["speed_dial_1_last_name"] == "Ode, Tom"


def test_a_backup_has_its_own_port() -> None:
    line = {**LINE, "backup_proxy_ip": "10.0.0.6", "backup_proxy_port": 5066, "registrar_ip": "10.0.0.7"}
    there = text("4068", {"sip_lines": {"1": line}})
    assert [there[f"{name}_addr"] for name in ("proxy", "registrar", "proxy2", "registrar2")] == [
        "10.0.0.5", "10.0.0.7", "10.0.0.6", "10.0.0.6",
    ]  # fmt: skip
    assert (there["proxy_port"], there["proxy2_port"]) == ("5060", "5066")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Europe/Paris", "UT::60:032802:102803"),
        ("America/New_York", "UT::-300:031102:110402"),
        ("Asia/Kathmandu", "UT::345::"),
        ("America/Santiago", "UT::-240:090423:040423"),
        ("America/Nuuk", "UT::-120:032800:102800"),
    ],
)
def test_a_zone_is_minutes_and_two_days(zone: str, told: str) -> None:
    assert text("4068", {"timezone": zone})["timezone"] == told
    assert xml("M5", {"timezone": zone})["DmAdmcfgTimeZone"] == told


def test_the_day_of_a_change_is_never_more_than_three_days_off() -> None:
    for zone in filter(None, map(zone_of, kinds().values())):
        if zone.dst is None:
            continue
        days = text("4008", {"timezone": zone.name})["timezone"].split(":")[3:]
        for told, change in zip(days, (zone.dst.start, zone.dst.end), strict=True):
            assert int(told[:2]) == change.month
            for year in range(2026, 2034):
                assert abs(day_of(year, change.month, change.week, change.weekday).day - int(told[2:4])) <= 3
