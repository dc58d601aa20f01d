"""What is particular about the files of Polycom phones."""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import FACTS, LINE, manifest, models, outcome

from ringboot.catalog import FOLDER
from ringboot.plugins.job import RenderJob
from ringboot.plugins.render import Made, make

MODELS = models("polycom")
NAMED = """
SPIP301 SPIP320 SPIP321 SPIP330 SPIP331 SPIP335 SPIP430 SPIP450 SPIP501 SPIP550 SPIP560 SPIP600 SPIP601 SPIP650 SPIP670
SSIP4000 SSIP5000 SSIP6000 SSIP7000 VVX101 VVX150 VVX201 VVX250 VVX300 VVX301 VVX310 VVX311 VVX350 VVX400 VVX401 VVX410
VVX411 VVX450 VVX500 VVX501 VVX600 VVX601 VVX1500 Trio8300 Trio8500 Trio8800
"""  # as the sources name them
SNTP = "tcpIpApp.sntp.daylightSavings"


def pages(model: str | None, raw: dict[str, Any]) -> dict[str, ET.Element]:
    """Make and read the files of a phone, or those of all."""
    made = outcome("polycom", model, raw)
    assert isinstance(made, Made), made
    return {page.path: ET.fromstring(page.data) for page in made.pages}


def told(model: str, raw: dict[str, Any]) -> dict[str, str]:
    """Read a phone's settings; none may stand twice."""
    attributes = [pair for each in pages(model, raw)["00085d237429-user.cfg"] for pair in each.attrib.items()]
    twice = [name for name, count in Counter(name for name, _ in attributes).items() if count > 1]
    assert not twice
    return dict(attributes)


def keys(settings: dict[str, str]) -> dict[int, tuple[str, str]]:
    """Read what is on the line keys: number -> kind, index."""
    names = [name.split(".") for name in settings if name.startswith("lineKey.") and name.endswith(".category")]
    return {int(key): (settings[f"lineKey.{key}.category"], settings[f"lineKey.{key}.index"]) for _, key, _ in names}


def speed_dials(model: str, raw: dict[str, Any]) -> list[tuple[str | None, ...]]:
    """Read the contact directory: number of the key, label, what is dialled."""
    items = pages(model, raw)["00085d237429-directory.xml"].iter("item")
    return [tuple(item.findtext(name) for name in ("sd", "fn", "ct")) for item in items]


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == sorted(NAMED.split())
    assert all(manifest("polycom").models[model].versions for model in MODELS)


def test_a_model_goes_by_the_name_of_its_user_agent_without_the_line() -> None:
    [rule] = [rule for rule in manifest("polycom").identify if rule.rename]
    assert rule.rename == {manifest("polycom").phone(model)["agent"].rpartition("-")[2]: model for model in MODELS}


@pytest.mark.parametrize("model", MODELS)
def test_as_many_lines_as_the_model_has_are_told_and_no_more(model: str) -> None:
    phone = manifest("polycom").phone(model)
    there = told(model, {"sip_lines": {str(number): LINE for number in range(1, phone["lines"] + 2)}})
    passwords = [name for name in there if name.endswith(".auth.password")]
    assert passwords == [f"reg.{number}.auth.password" for number in range(1, phone["lines"] + 1)]
    newer = phone["generation"] >= 4 and phone["keys"]
    assert keys(there) == ({number: ("Line", str(number)) for number in range(1, phone["lines"] + 1)} if newer else {})


def test_the_first_file_names_the_others() -> None:
    raw = {"X_polycom_firmware": {"VVX411": "3111-48450-001.sip.ld"}}
    assert pages("VVX411", {})["00085d237429.cfg"].attrib["APP_FILE_PATH"] == ""
    assert pages("VVX401", raw)["00085d237429.cfg"].attrib["APP_FILE_PATH"] == ""
    own = pages("VVX411", raw)["00085d237429.cfg"].attrib
    assert (own["APP_FILE_PATH"], own["CONFIG_FILES"]) == ("3111-48450-001.sip.ld", "00085d237429-user.cfg, common.cfg")
    assert pages(None, raw)["000000000000.cfg"].attrib["CONFIG_FILES"] == "[PHONE_MAC_ADDRESS]-user.cfg, common.cfg"
    assert manifest("polycom").firmware_version("3111-48450-001.sip.ld") == "5.9.2"


def test_each_type_of_key_and_its_modules() -> None:
    funckeys = {
        "1": {"type": "speeddial", "value": "4711", "label": "Köln"},
        "2": {"type": "blf", "value": "12"},
        "3": {"type": "park", "value": "700"},
        "6": {"type": "park"},  # without a place to park there is nothing on it
        "7": {"type": "blf", "value": "13", "label": "first of the module"},
        "258": {"type": "blf", "value": "14"},
        "259": {"type": "blf", "value": "one too many"},
    }
    raw = {"funckeys": funckeys, "sip_lines": {"1": LINE, "2": LINE}}
    there = told("VVX311", raw)
    assert keys(there) == {
        1: ("SpeedDial", "1"), 2: ("BLF", "0"), 3: ("SpeedDial", "3"), 4: ("Line", "1"), 5: ("Line", "2"),
        7: ("BLF", "0"), 258: ("BLF", "0"),
    }  # fmt: skip
    watched = [
        (there[f"attendant.resourceList.{number}.{part}"]) for number in (1, 2, 3) for part in ("address", "label")
    ]
    assert watched == ["12", "12", "13", "first of the module", "14", "14"]
    assert "attendant.resourceList.4.address" not in there
    assert speed_dials("VVX311", raw) == [("1", "Köln", "4711"), ("3", "700", "700")]


def test_before_firmware_4_keys_cannot_be_given_away() -> None:
    raw = {"sip_lines": {"1": {**LINE, "srtp_mode": "required"}}, "funckeys": {"1": {"type": "blf", "value": "12"}}}
    assert keys(told("SPIP335", raw)) == {1: ("BLF", "0"), 2: ("Line", "1")}
    old = told("SPIP301", raw)
    assert not [
        name for name in old if name.startswith("lineKey") or (".srtp." in name and not name.startswith("sec."))
    ]
    device = {"id": "d1", "mac": "00:08:5d:23:74:29", "model": "SPIP335", "version": "3.2.1.0078"}
    made = make(RenderJob(1, str(FOLDER / "polycom"), raw, FACTS, device))  # says that it is an old one
    assert isinstance(made, Made), made
    [text] = [page.data for page in made.pages if page.part == ""]
    assert b"lineKey" not in text
    assert b"attendant.resourceList.1.address" in text


@pytest.mark.parametrize(
    ("line", "raw", "expected"),
    [
        ({}, {}, {"server.1.address": "10.0.0.5", "server.1.port": "5060", "server.1.transport": "UDPOnly"}),
        ({"proxy_port": 5070}, {"sip_transport": "tcp"}, {"server.1.port": "5070", "server.1.transport": "TCPOnly"}),
        ({}, {"sip_transport": "tls"}, {"server.1.port": "5061", "server.1.transport": "TLS"}),
        ({"backup_proxy_ip": "10.0.0.6"}, {}, {"server.2.address": "10.0.0.6", "server.2.port": "5060"}),
        ({}, {"sip_outbound_proxy_ip": "10.0.0.8"}, {"outboundProxy.address": "10.0.0.8"}),
        ({"srtp_mode": "preferred"}, {}, {"srtp.enable": "1", "srtp.offer": "1", "srtp.require": "0"}),
        ({"auth_username": "a1"}, {}, {"address": "u1", "auth.userId": "a1", "label": "1", "displayName": "Ann"}),
    ],
)
def test_a_line(line: dict[str, Any], raw: dict[str, Any], expected: dict[str, str]) -> None:
    there = told("VVX411", {"sip_lines": {"1": {**LINE, **line}}, **raw})
    assert {name: there[f"reg.1.{name}"] for name in expected} == expected
    assert ("reg.1.server.2.address" in there) == ("backup_proxy_ip" in line)
    assert ("reg.1.outboundProxy.address" in there) == ("sip_outbound_proxy_ip" in raw)


@pytest.mark.parametrize(
    ("mode", "in_rtp", "events", "info"),
    [("RTP-in-band", "1", "0", "0"), ("RTP-out-of-band", "1", "1", "0"), ("SIP-INFO", "0", "0", "1")],
)
def test_how_tones_are_sent(mode: str, in_rtp: str, events: str, info: str) -> None:
    there = told("VVX411", {"sip_dtmf_mode": mode})
    assert there["tone.dtmf.viaRtp"] == in_rtp
    assert there["tone.dtmf.rfc2833Control"] == events
    assert there["voIpProt.SIP.dtmfViaSignaling.rfc2976"] == info


@pytest.mark.parametrize(
    ("zone", "offset", "start", "stop"),
    [  # month, day, weekday (1 = Sunday), last, hour
        ("Europe/Paris", "3600", "3 25 1 1 2", "10 25 1 1 3"),
        ("America/St_Johns", "-12600", "3 8 1 0 2", "11 1 1 0 2"),
        ("America/Santiago", "-14400", "9 2 1 0 0", "4 2 1 0 0"),  # the midnight that ends a Saturday
        ("Asia/Jerusalem", "7200", "3 23 6 0 2", "10 25 1 1 2"),  # a day after the fourth Thursday
        ("Asia/Gaza", "7200", "3 24 7 0 2", "10 24 7 0 2"),
        ("America/Nuuk", "-7200", "3 24 7 0 23", "10 25 1 1 0"),  # an hour before the last Sunday
        ("Africa/Cairo", "7200", "4 24 6 1 0", "10 25 5 1 23"),  # the end of a last Thursday: may be in November
        ("Pacific/Chatham", "45900", "9 24 1 1 3", "4 1 1 0 4"),  # a quarter to: rounded
    ],
)
def test_zones_as_offset_and_rule(zone: str, offset: str, start: str, stop: str) -> None:
    there = told("VVX411", {"timezone": zone})
    assert there["tcpIpApp.sntp.gmtOffset"] == offset
    parts = ("month", "date", "dayOfWeek", "dayOfWeek.lastInMonth", "time")
    assert [" ".join(there[f"{SNTP}.{when}.{part}"] for part in parts) for when in ("start", "stop")] == [start, stop]


def test_a_zone_without_summer_time_says_so() -> None:
    there = told("VVX411", {"timezone": "Asia/Kathmandu"})
    assert (there["tcpIpApp.sntp.gmtOffset"], there[f"{SNTP}.enable"]) == ("20700", "0")


def test_what_lives_in_the_phone_is_taken_back_when_it_is_switched_off() -> None:
    there = told("VVX411", {"vlan_enabled": False, "dns_enabled": False, "syslog_enabled": False, "ntp_enabled": False})
    for name in ("device.net.vlanId", "device.dns.serverAddress", "device.syslog.serverName"):
        assert (there[name], there[f"{name}.set"]) == ("", "1"), name
    assert there["device.syslog.transport"] == "None"
    assert there["tcpIpApp.sntp.address"] == ""
    assert not [name for name in told("VVX411", {}) if name.startswith(("device.net", "device.dns", "device.auth"))]


def test_languages_and_clocks() -> None:
    names = ("lcl.ml.lang", "lcl.datetime.time.24HourClock", "lcl.datetime.date.format")
    for locale, expected in {
        "fr_FR": ("French_France", "1", "D,dM"), "en_US": ("English_United_States", "0", "D,Md"),
        "nb_NO": ("Norwegian_Norway", "1", "D,dM"), "el_GR": ("", "1", "D,dM"),
    }.items():  # fmt: skip
        there = told("VVX411", {"locale": locale})
        assert tuple(there[name] for name in names) == expected, locale


def test_a_phone_book_is_the_home_of_the_browser() -> None:
    raw = {"X_xivo_phonebook_ip": "10.0.0.7", "X_xivo_user_uuid": "u-1"}
    url = "http://10.0.0.7:9498/0.1/directories/input/default/polycom?xivo_user_uuid=u-1"
    assert told("VVX411", raw)["mb.main.home"] == url
    assert "mb.main.home" not in told("VVX411", {})
