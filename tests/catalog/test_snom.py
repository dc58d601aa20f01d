"""What is particular about the files of Snom phones."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_every_brand import kinds
from tests.catalog.test_files import LINE, manifest, models, outcome

from ringboot.plugins.render import Made
from ringboot.plugins.zones import zone_of

MODELS = models("snom")
# What a rule in full hours cannot say: minutes, the fourth week, the end of a day and beyond, another hour than one.
DECT_OFF = {
    "Africa/Cairo", "America/Godthab", "America/Santiago", "Antarctica/Troll", "Asia/Gaza", "Asia/Jerusalem",
    "Australia/LHI", "NZ-CHAT",
}  # fmt: skip
DECT_NAMELESS = [-720, -660, -570, -120, 240, 270, 345, 360, 390, 525, 570, 630, 660, 765, 840]
NAMED = """
300 320 370 710 715 720 725 760 820 821 870 MP PA1 D120 D140 D150 D305 D315 D335 D345 D375 D385 D712 D713 D717 D735 D745
D765 D785 D810 D812 D815 D862 D865 D892 M300 M400 M700 M900
"""  # as the sources name them


def pages(model: str | None, raw: dict[str, Any]) -> dict[str, ET.Element]:
    """Make and read the files of a phone, or those of all."""
    made = outcome("snom", model, raw)
    assert isinstance(made, Made), made
    return {page.path: ET.fromstring(page.data) for page in made.pages}


def told(model: str, raw: dict[str, Any]) -> ET.Element:
    """Read a phone's settings."""
    return pages(model, raw)["00085D237429.xml"]


def lines(settings: ET.Element, name: str) -> dict[int, str]:
    """Read one setting of all identities."""
    return {int(each.attrib["idx"]): each.text or "" for each in settings.iter(name)}


def keys(settings: ET.Element) -> dict[int, tuple[str, str, str]]:
    """Read the function keys: number -> context, label, what it does."""
    return {
        int(each.attrib["idx"]): (each.attrib["context"], each.attrib["label"], each.text or "")
        for each in settings.iter("fkey")
    }


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())
    assert all(manifest("snom").models[model].versions for model in MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_every_line_and_every_key_of_a_model_is_set_or_emptied(model: str) -> None:
    phone = manifest("snom").phone(model)
    there = told(model, {"sip_lines": {"1": LINE}, "funckeys": {"1": {"type": "blf", "value": "2"}}})
    expected = {1: "on"} | dict.fromkeys(range(2, phone["lines"] + 1), "off")
    assert lines(there, "user_active") == expected
    assert lines(there, "user_pass") == {1: "p1"} | dict.fromkeys(range(2, phone["lines"] + 1), "")
    assert len(keys(there)) == phone["keys"] + phone["expansion"] * phone["expansion_keys"]
    assert {what for place, (_, _, what) in keys(there).items() if place} <= {"line"}
    for each in there.find("phone-settings") or ():
        assert each.attrib["perm"] == "RW"


def test_the_first_file_names_the_others() -> None:
    firmware = {"D785": "snomD785-10.1.54.13-SIP-r.bin"}
    base = "http://10.0.0.2:8667/"
    for raw, names in (({}, []), ({"X_snom_firmware": firmware}, ["snomD785-firmware.xml"])):
        there = pages("D785", raw)
        urls = [each.attrib["url"] for each in there["snomD785-00085D237429.htm"].iter("file")]
        assert urls == [base + name for name in ("00085D237429.xml", *names)]
        assert told("D785", raw).findtext(".//update_policy") == ("auto_update" if names else "settings_only")
    common = pages(None, {"X_snom_firmware": firmware})
    assert {path: each.findtext("firmware") for path, each in common.items()} == {
        "snomD785-firmware.xml": base + firmware["D785"]
    }
    assert manifest("snom").firmware_version(firmware["D785"]) == "10.1.54.13"


def test_each_type_of_key_and_its_modules() -> None:
    funckeys = {
        "1": {"type": "speeddial", "value": "4711", "label": "Köln"},
        "2": {"type": "blf", "value": "12", "line": 2},
        "3": {"type": "park", "value": "700"},
        "24": {"type": "blf", "value": "24"},
        "25": {"type": "blf", "value": "25"},  # the first of the module
        str(24 + 3 * 18): {"type": "blf", "value": "99"},
        str(24 + 3 * 18 + 1): {"type": "blf", "value": "100"},  # one too many
    }
    sip_lines = {"1": LINE, "2": {**LINE, "registrar_ip": "10.0.0.9"}, "5": LINE}
    there = keys(told("D785", {"funckeys": funckeys, "sip_lines": sip_lines, "exten_pickup_call": "*8"}))
    assert there[0] == ("1", "Köln", "speed 4711")
    assert there[1] == ("2", "12", "blf sip:12@10.0.0.9;user=phone|*8")
    assert there[2] == ("1", "700", "orbit sip:700@10.0.0.5;user=phone")
    assert there[3] == ("active", "", "line")
    assert there[4] == ("5", "", "line")
    assert (there[23][1], there[24][1], there[77][1]) == ("24", "25", "99")
    assert max(there) == 77


@pytest.mark.parametrize(
    ("line", "host", "outbound"),
    [
        ({}, "10.0.0.5", "10.0.0.5;transport=udp"),
        ({"proxy_port": 5070}, "10.0.0.5", "10.0.0.5:5070;transport=udp"),
        ({"registrar_ip": "10.0.0.7"}, "10.0.0.7", "10.0.0.5;transport=udp"),
        ({"outbound_proxy_ip": "10.0.0.8", "outbound_proxy_port": 5080}, "10.0.0.5", "10.0.0.8:5080;transport=udp"),
    ],
)
def test_where_a_line_registers_and_through_what(line: dict[str, Any], host: str, outbound: str) -> None:
    there = told("D785", {"sip_lines": {"1": {**LINE, **line}}})
    assert (lines(there, "user_host")[1], lines(there, "user_outbound")[1]) == (host, outbound)
    assert lines(there, "user_failover_identity")[1] == "none"


def test_a_backup_is_an_identity_in_the_upper_half_unless_a_line_has_it() -> None:
    sip_lines = {"1": {**LINE, "backup_proxy_ip": "10.0.0.6"}, "2": LINE, "7": LINE}
    there = told("D785", {"sip_lines": sip_lines})
    assert (lines(there, "user_failover_identity")[1], lines(there, "user_host")[7]) == ("none", "10.0.0.5")
    there = told("D785", {"sip_lines": {"2": {**LINE, "backup_proxy_ip": "10.0.0.6"}}})
    assert lines(there, "user_failover_identity")[2] == "8"
    assert (lines(there, "user_host")[8], lines(there, "user_name")[8]) == ("10.0.0.6", "u1")
    assert lines(there, "user_outbound")[8] == "10.0.0.6;transport=udp"


def test_the_lines_of_a_dect_base_name_their_server_by_its_number() -> None:
    sip_lines = {
        "1": LINE,
        "2": {**LINE, "proxy_ip": "10.0.0.7", "proxy_port": 5070},
        "3": LINE,
        "4": {**LINE, "dtmf_mode": "SIP-INFO"},
        "5": {**LINE, "srtp_mode": "required", "outbound_proxy_ip": "10.0.0.8", "outbound_proxy_port": 5080},
        "21": LINE,  # one handset too many
    }
    there = told("M300", {"sip_lines": sip_lines, "sip_transport": "tcp"})
    assert [each.tag for each in there] == ["global", "server", "extension"]
    assert lines(there, "subscr_sip_ua_data_server_id") == {1: "1", 2: "2", 3: "1", 4: "3", 5: "4"}
    assert lines(there, "user_host") == {1: "10.0.0.5", 2: "10.0.0.7", 3: "10.0.0.5", 4: "10.0.0.5"}
    outbound = {1: "10.0.0.5", 2: "10.0.0.7:5070", 3: "10.0.0.5", 4: "10.0.0.8:5080"}
    assert lines(there, "user_outbound") == outbound
    assert lines(there, "user_dtmf_info") == {1: "off", 2: "off", 3: "sip_info_only", 4: "off"}
    assert lines(there, "user_srtp") == {1: "off", 2: "off", 3: "off", 4: "mandatory"}
    assert set(lines(there, "srv_sip_transport").values()) == {"tcp"}
    assert lines(there, "subscr_sip_hs_idx") == {number: str(number) for number in range(1, 6)}


def test_a_handset_never_gets_the_account_of_another_as_its_backup() -> None:
    there = told("M300", {"sip_lines": {"1": {**LINE, "backup_proxy_ip": "10.0.0.6"}}})
    assert not lines(there, "user_failover_identity")
    assert set(lines(there, "user_name").values()) == {"u1", ""}
    assert list(lines(there, "user_active").values()).count("on") == 1


def test_a_dect_base_is_told_its_summer_time_by_rule() -> None:
    wrong = set()
    for zone in filter(None, map(zone_of, kinds().values())):
        if zone.dst is None:
            continue
        there = {each.tag: each.text for each in told("M300", {"timezone": zone.name}).iterfind("global/*")}
        assert there["dst_enable"] == "auto"
        for when, change in (("start", zone.dst.start), ("stop", zone.dst.end)):
            assert there[f"dst_{when}_month"] == str(change.month)
            assert there[f"dst_{when}_day_of_week"] == str(change.weekday + 1)  # 1 = Sunday
            assert there[f"dst_{when}_wday_last_in_month"] == str(change.week)
            if (
                3600 * int(there[f"dst_{when}_time"] or "") != change.seconds
                or change.week == 4
                or zone.dst.save != 3600
            ):
                wrong.add(zone.name)
    assert wrong == DECT_OFF


def test_a_dect_base_is_told_its_offset_by_the_name_of_a_zone_that_has_it() -> None:
    names = manifest("snom").tables["dect_zones"]
    assert isinstance(names, dict)
    for minutes, name in names.items():
        assert float(re.split(r"(?<=[A-Z])(?=[+-])", name)[1]) * 60 == int(minutes)
    there = {zone.offset // 60 for zone in map(zone_of, kinds().values()) if zone}
    assert sorted(there - {int(minutes) for minutes in names}) == DECT_NAMELESS
    for zone, name, summer in (("Asia/Kolkata", "IND+5.5", "off"), ("Asia/Kathmandu", None, "off")):
        told_there = told("M300", {"timezone": zone})
        assert (told_there.findtext(".//timezone"), told_there.findtext(".//dst_enable")) == (name, summer)


@pytest.mark.parametrize(
    ("mode", "srtp", "savp"), [(None, "off", "off"), ("preferred", "on", "optional"), ("required", "on", "mandatory")]
)
def test_encrypted_speech(mode: str | None, srtp: str, savp: str) -> None:
    there = told("D785", {"sip_lines": {"1": LINE}, **({"sip_srtp_mode": mode} if mode else {})})
    assert (lines(there, "user_srtp")[1], lines(there, "user_savp")[1]) == (srtp, savp)


@pytest.mark.parametrize(
    ("zone", "offset", "dst"),
    [
        ("Europe/Paris", "+3600", "3600 03.05.07 02:00:00 10.05.07 03:00:00"),
        ("America/St_Johns", "-12600", "3600 03.02.07 02:00:00 11.01.07 02:00:00"),
        ("Asia/Kathmandu", "+20700", ""),
        ("Pacific/Chatham", "+45900", "3600 09.05.07 02:45:00 04.01.07 03:45:00"),
        ("America/Santiago", "-14400", "3600 09.01.06 23:59:00 04.01.06 23:59:00"),
    ],
)
def test_zones_as_offset_and_rule(zone: str, offset: str, dst: str) -> None:
    there = told("D785", {"timezone": zone})
    assert (there.findtext(".//utc_offset"), there.findtext(".//dst")) == (offset, dst)


def test_what_is_switched_off_is_taken_back() -> None:
    there = told("D785", {"vlan_enabled": False, "dns_enabled": False, "ntp_enabled": False, "syslog_enabled": False})
    for name in ("vlan_id", "vlan_qos", "vlan_pc_id", "dns_server1", "ntp_server", "syslog_server"):
        assert there.findtext(f".//{name}") == "", name


def test_a_phone_book_is_behind_the_directory_key() -> None:
    raw = {"X_xivo_phonebook_ip": "10.0.0.7", "X_xivo_user_uuid": "u-1"}
    url = "http://10.0.0.7:9498/0.1/directories/input/default/snom?xivo_user_uuid=u-1"
    assert told("D785", raw).findtext(".//dkey_directory") == f"url {url}"
    assert told("D785", {}).findtext(".//dkey_directory") == "keyevent F_ADR_BOOK"
