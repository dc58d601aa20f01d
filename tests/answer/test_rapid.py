"""Rapid commit (RFC 4039): a DISCOVER that is acknowledged at once, where both sides want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.decision import Question
from ringboot.model.address import ip_number
from ringboot.model.lease import LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World


@pytest.fixture
def rapid(world: type[World]) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", rapid_commit=True))


def test_a_client_that_asks_for_it_is_acknowledged_at_once(rapid: Server) -> None:
    ack = rapid.phone().discover(o80=b"")
    assert ack == "ACK 10.0.1.0"
    assert ack.reason == "acknowledged"
    assert ack.options[80] == b""
    assert (ack.options[53], ack.options[54], ack.lease_time) == (b"\x05", bytes((10, 0, 0, 2)), 28800)
    assert isinstance(ack.change, LeaseChange)  # what the door writes to the journal before it sends
    assert (ack.change.kind, ack.change.address) == ("bound", ip_number("10.0.1.0"))


def test_what_was_committed_is_a_lease_like_any_other(rapid: Server) -> None:
    phone, other = rapid.phones(2)
    phone.ip = phone.discover(o80=b"").message.yiaddr
    assert phone.renew() == "ACK 10.0.1.0"
    assert other.discover(o80=b"") == "ACK 10.0.1.1"
    rapid.restart()
    assert phone.reboot("10.0.1.0") == "ACK 10.0.1.0"
    assert phone.decline() == "silence declined"
    assert phone.discover(o80=b"") == "ACK 10.0.1.2"


def test_a_repeated_discover_gets_the_same_address_and_makes_one_lease(rapid: Server) -> None:
    phone = rapid.phone()
    assert phone.discover(o80=b"") == phone.repeat() == "ACK 10.0.1.0"
    assert len(rapid.table) == 1


def test_a_client_that_does_not_ask_for_it_is_offered_as_ever(rapid: Server) -> None:
    offer = rapid.phone().discover()
    assert offer == "OFFER 10.0.1.0"
    assert 80 not in offer.options


def test_where_the_network_does_not_say_so_there_is_an_ordinary_offer(server: Server) -> None:
    phone = server.phone()
    offer = phone.discover(o80=b"")
    assert offer == "OFFER 10.0.1.0"
    assert 80 not in offer.options
    assert not server.rows
    assert 80 not in phone.take(offer).options


def test_the_network_of_the_address_decides(world: type[World]) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", unknown="quarantine", quarantine="guests"),
        world.network("guests", "10.99.0.0/24", "10.99.0.50-10.99.0.99", rapid_commit=True),
    )
    assert server.phone().discover(o80=b"") == "ACK 10.99.0.50"
    server.facts.put_known("00:08:5d:00:00:01")
    assert server.phone().discover(o80=b"") == "OFFER 10.0.1.0"


def test_a_reserved_address_is_committed_too(rapid: Server) -> None:
    rapid.reserve("00:08:5d:00:00:01", "10.0.7.7")
    assert rapid.phone().discover(o80=b"") == "ACK 10.0.7.7"


def test_an_address_is_probed_before_it_is_committed(world: type[World]) -> None:
    pool = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", rapid_commit=True)
    server = world.server(pool, probe=True)
    phone = server.phone()
    asked = phone.discover(o80=b"")
    assert asked == "ask address-free 10.0.1.0"
    assert not server.rows
    assert phone.repeat({Question("address-free", "eth0", ip_number("10.0.1.0")): True}) == "ACK 10.0.1.0"


def test_no_address_is_left(rapid: Server) -> None:
    for phone in rapid.phones(4):
        assert phone.discover(o80=b"").startswith("ACK")
    assert rapid.phone("00:08:5d:00:00:99").discover(o80=b"") == "silence pool-full"
