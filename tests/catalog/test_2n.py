"""What is particular about the files of 2N intercoms."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from tests.catalog.test_every_brand import made
from tests.catalog.test_files import LINE


def accounts(raw: dict[str, Any], model: str = "hipve") -> list[dict[str, str | None]]:
    """Read the four accounts, as path -> text."""
    (page,) = made("2n", model, raw).pages
    assert page.path == f"{model}-00-08-5D-23-74-29.xml"
    found = ET.fromstring(page.data).findall("Phone/Sip")
    assert [each.get("At") for each in found] == ["0", "1", "2", "3"]
    return [
        {f"{group.tag}/{item.tag}": item.text for group in each for item in group} | {"on": each.findtext("Enabled")}
        for each in found
    ]


def test_accounts_that_are_not_configured_are_off_and_empty() -> None:
    for each in accounts({}):
        assert (each["on"], each["Registrar/Enabled"]) == ("0", "0")
        assert {each[f"User/{name}"] for name in ("DisplayName", "Id", "AuthId", "PasswordString")} == {None}


def test_an_account() -> None:
    line = {**LINE, "auth_username": "a1", "registrar_ip": "10.0.0.7", "outbound_proxy_ip": "10.0.0.8"}
    _, there, *_ = accounts({"sip_lines": {"2": line}, "sip_dtmf_mode": "SIP-INFO", "sip_backup_proxy_ip": "10.0.0.6"})
    names = ("DisplayName", "Id", "AuthId", "PasswordString", "CommunicationType")
    assert [there[f"User/{name}"] for name in names] == ["Ann", "u1", "a1", "p1", "1"]
    assert [there[name] for name in ("on", "Client/Domain", "Proxy/Address", "Proxy/BackupAddress")] == [
        "1", "10.0.0.5", "10.0.0.8", "10.0.0.6",
    ]  # fmt: skip
    assert [there[f"Registrar/{name}"] for name in ("Enabled", "Address", "Port")] == ["1", "10.0.0.7", "0"]
    assert [there[f"Dtmf/SendIn{way}"] for way in ("Audio", "Rtp", "Sip")] == ["0", "0", "1"]


def test_encryption_and_other_transports() -> None:
    there = accounts({"sip_lines": {"1": LINE}, "sip_srtp_mode": "preferred", "sip_transport": "tls"})[0]
    assert (there["Misc/IncomingSecureOnly"], there["Misc/OutgoingSecure"]) == ("0", "1")
    assert "User/CommunicationType" not in there, "it keeps what it has"


def test_a_model_that_is_not_listed_is_served_under_its_own_word() -> None:
    assert accounts({"sip_lines": {"1": LINE}}, "hipso")[0]["User/Id"] == "u1"
