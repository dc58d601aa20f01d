"""What is particular about the files of Cisco multiplatform phones and adapters."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import LINE, manifest, models, outcome

from ringboot.plugins.render import Made

MODELS = models("cisco-mpp")
NAMED = "6821 6841 6851 6861 6871 7811 7821 7832 7841 7861 8811 8841 8851 8861 ATA191 ATA192"  # as the sources do
OWN = "00085d237429.xml"


def pages(model: str | None, raw: dict[str, Any]) -> dict[str, ET.Element]:
    """Make and read the files of a device, or those of all."""
    made = outcome("cisco-mpp", model, raw)
    assert isinstance(made, Made), made
    found = {page.path: ET.fromstring(page.data).find("flat-profile") for page in made.pages}
    return {path: profile for path, profile in found.items() if profile is not None}


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a device's settings; none may stand twice."""
    pairs = [(each.tag, each.text or "") for each in pages(model, raw)[OWN]]
    assert not [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    return dict(pairs)


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == NAMED.split()


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("cisco-mpp").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}})
    lines = [there.get(f"Line_Enable_{number}_") for number in range(1, phone["lines"] + 2)]
    assert lines == ["Yes"] + ["No"] * (phone["lines"] - 1) + [None]
    passwords = [there[f"Password_{number}_"] for number in range(1, phone["lines"] + 1)]
    assert passwords == ["p1"] + [""] * (phone["lines"] - 1)
    keys = [there.get(f"Extension_{number}_") for number in range(1, phone["keys"] + 2)]
    assert keys == (["1"] + ["Disabled"] * (phone["keys"] - 1) if phone["keys"] else []) + [None]
    modules = [value for name, value in there.items() if name.startswith("Unit_")]
    assert modules == [""] * phone["expansion"] * 28


def test_both_generations_are_led_to_the_own_file_without_a_secret() -> None:
    raw = {"admin_password": "canary", "sip_lines": {"1": {**LINE, "password": "canary"}}}
    common, own = pages(None, raw), pages("8841", raw)
    first = own.pop("Cisco/CP-8841-3PCC/00085d237429.cfg")
    assert {each.findtext("Profile_Rule") for each in (first, *common.values())} == {"http://10.0.0.2:8667/$MA.xml"}
    assert len({ET.tostring(each) for each in (first, *common.values())}) == 1
    assert list(own) == [OWN]
    assert list(pages("ATA191", raw)) == [OWN], "an adapter asks for it at once"
    assert {manifest("cisco-mpp").phone(model)["file"] for model in MODELS} == set(common)


def test_each_type_of_key_and_its_modules() -> None:
    funckeys = {
        "1": {"type": "blf", "value": "12", "label": "a;b", "line": 2},
        "2": {"type": "speeddial", "value": "4711"},
        "4": {"type": "park", "value": "700"},
        "5": {"type": "blf", "value": "13"},  # the first of the first module
        str(4 + 56): {"type": "blf", "value": "14"},
        str(4 + 57): {"type": "blf", "value": "one too many"},
    }
    there = told("6851", {"funckeys": funckeys, "sip_lines": {"1": LINE, "2": LINE}})
    assert [there[f"Extended_Function_{number}_"] for number in (1, 2, 3, 4)] == [
        "fnc=blf+sd+cp;sub=12@$PROXY;vid=2;nme=a,b", "fnc=sd;ext=4711@$PROXY;vid=1;nme=4711", "",
        "fnc=blf+sd;sub=700@$PROXY;vid=1;nme=700",
    ]  # fmt: skip
    assert [there[f"Extension_{number}_"] for number in (1, 2, 3, 4)] == ["Disabled", "Disabled", "1", "Disabled"]
    assert there["Number_of_Units"] == "2"
    assert there["Unit_1_Key_1"].startswith("fnc=blf+sd+cp;sub=13@")
    assert there["Unit_2_Key_28"].startswith("fnc=blf+sd+cp;sub=14@")
    assert "too many" not in "".join(there.values())


def test_encryption_is_of_each_line() -> None:
    lines = {"1": {**LINE, "srtp_mode": "required"}, "2": LINE}
    there = told("8811", {"sip_lines": lines, "sip_srtp_mode": "preferred"})
    assert [there[f"Secure_Call_Option_{number}_"] for number in (1, 2)] == ["Required", "Optional"]
    assert (there["Secure_Call_Serv"], there["Secure_Call_Setting"]) == ("Yes", "Yes")


def test_adapters_have_passwords_of_their_own_and_both_sockets_in_one_file() -> None:
    raw = {"admin_password": "a", "user_password": "u", "vlan_enabled": True, "vlan_id": 5, "exten_voicemail": "*98"}
    there = told("ATA192", {**raw, "sip_lines": {"1": LINE, "2": {**LINE, "username": "u2"}}})
    assert (there["Web_Login_Admin_Password"], there["Web_Login_Guest_Password"]) == ("a", "u")
    assert (there["User_ID_1_"], there["User_ID_2_"]) == ("u1", "u2")
    assert not {"Admin_Password", "VLAN_ID", "Voice_Mail_Number", "Extension_1_", "Alternate_Proxy_1_"} & there.keys()


def test_a_dictionary_and_a_firmware_when_they_are_named() -> None:
    own = {
        "X_cisco_mpp_dictionary": {"fr": "fr.xml"},
        "X_cisco_mpp_firmware": {"7841": "sip78xx.12-0-7MPP0201-66.loads"},
    }
    plain, there = told("7841", {"locale": "fr_FR"}), told("7841", {"locale": "fr_FR", **own})
    assert (plain["Language_Selection"], plain["Locale"], plain["Upgrade_Enable"]) == ("English-US", "en-US", "No")
    assert (there["Language_Selection"], there["Locale"]) == ("French", "fr-FR")
    assert there["Dictionary_Server_Script"] == "serv=http://10.0.0.2:8667/;d1=French;l1=fr-FR;x1=fr.xml"
    assert there["Upgrade_Rule"] == "http://10.0.0.2:8667/sip78xx.12-0-7MPP0201-66.loads"
