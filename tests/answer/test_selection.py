"""Who stands in for whom: the subnet that a relay or a client selects, the relay that stands in for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.model.address import ip_number, ip_wire

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

RELAY = ip_number("10.5.0.1")
LINK = b"\x05\x04" + ip_wire(ip_number("10.5.0.0"))
OVERRIDE = b"\x0b\x04" + ip_wire(RELAY)
BRANCH, NOWHERE = (ip_wire(ip_number(text)) for text in ("10.5.0.0", "192.0.2.0"))


def campus(world: World, **more: object) -> Server:
    """Phones here and in a branch, guests on the wire of the phones."""
    return world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9"),
        world.network("more", "10.1.0.0/16", "10.1.1.0-10.1.1.9"),
        world.network("branch", "10.5.0.0/16", "10.5.1.0-10.5.1.9", segment="branch", options={"66": "{server}"}),
        **more,
    )


# Server identifier override (RFC 5107)


def test_the_relay_is_the_server_that_the_client_sees(world: World) -> None:
    server = campus(world)
    phone = server.phone(relay="10.5.0.1")
    phone.options = {82: OVERRIDE}
    offer = phone.discover()
    assert offer == "OFFER 10.5.1.0"
    assert offer.options[54] == ip_wire(RELAY)
    assert offer.options[66] == b"10.0.0.2"  # files still come from us
    assert offer.options[82] == OVERRIDE
    ack = phone.take(offer, server=RELAY)
    assert ack == "ACK 10.5.1.0"
    assert ack.options[54] == ip_wire(RELAY)
    renewed = phone.rebind()  # the client sent it to the relay alone, which passed it on
    assert (renewed, renewed.options[54]) == ("ACK 10.5.1.0", ip_wire(RELAY))
    assert phone.reboot("192.0.2.9").options[54] == ip_wire(RELAY)
    assert phone.inform("10.5.1.0").options[54] == ip_wire(ip_number("10.0.0.2"))  # it came past the relay


def test_through_the_relay_an_inform_is_answered_in_its_name(world: World) -> None:
    phone = campus(world).phone(relay="10.5.0.1")
    phone.options = {82: OVERRIDE}
    ack = phone.say(8, ciaddr=ip_number("10.5.1.0"))
    assert (ack, ack.options[54]) == ("ACK 10.5.1.0", ip_wire(RELAY))


@pytest.mark.parametrize("ending", ["decline", "release"])
def test_a_lease_ends_by_the_relays_name(world: World, ending: str) -> None:
    server = campus(world)
    phone = server.phone(relay="10.5.0.1")
    phone.options = {82: OVERRIDE}
    phone.take(phone.discover(), server=RELAY)
    named = {54: ip_wire(RELAY), 50: ip_wire(phone.ip)}
    heard = phone.say(4 if ending == "decline" else 7, named, ciaddr=0 if ending == "decline" else phone.ip)
    assert heard == f"silence {ending}d"


def test_our_own_name_still_means_us(world: World) -> None:
    phone = campus(world).phone(relay="10.5.0.1")
    phone.options = {82: OVERRIDE}
    assert phone.take(phone.discover()) == "ACK 10.5.1.0"


@pytest.mark.parametrize("other", [b"\x0b\x03\x0a\x05\x00", b"\x0b\x00", b"\x0b\x04\x00\x00\x00\x00", b"\x01\x01\x0b"])
def test_a_sub_option_that_names_nobody_changes_nothing(world: World, other: bytes) -> None:
    phone = campus(world).phone(relay="10.5.0.1")
    phone.options = {82: other}
    offer = phone.discover()
    assert offer.options[54] == ip_wire(ip_number("10.0.0.2"))
    assert phone.take(offer, server=0) == "silence other-server-chosen"


def test_a_client_that_no_relay_speaks_for_cannot_rename_us(world: World) -> None:
    phone = campus(world).phone()
    phone.options = {82: OVERRIDE}
    offer = phone.discover()
    assert offer.options[54] == ip_wire(ip_number("10.0.0.2"))
    assert phone.take(offer, server=RELAY) == "silence other-server-chosen"


def test_link_and_server_may_both_be_named_by_a_relay_that_stands_elsewhere(world: World) -> None:
    phone = campus(world).phone(relay="172.16.0.1")
    phone.options = {82: LINK + OVERRIDE}
    offer = phone.discover()
    assert (offer, offer.way) == ("OFFER 10.5.1.0", "relay 172.16.0.1:67")
    assert offer.options[54] == ip_wire(RELAY)


# Subnet selection (RFC 3011)


def test_a_client_selects_the_subnet_where_that_is_allowed(world: World) -> None:
    server = campus(world, subnet_selection=True)
    phone = server.phone()
    phone.options = {118: BRANCH}
    offer = phone.discover()
    assert offer == "OFFER 10.5.1.0"
    assert offer.options[118] == BRANCH
    ack = phone.take(offer)
    assert (ack, ack.options[118]) == ("ACK 10.5.1.0", BRANCH)
    assert phone.rebind() == phone.reboot("10.5.1.0") == "ACK 10.5.1.0"
    nak = phone.reboot("10.0.1.0")
    assert nak == "NAK nak-wrong-network"
    assert 118 not in nak.options


def test_it_is_off_unless_the_configuration_says_so(world: World) -> None:
    phone = campus(world).phone()
    phone.options = {118: BRANCH}
    offer = phone.discover()
    assert offer == "OFFER 10.0.1.0"
    assert 118 not in offer.options


@pytest.mark.parametrize("chosen", [NOWHERE, b"", b"\x0a\x05"])
def test_a_subnet_that_is_not_ours_is_met_with_silence(world: World, chosen: bytes) -> None:
    phone = campus(world, subnet_selection=True).phone()
    phone.options = {118: chosen}
    silent = phone.discover()
    assert silent == "silence no-network"
    if chosen == NOWHERE:
        assert silent.detail == {"where": "the subnet that was selected, 192.0.2.0"}


def test_it_beats_the_relays_address_and_the_relays_own_choice_beats_it(world: World) -> None:
    phone = campus(world, subnet_selection=True).phone(relay="10.0.0.1")
    phone.options = {118: BRANCH}
    offer = phone.discover()
    assert (offer, offer.way) == ("OFFER 10.5.1.0", "relay 10.0.0.1:67")
    phone.options = {118: NOWHERE, 82: LINK}
    chosen = phone.discover()
    assert chosen == "OFFER 10.5.1.0"
    assert 118 not in chosen.options  # it was not obeyed


def test_networks_of_the_same_wire_serve_it_too(world: World) -> None:
    server = campus(world, subnet_selection=True)
    phones = server.phones(15)
    for phone in phones:
        phone.options = {118: ip_wire(ip_number("10.1.0.0"))}
    got = [phone.boot() for phone in phones]
    assert got[0] == "ACK 10.1.1.0"
    assert got[-1].startswith("ACK 10.0.1.")
