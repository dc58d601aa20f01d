"""Which network a client belongs to: the relay's or the interface's, and among those of one wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.network import Nets
from ringboot.model.address import ip_number

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

MAC = "00:08:5d:00:00:01"


def campus(world: World, **more: object) -> Server:
    """Phones and guests on one wire, unknown clients in quarantine; a branch behind a relay; a foreign wire."""
    return world.server(
        world.network(
            "phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255", **{"unknown": "quarantine", "quarantine": "guests", **more}
        ),
        world.network("guests", "10.99.0.0/24", "10.99.0.50-10.99.0.99", lease_time=120),
        world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.255", segment="branch"),
        world.network("foreign", "10.50.0.0/16", segment="foreign"),
    )


def test_the_narrowest_subnet_holds_an_address(world: World) -> None:
    nets = Nets(
        (
            world.network("wide", "10.0.0.0/8"),
            world.network("narrow", "10.1.2.0/24"),
            world.network("host", "10.1.2.3/32"),
        )
    )
    found = [nets.at(ip_number(text)) for text in ("10.9.9.9", "10.1.2.9", "10.1.2.3", "192.0.2.1")]
    assert [net and net.name for net in found] == ["wide", "narrow", "host", None]


def test_a_relay_names_the_network(world: World) -> None:
    offer = campus(world).phone(relay="10.5.0.1").discover()
    assert offer == "OFFER 10.5.1.0"
    assert offer.way == "relay 10.5.0.1:67"


def test_a_relay_may_select_another_link(world: World) -> None:
    """RFC 3527: the sub-option chooses the subnet, the reply still goes to the relay."""
    phone = campus(world).phone(relay="172.16.0.1")
    phone.options = {82: b"\x05\x04\x0a\x05\x00\x00"}
    offer = phone.discover()
    assert offer == "OFFER 10.5.1.0"
    assert offer.way == "relay 172.16.0.1:67"
    phone.options = {82: b"\x05\x04\xc0\x00\x02\x00"}
    assert phone.discover() == "silence no-network"
    for odd in (b"\x05\x02\x0a\x05", b"\x05\x05\x0a\x05\x00\x00\x00"):
        phone.options = {82: odd}
        assert phone.discover() == "silence no-network"


def test_an_unknown_relay_has_no_network(world: World) -> None:
    silent = campus(world).phone(relay="192.0.2.1").discover()
    assert silent == "silence no-network"
    assert silent.detail == {"where": "relay 192.0.2.1"}


def test_an_interface_without_a_network(server: Server) -> None:
    server.ours = (ip_number("192.0.2.1"), ip_number("192.0.2.2"))
    silent = server.phone().discover()
    assert silent == "silence no-network"
    assert silent.detail == {"where": "interface eth0 (192.0.2.1, 192.0.2.2)"}
    server.ours = ()
    assert server.phone().discover().detail == {"where": "interface eth0 (no address)"}


def test_the_first_of_our_addresses_that_lies_in_a_network_counts(server: Server) -> None:
    server.ours = (ip_number("192.0.2.1"), ip_number("10.0.0.2"))
    offer = server.phone().discover()
    assert offer == "OFFER 10.0.1.0"
    assert offer.options[54] == bytes((10, 0, 0, 2))


def test_the_server_identifier_is_our_first_address_where_none_lies_in_the_network(world: World) -> None:
    assert campus(world).phone(relay="10.5.0.1").discover().options[54] == bytes((10, 0, 0, 2))


def test_a_phone_that_was_carried_to_another_wire_is_sent_away_from_its_old_address(world: World) -> None:
    server = campus(world)
    server.facts.put_known(MAC)
    phone = server.phone(relay="10.5.0.1")
    phone.boot()
    phone.relay = 0
    for nak in (phone.rebind(), phone.reboot("10.5.1.0")):
        assert nak == "NAK nak-wrong-network"
        assert nak.detail == {"address": "10.5.1.0", "network": "phones"}
    assert phone.boot() == "ACK 10.0.1.0"


# Known and unknown


def test_an_unknown_client_goes_into_quarantine_with_its_lease_time(world: World) -> None:
    ack = campus(world).phone().boot()
    assert ack == "ACK 10.99.0.50"
    assert ack.lease_time == 120


def test_a_known_device_is_served(world: World) -> None:
    server = campus(world)
    server.facts.put_known(MAC)
    assert server.phone().boot() == "ACK 10.0.1.0"


@pytest.mark.parametrize("where", ["phones", "branch"])
def test_a_reservation_anywhere_makes_known(world: World, where: str) -> None:
    server = campus(world)
    server.reserve(MAC, "10.0.200.1" if where == "phones" else "10.5.200.1", where)
    assert server.phone().boot() == ("ACK 10.0.200.1" if where == "phones" else "ACK 10.0.1.0")


def test_a_reservation_in_the_quarantine_network_is_kept(world: World) -> None:
    server = campus(world)
    server.reserve(MAC, "10.99.0.7", "guests")
    assert server.phone().boot() == "ACK 10.99.0.7"


def test_a_guest_that_became_known_is_moved_at_its_next_renewal(world: World) -> None:
    server = campus(world)
    phone = server.phone()
    phone.boot()
    assert phone.renew() == "ACK 10.99.0.50"
    server.facts.put_known(MAC)
    for nak in (phone.renew(), phone.rebind(), phone.reboot("10.99.0.50")):
        assert nak == "NAK nak-wrong-network"
        assert nak.detail == {"address": "10.99.0.50", "network": "phones"}
    assert phone.boot() == "ACK 10.0.1.0"


def test_a_phone_that_is_no_longer_known_is_moved_into_quarantine(world: World) -> None:
    server = campus(world, authoritative=False)
    server.facts.put_known(MAC)
    phone = server.phone()
    phone.boot()
    server.facts.drop_known(MAC)
    assert phone.renew() == "NAK nak-wrong-network"  # the lease is ours, so we may, authoritative or not
    assert phone.boot() == "ACK 10.99.0.50"


def test_a_known_device_is_not_served_from_quarantine_even_when_our_address_lies_there(world: World) -> None:
    server = campus(world)
    server.ours = (ip_number("10.99.0.1"), ip_number("10.0.0.2"))
    server.facts.put_known(MAC)
    assert server.phone().boot() == "ACK 10.0.1.0"
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.99.0.50"


def test_unknown_clients_are_ignored_where_the_network_says_so(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", unknown="ignore"))
    phone = server.phone()
    for silent in (phone.discover(), phone.take("10.0.1.0"), phone.reboot("10.0.1.0"), phone.reboot("192.0.2.1")):
        assert silent == "silence unknown-ignored"
        assert silent.detail == {"network": "phones"}
    assert phone.inform("10.0.3.3") == "silence unknown-ignored"
    server.facts.put_known(MAC)
    phone.boot()
    server.facts.drop_known(MAC)
    assert phone.renew() == "NAK nak-wrong-network"
    assert phone.boot() == "silence unknown-ignored"


def test_networks_of_one_wire_may_treat_unknown_clients_differently(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", unknown="ignore"),
        world.network("public", "10.1.0.0/16", "10.1.1.0-10.1.1.9"),
    )
    assert server.phone().discover() == "OFFER 10.1.1.0"
    server.facts.put_known(MAC)
    server.sleep(60)  # the offer stands until then
    assert server.phone().discover() == "OFFER 10.0.1.0"


# DHCP is elsewhere


def test_where_dhcp_is_elsewhere_nothing_is_ever_said(world: World) -> None:
    server = campus(world)
    phone = server.phone(relay="10.50.0.1")
    server.facts.put_known(MAC)
    for silent in (phone.discover(), phone.take("10.50.1.1"), phone.reboot("192.0.2.1"), phone.rebind("10.50.1.1"),
                   phone.renew("10.50.1.1"), phone.inform("10.50.1.1")):  # fmt: skip
        assert silent == "silence no-pool"
        assert silent.detail == {"network": "foreign"}


def test_a_network_with_reservations_only_serves_only_those(world: World) -> None:
    server = campus(world)
    server.reserve(MAC, "10.50.0.7", "foreign")
    assert server.phone(relay="10.50.0.1").boot() == "ACK 10.50.0.7"
    stranger = server.phone("00:08:5d:00:00:02", relay="10.50.0.1")
    for silent in (stranger.discover(), stranger.reboot("192.0.2.1"), stranger.take("10.50.0.7")):
        assert silent == "silence no-pool"


def test_a_reservation_outside_its_subnet_is_of_no_use(world: World) -> None:
    server = campus(world)
    server.reserve(MAC, "10.5.0.7", "phones")
    assert server.phone().boot() == "ACK 10.0.1.0"


def test_quarantine_in_a_network_of_another_wire_is_no_quarantine(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", unknown="quarantine", quarantine="branch"),
        world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="branch"),
    )
    assert server.phone().discover() == "silence no-pool"
