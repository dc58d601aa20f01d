"""What is particular about the files of Gigaset DECT systems."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import LINE, ZONES, file, manifest, models

from ringboot.plugins.zones import zone_of

MODELS = models("gigaset")
FAMILY = {model: manifest("gigaset").phone(model)["family"] for model in MODELS}


def symbols(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a file of symbols; no symbol may stand twice."""
    there = [(each.attrib["ID"], each.attrib["value"]) for each in ET.fromstring(file("gigaset", model, raw))[0][2:]]
    assert len(dict(there)) == len(there)
    return dict(there)


def params(raw: dict[str, Any], model: str = "N870 IP PRO") -> dict[str, str]:
    """Read a file of parameters; none may stand twice, and none may be empty."""
    found = ET.fromstring(file("gigaset", model, raw)).findall("nvm/param")
    there = {each.attrib["name"]: each.attrib["value"] for each in found}
    assert len(there) == len(found)
    assert all(there.values())
    return there


@pytest.mark.parametrize("model", [model for model in MODELS if FAMILY[model] != "nvm"])
def test_every_line_of_a_base_is_set_or_emptied(model: str) -> None:
    lines = manifest("gigaset").phone(model)["lines"]
    text = file("gigaset", model, {"sip_lines": {"2": LINE}})
    active = {
        "symbols": ("SIP_ACCOUNT_IS_ACTIVE_{}", "0x1", "0x0"),
        "names": ("B_SIP_ACCOUNT_IS_ACTIVE_{}", "true", "false"),
    }
    name, on, off = active[FAMILY[model]]
    told = [line for line in text.splitlines() if "ACCOUNT_IS_ACTIVE_" in line]
    assert len(told) == lines
    for number, line in enumerate(told, 1):
        assert name.format(number) in line
        assert f'value="{on if number == 2 else off}"' in line
    passwords = [line for line in text.splitlines() if "SIP_PASSWORD_" in line]
    assert [("p1" in line) for line in passwords] == [number == 2 for number in range(1, lines + 1)]


@pytest.mark.parametrize("model", [model for model in MODELS if FAMILY[model] == "nvm"])
def test_a_multi_cell_system_registers_the_handsets_of_its_lines_and_takes_off_the_others(model: str) -> None:
    lines = manifest("gigaset").phone(model)["lines"]
    raw = {"sip_lines": {str(number): {**LINE, "number": str(7000 + number)} for number in (1, lines, lines + 1)}}
    tree = ET.fromstring(file("gigaset", model, raw))
    opers = [(each.attrib["name"], each.attrib.get("value")) for each in tree.findall("nvm/oper")]
    assert opers == [("DeleteNotProvisionedHS", None), ("add_hs", "00001"), ("add_hs", f"{lines:05}")]
    assert params(raw, model)[f"hs.{lines:05}.DECT_AC"] == str(7000 + lines)


def test_lines_with_the_same_server_share_one_and_name_it() -> None:
    lines = {str(number): {**LINE, "proxy_ip": f"10.0.0.{5 + number % 2}"} for number in range(1, 5)}
    there = params({"sip_lines": {**lines, "5": {**LINE, "proxy_ip": "10.0.0.5", "srtp_mode": "required"}}})
    named = [there[f"SipAccount.{number:05}.ProviderId"] for number in range(1, 6)]
    assert named == ["0", "1", "0", "1", "2"]
    assert [there[f"SipProvider.{name}.ProxyServerAddress"] for name in "012"] == ["10.0.0.6", "10.0.0.5", "10.0.0.5"]
    assert [there[f"SipProvider.{name}.SRTP_Enabled"] for name in "012"] == ["0", "0", "1"]


def test_a_line_of_an_eleventh_server_is_left_out() -> None:
    lines = {str(number): {**LINE, "proxy_ip": f"10.0.0.{number}"} for number in range(1, 13)}
    there = params({"sip_lines": lines})
    assert "SipProvider.9.Name" in there
    assert "SipProvider.10.Name" not in there
    assert "SipAccount.00010.UserName" in there
    assert "SipAccount.00011.UserName" not in there


def test_a_line_may_name_its_handset() -> None:
    there = params({"sip_lines": {"1": LINE}, "X_gigaset_ipui": {"1": "029e74a599"}})
    assert there["SipAccount.029e74a599.AuthPassword"] == "p1"


def test_firmware_is_named_for_the_models_that_have_a_row() -> None:
    raw = {"X_gigaset_firmware": {"N870 IP PRO": {"version": "2.65.0", "file": "n870.bin"}}}
    (told,) = ET.fromstring(file("gigaset", "N870 IP PRO", raw)).findall("firmware/file")
    assert told.attrib == {"version": "2.65.0", "url": "http://10.0.0.2:8667/n870.bin"}
    assert ET.fromstring(file("gigaset", "N670 IP PRO", raw)).find("firmware") is None


def test_a_text_of_the_n510_stands_in_quotation_marks_and_cannot_end_them() -> None:
    there = symbols("N510 IP PRO", {"sip_lines": {"1": {**LINE, "display_name": 'Ann "Boss" <1>'}}})
    assert there["BS_IP_Data1.aucS_SIP_DISPLAYNAME_1"] == "\"Ann 'Boss' <1>\""
    assert there["BS_IP_Data1.uiI_SIP_SERVER_PORT_1"] == "0x13c4"
    assert [there[f"BS_Accounts.astAccounts[{place}].uiSendMask"] for place in range(6)] == ["0x1"] + ["0x0"] * 5


@pytest.mark.parametrize(
    ("password", "pin"), [("1234", "0x12,0x34"), ("0007", "0x00,0x07"), ("48151623", None), ("abcd", None)]
)
def test_a_pin_has_four_digits(password: str, pin: str | None) -> None:
    assert symbols("N510 IP PRO", {"admin_password": password}).get("BS_CUSTOM.aucKdsPin[0]") == pin


def test_zones_of_the_n510_are_full_hours_and_of_the_n870_all() -> None:
    numbers = dict(manifest("gigaset").tables["zones"])
    assert sorted(numbers.values()) == [numbers[key] for key in sorted(numbers, key=int)], (
        "numbers go from west to east"
    )
    for name in ("Europe/Paris", "Asia/Kathmandu", "Pacific/Auckland", "America/New_York"):
        zone = zone_of(name)
        assert zone is not None
        told = symbols("N720 DM PRO", {"timezone": name})
        number = numbers.get(str(zone.offset // 60))
        assert told.get("BS_IP_Data1.uiI_TIME_TIMEZONE") == (None if number is None else hex(number))
        assert told["BS_IP_Data1.ucB_TIME_USE_AUTOMATIC_DST"] == ("0x1" if zone.dst else "0x0")
    assert all(params({"timezone": name})["DmGlobal.0.TimeZone"] == name for name in ZONES[::60])


NAMED = [
    *("N610 IP PRO", "N670 IP PRO", "N770 IP PRO", "N870 IP PRO", "N870E IP PRO", "N720 DM PRO", "N720 IP PRO"),
    *("N510 IP PRO", "C590 IP", "C595 IP", "C610 IP", "C610A IP", "N300 IP", "N300A IP"),
    *("C470 IP", "C475 IP", "S675 IP", "S685 IP"),
]


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED)
