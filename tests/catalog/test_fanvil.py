"""What is particular about the files of Fanvil phones."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from tests.catalog.test_files import LINE, file, manifest, models, outcome

from ringboot.plugins.render import Made

MODELS = models("fanvil")
OLD = ("C58", "C62")
HEADING = re.compile(r"<([\w ]+) MODULE>")


def modules(model: str, raw: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Read a file as its modules; a heading such as "--Sidekey Config2--" opens a part of its own."""
    first, *lines, last = file("fanvil", model, raw).splitlines()
    assert re.fullmatch(r"<<VOIP CONFIG FILE>>Version:2\.\d{10} *", first)
    assert len(first) == 62
    assert last == "<<END OF FILE>>"
    there: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        heading = HEADING.fullmatch(line)
        name, _, value = line.partition(":")
        if heading or line.startswith("--"):
            part = there.setdefault(heading[1] if heading else name.strip(" -"), [])
        else:
            part.append((name.strip(), value))
    for part in there.values():
        assert max(Counter(name for name, _ in part).values(), default=1) == 1
    return there


def settings(model: str, raw: dict[str, Any], part: str) -> dict[str, str]:
    return dict(modules(model, raw)[part])


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("fanvil").phone(model)
    assert phone["keys"] == phone["side_keys"] * phone["side_pages"] + phone["dss_keys"] * phone["dss_pages"]
    there = modules(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    lines = dict(there["SIP Line List"])
    assert [lines[f"SIP{number} Enable Reg"] for number in range(1, phone["lines"] + 1)] == ["1"] + ["0"] * (
        phone["lines"] - 1
    )
    password = "Register Pwd" if model in OLD else "Register Pswd"
    assert {lines[f"SIP{number} {password}"] for number in range(2, phone["lines"] + 1)} <= {""}
    assert f"SIP{phone['lines'] + 1} Enable Reg" not in lines
    types = [value for part in there.values() for name, value in part if re.fullmatch(r"(?:F|ex)[Kk]ey\d+ Type", name)]
    assert len(types) == phone["keys"] + phone["expansion"] * phone["expansion_keys"]
    assert types.count("1") == min(len(types), 1)


def test_a_file_has_another_version_when_anything_in_it_changed_and_only_then() -> None:
    one, again, other = (
        file("fanvil", "X4", {"sip_lines": {"1": {**LINE, "password": password}}}).splitlines()[0]
        for password in ("p1", "p1", "p2")
    )
    assert one == again != other


def test_the_common_file_that_a_model_asks_for_is_made_and_all_are_one() -> None:
    known = manifest("fanvil")
    asked = {known.phone(model)["common"] for model in MODELS if "common" in known.phone(model)}
    assert asked == set(known.common.files)
    made = outcome("fanvil", None, {})
    assert isinstance(made, Made)
    assert len({page.data for page in made.pages}) == 1
    assert b"Flash Server IP    :http://10.0.0.2:8667\nFlash File Name    :$mac.cfg\n" in made.pages[0].data


@pytest.mark.parametrize(
    ("model", "place", "part", "name"),
    [
        ("X4", 7, "Dsskey Config2", "Fkey1"),
        ("X4U", 3, "Sidekey Config1", "Fkey3"),
        ("X4U", 4, "Dsskey Config1", "Fkey1"),
        ("X210", 10 + 3 * 32, "Dsskey Config3", "Fkey32"),
        ("X7C", 13, "Sidekey Config2", "Fkey1"),
        ("X7C", 60, "Sidekey Config5", "Fkey12"),
        ("X7C", 61, "Extern Console1", "exKey1"),
        ("X7C", 60 + 5 * 20, "Extern Console5", "exKey20"),
        ("i10SD", 2, "Dsskey Config1", "Fkey2"),
        ("C58", 22, "Function Key", "Fkey22"),
    ],
)
def test_function_keys_go_through_the_pages(model: str, place: int, part: str, name: str) -> None:
    key = {"type": "speeddial", "value": "4711", "label": "Köln", "line": 2}
    there = settings(model, {"funckeys": {str(place): key}}, part)
    assert [there[f"{name} {field}"] for field in ("Type", "Value", "Title")] == ["1", "4711@2/f", "Köln"]


def test_each_type_of_key_and_the_pickup_code_of_a_busy_lamp() -> None:
    keys = {str(place): {"type": kind, "value": "7"} for place, kind in enumerate(("speeddial", "blf", "park"), 1)}
    plain = settings("X7C", {"funckeys": keys}, "Sidekey Config1")
    picked = settings("X7C", {"funckeys": keys, "exten_pickup_call": "*8"}, "Sidekey Config1")
    assert [plain[f"Fkey{number} Value"] for number in (1, 2, 3)] == ["7@1/f", "7@1/ba", "7@1/c"]
    assert picked["Fkey2 Value"] == "7@1/ba*87"


def test_a_line_key_that_nobody_set_is_the_line_of_its_number() -> None:
    there = settings("X5U", {"sip_lines": {"1": LINE, "3": LINE}}, "Sidekey Config1")
    assert [there[f"Fkey{number} Type"] for number in (1, 2, 3, 4)] == ["2", "0", "2", "0"]
    assert there["Fkey3 Value"] == "SIP3"


@pytest.mark.parametrize(("locale", "number"), [("fr_FR", "25"), ("en_GB", "13"), ("nl_BE", "0"), ("tr_TR", None)])
def test_tones_by_country(locale: str, number: str | None) -> None:
    assert dict(modules("X4", {"locale": locale}).get("MM CONFIG", [])).get("Select Your Tone") == number


def test_a_phone_without_keys_has_no_module_of_keys_and_a_wifi_handset_no_second_port() -> None:
    assert not [part for part in modules("H2U", {}) if "key" in part.lower()]
    there = modules("W611W", {"funckeys": {"1": {"type": "blf", "value": "2"}}, "vlan_enabled": True, "vlan_id": 3})
    assert "Enable PVID" not in dict(there["QOS CONFIG"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"proxy_ip": "10.0.0.5", "proxy_port": 5070}, ("10.0.0.5", "5070", "", "5060")),
        (
            {"proxy_ip": "10.0.0.5", "proxy_port": 5070, "registrar_ip": "10.0.0.7"},
            ("10.0.0.7", "5060", "10.0.0.5", "5070"),
        ),
        ({"proxy_ip": "10.0.0.5", "outbound_proxy_ip": "10.0.0.8"}, ("10.0.0.5", "5060", "10.0.0.8", "5060")),
    ],
)
def test_a_proxy_that_is_not_the_registrar_is_the_outbound_proxy(line: dict[str, Any], told: tuple[str, ...]) -> None:
    names = ("Register Addr", "Register Port", "Proxy Addr", "Proxy Port")
    there = settings("X5U-V2", {"sip_lines": {"1": {**LINE, **line}}}, "SIP Line List")
    if not told[2]:
        told = (*told[:3], "5070")
    assert tuple(there[f"SIP1 {name}"] for name in names) == told


@pytest.mark.parametrize(("model", "number"), [("X3S", "2"), ("X5U-V2", "3"), ("V64", "3")])
def test_tls_has_another_number_on_the_first_x_phones(model: str, number: str) -> None:
    there = settings(model, {"sip_lines": {"1": LINE}, "sip_transport": "tls"}, "SIP Line List")
    assert (there["SIP1 Transport"], there["SIP1 Register Port"]) == (number, "5061")


@pytest.mark.parametrize(
    ("zone", "quarters", "name"),
    [
        ("Europe/Paris", "4", "UTC+1"),
        ("Asia/Kathmandu", "23", "UTC+5:45"),
        ("America/St_Johns", "-14", "UTC-3:30"),
        ("UTC", "0", "UTC"),
    ],
)
def test_zones_are_quarters_of_an_hour(zone: str, quarters: str, name: str) -> None:
    there = settings("X4", {"timezone": zone}, "DateTime Config")
    assert (there["Time Zone"], there["Time Zone Name"]) == (quarters, name)


NAMED = """
X2 X3 X3S X3SP X3G X3SG X4 X4G X4U X4U-V2 X4U-Pro X5 X5S X5U X5U-V2 X5U-Pro X6 X6V2 X6U X6U-Pro X7 X7-Pro X7C X7C-Pro
X210 X210-V2 X210-Pro X210i X210i-Pro H2U-V2 V61G V61W V62 V62G V62W V62Pro V63 V64 V65 V66 V66Pro V67 W610W W611W
W620W X3U X1S X301 X303 X3SG-Pro H2 H2U H5 V50G i10S i10SD i10SV i16S i16SV i51W i52W i53W i61 i62 i63 i64 C58 C62
"""  # as the sources name them; with X7C-V2 of an export and those that Tancredi adds


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted([*NAMED.split(), "X7C-V2"])
