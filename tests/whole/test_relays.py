"""Every client on the server's wire, behind a relay agent, and behind two in a row, asking for broadcast or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.whole.clients import KINDS, PROGRAMS, Client, Networkd
from tests.whole.daemon import Daemon
from tests.whole.lab import ANNEX, BRANCH, FLOOR, HEAD, ROUTER, SECOND, SERVER, Lab, Machine, Seen, Tap, needs

from ringboot.model.address import ip_text

pytestmark = needs(*PROGRAMS, "dhcrelay")

EVERYBODY, ALL_CARDS = "255.255.255.255", "ff:ff:ff:ff:ff:ff"
FLAG = 0x8000
CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
[[dhcp.network]]
name = "branch"
subnet = "10.9.1.0/24"
pools = ["10.9.1.10-10.9.1.99"]
options = { routers = "10.9.1.1" }
[[dhcp.network]]
name = "annex"
subnet = "10.9.2.0/24"
pools = ["10.9.2.10-10.9.2.99"]
options = { routers = "10.9.2.1" }
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
HOPS = {FLOOR: 0, BRANCH: 1, ANNEX: 2}
ROUTERS = {FLOOR: "0.0.0.0", BRANCH: ROUTER, ANNEX: SECOND}  # whose address stands in giaddr


class Way(NamedTuple):
    """What a client's wire and the server's heard of one start, and the lease that came of it."""

    near: list[Seen]
    far: list[Seen]
    address: str
    mac: str
    lease: dict[str, Any]


EVERY: tuple[type[Client], ...] = (*KINDS, Networkd)
Key = tuple[type[Client], str, bool]
EACH: list[Key] = [
    (kind, place, broadcast)
    for broadcast in (False, True)
    for kind in EVERY
    for place in HOPS
    if kind.may_ask_for_broadcast or not broadcast
]


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Key, Way]]:
    """Start all the clients at the same time, first without the flag and then with it, on the same machines."""
    folder = tmp_path_factory.mktemp("ways")
    with Lab(folder) as lab:
        lab.add_relay()
        lab.add_second_relay()
        machines = {(kind, place): lab.machine(place) for kind in EVERY for place in HOPS}
        taps = {machine: lab.listen("s0", machine) for machine in machines.values()}
        with Daemon(folder, CONFIG, lab.server) as daemon:
            yield {
                key: way
                for broadcast in (False, True)
                for key, way in started(machines, taps, daemon, folder, broadcast=broadcast).items()
            }


def started(
    machines: dict[tuple[type[Client], str], Machine], taps: dict[Machine, Tap], daemon: Daemon, folder: Path,
    *, broadcast: bool,
) -> dict[Key, Way]:  # fmt: skip
    keys = [key for key in EACH if key[2] is broadcast]
    clients = {key: key[0](machines[key[:2]], folder / f"{key[1]}-{broadcast}", broadcast=broadcast) for key in keys}
    before = {each: (len(each.tap.seen()), len(taps[each.machine].seen())) for each in clients.values()}
    for client in clients.values():
        client.start()
    made = {}
    for key, client in clients.items():
        address = client.wait_until_bound()
        near, far = before[client]
        made[key] = Way(
            client.tap.seen()[near:],
            taps[client.machine].seen()[far:],
            address,
            client.machine.mac,
            daemon.lease(address),
        )
    for client in clients.values():
        client.lose_power()
    return made


@pytest.mark.parametrize(("kind", "place", "broadcast"), EACH, ids=lambda value: getattr(value, "name", str(value)))
def test_a_client_is_answered_as_it_asks_to_be(
    ways: dict[Key, Way], kind: type[Client], place: str, broadcast: bool
) -> None:
    way = ways[kind, place, broadcast]
    told = {name: [each for each in way.near if each.kind == name] for name in ("DISCOVER", "OFFER", "REQUEST", "ACK")}
    assert all(told.values()), way.near
    for asked in told["DISCOVER"] + told["REQUEST"]:
        assert asked.message.flags == (FLAG if broadcast else 0)
        assert (asked.to, asked.hardware) == (EVERYBODY, ALL_CARDS)
    for answer in told["OFFER"] + told["ACK"]:
        assert answer.message.flags == (FLAG if broadcast else 0)
        assert (answer.to, answer.hardware) == ((EVERYBODY, ALL_CARDS) if broadcast else (way.address, way.mac))
    assert (way.lease["state"], way.lease["mac"], way.lease["network"]) == ("bound", way.mac, place)


@pytest.mark.parametrize(("kind", "place", "broadcast"), EACH, ids=lambda value: getattr(value, "name", str(value)))
def test_the_relay_that_is_nearest_to_the_client_stands_in_its_messages_and_is_answered(
    ways: dict[Key, Way], kind: type[Client], place: str, broadcast: bool
) -> None:
    way = ways[kind, place, broadcast]
    assert {each.kind for each in way.far} >= {"DISCOVER", "OFFER", "REQUEST", "ACK"}
    for each in way.far:
        asked = each.kind in ("DISCOVER", "REQUEST")
        assert ip_text(each.message.giaddr) == ROUTERS[place]
        assert each.message.hops == (HOPS[place] if asked else 0)
        assert (82 in each.message.options) is (place != FLOOR)
        if place != FLOOR:
            assert each.to == (SERVER if asked else ROUTERS[place])
    assert all(82 not in each.message.options for each in way.near), "option 82 is between relay and server"


def test_each_relay_passes_on_what_the_one_before_it_said(ways: dict[Key, Way]) -> None:
    """The agents name the interface that they heard a client on; the second's stays as it is, there and back."""
    said = {each.message.options[82] for way in ways.values() for each in way.far if 82 in each.message.options}
    assert said == {b"\x01\x03far"}
