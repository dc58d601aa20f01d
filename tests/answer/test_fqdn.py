"""Option 81 in conversations (RFC 4702): who is told a name, and that it costs nobody anything else."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest

from ringboot.model import evidence
from ringboot.model.lease import LeaseChange
from ringboot.wire.names import ClientFqdn, Fqdn

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Server, World

SAYS = b"\x05\0\0\x05phone\0"


@pytest.fixture
def naming(world: type[World]) -> Server:
    phones = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", ddns_domain="lab.example.org")
    return world.server(phones, dns=True)


def told(heard: Heard) -> Fqdn:
    return ClientFqdn().decode(heard.options[81])


def test_a_client_is_told_its_name_in_offer_and_ack(naming: Server) -> None:
    phone = naming.phone()
    phone.options = {81: SAYS}
    offer = phone.discover()
    ack = phone.take(offer)
    assert told(offer) == told(ack) == Fqdn(5, 255, 255, "phone.lab.example.org.")
    assert told(phone.renew()).name == "phone.lab.example.org."
    assert isinstance(ack.change, LeaseChange)
    assert evidence.unpack(ack.change.evidence)[81] == SAYS  # for those who write it into the DNS


def test_the_name_of_its_reservation_counts_first(naming: Server) -> None:
    naming.reserve("00:08:5d:00:00:01", "10.0.7.7", hostname="lobby")
    phone = naming.phone()
    phone.options = {81: SAYS}
    ack = phone.boot()
    assert (told(ack).name, ack.options[12]) == ("lobby.lab.example.org.", b"lobby")


def test_who_does_not_ask_is_not_told(naming: Server) -> None:
    assert 81 not in naming.phone().boot().options


def test_without_a_domain_nobody_is_told(server: Server) -> None:
    phone = server.phone()
    phone.options = {81: SAYS}
    assert 81 not in phone.boot().options


def test_where_nobody_writes_it_the_client_is_told_that(world: type[World]) -> None:
    phones = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", ddns_domain="lab.example.org")
    phone = world.server(phones).phone()
    phone.options = {81: SAYS}
    assert told(phone.boot()).flags == 4 | 8 | 2


@pytest.mark.parametrize("times", [2_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_labels_that_are_too_long_leave_nothing_behind(naming: Server, times: int) -> None:
    phone = naming.phone()

    def some(count: int) -> int:
        for turn in range(count):
            phone.options = {81: b"\x05\0\0\x40" + turn.to_bytes(4, "big") * 16}
            assert 81 not in phone.discover().options
        phone.options = {}
        phone.discover()
        gc.collect()
        return sys.getallocatedblocks()

    before = some(1_000)
    assert some(times) - before < 200


def test_the_name_of_a_port_goes_with_its_address(naming: Server) -> None:
    naming.reserve("p/7", "10.0.7.7", kind="circuit-id", hostname="lobby")
    first, second = naming.phones(2)
    for phone in (first, second):
        phone.options = {81: SAYS, 82: b"\x01\x03p/7"}
    assert told(first.boot()).name == "lobby.lab.example.org."
    other = second.boot()
    assert (str(other), told(other).name) == ("ACK 10.0.1.0", "phone.lab.example.org.")
