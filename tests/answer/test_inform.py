"""INFORM: options for a client that has an address of its own (RFC 2131 4.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.answer.conftest import Server


def test_options_go_to_the_clients_own_address_and_nothing_is_leased(server: Server) -> None:
    ack = server.phone().inform("10.0.3.3")
    assert ack == "ACK 10.0.3.3"
    assert ack.reason == "informed"
    assert ack.way == "unicast 10.0.3.3:68"
    assert ack.change is None
    assert ack.message.yiaddr == 0
    assert ack.options[1] == bytes((255, 255, 0, 0))
    assert not {51, 58, 59} & set(ack.options)
    assert len(server.table) == 0


def test_it_says_nothing_about_other_peoples_leases(server: Server) -> None:
    one, two = server.phones(2)
    one.boot()
    assert two.inform("10.0.1.0") == "ACK 10.0.1.0"
    assert one.renew() == "ACK 10.0.1.0"


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0"])
def test_nobody_is_answered_outside_our_networks(server: Server, address: str) -> None:
    """Otherwise a forged INFORM would make us send a larger packet to anyone."""
    silent = server.phone().inform(address)
    assert silent == "silence no-network"
    assert silent.detail == {"where": f"the client's own address {address}"}
