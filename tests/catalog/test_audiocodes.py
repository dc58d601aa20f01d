"""What is particular about the files of AudioCodes phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.catalog.test_every_brand import kinds, made
from tests.catalog.test_files import LINE, manifest, models
from tests.catalog.test_zones import Clock, late, rule, truth

MODELS = models("audiocodes")
DAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]
SIP = "voip/signalling/sip"


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a phone's file, which is there in both spellings; no name stands twice."""
    lower, upper = made("audiocodes", model, raw).pages
    assert (lower.path, upper.path) == ("00085d237429.cfg", "00085D237429.cfg")
    assert lower.data == upper.data
    pairs = [line.split("=", 1) for line in lower.data.decode().splitlines()]
    assert len({pair[0] for pair in pairs}) == len(pairs)
    return {pair[0]: pair[1] for pair in pairs}


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("audiocodes").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    lines = range(phone["lines"])
    assert [there[f"voip/line/{n}/enabled"] for n in lines] == ["1"] + ["0"] * (phone["lines"] - 1)
    assert [there[f"voip/line/{n}/auth_password"] for n in lines] == ["p1"] + [""] * (phone["lines"] - 1)
    assert f"voip/line/{phone['lines']}/enabled" not in there
    kinds_of_keys = [value for name, value in there.items() if name.endswith("/type") and "functional_key" in name]
    assert kinds_of_keys == (["SPEED_DIAL_BLF"] + ["EMPTY"] * (phone["keys"] - 1) if phone["keys"] else [])


@pytest.mark.parametrize(
    ("line", "same", "registrar", "outbound", "spare"),
    [
        ({}, "1", ("10.0.0.5", "5060"), "0", "Disable"),
        ({"proxy_port": 5070}, "1", ("10.0.0.5", "5070"), "0", "Disable"),
        ({"registrar_ip": "10.0.0.7"}, "0", ("10.0.0.7", "5060"), "0", "Disable"),
        ({"outbound_proxy_ip": "o", "backup_proxy_ip": "b"}, "1", ("10.0.0.5", "5060"), "1", "Simultaneous"),
    ],
)
def test_where_it_registers(
    line: dict[str, Any], same: str, registrar: tuple[str, str], outbound: str, spare: str
) -> None:
    there = told("405HD", {"sip_lines": {"1": {**LINE, **line}}})
    assert there[f"{SIP}/use_proxy_ip_and_port_for_registration"] == same
    assert (there[f"{SIP}/sip_registrar/addr"], there[f"{SIP}/sip_registrar/port"]) == registrar
    assert there[f"{SIP}/sip_outbound_proxy/enabled"] == outbound
    assert there[f"{SIP}/redundant_proxy/mode"] == spare
    empty = told("405HD", {})
    assert [empty[f"{SIP}/{name}"] for name in ("use_proxy", "proxy_address", "proxy_port")] == ["0", "", ""]


def test_each_type_of_key() -> None:
    keys = {
        "1": {"type": "speeddial", "value": "4711", "label": "Köln"},
        "2": {"type": "park", "value": "700"},
        "3": {"type": "park"},
        "13": {"type": "blf", "value": "13"},  # one too many
    }
    there = told("440HD", {"funckeys": keys})
    names = [
        [there[f"personal_settings/functional_key/{n}/{part}"] for n in range(3)] for part in ("type", "key_label")
    ]
    assert names == [["SPEED_DIAL", "SPEED_DIAL", "EMPTY"], ["Köln", "700", ""]]
    assert (
        told("440HD", {"funckeys": keys, "exten_park": "701"})["personal_settings/functional_key/2/type"]
        == "SPEED_DIAL"
    )


def clock(zone: str) -> Clock:
    """Read what a phone is told of its zone."""
    there = told("405", {"timezone": zone})
    sign, hours, minutes = there["system/ntp/gmt_offset"][0], *there["system/ntp/gmt_offset"][1:].split(":")
    offset = (60 * int(hours) + int(minutes)) * (-1 if sign == "-" else 1)
    assert there["network/lan/dhcp/ntp/gmt_offset/enabled"] == "0"
    summer = "system/daylight_saving"
    if there[f"{summer}/activate"] == "DISABLE":
        return Clock(offset, 0, ())
    changes = [
        (
            int(there[f"{summer}/{which}/month"]),
            int(there[f"{summer}/{which}/week"]),
            DAYS.index(there[f"{summer}/{which}/day_of_week"]),
            60 * int(there[f"{summer}/{which}/hour"]),
        )
        for which in ("start_date", "end_date")
    ]
    return rule(offset, int(there[f"{summer}/offset"]), *changes)


def test_the_clock_agrees_with_zoneinfo_but_where_the_readme_says() -> None:
    off = {}
    for name in kinds().values():
        true, told_so = truth(name), clock(name)
        if name in ("Africa/Casablanca", "Africa/El_Aaiun"):
            continue
        assert (told_so.offset, told_so.save) == (true.offset, true.save), name
        if worst := late(told_so, true):
            off[name] = worst / timedelta(hours=1)
    assert off == {
        "Africa/Cairo": 1, "America/Godthab": 1, "America/Santiago": 1, "Asia/Gaza": 27, "Asia/Jerusalem": 3,
        "NZ-CHAT": 0.75,
    }  # fmt: skip


def test_what_is_switched_off_is_taken_back() -> None:
    there = told("405", {"vlan_enabled": False, "ntp_enabled": False, "syslog_enabled": False})
    assert [there[f"network/lan/vlan/{name}"] for name in ("mode", "id")] == ["Disable", "0"]
    assert (there["system/ntp/enabled"], there["system/ntp/primary_server_address"]) == ("0", "")
    assert (there["system/syslog/mode"], there["system/syslog/server_address"]) == ("NONE", "")


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_audiocodes_firmware": {"440HD": "440HD_2.2.16.img"}}
    assert told("440HD", raw)["provisioning/firmware/url"] == "http://10.0.0.2:8667/440HD_2.2.16.img"
    assert "provisioning/firmware/url" not in told("430HD", raw)
