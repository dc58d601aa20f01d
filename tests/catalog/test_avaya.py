"""What is particular about the files of Avaya phones: a script for J100 and 96x1, names and values for others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.catalog.test_every_brand import kinds, made
from tests.catalog.test_files import LINE, manifest, models
from tests.catalog.test_zones import Clock, late, rule, truth

from ringboot.plugins.zones import zone_of
from ringboot.sim.phone import url_of

SCRIPT = ["J129", "J139", "J159", "J169", "J179", "J189", "9608", "9608G", "9611G", "9621G", "9641G", "9641GS"]
USER = ["1110", "1120E", "1140E", "1165E", "1220", "1230"]
DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def lines(model: str, raw: dict[str, Any]) -> list[str]:
    (page,) = made("avaya", model, raw).pages
    return page.data.decode().splitlines()


def script(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read the settings of <mac>.txt; none but keys stands twice."""
    first, *rest = lines(model, raw)
    assert first == "## 00085d237429"
    pairs = [re.fullmatch(r'SET (\w+) ("[^"]*"|\S+)', line) for line in rest if "PHONEKEY" not in line]
    assert all(pairs), rest
    assert len({pair[1] for pair in pairs if pair}) == len(pairs)
    return {pair[1]: pair[2].strip('"') for pair in pairs if pair}


def keys(model: str, raw: dict[str, Any]) -> list[str]:
    return [line.removeprefix('SET PHONEKEY "').removesuffix('"') for line in lines(model, raw) if "PHONEKEY" in line]


def user(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read SIP<MAC>.cfg; no name stands twice."""
    pairs = [line.split(" ", 1) for line in lines(model, raw)]
    assert len({pair[0] for pair in pairs}) == len(pairs)
    return {pair[0]: pair[1] for pair in pairs}


def test_every_model_has_the_file_of_its_kind() -> None:
    assert models("avaya") == [*SCRIPT, *USER]
    raw = {"sip_lines": {"1": LINE}}
    assert {script(model, raw)["FORCE_SIP_PASSWORD"] for model in SCRIPT} == {"p1"}
    assert {user(model, raw)["AUTOLOGIN_PASSWD_KEY01"] for model in USER} == {"p1"}


def test_lines_that_are_not_configured_cannot_log_in() -> None:
    for name in ("SIPDOMAIN", "SIP_CONTROLLER_LIST", "FORCE_SIP_USERNAME", "FORCE_SIP_PASSWORD", "FORCE_SIP_EXTENSION"):
        assert script("J129", {})[name] == ""
    assert [user("1220", {})[name] for name in ("MAX_LOGINS", "AUTOLOGIN_ENABLE")] == ["1", "NO"]
    there = user("1220", {"sip_lines": {"1": LINE, "3": LINE, "5": LINE}})
    assert (there["MAX_LOGINS"], there["AUTOLOGIN_ENABLE"]) == ("3", "USE_AUTOLOGIN_ID")
    assert [name for name in there if name.startswith("AUTOLOGIN_ID")] == ["AUTOLOGIN_ID_KEY01", "AUTOLOGIN_ID_KEY03"]


@pytest.mark.parametrize(
    ("line", "common", "domain", "controllers"),
    [
        ({}, {}, "10.0.0.5", "10.0.0.5:5060;transport=udp"),
        ({"proxy_port": 5070}, {"sip_transport": "tcp"}, "10.0.0.5", "10.0.0.5:5070;transport=tcp"),
        (
            {"backup_proxy_ip": "b"},
            {"sip_transport": "tls"},
            "10.0.0.5",
            "10.0.0.5:5061;transport=tls,b:5061;transport=tls",
        ),
        ({"outbound_proxy_ip": "o", "outbound_proxy_port": 5080}, {}, "10.0.0.5", "o:5080;transport=udp"),
    ],
)
def test_where_a_j100_registers(line: dict[str, Any], common: dict[str, Any], domain: str, controllers: str) -> None:
    there = script("J179", {"sip_lines": {"1": {**LINE, **line}}, **common})
    assert (there["SIPDOMAIN"], there["SIP_CONTROLLER_LIST"]) == (domain, controllers)


def test_a_second_server_is_never_missing_on_11xx() -> None:
    there = user("1140E", {"sip_lines": {"1": {**LINE, "proxy_port": 5070}}, "sip_transport": "tcp"})
    assert [there[f"SERVER_IP1_{which}"] for which in (1, 2)] == ["10.0.0.5", "10.0.0.5"]
    assert [there[f"SERVER_TCP_PORT1_{which}"] for which in (1, 2)] == ["5070", "5070"]
    assert there["SERVER_PORT1_1"] == there["SERVER_TLS_PORT1_1"] == "0"


def test_keys_are_counted_behind_the_call_appearances_and_through_the_modules() -> None:
    last = manifest("avaya").phone("J179")["keys"] + 3 * 24
    funckeys = {
        "1": {"type": "blf", "value": "12", "label": 'A;"B"'},
        "2": {"type": "park"},
        "3": {"type": "park", "value": "701"},
        str(last): {"type": "speeddial", "value": "9"},
        str(last + 1): {"type": "speeddial", "value": "10"},
    }
    assert keys("J179", {"funckeys": funckeys}) == [
        "Key=4;Type=feature;Name=blf;attr1=12;attr2=12;Label=A,'B';Forced",
        "Key=6;Type=autodial;Name=autodial;attr1=701;Label=701;Forced",
        "Key=96;Type=autodial;Name=autodial;attr1=9;Label=9;Forced",
    ]
    assert "attr1=700" in keys("J179", {"funckeys": funckeys, "exten_park": "700"})[1]
    assert keys("J129", {"funckeys": funckeys}) == keys("9611G", {"funckeys": funckeys}) == []


@pytest.mark.parametrize(
    ("password", "written"), [("a b", '"a b"'), ('a"b', 'a"b'), ("#x;y=z", '"#x;y=z"'), ('a "b"', "\"a 'b'\"")]
)
def test_quotes(password: str, written: str) -> None:
    there = lines("J129", {"sip_lines": {"1": {**LINE, "password": password}}})
    assert f"SET FORCE_SIP_PASSWORD {written}" in there


def clock(zone: str) -> Clock:
    """Read what a J100 is told of its zone."""
    there = script("J129", {"timezone": zone})
    found = re.fullmatch(r"(-?)(\d+):(\d\d)", there["GMTOFFSET"])
    assert found
    offset = (60 * int(found[2]) + int(found[3])) * (-1 if found[1] else 1)
    if there["DAYLIGHT_SAVING_SETTING_MODE"] == "0":
        return Clock(offset, 0, ())

    def change(text: str) -> tuple[int, ...]:
        told = re.fullmatch(r"([1-4L])(\w{3})(\w{3})(\d)L", text)
        assert told, text
        week = 5 if told[1] == "L" else int(told[1])
        return (MONTHS.index(told[3]) + 1, week, DAYS.index(told[2]), 60 * int(told[4]))

    return rule(offset, 60 * int(there["DSTOFFSET"]), change(there["DSTSTART"]), change(there["DSTSTOP"]))


def test_the_clock_of_a_j100_agrees_with_zoneinfo_but_where_the_readme_says() -> None:
    off = {}
    for name in kinds().values():
        true, told = truth(name), clock(name)
        if name in ("Africa/Casablanca", "Africa/El_Aaiun"):
            continue
        assert told.offset == true.offset, name
        if true.save != told.save:
            assert (name, told.save) in (("Australia/LHI", 60), ("Australia/Lord_Howe", 60))
        elif worst := late(told, true):
            off[name] = worst / timedelta(hours=1)
    assert {name: hours for name, hours in off.items() if hours > 1} == {
        "America/Santiago": 15, "Africa/Cairo": 15, "Asia/Gaza": 41, "Asia/Jerusalem": 17,
        "Chile/EasterIsland": 13,
    }  # fmt: skip


def test_11xx_and_12xx_are_told_the_offset_of_winter() -> None:
    for name in ("Europe/Paris", "America/St_Johns", "Asia/Kathmandu"):
        zone = zone_of(name)
        assert zone
        assert user("1230", {"timezone": name})["TIMEZONE_OFFSET"] == str(zone.offset)


def test_an_option_that_is_a_list_names_the_server() -> None:
    shape = manifest("avaya").boot[0].url_from[0].partition(" ")[2]
    assert url_of(shape, "L2Q=1,HTTPSRVR=10.0.0.1,HTTPPORT=8667") == "http://10.0.0.1:8667"
    assert url_of(shape, "") == "http://:"


def test_files_of_models_of_11xx_and_12xx_are_one() -> None:
    pages = {page.path: page.data for page in made("avaya", "1220", {}).pages}
    assert list(pages) == ["SIP00085D237429.cfg"]
    starts = {manifest("avaya").phone(model)["start"] for model in USER}
    assert starts == {path for path in manifest("avaya").common.files if path.endswith("SIP.cfg")}


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_avaya_firmware": {"J179": "FW_S_J179_R4_1_3_0_6.bin"}}
    assert script("J179", raw)["APPNAME"] == "FW_S_J179_R4_1_3_0_6.bin"
    assert "APPNAME" not in script("J169", raw)
    assert manifest("avaya").firmware_version("FW_S_J179_R4_1_3_0_6.bin") == "4.1.3.0.6"
