"""How a 7940 or 7960 is told SCCP or SIP, what its SIP files say, and what modules and loads the others know."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ringboot.catalog import FOLDER
from ringboot.plugins.identify import Identifier
from ringboot.plugins.job import RenderJob, ServerFacts, TemplateFault
from ringboot.plugins.manifest import load_manifest
from ringboot.plugins.render import Made, make
from ringboot.plugins.schema import ANY_MODEL

BRAND = load_manifest(FOLDER / "cisco-7900")
MODELS = [model for model in BRAND.models if model != ANY_MODEL]
CLASSIC = ("7940", "7940G", "7960", "7960G")  # read SIP<MAC>.cnf on SIP firmware
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
CONFIGS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("configs.toml").read_text())
LINE = {"username": "u1", "password": "p1", "display_name": "Ann", "number": "1", "proxy_ip": "10.0.0.5"}
MANAGERS = {"1": {"ip": "10.0.0.6"}}
SEP, SIP = "SEP001120FC3A7B.cnf.xml", "SIP001120FC3A7B.cnf"
SETTING = re.compile(
    r'([a-z0-9_]+): (?:"([^"]*)"|([^"#; ][^#;]*))'
)  # as SIPDefault.cnf is written; "#" and ";" begin comments


def outcome(model: str | None, raw: dict[str, Any]) -> Made | TemplateFault:
    device = {"id": "d1", "mac": "00:11:20:fc:3a:7b", "model": model}
    return make(RenderJob(1, str(FOLDER / "cisco-7900"), raw, SERVER, device))


def files(model: str | None, raw: dict[str, Any]) -> dict[str, str]:
    made = outcome(model, raw)
    assert isinstance(made, Made), made
    return {page.path: page.data.decode() for page in made.pages}


def common(raw: dict[str, Any]) -> dict[str, str]:
    made = make(RenderJob(1, str(FOLDER / "cisco-7900"), raw, SERVER, None))
    assert isinstance(made, Made), made
    return {page.path: page.data.decode() for page in made.pages}


def settings(text: str) -> dict[str, str]:
    """Read SIPDefault.cnf or SIP<MAC>.cnf as the phone does; of a name that stands twice the last counts."""
    there: dict[str, str] = {}
    for line in text.splitlines():
        found = SETTING.fullmatch(line)
        assert found, line
        there[found[1]] = found[2] if found[3] is None else found[3]
    return there


# --- SCCP or SIP


@pytest.mark.parametrize("model", CLASSIC)
@pytest.mark.parametrize(
    ("raw", "there"),
    [
        ({}, {SEP, SIP}),  # nobody has said: whatever firmware it runs finds a file
        ({"sccp_call_managers": MANAGERS, "sip_lines": {"1": LINE}}, {SEP, SIP}),
        ({"sip_lines": {"1": LINE}}, {SEP, SIP}),
        ({"protocol": "SIP", "sccp_call_managers": MANAGERS}, {SIP}),
        ({"protocol": "SCCP", "sip_lines": {"1": LINE}}, {SEP}),
        ({"protocol": "SIP", "X_cisco_load": "P0S3-8-12-00"}, {SEP, SIP}),
        ({"protocol": "SCCP", "X_cisco_load": "P00308010200"}, {SEP, SIP}),
    ],
)
def test_which_files_there_are_tells_the_protocol(model: str, raw: dict[str, Any], there: set[str]) -> None:
    made = files(model, raw)
    assert made.keys() == there
    if SEP in there:
        tree = ET.fromstring(made[SEP])
        assert tree.findtext("deviceProtocol") == "SCCP", "nothing else reads this file"
        assert tree.findtext("loadInformation") == raw.get("X_cisco_load", "")
    if SIP in there and raw.get("protocol") == "SCCP":
        assert made[SIP] == f'image_version: "{raw["X_cisco_load"]}"\n', (
            "the load that leads away from SIP, nothing else"
        )
    elif SIP in there:
        assert settings(made[SIP]).get("image_version") == raw.get("X_cisco_load")


def test_a_phone_that_shows_no_model_is_given_both_files() -> None:
    assert files(None, {"sip_lines": {"1": LINE}}).keys() == {SEP, SIP}


@pytest.mark.parametrize("model", [model for model in MODELS if model not in CLASSIC])
def test_others_have_the_one_file_whatever_they_speak(model: str) -> None:
    for protocol in ("SIP", "SCCP"):
        assert files(model, {"protocol": protocol, "sip_lines": {"1": LINE}}).keys() == {SEP}


def test_the_loader_is_named_for_all_or_there_is_no_such_file() -> None:
    assert "OS79XX.TXT" not in common({})
    assert common({"X_cisco_os79xx": " P003-8-12-00 "})["OS79XX.TXT"] == "P003-8-12-00\n"


def test_its_own_names_lead_to_its_mac_and_the_shared_ones_to_the_brand() -> None:
    identifier = Identifier([BRAND])
    for path, mac in ((SIP, "00:11:20:fc:3a:7b"), ("SIPDefault.cnf", None), ("OS79XX.TXT", None)):
        identity = identifier.identify({"tftp.path": path})
        assert identity is not None
        assert (identity.brand, identity.mac) == ("cisco-7900", mac)
    assert BRAND.is_one_devices(SIP)
    assert not BRAND.is_one_devices("SIPDefault.cnf")


# --- what the files say


@pytest.mark.parametrize("model", CLASSIC)
@pytest.mark.parametrize("config", ["autoprov", "paris", "montreal", "secure", "turning"])
def test_each_line_is_set_or_reset(model: str, config: str) -> None:
    raw = CONFIGS[config]
    there = settings(files(model, raw)[SIP])
    lines = BRAND.phone(model)["lines"]
    for number in range(1, lines + 1):
        line = raw["sip_lines"].get(str(number))
        names = ("name", "authname", "password")
        told = tuple(there[f"line{number}_{name}"] for name in names)
        if line is None:
            assert told == ("", "UNPROVISIONED", "UNPROVISIONED")
            assert there[f"proxy{number}_address"] == there[f"line{number}_displayname"] == ""
        else:
            assert told == (line["username"], line.get("auth_username", line["username"]), line["password"])
            assert there[f"proxy{number}_address"] == line.get("proxy_ip", raw.get("sip_proxy_ip"))
    assert f"line{lines + 1}_name" not in there
    assert (
        there["phone_password"] == raw["admin_password"] if "admin_password" in raw else "phone_password" not in there
    )


@pytest.mark.parametrize("odd", ['Tom "T" Ode', '"; admin: 1', "# x", "a;b", " blank ", "]]>&<é\U0001f4de", '"', 'x"#'])
def test_no_value_adds_a_setting_or_ends_in_a_comment(odd: str) -> None:
    plain = settings(files("7960", {"sip_lines": {"1": LINE}})[SIP])
    line = {**LINE, "display_name": odd}
    there = settings(files("7960", {"sip_lines": {"1": line}, "exten_voicemail": odd})[SIP])
    assert there.keys() == plain.keys()
    assert there["line1_displayname"] in (odd, odd.replace('"', "'"))
    assert there["messages_uri"] == there["line1_displayname"]


def test_a_password_with_a_quotation_mark_stays_what_it_is() -> None:
    there = settings(files("7940", {"sip_lines": {"1": {**LINE, "password": 'a"b'}}})[SIP])
    assert there["line1_password"] == 'a"b'


def test_a_line_end_is_refused_with_its_place() -> None:
    refused = outcome("7940", {"sip_lines": {"1": {**LINE, "display_name": 'x"\nphone_password: "1'}}})
    assert isinstance(refused, TemplateFault)
    assert "sip_lines.1.display_name" in refused.why


def test_what_all_share_has_neither_accounts_nor_passwords() -> None:
    raw = {**CONFIGS["paris"], "X_directory_url": "http://10.0.0.7/d.xml"}
    shared, own = settings(common(raw)["SIPDefault.cnf"]), settings(files("7940", raw)[SIP])
    assert not [name for name in shared if name.startswith("line") or "password" in name or re.match(r"proxy\d", name)]
    assert {name: own[name] for name in shared} == shared, (
        "the phone's own file says the same, of its own configuration"
    )
    assert shared["directory_url"] == "http://10.0.0.7/d.xml"
    assert (shared["sntp_server"], shared["proxy_backup"]) == ("10.0.0.1", "10.0.0.6")


def test_directory_and_services_have_addresses() -> None:
    raw = {"X_xivo_phonebook_ip": "10.0.0.7", "X_xivo_phonebook_profile": "p1", "X_xivo_user_uuid": "u1"}
    address = "http://10.0.0.7:9498/0.1/directories/menu/p1/cisco?xivo_user_uuid=u1"
    tree = ET.fromstring(files("7961G", raw)[SEP])
    assert tree.findtext("directoryURL") == address
    assert settings(files("7940", raw)[SIP])["directory_url"] == address
    given = {**raw, "X_directory_url": "http://a/?b&c", "X_services_url": "http://a/s"}
    for text in (files("7961G", given)[SEP], common(given)["XMLDefault.cnf.xml"]):
        tree = ET.fromstring(text)
        assert (tree.findtext("directoryURL"), tree.findtext("servicesURL")) == ("http://a/?b&c", "http://a/s")


# --- modules and loads


@pytest.mark.parametrize("model", MODELS)
def test_modules_that_fit_are_known_by_their_keys(model: str) -> None:
    facts, known = BRAND.phone(model), BRAND.tables["modules"]
    assert isinstance(known, dict)
    assert set(facts["modules"] or ()) <= known.keys()
    assert (facts["expansion"] > 0) == bool(facts["modules"])
    raw = {"X_cisco_modules": ["7914", "7999", "7914", "7914"], "protocol": "SCCP"}
    modules = ET.fromstring(files(model, raw)[SEP]).findall("addOnModules/addOnModule/deviceType")
    assert len(modules) <= facts["expansion"]
    assert {module.text for module in modules} == ({"7914"} if facts["expansion"] else set())


@pytest.mark.parametrize("model", [model for model in MODELS if BRAND.phone(model)["load"]])
def test_each_protocol_has_loads_of_the_model(model: str) -> None:
    number = BRAND.phone(model)["load"]
    for protocol in ("SCCP", "SIP"):
        versions = {each for name, each in BRAND.firmware.files.items() if name.startswith(f"{protocol}{number}.")}
        assert set(BRAND.models[model].versions) <= versions
