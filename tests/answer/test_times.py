"""How long a lease lasts and when it is to be renewed: the network's bounds, the client's wish, its class."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringboot.answer.timers import with_timers
from ringboot.leases.terms import INFINITE
from ringboot.model.address import ip_text
from ringboot.model.site import Class, Match, Network

if TYPE_CHECKING:
    from tests.answer.conftest import Heard, Server, World

DAY = 86400


def lending(world: World, **more: object) -> Server:
    return world.server(world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", **more))


def timers(heard: Heard) -> tuple[int, ...]:
    return tuple(int.from_bytes(heard.options[code], "big") for code in (58, 59) if code in heard.options)


@pytest.mark.parametrize(
    ("bounds", "asked", "lent"),
    [
        ({}, None, 3600),
        ({}, 600, 600),
        ({}, 7200, 3600),
        ({}, 1, 8),
        ({}, INFINITE, 3600),
        ({"min_lease_time": 900}, 600, 900),
        ({"min_lease_time": 900}, None, 3600),
        ({"max_lease_time": DAY}, None, 3600),
        ({"max_lease_time": DAY}, 7200, 7200),
        ({"max_lease_time": DAY}, INFINITE, DAY),
        ({"max_lease_time": INFINITE}, INFINITE, INFINITE),
        ({"lease_time": 5}, 1, 5),
        ({"lease_time": INFINITE}, None, INFINITE),
        ({"lease_time": INFINITE}, 600, 600),
    ],
)
def test_a_client_gets_what_it_asks_for_within_the_networks_bounds(
    world: World, bounds: dict[str, int], asked: int | None, lent: int
) -> None:
    server = lending(world, **{"lease_time": 3600, **bounds})
    phone = server.phone()
    phone.options = {51: asked.to_bytes(4, "big")} if asked is not None else {}
    offer = phone.discover()
    for heard in (offer, phone.take(offer), phone.renew(), phone.rebind(), phone.discover()):
        assert heard.lease_time == lent
    assert server.table.leases()[0].expiry == int(server.now.utc) + lent


def test_a_wish_of_a_wrong_length_is_none(world: World) -> None:
    assert lending(world, lease_time=3600).phone().discover(o51=b"\1\2").lease_time == 3600


def test_the_class_of_a_client_decides_and_the_last_one_that_does(world: World) -> None:
    def kind(name: str, pattern: str, seconds: int | None) -> Class:
        return Class(name, "class", ((Match("dhcp.60", pattern),),), {}, seconds)

    phones = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", lease_time=3600, max_lease_time=DAY)
    server = world.server(
        phones, classes=(kind("all", "", 300), kind("desk", "^Desk", 7 * DAY), kind("any", "^D", None))
    )
    for said, seconds in ((b"Desk 1", 7 * DAY), (b"Door", 300)):
        phone = server.phone("00:08:5d:00:00:0" + str(len(said)))
        phone.options = {60: said}
        assert phone.boot().lease_time == seconds
        assert phone.renew().lease_time == seconds
        assert phone.renew(o51=INFINITE.to_bytes(4, "big")).lease_time == seconds
        assert phone.renew(o51=(60).to_bytes(4, "big")).lease_time == 60
    assert server.phone("00:08:5d:00:00:99").boot().lease_time == 3600


def test_a_class_by_the_relays_port_still_holds_when_a_renewal_passes_no_relay(world: World) -> None:
    port = Class("port", "class", ((Match("dhcp.82.1", "^ge-1$"),),), {"66": "port"}, 300)
    phones = world.network("phones", "10.0.0.0/16", "10.0.1.0-10.0.1.9", lease_time=3600)
    server = world.server(phones, classes=(port,))
    here, elsewhere = server.phone(relay="10.0.0.1"), server.phone("00:08:5d:00:00:02", relay="10.0.0.1")
    for phone, name, told in ((here, b"ge-1", (300, b"port")), (elsewhere, b"ge-2", (3600, None))):
        phone.options = {82: b"\x01\x04" + name}
        ack = phone.boot()
        assert (ack.lease_time, ack.options.get(66)) == told
        phone.options = {}
        for heard in (phone.renew(), phone.renew(), phone.inform(ip_text(phone.ip))):
            assert (heard.lease_time if 51 in heard.options else told[0], heard.options.get(66)) == told
    stranger = server.phone("00:08:5d:00:00:03")
    assert 66 not in stranger.inform("10.0.1.0").options


# T1 and T2


def test_half_and_seven_eighths_of_the_time_unless_the_network_says_otherwise(world: World) -> None:
    phone = lending(world, lease_time=3600).phone()
    offer = phone.discover()
    for heard in (offer, phone.take(offer), phone.renew()):
        assert timers(heard) == (1800, 3150)
    assert timers(phone.renew(o51=(600).to_bytes(4, "big"))) == (300, 525)
    assert timers(lending(world, lease_time=3600, t1=0.25, t2=0.75).phone().discover()) == (900, 2700)


def test_they_come_where_the_client_asks_for_them(world: World) -> None:
    phone = lending(world, lease_time=3600, options={"3": "10.0.0.1"}).phone()
    phone.options = {55: bytes((59, 3, 58))}
    assert [code for code in phone.discover().options if code in (3, 58, 59)] == [59, 3, 58]


def test_a_lease_without_end_has_none(world: World) -> None:
    phone = lending(world, lease_time=INFINITE, options={"58": "10"}).phone()
    assert timers(phone.boot()) == timers(phone.renew()) == ()
    assert timers(phone.renew(o51=(600).to_bytes(4, "big"))) == (10, 525)


def test_nor_has_an_answer_without_a_lease(world: World) -> None:
    server = lending(world, lease_time=3600)
    phone = server.phone()
    phone.boot()
    assert timers(phone.inform("10.0.1.0")) == ()
    assert timers(phone.reboot("192.0.2.1")) == ()


def test_they_are_filled_in_also_where_options_differ_from_client_to_client(world: World) -> None:
    server = lending(world, lease_time=3600, options={"67": "{mac}.cfg"})
    server.reserve("00:08:5d:00:00:02", "10.0.1.7", **{"66": "x"})
    for number in (1, 2):
        assert timers(server.phone(f"00:08:5d:00:00:0{number}").boot()) == (1800, 3150)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"58": "20"}, (20, 87)),
        ({"59": "60"}, (50, 60)),
        ({"58": "2", "59": "4"}, (2, 4)),
        ({"58": "200", "59": "400"}, (50, 87)),  # of a longer lease
        ({"58": "95"}, (95,)),  # the client computes T2, as without any
    ],
)
def test_options_of_the_configuration_win_where_they_make_sense(
    world: World, options: dict[str, str], told: tuple[int, ...]
) -> None:
    assert timers(lending(world, lease_time=100, options=options).phone().discover()) == told


@given(
    seconds=st.integers(1, INFINITE),
    t1=st.floats(0.001, 0.999),
    t2=st.floats(0.001, 0.999),
    configured=st.dictionaries(st.sampled_from([58, 59]), st.binary(min_size=3, max_size=4)),
)
def test_what_is_told_is_in_order(seconds: int, t1: float, t2: float, configured: dict[int, bytes]) -> None:
    row = Network("n", 0, 24, "s", t1=t1, t2=t2)
    told = with_timers({3: b"kept", **configured}, row, seconds)
    assert told[3] == b"kept"
    times = [int.from_bytes(told[code], "big") for code in (58, 59) if code in told]
    if len(times) == 2 and {58: told[58], 59: told[59]} != configured:
        assert all(one < other for one, other in pairwise([0, *times, seconds]))
