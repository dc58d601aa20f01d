"""DISCOVER: which address is offered, to whom, and for how long it is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ringboot.answer.decision import FAR, Question
from ringboot.leases.offers import Offer
from ringboot.model.address import ip_number

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World


def test_a_phone_is_offered_the_first_free_address(server: Server) -> None:
    offer = server.phone().discover()
    assert offer == "OFFER 10.0.1.0"
    assert offer.reason == "offered"
    assert offer.detail == {"address": "10.0.1.0", "network": "phones"}
    assert offer.lease_time == 28800
    assert offer.options[54] == bytes((10, 0, 0, 2))
    assert offer.options[1] == bytes((255, 255, 0, 0))


def test_a_repeated_discover_gets_the_same_address_and_makes_one_lease(server: Server) -> None:
    phone = server.phone()
    first = phone.discover()
    again = phone.repeat()
    assert again == first == "OFFER 10.0.1.0"
    assert phone.take(again) == "ACK 10.0.1.0"
    assert len(server.table) == 1


def test_an_offer_is_kept_for_a_minute_and_not_given_to_others(server: Server) -> None:
    first, second, third = server.phones(3)
    assert first.discover() == "OFFER 10.0.1.0"
    assert second.discover() == "OFFER 10.0.1.1"
    server.sleep(61)
    assert third.discover() == "OFFER 10.0.1.0"


def test_a_fresh_offer_is_repeated_as_it_is_and_an_old_one_prolonged(server: Server) -> None:
    phone = server.phone()
    phone.discover()
    server.sleep(10)
    assert phone.discover().change is None
    server.sleep(30)
    prolonged = phone.discover().change
    assert isinstance(prolonged, Offer)
    assert prolonged.until == server.now.steady + 60


def test_the_wish_is_granted_when_it_is_free_and_legal(server: Server) -> None:
    assert server.phone().discover(wish="10.0.1.77") == "OFFER 10.0.1.77"


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param("10.0.1.9", id="held by another"),
        pytest.param("10.0.2.1", id="outside the pools"),
        pytest.param("10.0.0.0", id="the subnet's own"),
        pytest.param("10.0.255.255", id="broadcast"),
        pytest.param("192.0.2.1", id="another subnet"),
        pytest.param("10.0.1.200", id="reserved for another"),
        pytest.param("0.0.0.0", id="nothing"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_passed_over(server: Server, wish: str) -> None:
    server.reserve("00:08:5d:00:00:99", "10.0.1.200")
    other = server.phone("00:08:5d:00:00:09")
    other.take(other.discover(wish="10.0.1.9"))
    assert server.phone().discover(wish=wish) == "OFFER 10.0.1.0"


def test_a_wish_of_a_wrong_length_is_no_wish(server: Server) -> None:
    assert server.phone().discover(o50=b"\x0a\x00\x01") == "OFFER 10.0.1.0"


def test_a_client_gets_its_old_address_back_while_nobody_else_got_it(server: Server) -> None:
    first, second = server.phones(2)
    first.boot()
    first.release()
    assert second.discover() == "OFFER 10.0.1.1"
    assert first.discover() == "OFFER 10.0.1.0"
    server.sleep(10 * 86400)
    assert first.discover() == "OFFER 10.0.1.0"


def test_a_live_lease_comes_before_a_wish(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    offer = phone.discover(wish="10.0.1.9")
    assert offer == "OFFER 10.0.1.0"
    assert offer.change is None  # the lease keeps the address, no offer has to


def test_remembered_addresses_are_recycled_oldest_first_when_no_new_one_is_left(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.1-10.0.1.3"))
    one, two, three, four, five = server.phones(5)
    for phone in (one, two, three):
        phone.boot()
    two.release()
    server.sleep(5)
    one.release()
    assert four.boot() == "ACK 10.0.1.2"
    assert five.boot() == "ACK 10.0.1.1"
    assert two.discover() == "silence pool-full"


def test_the_address_of_an_expired_lease_is_given_to_another(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.1-10.0.1.1", lease_time=100))
    one, two = server.phones(2)
    one.boot()
    server.sleep(99)
    full = two.discover()
    assert full == "silence pool-full"
    assert full.detail == {"network": "phones"}
    server.sleep(1)
    assert two.boot() == "ACK 10.0.1.1"
    assert one.discover() == "silence pool-full"


def test_a_pool_never_gives_the_subnets_two_addresses_nor_our_own(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/29", "10.0.0.0-10.0.0.7"))
    given = {phone.boot() for phone in server.phones(6)}
    assert given == {f"ACK 10.0.0.{last}" for last in (1, 3, 4, 5, 6)} | {"silence pool-full"}


def test_a_full_network_goes_on_with_the_next_of_its_segment(world: World) -> None:
    server = world.server(
        world.network("first", "10.0.0.0/24", "10.0.0.10-10.0.0.10"),
        world.network("second", "10.0.1.0/24", "10.0.1.10-10.0.1.10"),
        world.network("other floor", "10.0.2.0/24", "10.0.2.10-10.0.2.10", segment="floor2"),
    )
    one, two, three = server.phones(3)
    assert one.boot() == "ACK 10.0.0.10"
    assert two.boot() == "ACK 10.0.1.10"
    assert three.boot() == "silence pool-full"
    assert two.discover() == "OFFER 10.0.1.10"  # it stays where its lease is


def test_several_pools_are_used_in_order(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.9.1-10.0.9.1", "10.0.1.1-10.0.1.2"))
    assert [phone.boot() for phone in server.phones(3)] == ["ACK 10.0.9.1", "ACK 10.0.1.1", "ACK 10.0.1.2"]


def test_the_lease_time_asked_for_is_clamped(server: Server) -> None:
    def asked(seconds: int) -> int:
        return server.phone().discover(o51=seconds.to_bytes(4, "big")).lease_time

    assert asked(600) == 600
    assert asked(0xFFFFFFFF) == 28800
    assert asked(1) == 8
    assert server.phone().discover(o51=b"\x01").lease_time == 28800


# Asking whether an address is free before it is offered for the first time


def test_a_first_time_address_is_asked_about_and_then_offered(world: World) -> None:
    server = world.server(probe=True)
    phone = server.phone()
    asked = phone.discover()
    assert asked == "ask address-free 10.0.1.0"
    assert asked.need is not None
    assert asked.need.question == Question("address-free", "eth0", ip_number("10.0.1.0"))
    offer = phone.repeat({asked.need.question: True})
    assert offer == "OFFER 10.0.1.0"
    assert phone.discover() == "OFFER 10.0.1.0"  # asked once is enough
    assert phone.take(offer) == "ACK 10.0.1.0"
    phone.release()
    assert phone.discover() == "OFFER 10.0.1.0"  # it had the address before


def test_clients_that_come_together_are_asked_about_different_addresses(world: World) -> None:
    server = world.server(probe=True)
    asked = [phone.discover() for phone in server.phones(3)]
    assert asked == [f"ask address-free 10.0.1.{last}" for last in (0, 1, 2)]


def test_a_retransmission_meanwhile_asks_the_same(world: World) -> None:
    phone = world.server(probe=True).phone()
    assert phone.discover() == phone.discover() == "ask address-free 10.0.1.0"


def test_an_address_that_answers_goes_into_quarantine_and_the_next_is_tried(world: World) -> None:
    server = world.server(probe=True)
    phone = server.phone()
    asked = phone.discover()
    assert asked.need is not None
    server.in_use(asked.need)
    again = phone.repeat()
    assert again == "ask address-free 10.0.1.1"
    assert server.table.counts(server.now.utc)["declined"] == 1
    server.sleep(86401)
    other = server.phone("00:08:5d:00:00:02")
    assert other.discover(wish="10.0.1.0") == "ask address-free 10.0.1.0"


@pytest.mark.parametrize(("policy", "answer"), [("serve", "OFFER 10.0.1.0"), ("silent", "silence no-answer")])
def test_without_an_answer_the_site_says_what_then(world: World, policy: str, answer: str) -> None:
    server = world.server(probe=True, on_no_answer=policy)
    phone = server.phone()
    asked = phone.discover()
    assert asked.need is not None
    assert phone.repeat({asked.need.question: None}) == answer
    other = server.phone("00:08:5d:00:00:02").discover()
    # what nobody is offered may be asked about for another
    assert other == ("ask address-free 10.0.1.1" if policy == "serve" else "ask address-free 10.0.1.0")


def test_behind_a_relay_it_is_asked_about_wherever_the_address_is(world: World) -> None:
    server = world.server(probe=True)
    phone = server.phone(relay="10.0.0.1")
    asked = phone.discover()
    assert asked.need is not None
    assert asked.need.question == Question("address-free", FAR, ip_number("10.0.1.0"))
    offer = phone.repeat({asked.need.question: True})
    assert offer == "OFFER 10.0.1.0"
    assert phone.take(offer) == "ACK 10.0.1.0"
    assert phone.discover() == "OFFER 10.0.1.0", "asked once is enough"


def test_a_selected_subnet_on_another_wire_is_asked_about_there(world: World) -> None:
    floor, branch = world.network("phones", "10.0.0.0/16"), world.network("far", "10.9.0.0/24", "10.9.0.7-10.9.0.9")
    branch = replace(branch, segment="branch")
    phone = world.server(floor, branch, probe=True, subnet_selection=True).phone()
    phone.options = {118: bytes((10, 9, 0, 0))}
    asked = phone.discover()
    assert asked.need is not None
    assert asked.need.question == Question("address-free", FAR, ip_number("10.9.0.7"))


@pytest.mark.parametrize("settings", [{"probe": True, "probe_relayed": False}, {"probe": False, "probe_relayed": True}])
def test_behind_a_relay_nothing_is_asked_where_that_is_switched_off(world: World, settings: dict[str, bool]) -> None:
    assert world.server(**settings).phone(relay="10.0.0.1").discover() == "OFFER 10.0.1.0"


def test_behind_a_relay_an_address_that_cannot_be_asked_about_is_offered(world: World) -> None:
    phone = world.server(probe=True, on_no_answer="silent").phone(relay="10.0.0.1")
    asked = phone.discover()
    assert asked.need is not None
    assert phone.repeat({asked.need.question: None}) == "OFFER 10.0.1.0"


# Reservations


def test_a_reservation_is_offered_to_its_owner_only(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.1-10.0.1.2"))
    server.reserve("00:08:5d:00:00:01", "10.0.1.1")
    other = server.phone("00:08:5d:00:00:02")
    assert other.boot() == "ACK 10.0.1.2"
    assert server.phone("00:08:5d:00:00:03").discover() == "silence pool-full"
    assert server.phone("00:08:5d:00:00:01").boot() == "ACK 10.0.1.1"


def test_a_reservation_may_lie_outside_the_pools(server: Server) -> None:
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    assert server.phone().boot() == "ACK 10.0.200.1"


def test_a_reservation_by_client_identifier(server: Server) -> None:
    server.reserve("01c0ffee", "10.0.200.1", kind="client-id")
    assert server.phone(client_id=bytes.fromhex("01c0ffee")).boot() == "ACK 10.0.200.1"
    assert server.phone("00:08:5d:00:00:02").boot() == "ACK 10.0.1.0"


def test_a_client_identifier_is_more_exact_than_a_mac(server: Server) -> None:
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    server.reserve("01c0ffee", "10.0.200.2", kind="client-id")
    assert server.phone(client_id=bytes.fromhex("01c0ffee")).discover() == "OFFER 10.0.200.2"


def test_one_machine_with_several_identifiers_keeps_the_address_reserved_for_its_mac(server: Server) -> None:
    """A boot ROM, its loader and the system send three identifiers."""
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    for identifier in (b"\x00rom", b"\xffloader", None):
        assert server.phone(client_id=identifier).boot() == "ACK 10.0.200.1"
    assert len(server.table) == 1


def test_a_reserved_address_that_another_holds_is_waited_for(server: Server) -> None:
    holder, owner = server.phones(2)
    holder.boot()
    server.reserve("00:08:5d:00:00:01", "10.0.1.0")
    assert owner.boot() == "ACK 10.0.1.1"  # meanwhile from the pool
    assert owner.renew() == "ACK 10.0.1.1"
    assert holder.renew() == "NAK nak-not-yours"  # it moves away
    assert owner.renew() == "ACK 10.0.1.1"  # it may still use it
    assert holder.boot() == "ACK 10.0.1.2"
    assert owner.renew() == "NAK nak-not-yours"  # now there is room where it belongs
    assert owner.boot() == "ACK 10.0.1.0"


def test_without_a_pool_a_reservation_in_use_is_named(world: World) -> None:
    server = world.server()
    holder, owner = server.phones(2)
    holder.boot()
    server.facts.replace_site(world.site(world.network()))
    server.reserve("00:08:5d:00:00:01", "10.0.1.0")
    silent = owner.discover()
    assert silent == "silence reserved-in-use"
    assert silent.detail == {"network": "phones", "address": "10.0.1.0", "holder": "00:08:5d:00:00:00"}


def test_a_new_reservation_moves_its_owner_at_the_next_renewal(server: Server) -> None:
    phone = server.phone()
    phone.boot()
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    assert phone.renew() == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.200.1"
    assert server.table.counts(server.now.utc) == {
        "bound": 1, "expired": 0, "released": 1, "declined": 0, "offered": 0,
    }  # fmt: skip


def test_a_dropped_reservation_frees_its_address(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", "10.0.1.1-10.0.1.1"))
    server.reserve("00:08:5d:00:00:01", "10.0.1.1")
    other = server.phone("00:08:5d:00:00:02")
    assert other.discover() == "silence pool-full"
    server.facts.drop_reservation("phones", "mac", "00:08:5d:00:00:01")
    assert other.boot() == "ACK 10.0.1.1"


def test_two_macs_may_share_one_reserved_address(server: Server) -> None:
    """A laptop by cable and by dock; the address goes to who asks first."""
    server.reserve("00:08:5d:00:00:00", "10.0.200.1")
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    cable, dock = server.phones(2)
    assert cable.boot() == "ACK 10.0.200.1"
    assert dock.boot() == "ACK 10.0.1.0"
    cable.release()
    assert dock.renew() == "NAK nak-not-yours"
    assert dock.boot() == "ACK 10.0.200.1"
    server.facts.drop_reservation("phones", "mac", "00:08:5d:00:00:00")
    assert server.facts.is_reserved(ip_number("10.0.200.1"))
