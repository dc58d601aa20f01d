"""Reservations for a port: what the relay says of it decides, whoever is plugged in there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.layers import option_layers

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server, World

MAC, OTHER = "00:08:5d:00:00:01", "00:08:5d:00:00:02"
CLIENT_ID = b"\x01\x00\x08\x5d\x00\x00\x01"
PORT, BOX = b"\x01\x08ge-0/0/7", b"\x02\x03sw1"


def at_port(server: Server, mac: str = MAC, said: bytes = PORT + BOX, **more: object) -> Phone:
    phone = server.phone(mac, relay="10.0.0.1", **more)
    phone.options = {82: said}
    return phone


@pytest.mark.parametrize(("kind", "value"), [("circuit-id", "ge-0/0/7"), ("remote-id", "hex:737731")])
def test_a_port_keeps_its_address_for_whoever_comes(server: Server, kind: str, value: str) -> None:
    server.reserve(value, "10.0.7.7", kind=kind, hostname="lobby")
    ack = at_port(server).boot()
    assert (ack, ack.options[12]) == ("ACK 10.0.7.7", b"lobby")
    assert at_port(server, OTHER, b"\x01\x08ge-0/0/8").boot() == "ACK 10.0.1.0"
    assert server.phone(OTHER, relay="10.0.0.1").boot() == "ACK 10.0.1.0"


def test_a_renewal_that_passes_no_relay_is_still_from_that_port(server: Server) -> None:
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id", hostname="lobby")
    phone = at_port(server)
    phone.boot()
    for renewed in (phone.rebind(), phone.reboot("10.0.7.7")):
        assert (renewed, renewed.options[12]) == ("ACK 10.0.7.7", b"lobby")
    phone.options = {}
    renewed = phone.renew()
    assert (renewed, renewed.options[12]) == ("ACK 10.0.7.7", b"lobby")


def test_who_moves_to_another_port_leaves_the_address_there(server: Server) -> None:
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id")
    phone = at_port(server)
    phone.boot()
    phone.options = {82: b"\x01\x08ge-0/0/8"}
    assert phone.reboot("10.0.7.7") == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.1.0"
    assert at_port(server, OTHER).boot() == "ACK 10.0.7.7"


def test_two_at_one_port_never_share_the_address(server: Server) -> None:
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id")
    first, second = at_port(server), at_port(server, OTHER)
    assert first.boot() == "ACK 10.0.7.7"
    assert second.boot() == "ACK 10.0.1.0"
    assert second.reboot("10.0.7.7") == "NAK nak-not-yours"
    first.options = {}
    first.release()
    assert second.rebind() == "NAK nak-not-yours"  # what is kept for its port is free now
    assert second.boot() == "ACK 10.0.7.7"


@pytest.mark.parametrize("kinds", [4, 3, 2, 1])
def test_the_most_exact_reservation_counts(server: Server, kinds: int) -> None:
    rows = [("remote-id", "sw1"), ("circuit-id", "ge-0/0/7"), ("mac", MAC), ("client-id", CLIENT_ID.hex())]
    for number, (kind, value) in enumerate(rows[:kinds]):
        server.reserve(value, f"10.0.7.{number}", kind=kind)
    phone = at_port(server, client_id=CLIENT_ID)
    assert phone.boot() == f"ACK 10.0.7.{kinds - 1}"
    told = option_layers(server.facts, "phones", phone.ip, phone.mac, {61: CLIENT_ID, 82: PORT + BOX}, server=1)
    assert "reservation" not in {each.layer for each in told}  # without options it is no layer
    server.reserve(rows[kinds - 1][1], f"10.0.7.{kinds - 1}", kind=rows[kinds - 1][0], hostname="lobby")
    told = option_layers(server.facts, "phones", phone.ip, phone.mac, {61: CLIENT_ID, 82: PORT + BOX}, server=1)
    assert told[-1].source == " ".join(rows[kinds - 1])


def test_the_more_exact_one_counts_wherever_on_the_wire(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9"), world.network("more", "10.1.0.0/16")
    )
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id")
    server.reserve(MAC, "10.1.7.7", network="more")
    assert at_port(server).boot() == "ACK 10.1.7.7"
    assert at_port(server, OTHER).boot() == "ACK 10.0.7.7"


def test_a_port_is_known_on_its_wire_and_nowhere_else(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", unknown="ignore"),
        world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="branch", unknown="ignore"),
    )
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id")
    elsewhere = server.phone(relay="10.5.0.1")
    elsewhere.options = {82: PORT}
    assert elsewhere.discover() == "silence unknown-ignored"
    assert at_port(server).boot() == "ACK 10.0.7.7"


def test_a_reservation_that_is_dropped_is_forgotten_and_relays_with_it(server: Server) -> None:
    server.reserve("ge-0/0/7", "10.0.7.7", kind="circuit-id")
    before = server.facts.reads_relay
    at_port(server).boot()
    server.facts.drop_reservation("phones", "circuit-id", "ge-0/0/7")
    assert (before, server.facts.reads_relay) == (True, False)
    assert at_port(server).reboot("10.0.7.7") == "NAK nak-not-yours"
