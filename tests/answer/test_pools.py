"""Pools that serve some classes only, and several networks of one wire, also behind one relay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ringboot.model.address import ip_number, ip_wire
from ringboot.model.site import Network, Pool

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server, World

VOICE, VIDEO = b"Voice", b"Video"


def pool(text: str, *classes: str, **options: str) -> Pool:
    first, last = text.split("-")
    return Pool(ip_number(first), ip_number(last), options, classes)


def gated(world: type[World], *pools: Pool, more: tuple[Network, ...] = ()) -> Server:
    """Give a network with these pools, on a site with the classes voice and video."""
    classes = (world.brand("voice", "x", {}), *(world.brand(name, f"^{name.title()}", {"15": name}, layer="class")
                                               for name in ("voice", "video")))  # fmt: skip
    return world.server(replace(world.network("phones", "10.0.0.0/16"), pools=pools), *more, classes=classes)


def client(server: Server, number: int, said: bytes = b"", **more: object) -> Phone:
    phone = server.phone(f"00:08:5d:00:00:{number:02x}", **more)
    phone.options = {60: said} if said else {}
    return phone


def test_a_pool_serves_its_members_only_and_one_without_class_everybody(world: type[World]) -> None:
    server = gated(
        world, pool("10.0.1.0-10.0.1.1", "voice"), pool("10.0.2.0-10.0.2.1", "voice", "video"),
        pool("10.0.3.0-10.0.3.9"),
    )  # fmt: skip
    voices = [client(server, number, VOICE).boot() for number in range(5)]
    assert voices == ["ACK 10.0.1.0", "ACK 10.0.1.1", "ACK 10.0.2.0", "ACK 10.0.2.1", "ACK 10.0.3.0"]
    assert client(server, 8, VIDEO).boot() == "ACK 10.0.3.1"
    assert client(server, 9).boot() == "ACK 10.0.3.2"


def test_the_short_way_gives_from_such_pools_too(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice"), pool("10.0.3.0-10.0.3.9"))
    for said in (VOICE, b""):
        client(server, len(said), said).boot()
    before = server.short_ways
    phones = [client(server, 16 + number, said) for number, said in enumerate((VOICE, b""))]
    assert [phone.boot() for phone in phones] == ["ACK 10.0.1.1", "ACK 10.0.3.1"]
    assert [phone.renew() for phone in phones] == ["ACK 10.0.1.1", "ACK 10.0.3.1"]
    assert server.short_ways == before + 6


def test_a_client_that_no_pool_serves_is_told_from_one_that_came_too_late(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.0", "voice"), pool("10.0.2.0-10.0.2.0", "video"))
    silent = client(server, 1).discover()
    assert (silent, silent.detail) == ("silence pool-closed", {"network": "phones", "classes": "video, voice"})
    client(server, 2, VOICE).boot()
    assert client(server, 3, VOICE).discover() == "silence pool-full"


def test_a_class_that_is_not_there_has_no_members_and_a_brand_is_no_class(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "nobody"))
    assert client(server, 1, b"x").discover() == "silence pool-closed"
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice"))
    assert client(server, 1, b"x").discover() == "silence pool-closed"  # the brand called voice


@pytest.mark.parametrize("how", ["renew", "rebind", "reboot"])
def test_who_is_no_member_any_more_is_refused_and_gets_another_address(world: type[World], how: str) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice"), pool("10.0.3.0-10.0.3.9"))
    phone = client(server, 1, VOICE)
    assert phone.boot() == "ACK 10.0.1.0"
    phone.options = {}
    nak = phone.reboot("10.0.1.0") if how == "reboot" else getattr(phone, how)()
    assert nak == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.3.0"


def test_nobody_takes_or_wishes_for_an_address_of_a_closed_pool(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice"), pool("10.0.3.0-10.0.3.9"))
    phone = client(server, 1)
    assert phone.take("10.0.1.5") == "NAK nak-not-yours"
    assert phone.discover(wish="10.0.1.5") == "OFFER 10.0.3.0"


def test_a_reservation_opens_its_address_in_any_pool(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice"))
    server.reserve("00:08:5d:00:00:01", "10.0.1.5")
    phone = client(server, 1)
    assert phone.boot() == phone.renew() == "ACK 10.0.1.5"


def test_options_of_the_pool_come_before_those_of_its_class(world: type[World]) -> None:
    server = gated(world, pool("10.0.1.0-10.0.1.9", "voice", **{"15": "pool", "66": "pool"}))
    offer = client(server, 1, VOICE).discover()
    assert (offer.options[15], offer.options[66]) == (b"voice", b"pool")


# Several networks


def test_when_the_first_network_is_full_or_closed_the_next_one_of_the_wire_serves(world: type[World]) -> None:
    server = gated(
        world, pool("10.0.1.0-10.0.1.0", "voice"),
        more=(
            world.network("other", "10.9.0.0/16", "10.9.1.0-10.9.1.9", segment="elsewhere"),
            world.network("more", "10.1.0.0/16", "10.1.1.0-10.1.1.9", options={"3": "10.1.0.1"}),
        ),
    )  # fmt: skip
    relayed = [client(server, number, VOICE, relay="10.0.0.1") for number in range(2)]
    heard = [phone.boot() for phone in relayed]
    assert heard == ["ACK 10.0.1.0", "ACK 10.1.1.0"]
    assert heard[1].options[3] == ip_wire(ip_number("10.1.0.1"))
    assert client(server, 7, relay="10.0.0.1").boot() == "ACK 10.1.1.1"
    # An address of a sibling is as good as one of the network where the relay stands.
    for phone, address in zip(relayed, ("10.0.1.0", "10.1.1.0"), strict=True):
        for relay in ("10.0.0.1", "10.1.0.1"):
            phone.relay = ip_number(relay)
            assert phone.rebind() == phone.reboot(address) == phone.renew() == f"ACK {address}"


def test_a_relay_may_stand_outside_of_all_networks_that_it_serves(world: type[World]) -> None:
    server = world.server(
        world.network("one", "10.1.0.0/16", "10.1.1.0-10.1.1.0", segment="branch", relays=("172.16.0.1",)),
        world.network("two", "10.2.0.0/16", "10.2.1.0-10.2.1.9", segment="branch"),
        world.network("transit", "172.16.0.0/16", "172.16.1.0-172.16.1.9", segment="transit"),
    )
    phones = [server.phone(f"00:08:5d:00:00:{number:02x}", relay="172.16.0.1") for number in range(2)]
    assert [phone.boot() for phone in phones] == ["ACK 10.1.1.0", "ACK 10.2.1.0"]
    assert [phone.renew() for phone in phones] == ["ACK 10.1.1.0", "ACK 10.2.1.0"]
    assert phones[1].rebind() == "ACK 10.2.1.0"
    assert phones[1].reboot("172.16.1.0") == "NAK nak-wrong-network"
    assert server.phone(relay="172.16.0.2").discover() == "OFFER 172.16.1.0"  # not named: its own network
