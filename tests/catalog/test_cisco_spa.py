"""What is particular about the files of Cisco SPA phones and adapters."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import FACTS, LINE, manifest, models, outcome

from ringboot.catalog import FOLDER
from ringboot.plugins.job import RenderJob
from ringboot.plugins.render import Made, make

MODELS = models("cisco-spa")
NAMED = """
SPA301 SPA303 SPA501G SPA502G SPA504G SPA508G SPA509G SPA512G SPA514G SPA525G SPA525G2 SPA901 SPA921 SPA922 SPA941
SPA942 SPA962 PAP2T SPA2102 SPA3102 SPA112 SPA122 SPA8000 SPA8800
"""  # as the sources name them


def told(model: str, raw: dict[str, Any], version: str | None = None) -> dict[str, str]:
    """Read a device's settings; none may stand twice."""
    device = {"id": "d1", "mac": "50:3d:e5:a1:b2:c3", "model": model, "version": version}
    made = make(RenderJob(1, str(FOLDER / "cisco-spa"), raw, FACTS, device))
    assert isinstance(made, Made), made
    [page] = made.pages
    pairs = [(each.tag, each.text or "") for each in ET.fromstring(page.data)]
    assert not [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return dict(pairs)


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("cisco-spa").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}})
    lines = [there.get(f"Line_Enable_{number}_") for number in range(1, phone["lines"] + 2)]
    assert lines == ["Yes"] + ["No"] * (phone["lines"] - 1) + [None]
    assert [there[f"Password_{number}_"] for number in range(1, phone["lines"] + 1)] == ["p1"] + [""] * (
        phone["lines"] - 1
    )
    keys = [there.get(f"Extension_{number}_") for number in range(1, phone["keys"] + 2)]
    assert keys == (["1"] + ["Disabled"] * (phone["keys"] - 1) if phone["keys"] else []) + [None]
    assert {there[name] for name in there if name.startswith("Extended_Function") or "_Key_" in name} <= {""}
    assert len([name for name in there if "_Key_" in name]) == phone["expansion"] * 32
    assert {there[name] for name in there if name.startswith("Unit_") and name.endswith("_Enable")} <= {"No"}


def test_adapters_have_both_ports_in_one_file_and_no_keys() -> None:
    raw = {"sip_lines": {"1": LINE, "2": {**LINE, "username": "u2"}}, "funckeys": {"1": {"type": "blf", "value": "7"}}}
    for model in ("PAP2T", "SPA122", "SPA2102"):
        there = told(model, {**raw, "vlan_enabled": True, "vlan_id": 5})
        assert (there["User_ID_1_"], there["User_ID_2_"]) == ("u1", "u2")
        assert not [name for name in there if "Function" in name or name.startswith(("Extension", "Unit_", "VLAN"))]
        assert manifest("cisco-spa").phone(model)["keys"] == 0


def test_the_first_file_of_every_model_is_one_and_leads_to_the_own_one() -> None:
    made = outcome("cisco-spa", None, {})
    assert isinstance(made, Made)
    assert len({page.data for page in made.pages}) == 1
    assert ET.fromstring(made.pages[0].data).findtext("Profile_Rule") == "http://10.0.0.2:8667/$MA.xml"
    assert {manifest("cisco-spa").phone(model)["file"] for model in MODELS} == {page.path for page in made.pages}


def test_each_type_of_key_and_its_consoles() -> None:
    funckeys = {
        "1": {"type": "blf", "value": "12", "label": "a;vid=9", "line": 2},
        "3": {"type": "speeddial", "value": "4711", "label": "Köln"},
        "4": {"type": "park", "value": "700"},
        "5": {"type": "park"},
        "36": {"type": "blf", "value": "36"},  # the last of the first console
        "68": {"type": "blf", "value": "68"},
        "69": {"type": "blf", "value": "one too many"},
    }
    there = told("SPA504G", {"funckeys": funckeys, "sip_lines": {"1": LINE, "2": LINE}})
    assert [there[f"Extended_Function_{number}_"] for number in (1, 2, 3, 4)] == [
        "fnc=blf+sd+cp;sub=12@$PROXY;vid=2;nme=a,vid=9", "", "fnc=sd;ext=4711@$PROXY;vid=1;nme=Köln",
        "fnc=blf+sd;sub=700@$PROXY;vid=1;nme=700",
    ]  # fmt: skip
    assert [there[f"Extension_{number}_"] for number in (1, 2, 3, 4)] == ["Disabled", "1", "Disabled", "Disabled"]
    assert (there["Number_of_Units"], there["Unit_2_Enable"], there["Unit_1_Key_1"]) == ("2", "Yes", "")
    assert there["Unit_1_Key_32"].startswith("fnc=blf+sd+cp;sub=36@")
    assert there["Unit_2_Key_32"].startswith("fnc=blf+sd+cp;sub=68@")
    assert "too many" not in "".join(there.values())


@pytest.mark.parametrize(
    ("model", "version", "second"),
    [("SPA504G", None, True), ("SPA942", None, False), ("SPA504G", "6.1.5(a)", False), ("SPA122", "7.0", False)],
)
def test_a_second_server_from_firmware_7_on(model: str, version: str | None, second: bool) -> None:
    line = {**LINE, "backup_proxy_ip": "10.0.0.6", "backup_proxy_port": 5070}
    there = told(model, {"sip_lines": {"1": line}}, version)
    assert there.get("Alternate_Proxy_1_") == ("10.0.0.6:5070" if second else None)


def test_a_dictionary_and_a_firmware_when_they_are_named() -> None:
    own = {"X_cisco_spa_dictionary": {"fr": "fr.xml"}, "X_cisco_spa_firmware": {"SPA303": "spa50x-30x-7-5-5.bin"}}
    plain, there = told("SPA303", {"locale": "fr_FR"}), told("SPA303", {"locale": "fr_FR", **own})
    assert (plain["Language_Selection"], plain["Upgrade_Enable"], plain["Upgrade_Rule"]) == ("English", "No", "")
    assert there["Language_Selection"] == "French"
    assert there["Dictionary_Server_Script"] == "serv=http://10.0.0.2:8667/;d0=English;d1=French;x1=fr.xml"
    assert there["Upgrade_Rule"] == "http://10.0.0.2:8667/spa50x-30x-7-5-5.bin"
    assert manifest("cisco-spa").firmware_version("spa50x-30x-7-5-5.bin") == "7.5.5"


@pytest.mark.parametrize(
    ("zone", "name", "more"),
    [
        ("Asia/Kathmandu", "GMT+05:45", ""),
        ("Pacific/Chatham", "GMT+12:00", "00/45"),
        ("Pacific/Marquesas", "GMT-10:00", "00/30"),
        ("Pacific/Kiritimati", "GMT+13:00", "01/00"),
    ],
)
def test_an_offset_without_a_name_is_the_nearest_below_and_the_rest(zone: str, name: str, more: str) -> None:
    there = told("SPA112", {"timezone": zone})
    assert (there["Time_Zone"], there["Time_Offset__HH_mm_"]) == (name, more)
