"""Real clients and the whole daemon: every way through the life of a lease, on its wire and behind a real relay."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.whole.clients import (
    KINDS,
    PROGRAMS,
    Client,
    Networkd,
    RapidDhcpcd,
    RoutedDhclient,
    SearchingDhclient,
    Udhcpc,
)
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import BRANCH, FLOOR, HEAD, SERVER, Lab, Seen, needs

from ringboot.model.address import ip_number, ip_text, ip_wire

pytestmark = needs(*PROGRAMS, "dhcrelay")

LEASE_TIME = 20
EVERYBODY = "255.255.255.255"
CONFIG = (
    HEAD
    + """\
options = { dhcp-renewal-time = "2", dhcp-rebinding-time = "4" }
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "20s"
[[dhcp.network]]
name = "branch"
subnet = "10.9.1.0/24"
pools = ["10.9.1.10-10.9.1.99"]
lease_time = "20s"
options = { routers = "10.9.1.1" }
rapid_commit = true
[[dhcp.class]]
name = "far"
match = { vendor-class = "far" }
options = { domain-search = "SEARCH", classless-static-route = "ROUTES" }
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
SEARCH = [f"building{number:02}.campus.example.org" for number in range(30)]
ROUTES = [f"10.{number}.7.0/24 via 10.9.0.{number}" for number in range(101, 141)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        made.add_relay()
        yield made


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    config = CONFIG.replace("SEARCH", ", ".join(SEARCH)).replace("ROUTES", ", ".join(ROUTES))
    with Daemon(tmp_path_factory.mktemp("daemon"), config, lab.server) as running:
        yield running


@pytest.fixture(params=[FLOOR, BRANCH], ids=["direct", "relayed"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def clients(lab: Lab, daemon: Daemon, place: str, tmp_path: Path) -> Iterator[list[Client]]:
    """Give one client of each kind, started at the same time."""
    made = [kind(lab.machine(place), tmp_path) for kind in KINDS]
    for client in made:
        client.start()
    yield made
    for client in made:
        client.machine.lose_power()


def requests(client: Client, address: str) -> list[Seen]:
    """Give the REQUESTs that a client sent for the address that it uses."""
    return [each for each in client.tap.seen("REQUEST") if each.source == address]


def test_a_lease_is_obtained_and_renewed_in_its_time(clients: list[Client], daemon: Daemon, place: str) -> None:
    bound = {}
    for client in clients:
        bound[client] = lease = daemon.lease(client.wait_until_bound())
        assert (lease["state"], lease["mac"], lease["network"]) == ("bound", client.machine.mac, place)
        assert (lease["relay_information"] is not None) is (place == BRANCH)

    for client, lease in bound.items():
        address = lease["address"]
        if place == BRANCH and isinstance(client, Udhcpc):
            client.renew_now()  # by itself it would after 15 s, as it does on the floor
        assert client.wait_for("renew", "RENEW") == address
        renewal = requests(client, address)[0]
        assert renewal.to == SERVER, client.story()
        assert renewal.message.options.keys().isdisjoint({50, 54})
        renewed = daemon.lease(address)
        assert (renewed["start"], renewed["relay_information"]) == (lease["start"], lease["relay_information"])
        assert renewed["expiry"] - renewed["start"] > LEASE_TIME


def test_a_client_whose_server_does_not_answer_it_rebinds(clients: list[Client], daemon: Daemon) -> None:
    bound = {client: client.wait_until_bound() for client in clients}
    for client in clients:
        client.machine.cut_off()
        if isinstance(client, Udhcpc):
            client.renew_now()

    for client, address in bound.items():
        client.wait_to_see(partial(is_rebound, address=address), "to rebind")
        asked = requests(client, address)
        rebinding = asked[-1]
        assert rebinding.to == EVERYBODY
        assert {each.to for each in asked} == {SERVER, EVERYBODY}, client.story()
        assert rebinding.message.options.keys().isdisjoint({50, 54})
        lease = daemon.lease(address)
        assert lease["state"] == "bound"
        assert lease["expiry"] - lease["start"] > LEASE_TIME


def is_rebound(seen: list[Seen], address: str) -> bool:
    """Say whether an ACK follows a REQUEST to everybody by somebody who has this address."""
    asked = [number for number, each in enumerate(seen) if (each.source, each.to) == (address, EVERYBODY)]
    return bool(asked) and "ACK" in {each.kind for each in seen[asked[0] :]}


def test_an_address_that_a_client_finds_in_use_is_declined_and_not_offered_again(
    clients: list[Client], lab: Lab, daemon: Daemon, place: str, tmp_path: Path
) -> None:
    had = {client: client.wait_until_bound() for client in clients}
    for client in clients:
        client.lose_power()
    squatter = lab.machine(place)
    for address in had.values():
        squatter.ip(f"address add {address}/24 dev c0")
    happened = {client: (len(client.events()), len(client.tap.seen())) for client in clients}
    for client in clients:
        client.set_up(checks=True)
        client.start()

    for client, before in had.items():
        after, passed = happened[client]
        address = client.wait_until_bound(after=after)
        assert address not in had.values()
        seen = client.tap.seen()[passed:]
        decline = [each.kind for each in seen].index("DECLINE")
        assert seen[decline].message.options[50] == ip_wire(ip_number(before)), client.story()
        given = [ip_text(each.message.yiaddr) for each in seen[decline:] if each.kind in ("OFFER", "ACK")]
        assert set(given) == {address}, client.story()
        lease = daemon.lease(before)
        assert (lease["state"], lease["mac"]) == ("declined", client.machine.mac)
    listed = daemon.json("lease", "list", "--filter", "state=declined", "--network", place)
    assert {row["address"] for row in listed["items"]} >= set(had.values())


def test_an_address_that_is_released_goes_to_the_same_client_again(clients: list[Client], daemon: Daemon) -> None:
    had = {client: client.wait_until_bound() for client in clients}
    for client in clients:
        client.release()
        assert client.tap.seen("RELEASE"), client.story()
    for address in had.values():
        wait_until(lambda address=address: daemon.lease(address)["state"] == "released", f"{address} to be released")  # type: ignore[misc]  # mypy cannot infer a default of a lambda
    happened = {client: len(client.events()) for client in clients}

    for client in reversed(clients):
        client.start()

    for client in reversed(clients):
        assert client.wait_until_bound(after=happened[client]) == had[client]
        assert daemon.lease(had[client])["state"] == "bound"


def test_a_machine_that_starts_again_asks_for_the_lease_that_it_remembers(
    clients: list[Client], daemon: Daemon
) -> None:
    remembering = [client for client in clients if client.reboots]
    assert [client.name for client in remembering] == ["dhclient", "dhcpcd"]
    for client in remembering:
        address = client.wait_until_bound()
        began = daemon.lease(address)["start"]
        client.lose_power()
        before = len(client.tap.seen())
        client.start()

        assert client.wait_for("REBOOT") == address

        told = client.tap.seen()[before:]
        assert {each.kind for each in told} == {"REQUEST", "ACK"}, client.story()
        asked = told[0].message
        assert (asked.ciaddr, 54 in asked.options, len(asked.options[50])) == (0, False, 4)
        assert daemon.lease(address)["start"] == began


def test_a_machine_that_was_moved_is_refused_its_old_address_and_given_another(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    clients = [kind(lab.machine(FLOOR), tmp_path) for kind in KINDS if kind.reboots]
    for client in clients:
        client.start()
    had = {client: client.wait_until_bound() for client in clients}
    for client in clients:
        client.lose_power()
        lab.plug(client.machine, BRANCH)
    happened = {client: len(client.events()) for client in clients}
    for client in clients:
        client.start()

    for client, before in had.items():
        address = client.wait_until_bound(after=happened[client])
        told = client.tap.seen()
        assert told[0].message.options[50] == ip_wire(ip_number(before))
        assert next(each.kind for each in told if each.kind != "REQUEST") == "NAK", client.story()
        assert (daemon.lease(address)["network"], daemon.lease(address)["state"]) == (BRANCH, "bound")
        client.lose_power()


def test_rapid_commit_takes_two_messages_where_the_network_allows_it(
    lab: Lab, daemon: Daemon, place: str, tmp_path: Path
) -> None:
    client = RapidDhcpcd(lab.machine(place), tmp_path)
    client.start()
    address = client.wait_until_bound()
    told = client.tap.seen()
    assert 80 in told[0].message.options, client.story()
    way = [each.kind for each in told if each.kind != "DISCOVER"]
    assert way == (["ACK"] if place == BRANCH else ["OFFER", "REQUEST", "ACK"]), client.story()
    assert (80 in told[-1].message.options) is (place == BRANCH)
    lease = daemon.lease(address)
    assert (lease["state"], lease["mac"]) == ("bound", client.machine.mac)
    client.lose_power()


def test_systemd_obtains_renews_and_releases(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    clients = {place: Networkd(lab.machine(place), tmp_path) for place in (FLOOR, BRANCH)}
    for client in clients.values():
        client.start()
    for place, client in clients.items():
        address = client.wait_until_bound()
        lease = daemon.lease(address)
        assert (lease["state"], lease["mac"], lease["network"]) == ("bound", client.machine.mac, place)
        assert client.wait_for("renew") == address
        assert requests(client, address)[0].to == SERVER, client.story()
        assert requests(client, address)[0].message.options.keys().isdisjoint({50, 54})
        client.release()
        assert client.tap.seen("RELEASE"), client.story()
        wait_until(lambda address=address: daemon.lease(address)["state"] == "released", f"{address} to be released")  # type: ignore[misc]  # mypy cannot infer a default of a lambda


def test_long_options_reach_clients_over_the_fields_of_names(lab: Lab, tmp_path: Path, daemon: Daemon) -> None:
    """More than 255 octets each, to clients that take 576 in all: in pieces (RFC 3396), over file and sname."""
    searching, routed = SearchingDhclient(lab.machine(), tmp_path), RoutedDhclient(lab.machine(), tmp_path)
    for client in (searching, routed):
        client.start()
    for client, code in ((searching, 119), (routed, 121)):
        client.wait_until_bound()
        discover, ack = client.tap.seen("DISCOVER")[0].message, client.tap.seen("ACK")[0].message
        assert 57 not in discover.options
        assert len(ack.options[code]) > 310, "more than the options of a message of 576 octets hold"
    assert searching.told("domain_search").replace(". ", " ").rstrip(".").split() == SEARCH
    octets = routed.told("ways").split()
    told = [octets[place : place + 8] for place in range(0, len(octets), 8)]
    assert [f"{'.'.join(each[1:4])}.0/{each[0]} via {'.'.join(each[4:])}" for each in told] == ROUTES
    for client in (searching, routed):
        client.machine.lose_power()
