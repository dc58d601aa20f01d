"""What is particular about the files of Yealink phones."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import FACTS, LINE, manifest, models, outcome

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.job import RenderJob
from ringboot.plugins.render import Made, make

NOTHING = "%NULL%"
MODELS = models("yealink")


def told(model: str, raw: dict[str, Any], version: str | None = None) -> dict[str, str]:
    """Read a phone's file; no name but the password's stands twice."""
    device = {"id": "d1", "mac": "80:5e:c0:d5:7d:72", "model": model, "version": version}
    made = make(RenderJob(1, str(CATALOG / "yealink"), raw, FACTS, device))
    assert isinstance(made, Made), made
    (page,) = made.pages
    assert page.path == "805ec0d57d72.cfg"
    first, *lines = page.data.decode().splitlines()
    assert first == "#!version:1.0.0.1"
    pairs = [(name, value) for name, _, value in (line.partition(" = ") for line in lines)]
    names = [pair[0] for pair in pairs if "user_password" not in pair[0]]
    assert len(names) == len(set(names))
    return dict(pairs)


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("yealink").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    enabled = [there[f"account.{number}.enable"] for number in range(1, phone["lines"] + 1)]
    assert enabled == ["1"] + ["0"] * (phone["lines"] - 1)
    assert {there[f"account.{number}.password"] for number in range(2, phone["lines"] + 1)} <= {NOTHING}
    assert f"account.{phone['lines'] + 1}.enable" not in there
    types = [value for name, value in there.items() if name.endswith(".type") and "key" in name]
    assert len(types) == phone["keys"] + phone["expansion"] * phone["expansion_keys"]
    assert types.count("0") == max(len(types) - 1, 0)


def test_the_common_file_that_a_model_asks_for_is_made() -> None:
    asked = {manifest("yealink").phone(model)["common"] for model in MODELS}
    assert asked == set(manifest("yealink").common.files)


def test_all_common_files_are_one() -> None:
    made = outcome("yealink", None, {})
    assert isinstance(made, Made)
    assert len({page.data for page in made.pages}) == 1
    assert b"static.auto_provision.server.url = http://10.0.0.2:8667/\n" in made.pages[0].data


@pytest.mark.parametrize(
    ("model", "place", "name"),
    [
        ("T33G", 12, "linekey.12"),
        ("T28P", 6, "linekey.6"),
        ("T28P", 7, "memorykey.1"),
        ("T28P", 17, "expansion_module.1.key.1"),
        ("T46U", 28, "expansion_module.1.key.1"),
        ("T46U", 27 + 3 * 60, "expansion_module.3.key.60"),
        ("T27G", 21 + 20, "expansion_module.1.key.20"),
        ("T27G", 21 + 21, "expansion_module.1.key.22"),  # there is no key 21
        ("T27G", 21 + 39 + 39, "expansion_module.2.key.40"),
    ],
)
def test_function_keys_go_through_the_kinds_of_keys(model: str, place: int, name: str) -> None:
    key = {"type": "speeddial", "value": "4711", "label": "Köln", "line": 2}
    there = told(model, {"funckeys": {str(place): key}})
    assert [there[f"{name}.{part}"] for part in ("type", "line", "value", "label")] == ["13", "2", "4711", "Köln"]


def test_each_type_of_key_has_its_number_and_a_busy_lamp_its_pickup_code() -> None:
    keys = {str(place): {"type": kind, "value": "7"} for place, kind in enumerate(("speeddial", "blf", "park"), 1)}
    there = told("T46S", {"funckeys": keys, "exten_pickup_call": "*8"})
    assert [there[f"linekey.{number}.type"] for number in (1, 2, 3)] == ["13", "16", "10"]
    assert [there[f"linekey.{number}.extension"] for number in (1, 2, 3)] == [NOTHING, "*8", NOTHING]


def test_a_key_that_nobody_set_is_the_line_of_its_number() -> None:
    there = told("T46S", {"sip_lines": {"1": LINE, "2": LINE}, "funckeys": {"1": {"type": "park", "value": "700"}}})
    assert [there[f"linekey.{number}.type"] for number in (1, 2, 3)] == ["10", "15", "0"]
    assert there["linekey.2.line"] == "2"


@pytest.mark.parametrize(
    ("model", "version", "name", "proxy"),
    [
        ("T46G", None, "static.network.vlan.internet_port_vid", "account.1.outbound_proxy.1.address"),
        ("T46G", "28.80.0.95", "network.vlan.internet_port_vid", "account.1.outbound_proxy.1.address"),
        ("T46G", "28.73.0.48", "network.vlan.internet_port_vid", "account.1.outbound_host"),
        ("T20P", None, "network.vlan.internet_port_vid", "account.1.outbound_host"),
        ("T46G", "odd", "static.network.vlan.internet_port_vid", "account.1.outbound_proxy.1.address"),
    ],
)
def test_names_follow_the_firmware_that_the_phone_named(model: str, version: str | None, name: str, proxy: str) -> None:
    raw = {"vlan_enabled": True, "vlan_id": 110, "sip_outbound_proxy_ip": "10.0.0.8", "sip_lines": {"1": LINE}}
    there = told(model, raw, version)
    assert (there[name], there[proxy]) == ("110", "10.0.0.8")


@pytest.mark.parametrize(
    ("zone", "offset", "start", "end", "save"),
    [
        ("Europe/Paris", "+1", "3/5/7/2", "10/5/7/3", "60"),
        ("America/St_Johns", "-3:30", "3/2/7/2", "11/1/7/2", "60"),
        ("Europe/London", "0", "3/5/7/1", "10/5/7/2", "60"),
        ("Asia/Kathmandu", "+5:45", None, None, None),
        ("Pacific/Marquesas", "-9:30", None, None, None),
        ("Australia/Lord_Howe", "+10:30", "10/1/7/2", "4/1/7/2", "30"),
    ],
)
def test_zones_as_offset_and_rule(zone: str, offset: str, start: str | None, end: str | None, save: str | None) -> None:
    there = told("T46S", {"timezone": zone})
    names = ("time_zone", "start_time", "end_time", "offset_time")
    assert [there.get(f"local_time.{name}") for name in names] == [offset, start, end, save]
    assert there["local_time.summer_time"] == ("0" if start is None else "1")


def test_what_is_switched_off_is_taken_back() -> None:
    off = told("T46S", {"vlan_enabled": False, "dns_enabled": False, "ntp_enabled": False, "syslog_enabled": False})
    assert off["static.network.vlan.internet_port_enable"] == off["static.network.vlan.pc_port_enable"] == "0"
    assert off["static.syslog.server"] == off["local_time.ntp_server1"] == off["static.network.primary_dns"] == NOTHING
    assert off["local_time.manual_time_enable"] == "1"


@pytest.mark.parametrize(
    ("model", "version", "old"), [("T38G", None, True), ("T28P", None, False), ("T28P", "2.70.0.90", True)]
)
def test_before_71_a_server_has_another_name_too(model: str, version: str | None, old: bool) -> None:
    there = told(model, {"sip_lines": {"1": {**LINE, "proxy_port": 5070}}}, version)
    assert (there["account.1.sip_server.1.address"], there["account.1.sip_server.1.port"]) == ("10.0.0.5", "5070")
    names = [there.get(f"account.{name}") for name in ("1.sip_server_host", "1.sip_server_port", "2.sip_server_host")]
    assert names == (["10.0.0.5", "5070", NOTHING] if old else [None] * 3)


@pytest.mark.parametrize("model", MODELS)
def test_the_vlan_of_a_pc_port_is_for_models_that_have_one(model: str) -> None:
    there = told(model, {"vlan_enabled": True, "vlan_id": 110, "vlan_pc_port_id": 20})
    told_so = any("pc_port" in name for name in there)
    assert told_so == (manifest("yealink").phone(model)["type"] == "deskphone")


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_yealink_firmware": {"T46S": "T46S-66.86.0.15.rom"}}
    assert told("T46S", raw)["static.firmware.url"] == "http://10.0.0.2:8667/T46S-66.86.0.15.rom"
    assert "static.firmware.url" not in told("T48S", raw)
    assert manifest("yealink").firmware_version("T46S-66.86.0.15.rom") == "66.86.0.15"


NAMED = """
T18 T20P T22P T26P T28P T32G T38G T19P_E2 T21P_E2 T23P T23G T27P T27G T29G T30 T30P T31 T31P T31G T31W T33 T33P
T33G T34W T40P T40G T41P T41S T41U T42G T42S T42U T43U T44U T44W T46G T46S T46U T48G T48S T48U T49G T52S T53 T53C
T53W T54S T54 T54W T56A T57 T57W T58 T58A T58V T58W VP59 T73 T73U T73W T74 T74U T74W T77 T77U T85 T85W T87 T87W
T88 T88W T88V CP860 CP920 CP925 CP960 CP965 VP530P W52P W56P W60B W70B W75B W75DM W80B W80DM W90 W90B W90DM AX83H
AX86R
"""  # as the sources name them


def test_every_model_that_a_source_names_is_there_under_the_name_of_its_user_agent() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())
    assert [manifest("yealink").known_model(model.lower()) for model in NAMED.split()] == NAMED.split()
    assert all(manifest("yealink").models[model].versions for model in NAMED.split())
