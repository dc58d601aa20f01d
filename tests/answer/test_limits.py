"""Limits of pools and circuits, and short leases where addresses run short.  Whoever has a lease is never refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ringboot import reasons
from ringboot.model.address import ip_number
from ringboot.model.site import Pool

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Phone, Server, World

POOL = "10.0.1.0-10.0.1.9"


def at(server: Server, port: str, number: int, relay: str = "10.0.0.1") -> Phone:
    phone = server.phone(f"00:08:5d:00:00:{number:02x}", relay=relay)
    phone.options = {82: bytes((1, len(port))) + port.encode()} if port else {}
    return phone


def per_circuit(world: type[World], most: int, *more: object, **options: object) -> Server:
    network = world.network("phones", "10.0.0.0/16", POOL, max_leases_per_circuit=most, **options)
    return world.server(network, *more)  # type: ignore[arg-type]  # networks


def limited_pools(world: type[World], *limits: int | None) -> Server:
    """Give a network with a pool of ten addresses for each limit."""
    firsts = [ip_number(f"10.0.{number}.0") for number in range(1, len(limits) + 1)]
    pools = tuple(Pool(first, first + 9, max_leases=most) for first, most in zip(firsts, limits, strict=True))
    return world.server(replace(world.network("phones", "10.0.0.0/16"), pools=pools))


# Circuits


def test_a_port_has_as_many_leases_as_it_may(world: type[World]) -> None:
    server = per_circuit(world, 2)
    phones = [at(server, "ge-0/0/7", number) for number in range(3)]
    assert [phone.boot() for phone in phones] == ["ACK 10.0.1.0", "ACK 10.0.1.1", "silence circuit-full"]
    silent = phones[2].discover()
    assert silent.detail == {"network": "phones", "circuit": "circuit-id ge-0/0/7", "most": 2}
    text = reasons.tell(silent.reason, silent.detail)
    assert text == "circuit-id ge-0/0/7 has as many leases in network phones as it may: 2"
    assert at(server, "ge-0/0/8", 9).boot() == "ACK 10.0.1.2"
    assert at(server, "", 10).boot() == "ACK 10.0.1.3"  # nobody said where it is


def test_who_has_a_lease_keeps_it_whatever_the_limit(world: type[World]) -> None:
    server = per_circuit(world, 9)
    phones = [at(server, "p", number) for number in range(3)]
    for phone in phones:
        phone.boot()
    site = server.facts.site
    server.facts.replace_site(replace(site, networks=(replace(site.networks[0], max_leases_per_circuit=1),)))
    for number, phone in enumerate(phones):
        address = f"10.0.1.{number}"
        assert phone.rebind() == phone.reboot(address) == phone.boot() == f"ACK {address}"
        phone.options = {}
        assert phone.renew() == f"ACK {address}"
    assert at(server, "p", 7).discover() == "silence circuit-full"


@pytest.mark.parametrize("ending", ["release", "end", "move"])
def test_a_place_that_was_left_is_free_for_the_next(world: type[World], ending: str) -> None:
    server = per_circuit(world, 1)
    first, second = at(server, "p", 1), at(server, "p", 2)
    first.boot()
    assert second.boot() == "silence circuit-full"
    if ending == "release":
        first.release()
    elif ending == "end":
        server.sleep(28801)
    else:
        first.options = {82: b"\x01\x01q"}
        assert first.rebind() == "ACK 10.0.1.0"
    assert second.boot() == "ACK 10.0.1.1"
    assert at(server, "p", 3).discover() == "silence circuit-full"


def test_the_same_port_name_at_two_relays_is_two_ports(world: type[World]) -> None:
    server = per_circuit(world, 1)
    assert at(server, "p", 1).boot() == "ACK 10.0.1.0"
    assert at(server, "p", 2, relay="10.0.0.5").boot() == "ACK 10.0.1.1"


def test_a_reservation_is_above_the_limit_and_another_network_has_its_own(world: type[World]) -> None:
    server = per_circuit(world, 1)
    at(server, "p", 1).boot()
    server.reserve("00:08:5d:00:00:02", "10.0.7.7")
    assert at(server, "p", 2).boot() == "ACK 10.0.7.7"
    server = per_circuit(world, 1, world.network("more", "10.1.0.0/16", "10.1.1.0-10.1.1.9"))
    assert [at(server, "p", number).boot() for number in (1, 2)] == ["ACK 10.0.1.0", "ACK 10.1.1.0"]


def test_two_that_were_offered_one_place_do_not_both_get_it(world: type[World]) -> None:
    server = per_circuit(world, 1)
    first, second = at(server, "p", 1), at(server, "p", 2)
    offers = [phone.discover() for phone in (first, second)]
    assert [phone.take(offer) for phone, offer in zip((first, second), offers, strict=True)] == [
        "ACK 10.0.1.0", "NAK nak-not-yours",
    ]  # fmt: skip


# Pools


def test_a_pool_has_as_many_leases_as_it_may_and_then_the_next_one_serves(world: type[World]) -> None:
    server = limited_pools(world, 2, 1)
    phones = server.phones(4)
    heard = [phone.boot() for phone in phones]
    assert heard == ["ACK 10.0.1.0", "ACK 10.0.1.1", "ACK 10.0.2.0", "silence pool-limit"]
    assert heard[3].detail == {"network": "phones", "pool": "10.0.1.0-10.0.1.9", "most": 2}
    assert [phone.renew() for phone in phones[:3]] == heard[:3]
    assert phones[3].reboot("10.0.1.7") == "silence unknown-reboot"
    phones[0].release()
    assert phones[3].boot() == "ACK 10.0.1.2"
    assert phones[0].discover() == "silence pool-limit", "its address waits for it, but not above the limit"


def test_ordinary_clients_go_the_short_way_where_no_limit_is(world: type[World]) -> None:
    server = limited_pools(world, None)
    server.phones(1)[0].boot()
    before = server.short_ways
    server.phones(2)[1].boot()
    assert server.short_ways == before + 2


# Short leases


def scarce(world: type[World], **more: object) -> Server:
    """Ten addresses; when more than half of them are leased, a lease lasts ten minutes."""
    options = {"scarce_above": 0.5, "scarce_lease_time": 600, **more}
    return world.server(world.network("phones", "10.0.0.0/16", POOL, lease_time=7200, **options))


def told(heard: Heard) -> tuple[str, int]:
    return heard.reason, heard.lease_time


def test_above_the_threshold_leases_are_short_also_for_those_who_renew(world: type[World]) -> None:
    server = scarce(world)
    phones = server.phones(8)
    boots = [phone.boot() for phone in phones]
    assert [told(heard) for heard in boots] == [("acknowledged", 7200)] * 6 + [("acknowledged-short", 600)] * 2
    assert boots[7].detail == {"address": "10.0.1.7", "network": "phones", "pool": POOL, "seconds": 600}
    assert reasons.tell("acknowledged-short", boots[7].detail) == (
        "10.0.1.7 was acknowledged for 600 s only: pool 10.0.1.0-10.0.1.9 runs short"
    )
    renewed = phones[0].renew()
    assert told(renewed) == ("renewed-short", 600)
    assert renewed.options[58] == (300).to_bytes(4, "big")  # T1 follows
    offer = phones[1].discover()
    assert told(offer) == ("offered", 600), "an offer says what the acknowledgement will"
    for phone in phones[4:]:
        phone.release()
    assert told(phones[0].renew()) == ("renewed", 7200)
    server.sleep(7201)
    assert told(phones[7].boot()) == ("acknowledged", 7200)


def test_what_is_shorter_already_stays_and_reserved_addresses_keep_their_time(world: type[World]) -> None:
    server = scarce(world)
    phones = server.phones(8)
    server.reserve("00:08:5d:00:00:07", "10.0.1.9")
    for phone in phones[:7]:
        phone.boot()
    phones[6].options = {51: (60).to_bytes(4, "big")}
    assert told(phones[6].renew()) == ("renewed", 60)
    assert told(phones[7].boot()) == ("acknowledged", 7200)


def test_as_long_as_there_is_enough_the_short_way_is_taken(world: type[World]) -> None:
    server = scarce(world)
    phones = server.phones(8)
    phones[0].boot()
    before = server.short_ways
    phones[1].boot()
    phones[1].renew()
    assert server.short_ways == before + 3
    for phone in phones:
        phone.boot()
    before = server.short_ways
    phones[1].renew()
    assert server.short_ways == before
