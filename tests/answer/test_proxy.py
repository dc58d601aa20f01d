"""ProxyDHCP and the port of boot servers: the file from us, the address from us or from another server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.answer.test_netboot import UUID, http, ipxe, rom, rule

from ringboot.dhcp.message import DISCOVER, INFORM, REQUEST
from ringboot.model.address import ip_number, ip_wire
from ringboot.model.evidence import sub_options
from ringboot.model.site import Boot, BootItem

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Phone, Server, World

OTHER = "10.0.0.9"


def elsewhere(world: World, *rules: Boot, **more: object) -> Server:
    """Serve a network in which another server gives the addresses."""
    return world.server(world.network("phones", "10.0.0.0/16", **more), boot=rules or (rule(file="a.efi"),))


def at_4011(machine: Phone) -> Phone:
    machine.pxe, machine.port = True, 68
    return machine


def ask(machine: Phone, item: int | None = None, kind: int = REQUEST, **more: object) -> Heard:
    """Ask for a boot server by unicast, with the address that another server gave."""
    options = {} if item is None else {43: bytes((71, 4)) + item.to_bytes(2, "big") + b"\0\0\xff"}
    return machine._say(kind, options, ciaddr=ip_number("10.0.3.3"), unicast=True, **more)  # type: ignore[arg-type]


def test_a_machine_is_offered_a_file_and_no_address(world: World) -> None:
    offer = rom(elsewhere(world)).discover()
    assert (offer.reason, offer.message.yiaddr, offer.message.file) == ("proxy-offered", 0, b"a.efi")
    assert {54: ip_wire(ip_number("10.0.0.2")), 60: b"PXEClient", 97: UUID}.items() <= offer.options.items()
    assert not {1, 3, 51, 58, 59} & offer.options.keys()
    assert sub_options(offer.options[43])[6] == b"\x08"
    assert (offer.way, offer.change) == ("broadcast 255.255.255.255:68", None)


def test_others_are_left_to_the_other_server(world: World) -> None:
    server = elsewhere(world)
    assert server.phone().discover() == "silence no-pool"
    assert rom(server, o60=b"MSFT 5.0").discover() == "silence no-pool"
    assert rom(elsewhere(world, rule("arm", 11, file="x"))).discover() == "silence no-pool"


def test_what_is_said_to_the_other_server_is_not_answered(world: World) -> None:
    machine = rom(elsewhere(world))
    assert machine.take_other(OTHER) == "silence no-pool"
    assert machine.renew("10.0.3.3") == "silence no-pool"


@pytest.mark.parametrize("kind", [REQUEST, INFORM])
def test_at_the_port_of_boot_servers_it_is_told_where_it_is(world: World, kind: int) -> None:
    machine = at_4011(rom(elsewhere(world)))
    machine.port = 4011
    told = ask(machine, kind=kind)
    assert (told.reason, told.message.file, told.message.yiaddr) == ("proxy-acknowledged", b"a.efi", 0)
    assert told.message.ciaddr == ip_number("10.0.3.3")
    assert told.way == "unicast 10.0.3.3:4011"
    assert 51 not in told.options


def test_who_asks_another_boot_server_by_broadcast_is_not_answered(world: World) -> None:
    machine = at_4011(rom(elsewhere(world)))
    assert machine.say(REQUEST, {54: ip_wire(ip_number(OTHER))}, ip_number("10.0.3.3")) == "silence no-pool"
    assert machine.say(REQUEST, {54: ip_wire(ip_number("10.0.0.2"))}, ip_number("10.0.3.3")) == "ACK 10.0.3.3"


def test_a_network_that_says_proxy_is_another_s_though_we_keep_addresses_in_it(world: World) -> None:
    server = elsewhere(world, proxy=True)
    server.reserve("00:08:5d:00:00:01", "10.0.1.5", **{"67": "own.efi"})
    assert rom(server).discover().reason == "proxy-offered"
    assert server.phone().boot() == "silence no-pool"


def test_a_relayed_one_is_answered_through_its_relay(world: World) -> None:
    machine = rom(elsewhere(world))
    machine.relay = ip_number("10.0.200.1")
    assert machine.discover().way == "relay 10.0.200.1:67"


def test_who_boots_by_http_gets_its_url_beside_the_other_server(world: World) -> None:
    offer = http(elsewhere(world)).discover()
    assert (offer.message.yiaddr, offer.options[60]) == (0, b"HTTPClient")
    assert offer.options[67] == b"http://10.0.0.2:8667/a.efi"
    assert 43 not in offer.options


def test_ipxe_gets_its_script_beside_the_other_server_and_never_itself(world: World) -> None:
    told = ipxe(elsewhere(world, rule(file="ipxe.efi", script="boot.ipxe"))).discover()
    assert (told.reason, told.message.file) == ("proxy-offered", b"boot.ipxe")
    assert 175 not in told.options  # it has another server to wait for
    assert ipxe(elsewhere(world, rule(file="ipxe.efi"))).discover() == "silence no-pool"


def test_from_disk_is_silence(world: World) -> None:
    assert rom(elsewhere(world, rule())).discover() == "silence no-pool"


def test_strangers_are_ignored_here_too(world: World) -> None:
    served = world.network("near", "10.1.0.0/16", "10.1.0.5-10.1.0.9", unknown="ignore")
    far = world.network("phones", "10.0.0.0/16", proxy=True, unknown="ignore")
    server = world.server(far, served, boot=(rule(file="a.efi"),))
    assert rom(server).discover() == "silence unknown-ignored"
    server.facts.put_known("00:08:5d:00:00:01")
    assert rom(server).discover().reason == "proxy-offered"


# Addresses from us


def test_all_of_a_boot_with_an_address_goes_by_the_port_of_boot_servers(world: World) -> None:
    network = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9")
    machine = at_4011(rom(world.server(network, boot=(rule(file="a.efi"),))))
    machine.port = 1068
    offer = machine.discover()
    ack = machine.take(offer)
    assert (offer, ack, ack.message.file) == ("OFFER 10.0.1.0", "ACK 10.0.1.0", b"a.efi")
    assert offer.way == ack.way == "frame 10.0.1.0:1068 00:08:5d:00:00:01"
    assert len(machine.server.rows) == 1


def test_a_phone_is_served_at_that_port_too(world: World) -> None:
    server = world.server()
    assert at_4011(server.phone()).boot() == "ACK 10.0.1.0"


LINES = (BootItem("From disk"), BootItem("Install", "install.0"), BootItem("Memory", "memtest.0"))


@pytest.mark.parametrize("pools", [(), ("10.0.1.0-10.0.3.9",)])
def test_a_line_of_the_menu_is_asked_for_and_named_in_the_answer(world: World, pools: tuple[str, ...]) -> None:
    network = world.network("phones", "10.0.0.0/16", *pools)
    server = world.server(network, boot=(rule(menu=LINES),))
    machine = at_4011(rom(server, 0))
    assert sub_options(machine.say(DISCOVER).options[43])[6] == b"\7"
    for item, file in ((0x8001, b"install.0"), (0x8002, b"memtest.0")):
        told = ask(machine, item)
        assert (told.reason, told.message.file) == ("proxy-acknowledged", file)
        assert sub_options(told.options[43]) == {71: item.to_bytes(2, "big") + b"\0\0"}
    assert not server.rows


@pytest.mark.parametrize("item", [0, 0x7FFF, 0x8000, 0x8003, 0xFFFF])
def test_a_line_without_a_file_is_none(world: World, item: int) -> None:
    machine = at_4011(rom(elsewhere(world, rule(menu=LINES)), 0))
    assert ask(machine, item) == "silence no-pool"
