"""What is particular about the files of Akuvox phones and intercoms."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import LINE, ZONES, file, manifest, models

from ringboot.plugins.zones import zone_of

MODELS = models("akuvox")


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a phone's file; no name stands twice."""
    first, *lines = file("akuvox", model, raw).splitlines()
    assert first == "#!version:1.0.0.1"
    pairs = [(name.removeprefix("Config."), value) for name, _, value in (line.partition(" = ") for line in lines)]
    there = dict(pairs)
    assert len(there) == len(pairs)
    return there


@pytest.mark.parametrize("model", MODELS)
def test_every_account_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("akuvox").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    enabled = [there[f"Account{number}.GENERAL.Enable"] for number in range(1, phone["lines"] + 1)]
    assert enabled == ["1"] + ["0"] * (phone["lines"] - 1)
    assert {there[f"Account{number}.GENERAL.Pwd"] for number in range(2, phone["lines"] + 1)} == {""}
    assert f"Account{phone['lines'] + 1}.GENERAL.Enable" not in there
    types = [value for name, value in there.items() if "LINEKEY" in name and name.endswith(".Type")]
    assert types == (["16"] + ["0"] * (phone["keys"] - 1) if phone["keys"] else [])


def test_an_intercom_has_no_keys_and_no_second_port() -> None:
    doors = [model for model in MODELS if manifest("akuvox").phone(model)["type"] == "doorphone"]
    assert doors
    for model in doors:
        there = told(model, {"vlan_enabled": True, "vlan_id": 3, "funckeys": {"1": {"type": "blf", "value": "2"}}})
        assert there["Network.VLAN.LanVid"] == "3"
        assert not [name for name in there if "LINEKEY" in name or "PcVlan" in name]


def test_kinds_of_keys_and_the_pickup_code_of_a_busy_lamp() -> None:
    keys = {
        "2": {"type": "speeddial", "value": "7", "label": "Köln", "line": 2},
        "3": {"type": "blf", "value": "8"},
        "4": {"type": "park", "value": "700"},
    }
    there = told("SP-R63G", {"sip_lines": {"1": LINE}, "funckeys": keys, "exten_pickup_call": "*8"})
    rows = [
        [there[f"Programable.LINEKEY{number}.{part}"] for part in ("Type", "Param1", "Param2", "Param3")]
        for number in range(1, 6)
    ]
    assert rows == [
        ["14", "", "1", ""],
        ["10", "7", "2", ""],
        ["16", "8", "1", "*8"],
        ["28", "700", "1", ""],
        ["0", "", "0", ""],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "server", "outbound"),
    [
        ({"proxy_port": 5070}, ("10.0.0.5", "5070"), ("0", "", "5070")),
        ({"proxy_port": 5070, "registrar_ip": "10.0.0.7"}, ("10.0.0.7", "5060"), ("1", "10.0.0.5", "5070")),
        ({"outbound_proxy_ip": "10.0.0.8"}, ("10.0.0.5", "5060"), ("1", "10.0.0.8", "5060")),
    ],
)
def test_a_proxy_that_is_not_the_registrar_is_the_outbound_proxy(
    line: dict[str, Any], server: tuple[str, ...], outbound: tuple[str, ...]
) -> None:
    there = told("SP-R50P", {"sip_lines": {"1": {**LINE, **line}}})
    assert tuple(there[f"Account1.SIP.{name}"] for name in ("Server", "Port")) == server
    assert tuple(there[f"Account1.OUTPROXY.{name}"] for name in ("Enable", "Server", "Port")) == outbound


def test_every_zone_has_its_offset_and_those_with_summer_time_a_place_that_has_their_rule() -> None:
    places = dict(manifest("akuvox").tables["zones"])
    kinds = {zone.posix: zone for zone in map(zone_of, ZONES) if zone is not None}
    assert set(places) <= {rule for rule, zone in kinds.items() if zone.dst}
    without = set()
    for rule, zone in kinds.items():
        there = told("R29C", {"timezone": zone.name})
        hours, _, minutes = there["Settings.SNTP.TimeZone"].partition(":")
        sign = -1 if hours.startswith("-") else 1
        assert sign * (abs(int(hours)) * 3600 + int(minutes or 0) * 60) == zone.offset
        assert there["Settings.SNTP.DTS"] == ("2" if rule in places else "0")
        if zone.dst and rule not in places:
            without.add(rule)
    named = (
        *("Australia/Lord_Howe", "Pacific/Norfolk", "Pacific/Easter", "Africa/Cairo", "America/Miquelon"),
        *("Antarctica/Troll", "MET"),
    )
    assert {zone.posix for zone in map(zone_of, named) if zone} == without, "README names them"


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_akuvox_firmware": {"SP-R63G": "63.0.6.102.rom"}}
    assert told("SP-R63G", raw)["Firmware.Url"] == "http://10.0.0.2:8667/63.0.6.102.rom"
    assert told("SP-R50P", raw)["Firmware.Url"] == ""


NAMED = "SP-R50P SP-R63G WP410 WP480 R20A R26C R27A R28A R29C E11R"


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())
