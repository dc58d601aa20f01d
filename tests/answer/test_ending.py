"""RELEASE and DECLINE: only the holder of an address gives it up, and neither is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ringboot.answer.decide import decide
from ringboot.answer.decision import WHO_HAS, Need, Question
from ringboot.dhcp.message import DECLINE, RELEASE
from ringboot.leases.terms import QUARANTINE, QUARANTINE_RESERVED
from ringboot.model.address import ip_number, ip_wire, mac_octets
from ringboot.model.lease import DECLINED, RELEASED, LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Phone, Server, World

OURS = ip_number("10.0.0.2")
OWN, OTHER = mac_octets("00:08:5d:00:00:01"), mac_octets("00:08:5d:00:00:99")


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


def test_a_release_that_comes_from_no_address(phone: Phone) -> None:
    assert phone.release(peer="0.0.0.0") == "silence release-mismatch"


def test_a_release_through_a_relay_comes_from_the_relay(server: Server, phone: Phone) -> None:
    phone.relay = ip_number("10.0.0.1")
    assert phone.say(7, ciaddr=phone.ip) == "silence released"


def test_a_client_is_no_relay_for_the_lease_of_another(server: Server, phone: Phone) -> None:
    forger = server.phone("00:08:5d:00:00:02")
    forger.boot()
    phone.relay = ip_number("10.0.0.1")
    assert phone.say(7, {54: ip_wire(OURS)}, ciaddr=phone.ip, peer="10.0.1.1") == "silence release-mismatch"
    assert phone.say(4, {50: ip_wire(phone.ip), 54: ip_wire(OURS)}, peer="10.0.1.1") == "silence decline-mismatch"
    assert phone.renew() == "ACK 10.0.1.0"
    assert forger.release() == "silence released"
    assert phone.say(7, ciaddr=phone.ip, peer="10.0.1.1") == "silence released"  # a relay may have any address


@pytest.mark.parametrize("kind", [RELEASE, DECLINE])
def test_another_port_of_the_relay_is_somebody_else(server: Server, kind: int) -> None:
    phone = server.phone(relay="10.0.0.1")
    phone.options[82] = b"\x01\x02ge\x02\x04\x00\x01\x02\x03"
    phone.boot()
    said = {50: ip_wire(phone.ip), 54: ip_wire(OURS)}
    phone.options[82] = b"\x01\x02gf\x02\x04\x00\x01\x02\x03"
    assert phone.say(kind, said, ciaddr=phone.ip) in {"silence release-mismatch", "silence decline-mismatch"}
    del phone.options[82]
    assert phone.say(kind, said, ciaddr=phone.ip) in {"silence release-mismatch", "silence decline-mismatch"}
    phone.options[82] = b"\x02\x04\x00\x01\x02\x03\x01\x02ge\x05\x04\x0a\x00\x00\x01"
    assert phone.say(kind, said, ciaddr=phone.ip) in {"silence released", "silence declined"}


@pytest.mark.parametrize("kind", [RELEASE, DECLINE])
def test_another_wire_is_not_where_the_client_is(world: World, kind: int) -> None:
    floor = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.255")
    server = world.server(floor, world.network("branch", "10.9.0.0/24", segment="branch"))
    phone = server.phone()
    phone.boot()
    phone.relay = ip_number("10.9.0.1")
    heard = phone.say(kind, {50: ip_wire(phone.ip), 54: ip_wire(OURS)}, ciaddr=phone.ip)
    assert heard in {"silence release-mismatch", "silence decline-mismatch"}
    phone.relay = 0
    assert phone.renew() == "ACK 10.0.1.0"


def test_a_release_without_a_server_identifier_is_believed_from_its_address_only(phone: Phone) -> None:
    assert phone.say(7, ciaddr=phone.ip, peer="10.0.1.9") == "silence release-mismatch"
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


def test_a_decline_without_a_server_identifier_is_believed(phone: Phone) -> None:
    """As dhcpcd sends it about an address that it remembered."""
    assert phone.say(4, {50: ip_wire(phone.ip)}) == "silence declined"


def test_a_decline_comes_from_no_address_or_the_one_it_is_about(phone: Phone) -> None:
    assert phone.decline(peer="10.0.1.9") == "silence decline-mismatch"
    assert phone.renew() == "ACK 10.0.1.0"
    assert phone.decline(peer="10.0.1.0") == "silence declined"


def test_one_client_puts_only_so_many_addresses_into_quarantine_within_an_hour(server: Server, phone: Phone) -> None:
    for _ in range(3):
        assert phone.decline() == "silence declined"
        assert phone.boot().startswith("ACK")
        server.sleep(60)
    over = phone.decline()
    assert (over, over.detail["most"], over.change) == ("silence decline-limit", 3, None)
    assert phone.renew() == "ACK 10.0.1.3", "who sends in its name does not silence it"
    other = server.phone("00:08:5d:00:00:02")
    other.boot()
    assert other.decline() == "silence declined", "the limit is each client's own"
    server.restart()
    assert phone.decline() == "silence decline-limit", "the journal remembers"
    server.sleep(3600 - 180)
    assert phone.decline() == "silence declined", "the first one was more than an hour ago"


def test_another_identifier_does_not_help_over_the_limit(server: Server) -> None:
    for number in range(3):
        phone = server.phone(client_id=b"\x00number %d" % number)
        phone.boot()
        assert phone.decline() == "silence declined"
    phone = server.phone(client_id=b"\x00one more")
    phone.boot()
    assert phone.decline() == "silence decline-limit"


def test_a_decline_that_could_not_be_written_does_not_count(server: Server, phone: Phone) -> None:
    for _ in range(4):
        declined = phone.decline()
        assert declined.undo is not None
        server.table.undo(declined.undo)
    assert phone.renew() == "ACK 10.0.1.0"


def test_the_limit_is_the_sites(server: Server, phone: Phone) -> None:
    server.facts.replace_site(replace(server.facts.site, max_declines=0))
    assert phone.decline() == "silence decline-limit"


@pytest.mark.parametrize("asked", [None, b"", b"\x0a\x00\x01"])
def test_a_decline_that_names_no_address(phone: Phone, asked: bytes | None) -> None:
    assert phone.say(4, {54: ip_wire(OURS)} | ({} if asked is None else {50: asked})) == "silence decline-mismatch"


def test_a_decline_after_the_lease_ran_out(server: Server, phone: Phone) -> None:
    server.sleep(28800)
    assert phone.decline() == "silence decline-mismatch"


# Whether a DECLINE is true, as the wire tells


def test_who_has_a_declined_address_is_asked_on_its_own_wire(server: Server, phone: Phone) -> None:
    server.wire[phone.ip] = frozenset((OWN,))
    phone.decline()
    assert phone.last is not None
    assert decide(phone.last, server.facts, server.now) == Need(Question(WHO_HAS, "eth0", phone.ip))


@pytest.mark.parametrize(
    ("answering", "becomes"),
    [
        ([OWN], "decline-doubted"), ([OTHER], "declined"), ([OWN, OTHER], "declined"), ([], "declined"),
        (None, "declined"), (True, "declined"),
    ],
    ids=["the client", "another", "both", "nobody", "cannot ask", "no ARP there"],
)  # fmt: skip
def test_only_when_its_client_alone_uses_it_the_lease_stays(
    server: Server, phone: Phone, answering: list[bytes] | bool | None, becomes: str
) -> None:
    server.wire[phone.ip] = frozenset(answering) if isinstance(answering, list) else answering
    declined = phone.decline()
    assert declined == f"silence {becomes}"
    assert (declined.change is None) is (becomes == "decline-doubted")
    assert phone.renew().startswith("ACK") is (becomes == "decline-doubted")


def test_the_mac_that_a_decline_names_is_not_the_one_that_counts(server: Server) -> None:
    """Its identifier can be forged, and the forger's own MAC stand beside it."""
    phone = server.phone(client_id=b"\x00mine")
    phone.boot()
    forger = server.phone("00:08:5d:00:00:02", client_id=b"\x00mine")
    server.wire[phone.ip] = frozenset((phone.mac,))
    forged = forger.decline("10.0.1.0")
    assert forged == "silence decline-doubted"
    assert forged.detail["mac"] == "00:08:5d:00:00:01"
    assert phone.renew() == "ACK 10.0.1.0"


def test_doubted_ones_do_not_count_for_the_limit(server: Server, phone: Phone) -> None:
    server.wire[phone.ip] = frozenset((OWN,))
    for _ in range(10):
        assert phone.decline() == "silence decline-doubted"
    server.wire.clear()
    assert phone.decline() == "silence declined"


def test_behind_a_relay_nobody_is_asked(server: Server) -> None:
    phone = server.phone(relay="10.0.0.1")
    phone.boot()
    server.wire[phone.ip] = frozenset((OWN,))
    assert phone.decline() == "silence declined"
