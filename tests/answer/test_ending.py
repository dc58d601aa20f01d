"""RELEASE and DECLINE: only the holder of an address gives it up, and neither is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.leases.terms import QUARANTINE, QUARANTINE_RESERVED
from ringboot.model.address import ip_number
from ringboot.model.lease import DECLINED, RELEASED, LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server


@pytest.fixture
def phone(server: Server) -> Phone:
    phone = server.phone()
    phone.boot()
    return phone


def test_a_release_frees_the_address_and_remembers_its_holder(server: Server, phone: Phone) -> None:
    released = phone.release()
    assert released == "silence released"
    assert released.detail == {"address": "10.0.1.0", "network": "phones"}
    assert isinstance(released.change, LeaseChange)
    assert (released.change.kind, released.change.state) == ("released", RELEASED)
    assert released.change.expiry == int(server.now.utc)
    assert phone.discover() == "OFFER 10.0.1.0"


def test_a_second_release_changes_nothing(phone: Phone) -> None:
    phone.release()
    again = phone.release()
    assert again == "silence released"
    assert again.change is None


def test_a_release_by_somebody_else_is_a_mismatch(server: Server, phone: Phone) -> None:
    other = server.phone("00:08:5d:00:00:02")
    assert other.release("10.0.1.0") == "silence release-mismatch"
    assert phone.renew() == "ACK 10.0.1.0"


def test_the_same_mac_with_another_identifier_is_somebody_else(server: Server, phone: Phone) -> None:
    assert server.phone(client_id=b"\x00other").release("10.0.1.0") == "silence release-mismatch"
    assert phone.renew() == "ACK 10.0.1.0"


@pytest.mark.parametrize("address", ["10.0.1.9", "192.0.2.1"])
def test_a_release_of_an_address_that_it_does_not_hold(phone: Phone, address: str) -> None:
    assert phone.release(address) == "silence release-mismatch"


def test_a_release_to_another_server(phone: Phone) -> None:
    assert phone.release(server=ip_number("10.0.0.66")) == "silence release-mismatch"


def test_a_release_that_does_not_come_from_the_address(phone: Phone) -> None:
    assert phone.release(peer="10.0.3.3") == "silence release-mismatch"


def test_a_release_through_a_relay_comes_from_the_relay(server: Server, phone: Phone) -> None:
    phone.relay = ip_number("10.0.0.1")
    assert phone.say(7, ciaddr=phone.ip) == "silence released"


def test_a_release_without_a_server_identifier_is_believed(phone: Phone) -> None:
    assert phone.say(7, ciaddr=phone.ip) == "silence released"


def test_a_declined_address_is_out_of_use_for_a_day(server: Server, phone: Phone) -> None:
    declined = phone.decline()
    assert declined == "silence declined"
    assert isinstance(declined.change, LeaseChange)
    assert (declined.change.kind, declined.change.state) == ("declined", DECLINED)
    assert declined.change.expiry == int(server.now.utc) + QUARANTINE
    assert phone.boot() == "ACK 10.0.1.1"
    other = server.phone("00:08:5d:00:00:02")
    assert other.discover(wish="10.0.1.0") == "OFFER 10.0.1.2"
    server.sleep(QUARANTINE)
    assert other.boot() == "ACK 10.0.1.2"  # one that nobody ever had comes first
    third = server.phone("00:08:5d:00:00:03")
    assert third.discover(wish="10.0.1.0") == "OFFER 10.0.1.0"


def test_a_second_decline_changes_nothing(phone: Phone) -> None:
    phone.decline()
    again = phone.decline()
    assert again == "silence declined"
    assert again.change is None


def test_a_declined_address_is_not_renewed(phone: Phone) -> None:
    phone.decline()
    assert phone.renew() == "NAK nak-not-yours"
    assert phone.release() == "silence release-mismatch"


def test_a_reserved_address_is_tried_again_soon(server: Server) -> None:
    server.reserve("00:08:5d:00:00:01", "10.0.200.1")
    phone = server.phone()
    phone.boot()
    phone.decline()
    assert phone.boot() == "ACK 10.0.1.0"
    server.sleep(QUARANTINE_RESERVED)
    assert phone.renew() == "NAK nak-not-yours"
    assert phone.boot() == "ACK 10.0.200.1"


def test_a_decline_by_somebody_else_is_a_mismatch(server: Server, phone: Phone) -> None:
    other = server.phone("00:08:5d:00:00:02")
    assert other.decline("10.0.1.0") == "silence decline-mismatch"
    assert other.decline("10.0.1.9") == "silence decline-mismatch"
    assert phone.renew() == "ACK 10.0.1.0"


def test_a_decline_of_a_mere_offer_is_a_mismatch(server: Server) -> None:
    phone = server.phone("00:08:5d:00:00:02")
    phone.discover()
    assert phone.decline("10.0.1.0") == "silence decline-mismatch"


def test_a_decline_to_another_server(phone: Phone) -> None:
    assert phone.decline(server=ip_number("10.0.0.66")) == "silence decline-mismatch"


@pytest.mark.parametrize("asked", [None, b"", b"\x0a\x00\x01"])
def test_a_decline_that_names_no_address(phone: Phone, asked: bytes | None) -> None:
    assert phone.say(4, {} if asked is None else {50: asked}) == "silence decline-mismatch"


def test_a_decline_after_the_lease_ran_out(server: Server, phone: Phone) -> None:
    server.sleep(28800)
    assert phone.decline() == "silence decline-mismatch"
