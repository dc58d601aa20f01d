"""What the linphone plugin writes: accounts in a row, what is gone emptied, names as SIP quotes them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.catalog.test_files import LINE, file, outcome

from ringboot.plugins.job import TemplateFault

_NAME = "{http://www.linphone.org/xsds/lpconfig.xsd}"
BOB = {"username": "bob", "auth_username": "b0b", "password": "p2", "proxy_ip": "10.0.0.6", "proxy_port": 5070}


def sections(raw: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for section in ET.fromstring(file("linphone", "Linphonec", raw)):
        entries = {entry.attrib["name"]: entry.text or "" for entry in section}
        assert {entry.attrib["overwrite"] for entry in section} == {"true"}
        assert len(entries) == len(section), "a name stands once"
        found[section.attrib["name"]] = entries
    return found


def test_accounts_follow_each_other_without_a_gap() -> None:
    """Linphone reads proxy_0, proxy_1 and so on, up to the first that is missing."""
    told = sections({"sip_lines": {"1": LINE, "3": BOB, "4": {"display_name": "nobody"}}})
    assert told["sip"]["default_proxy"] == "0"
    assert told["proxy_0"]["reg_identity"] == '"Ann" <sip:u1@10.0.0.5>'
    assert told["proxy_1"]["reg_identity"] == "<sip:bob@10.0.0.6>"
    assert told["proxy_1"]["reg_proxy"] == "<sip:10.0.0.6:5070;transport=udp>"
    assert (told["auth_info_1"]["userid"], told["auth_info_1"]["passwd"]) == ("b0b", "p2")
    assert set(told["proxy_2"].values()) == set(told["auth_info_2"].values()) == {""}


def test_an_account_that_is_gone_is_emptied_and_so_is_what_was_made_of_a_password() -> None:
    full, none = sections({"sip_lines": {"1": LINE}}), sections({})
    assert none["sip"]["default_proxy"] == "-1"
    for section in ("proxy_0", "auth_info_0"):
        assert none[section].keys() == full[section].keys()
        assert set(none[section].values()) == {""}
    assert [full["auth_info_0"][name] for name in ("ha1", "realm", "algorithm", "available_algorithms")] == [""] * 4


@pytest.mark.parametrize(
    ("raw", "route", "registrar"),
    [
        ({"sip_proxy_port": 5070}, "<sip:10.0.0.5:5070;transport=udp>", "<sip:10.0.0.5:5070;transport=udp>"),
        ({"sip_outbound_proxy_ip": "o", "sip_outbound_proxy_port": 9}, "<sip:o:9;transport=udp>", None),
        ({"sip_transport": "tls"}, "<sip:10.0.0.5;transport=tls>", "<sip:10.0.0.5;transport=tls>"),
    ],
)
def test_where_calls_and_registrations_go(raw: dict[str, Any], route: str, registrar: str | None) -> None:
    told = sections({**raw, "sip_lines": {"1": LINE}})["proxy_0"]
    assert told["reg_route"] == route
    assert told["reg_proxy"] == (registrar or "<sip:10.0.0.5;transport=udp>")


def test_a_name_is_quoted_and_a_line_end_refused() -> None:
    """Linphone keeps what it read as name=value lines: a line end would add one."""
    line = {**LINE, "display_name": 'Ann "O\\" <x>'}
    assert sections({"sip_lines": {"1": line}})["proxy_0"]["reg_identity"] == '"Ann \\"O\\\\\\" <x>" <sip:u1@10.0.0.5>'
    for key in ("display_name", "username", "auth_username", "password"):
        refused = outcome("linphone", "Linphonec", {"sip_lines": {"1": {**LINE, key: "a\nb=c"}}})
        assert isinstance(refused, TemplateFault)
        assert f"sip_lines.1.{key} holds a character that cannot be written here (U+000A)" in refused.why


@pytest.mark.parametrize(
    ("mode", "kind", "only"), [("disabled", "none", "0"), ("preferred", "srtp", "0"), ("required", "srtp", "1")]
)
def test_encrypted_speech(mode: str, kind: str, only: str) -> None:
    told = sections({"sip_srtp_mode": mode})["sip"]
    assert (told["media_encryption"], told["media_encryption_mandatory"]) == (kind, only)


def test_digits() -> None:
    for mode, info in (("SIP-INFO", "1"), ("RTP-out-of-band", "0")):
        told = sections({"sip_dtmf_mode": mode})["sip"]
        assert (told["use_info"], told["use_rfc2833"]) == (info, "0" if info == "1" else "1")
