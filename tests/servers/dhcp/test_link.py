from __future__ import annotations

import os
import select
from contextlib import closing
from typing import Any

import pytest

from ringboot.model.address import ip_number
from ringboot.servers.dhcp.link import Link, changes, look


def test_the_loopback_knows_no_arp() -> None:
    link = look("lo")

    assert link is not None
    assert not link.arp
    assert link.mac == b""
    assert link.locals[0] == ip_number("127.0.0.1")


def test_an_interface_that_is_not_there_is_nothing() -> None:
    assert look("not-there-0") is None


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_addresses_are_read_primary_first_and_a_change_is_announced(namespaces: Any) -> None:
    def address(text: str) -> None:
        namespaces.ip("-n", namespaces.server, "addr", "add", text, "dev", "s0")

    with closing(namespaces.inside(namespaces.server, changes)) as announced:
        address("10.0.0.77/24")
        address("192.168.5.1/16")
        readable, _, _ = select.select([announced], [], [], 10)
        assert readable

    link = namespaces.inside(namespaces.server, lambda: look("s0"))

    assert isinstance(link, Link)
    assert link.arp
    assert len(link.mac) == 6
    assert link.text == "10.0.0.1, 192.168.5.1, 10.0.0.77" or link.text == "10.0.0.1, 10.0.0.77, 192.168.5.1"


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_an_interface_without_arp_is_seen_as_such(namespaces: Any) -> None:
    namespaces.ip("-n", namespaces.server, "link", "set", "s0", "arp", "off")

    link = namespaces.inside(namespaces.server, lambda: look("s0"))

    assert isinstance(link, Link)
    assert not link.arp
