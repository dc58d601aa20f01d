"""A machine that asks in many names and takes nothing: it keeps half of what is free, and real clients get through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.leases.terms import OFFER_HOLD

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World


@pytest.fixture
def server(world: type[World]) -> Server:
    """Give a network with twenty addresses."""
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.19"))


def starve(server: Server, times: int = 500) -> list[str]:
    """Ask in so many names, and take nothing."""
    strangers = [server.phone(f"02:66:66:66:{number >> 8:02x}:{number & 255:02x}") for number in range(times)]
    return [stranger.discover().reason for stranger in strangers]


def offered(server: Server) -> int:
    return server.table.counts(*server.now)["offered"]


def test_offers_keep_at_most_half_of_what_is_free(server: Server) -> None:
    whys = starve(server)

    assert whys == ["offered"] * 10 + ["offered-unheld"] * 490
    assert offered(server) == 10
    server.sleep(OFFER_HOLD)
    assert starve(server, 1) == ["offered"], "those that nobody took are free again"


def test_half_is_counted_of_what_is_free_now(server: Server) -> None:
    for phone in server.phones(12):
        phone.boot()

    assert starve(server).count("offered") == 4


def test_a_real_client_gets_its_lease_all_the_same(server: Server) -> None:
    starve(server)
    phone = server.phone()

    offer = phone.discover()

    assert (offer.reason, offer.change) == ("offered-unheld", None)
    assert offer.detail == {"address": offer.address, "network": "phones"}
    starve(server)
    assert phone.repeat() == offer, "the same address again"
    assert phone.take(offer) == f"ACK {offer.address}"
    assert phone.renew() == f"ACK {offer.address}"


def test_clients_of_one_series_do_not_meet_at_one_address(server: Server) -> None:
    starve(server)
    phones = server.phones(5)

    offers = [phone.discover() for phone in phones]

    assert [phone.take(offer) for phone, offer in zip(phones, offers, strict=True)] == [
        f"ACK {offer.address}" for offer in offers
    ]


def test_an_address_that_went_to_another_one_meanwhile_is_refused_and_another_one_found(server: Server) -> None:
    starve(server)
    one, other = server.phone("00:08:5d:00:00:01"), server.phone("00:08:5d:00:01:01")
    offers = one.discover(), other.discover(wish=one.discover().address)
    assert offers[0].address == offers[1].address

    assert one.take(offers[0]).startswith("ACK")
    assert other.take(offers[1]) == "NAK nak-not-yours"
    assert other.boot().startswith("ACK")


def test_whom_we_know_is_kept_an_address(server: Server) -> None:
    starve(server)
    server.facts.put_known("00:08:5d:00:00:01")
    server.reserve("00:08:5d:00:00:02", "10.0.200.1")

    assert server.phone("00:08:5d:00:00:01").discover().reason == "offered"
    assert server.phone("00:08:5d:00:00:02").discover() == "OFFER 10.0.200.1"
    assert offered(server) == 12


def test_who_had_an_address_is_kept_it_again(server: Server) -> None:
    phone = server.phone()
    assert phone.boot() == "ACK 10.0.1.0"
    phone.release()
    starve(server)

    offer = phone.discover()

    assert (offer, offer.reason) == ("OFFER 10.0.1.0", "offered")


def test_a_wish_keeps_nothing_either(server: Server) -> None:
    starve(server)

    assert server.phone().discover(wish="10.0.1.19").reason == "offered-unheld"
    assert offered(server) == 10


def test_an_address_that_is_not_kept_is_probed_too(world: type[World]) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3"), probe=True)
    for number in range(2):
        assert server.phone(f"02:66:66:66:00:0{number}").discover().need is not None
    phone = server.phone()

    asked = phone.discover()

    assert asked.need is not None
    assert asked.change is None
    assert phone.repeat({asked.need.question: True}).reason == "offered-unheld"
    server.in_use(asked.need)
    again = phone.repeat()
    assert again.need is not None
    assert again.need.question != asked.need.question


def test_the_short_way_is_gone_when_it_may_not_keep(server: Server) -> None:
    server.phone().boot()
    before = server.short_ways
    starve(server, 5)
    assert server.short_ways - before == 5
    starve(server)
    assert server.short_ways - before <= 10
