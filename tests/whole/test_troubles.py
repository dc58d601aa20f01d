"""What goes wrong around real clients: parts of the daemon start again, or an address is in use already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.whole.clients import KINDS, PROGRAMS, Client, Udhcpc
from tests.whole.daemon import Daemon
from tests.whole.lab import Lab, Seen, needs

pytestmark = needs(*PROGRAMS)

CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["s0"]
probe = true
options = { dhcp-renewal-time = "3", dhcp-rebinding-time = "30" }
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "60s"
[tftp]
listen = "off"
[http]
listen = "off"
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), CONFIG, lab.server) as running:
        yield running


@pytest.fixture
def clients(lab: Lab, daemon: Daemon, tmp_path: Path) -> Iterator[list[Client]]:
    made = [kind(lab.machine(), tmp_path) for kind in KINDS]
    yield made
    for client in made:
        client.machine.lose_power()


def stop_and_start(daemon: Daemon) -> None:
    assert daemon.stop() == 0
    daemon.start()


RESTARTS: dict[str, Callable[[Daemon], object]] = {
    "of dhcp": lambda daemon: daemon.kill("dhcp"),
    "of main": lambda daemon: daemon.kill("main"),
    "of everything": stop_and_start,
}


@pytest.mark.parametrize("restart", RESTARTS.values(), ids=RESTARTS.keys())
def test_clients_renew_the_same_address_after_a_restart(
    restart: Callable[[Daemon], object], clients: list[Client], daemon: Daemon
) -> None:
    for client in clients:
        client.start()
    bound = {client: daemon.lease(client.wait_until_bound()) for client in clients}

    before = {client: len(client.tap.seen()) for client in clients}
    restart(daemon)
    passed = {client: len(client.tap.seen()) for client in clients}

    for client, lease in bound.items():
        address = lease["address"]
        if isinstance(client, Udhcpc):
            client.renew_now()
        seen = client.wait_to_see(partial(is_renewed, address=address, since=passed[client]), "to renew")
        assert {each.kind for each in seen[before[client] :]}.isdisjoint({"DISCOVER", "NAK"}), client.story()
        assert client.machine.address == address
        renewed = daemon.lease(address)
        assert (renewed["state"], renewed["mac"], renewed["start"]) == ("bound", client.machine.mac, lease["start"])


def is_renewed(seen: list[Seen], address: str, since: int) -> bool:
    """Say whether an ACK follows a REQUEST by somebody who has this address, later than so many messages."""
    asked = [number for number, each in enumerate(seen) if number >= since and each.source == address]
    return bool(asked) and "ACK" in {each.kind for each in seen[asked[0] :]}


def test_an_address_that_somebody_uses_is_found_before_it_is_offered(
    lab: Lab, clients: list[Client], daemon: Daemon
) -> None:
    """No client has to decline it (the configuration says probe = true)."""
    used = next_addresses(daemon, 3)
    squatter = lab.machine()
    for address in used:
        squatter.ip(f"address add {address}/24 dev c0")
    for client in clients:
        client.set_up(checks=True)
        client.start()

    for client in clients:
        assert client.wait_until_bound() not in used
        assert "DECLINE" not in {each.kind for each in client.tap.seen()}
    found = daemon.json("lease", "list", "--filter", "state=declined")["items"]
    assert [row["address"] for row in found] == used


def next_addresses(daemon: Daemon, count: int) -> list[str]:
    """Name the addresses that are given out next: the first of the pool that nobody had."""
    had = {row["address"] for row in daemon.get("leases")["items"]}
    free = [address for number in range(10, 100) if (address := f"10.9.0.{number}") not in had]
    return free[:count]
