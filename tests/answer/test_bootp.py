"""BOOTP clients: one message, one answer, an address for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ringboot.answer.decision import Question
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_number, ip_text
from ringboot.model.lease import LeaseChange

if TYPE_CHECKING:
    from tests.answer.conftest import Server, World

OPTIONS = {"3": "10.0.0.1", "66": "boot.example.org", "67": "{mac}.img", "15": "example.org", "60": "x", "58": "9"}


def old(world: World, **more: object) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", **{"bootp": True, **more}))


def test_one_gets_an_address_for_ever(world: World) -> None:
    server = old(world)
    reply = server.phone().bootp()
    assert reply == "BOOTREPLY 10.0.1.0"
    assert reply.reason == "acknowledged"
    assert reply.way == "frame 10.0.1.0:68 00:08:5d:00:00:01"
    assert isinstance(reply.change, LeaseChange)
    assert reply.change.expiry == server.now.utc + INFINITE
    server.sleep(10 * 365 * 86400)
    others = [server.phone(f"00:08:5d:00:00:0{number}").bootp() for number in (2, 3)]
    assert others == ["BOOTREPLY 10.0.1.1", "BOOTREPLY 10.0.1.2"]
    server.restart()
    assert server.phone().bootp() == "BOOTREPLY 10.0.1.0"


def test_or_for_as_long_as_the_network_says(world: World) -> None:
    server = old(world, bootp_lease_time=3600)
    change = server.phone().bootp().change
    assert isinstance(change, LeaseChange)
    assert change.expiry == server.now.utc + 3600
    server.sleep(1800)
    renewed = server.phone().bootp()
    assert renewed == "BOOTREPLY 10.0.1.0"
    assert isinstance(renewed.change, LeaseChange)
    assert (renewed.change.kind, renewed.change.expiry) == ("renewed", server.now.utc + 3600)


def test_it_is_told_nothing_of_dhcp(world: World) -> None:
    reply = old(world, options=OPTIONS).phone().bootp().message
    assert list(reply.options) == [1, 3, 15]
    assert (reply.sname, reply.file) == (b"boot.example.org", b"00085d000001.img")
    assert ip_text(reply.siaddr) == "10.0.0.2"


def test_the_server_of_files_is_the_configured_one(world: World) -> None:
    network = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", bootp=True)
    assert ip_text(world.server(network, server="10.0.0.77").phone().bootp().message.siaddr) == "10.0.0.77"


def test_its_reservation_is_its_own(world: World) -> None:
    server = old(world)
    server.reserve("00:08:5d:00:00:01", "10.0.7.7", hostname="gate")
    reply = server.phone().bootp()
    assert (reply, reply.options[12]) == ("BOOTREPLY 10.0.7.7", b"gate")


def test_a_network_with_reservations_only_serves_only_those(world: World) -> None:
    server = world.server(world.network("phones", "10.0.0.0/16", bootp=True))
    server.reserve("00:08:5d:00:00:01", "10.0.7.7")
    assert server.phone().bootp() == "BOOTREPLY 10.0.7.7"
    assert server.phone("00:08:5d:00:00:02").bootp() == "silence no-pool"


def test_unless_the_network_serves_them_they_are_ignored_and_that_is_said(server: Server) -> None:
    silent = server.phone().bootp()
    assert silent == "silence bootp-not-served"
    assert silent.detail == {"network": "phones"}
    server.reserve("00:08:5d:00:00:01", "10.0.7.7")
    assert server.phone().bootp() == "silence bootp-not-served"
    assert not server.rows


def test_the_network_that_serves_them_does_also_where_another_of_the_wire_comes_first(world: World) -> None:
    server = world.server(
        world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9"),
        world.network("old", "10.1.0.0/16", "10.1.1.0-10.1.1.9", bootp=True),
    )
    server.reserve("00:08:5d:00:00:01", "10.0.7.7")
    assert server.phone().bootp() == "BOOTREPLY 10.1.1.0"
    assert server.phone().discover() == "OFFER 10.0.7.7"


@pytest.mark.parametrize("kind", ["unknown", "elsewhere", "no network"])
def test_where_dhcp_clients_get_nothing_neither_do_they(world: World, kind: str) -> None:
    pools = () if kind == "elsewhere" else ("10.0.1.0-10.0.1.3",)
    unknown = "ignore" if kind == "unknown" else "serve"
    phone = world.server(world.network("phones", "10.0.0.0/16", *pools, unknown=unknown, bootp=True)).phone()
    phone.relay = ip_number("192.0.2.1") if kind == "no network" else 0
    expected = {"unknown": "unknown-ignored", "elsewhere": "no-pool", "no network": "no-network"}[kind]
    assert phone.bootp() == f"silence {expected}"


def test_a_relay_gets_the_answer_with_its_own_option(world: World) -> None:
    phone = old(world).phone(relay="10.0.0.1")
    reply = phone.bootp(options={82: b"\x01\x03abc"})
    assert reply.way == "relay 10.0.0.1:67"
    assert list(reply.options) == [1, 82]
    assert reply.options[82] == b"\x01\x03abc"


def test_one_that_knows_its_address_is_answered_there(world: World) -> None:
    reply = old(world).phone().bootp("10.0.1.2")
    assert (reply, reply.way) == ("BOOTREPLY 10.0.1.2", "unicast 10.0.1.2:68")
    assert ip_text(reply.message.ciaddr) == "10.0.1.2"


def test_its_address_is_probed_first(world: World) -> None:
    network = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.3", bootp=True)
    phone = world.server(network, probe=True).phone()
    assert phone.bootp() == "ask address-free 10.0.1.0"
    question = Question("address-free", "eth0", ip_number("10.0.1.0"))
    assert phone.repeat({question: None}) == "silence no-answer"
    assert phone.repeat({question: True}) == "BOOTREPLY 10.0.1.0"


def test_the_pool_is_full(world: World) -> None:
    server = old(world)
    for phone in server.phones(4):
        phone.bootp()
    assert server.phone("00:08:5d:00:00:99").bootp() == "silence pool-full"


def test_a_type_that_cannot_be_read_is_no_bootp(world: World) -> None:
    phone = old(world).phone()
    for odd in (b"", b"\x01\x01", b"\x63"):
        assert phone.bootp(options={53: odd}) == "silence not-a-request"
