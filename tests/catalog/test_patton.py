"""What is particular about the commands for Patton gateways."""

from __future__ import annotations

from typing import Any

import pytest
from tests.catalog.test_files import LINE, file, manifest, models

MODELS = models("patton")


def blocks(model: str, raw: dict[str, Any]) -> dict[str, list[str]]:
    """Read the commands by the one that they stand below; one that comes again goes on."""
    found: dict[str, list[str]] = {}
    for line in file("patton", model, raw).splitlines():
        if not line.startswith(" "):
            inner = found.setdefault(line, [])
        else:
            inner.append(line.strip())
    return found


def test_every_model_that_a_source_names_is_there() -> None:
    assert sorted(MODELS) == ["SN4112", "SN4112S", "SN4114", "SN4116", "SN4118", "SN4316", "SN4324", "SN4332"]


@pytest.mark.parametrize("model", MODELS)
def test_every_socket_has_its_line_or_is_shut_down(model: str) -> None:
    sockets = manifest("patton").phone(model)["lines"]
    there = blocks(model, {"sip_lines": {"2": LINE}})
    ports = {name: inner for name, inner in there.items() if name.startswith("port fxs ")}
    assert list(ports) == [f"port fxs 0 {number}" for number in range(sockets)]
    assert ports.pop("port fxs 0 1")[1:] == ["encapsulation cc-fxs", "bind interface IF_FXS_1 switch", "no shutdown"]
    assert all(inner == ["shutdown"] for inner in ports.values())
    assert manifest("patton").phone(model)["keys"] == 0


def test_lines_with_the_same_servers_share_a_location_service() -> None:
    lines = {
        "1": {**LINE, "username": "a"}, "2": {**LINE, "username": "b"},
        "3": {**LINE, "username": "c", "registrar_ip": "10.0.0.7", "outbound_proxy_ip": "10.0.0.8"},
    }  # fmt: skip
    there = blocks("SN4114", {"sip_lines": lines, "sip_transport": "tcp"})
    first, second = there["location-service LOC_1"], there["location-service LOC_2"]
    assert [each for each in first if each.startswith("identity")] == ['identity "a"', 'identity "b"']
    assert [each for each in second if each.startswith(("domain", "identity"))] == [
        "domain 1 10.0.0.7 5060",
        'identity "c"',
    ]
    assert "preferred-transport-protocol tcp" in second
    switch = there["context cs switch"]
    assert [each for each in switch if each.startswith("remote")] == ["remote 10.0.0.5 5060", "remote 10.0.0.8 5060"]
    for name, interface in (("a", 0), ("b", 1), ("c", 2)):
        assert f'route "{name}" dest-interface IF_FXS_{interface}' in switch
    assert "bind location-service LOC_2" in there["context sip-gateway GW_SIP"]


@pytest.mark.parametrize(
    ("mode", "command"),
    [(None, "dtmf-relay rtp"), ("SIP-INFO", "dtmf-relay signaling"), ("RTP-in-band", "no dtmf-relay")],
)
def test_how_tones_are_sent(mode: str | None, command: str) -> None:
    assert blocks("SN4112", {"sip_dtmf_mode": mode} if mode else {})["profile voip default"][-1] == command


def test_a_quotation_mark_cannot_end_a_value() -> None:
    there = blocks("SN4112", {"admin_password": 'x" operator "y', "admin_username": "root"})
    assert 'administrator "root" password "x\' operator \'y"' in there


def test_the_clock_is_told_as_the_maker_shows_it() -> None:
    there = blocks("SN4112", {"timezone": "Europe/Zurich"})
    assert "clock local default-offset +01:00" in there
    summer = "clock local dst-rule SUMMER +02:00 from 02:00 mar last sunday until 03:00 oct last sunday"
    assert summer in there
