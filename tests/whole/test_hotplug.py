"""Interfaces that come, go and change under a running daemon, with real links and a real client on each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import Lab, Machine, needs

pytestmark = needs("busybox", "udhcpc")

CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["s0", "v1"]
probe = true
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "1h"
[[dhcp.network]]
name = "workshop"
subnet = "10.9.7.0/24"
pools = ["10.9.7.10-10.9.7.99"]
lease_time = "1h"
[tftp]
listen = "off"
[http]
listen = "off"
"""


class Cable:
    """A machine on an interface v1 of the server's that is its own network."""

    def __init__(self, lab: Lab, daemon: Daemon) -> None:
        self.lab, self.daemon = lab, daemon
        self.machine: Machine = lab.machine()
        self.machine.ip("link delete c0")

    def ip(self, arguments: str) -> None:
        """Run `ip` on the server."""
        self.lab.ip_there(self.lab.server, arguments)

    def plug(self, *, address: bool = True) -> None:
        """Make the interface at both ends, up, with an address at ours."""
        self.lab.join("v1", self.machine)
        if address:
            self.ip("address add 10.9.7.1/24 dev v1")

    def pull(self) -> None:
        """Delete it at both ends."""
        self.ip("link delete v1")

    def state(self, name: str = "v1") -> str:
        """Tell what `ringboot status` says of an interface."""
        rows = self.daemon.json("status")["interfaces"]
        return str(next(row["state"] for row in rows if row["interface"] == name))

    def until(self, state: str) -> None:
        """Wait until the daemon says that this is how it stands."""
        wait_until(lambda: self.state() == state, f"v1 to be {state}", say=self.daemon.log.read_text)


@pytest.fixture(scope="module")
def cable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cable]:
    with (
        Lab(tmp_path_factory.mktemp("lab")) as lab,
        Daemon(tmp_path_factory.mktemp("daemon"), CONFIG, lab.server) as daemon,
    ):
        yield Cable(lab, daemon)


@pytest.fixture
def client(cable: Cable, tmp_path: Path) -> Iterator[Udhcpc]:
    made = Udhcpc(cable.machine, tmp_path)
    yield made
    made.machine.lose_power()


def events(daemon: Daemon, reason: str) -> list[dict[str, str]]:
    with closing(sqlite3.connect(f"file:{daemon.data}/fleet.db?mode=ro", uri=True)) as database:
        return [json.loads(row[0]) for row in database.execute("SELECT detail FROM event WHERE reason = ?", (reason,))]


def test_an_interface_that_comes_goes_and_comes_again_is_served_without_a_restart(cable: Cable, tmp_path: Path) -> None:
    daemon = cable.daemon
    before = daemon.pid("dhcp")
    assert (cable.state("s0"), cable.state("v1")) == ("served", "missing")
    gone = {"interface": "v1", "why": "it is not there"}
    wait_until(lambda: events(daemon, "interface-not-served") == [gone], "it to be written down")

    cable.plug(address=False)
    cable.until("no-address")
    cable.ip("address add 10.9.7.1/24 dev v1")
    cable.until("served")
    here = {"interface": "v1", "addresses": "10.9.7.1"}
    wait_until(lambda: events(daemon, "interface-served") == [here], "it to be written down")
    first = Udhcpc(cable.machine, tmp_path / "first")
    first.start()
    address = first.wait_until_bound()
    assert daemon.lease(address)["network"] == "workshop"
    first.lose_power()

    cable.pull()
    cable.until("missing")
    cable.plug()
    cable.until("served")
    again = Udhcpc(cable.machine, tmp_path / "again")
    again.start()
    assert again.wait_until_bound() == address
    again.lose_power()

    cable.ip("link set v1 down")
    cable.until("down")
    cable.ip("link set v1 up")
    cable.until("served")
    later = Udhcpc(cable.machine, tmp_path / "later")
    later.start()
    assert later.wait_until_bound() == address
    later.lose_power()
    assert daemon.pid("dhcp") == before
    assert daemon.restarts("dhcp") == 0


def test_two_networks_at_once_and_a_dhcp_that_dies_after_an_interface_came(
    cable: Cable, client: Udhcpc, tmp_path: Path
) -> None:
    daemon = cable.daemon
    other = Udhcpc(cable.lab.machine(), tmp_path / "floor")
    for each in (client, other):
        each.start()
    bound = {each: daemon.lease(each.wait_until_bound()) for each in (client, other)}
    assert [lease["network"] for lease in bound.values()] == ["workshop", "floor"]
    assert [each.tap.seen("ACK")[0].source for each in (client, other)] == ["10.9.7.1", "10.9.0.1"]
    happened = {each: len(each.events()) for each in (client, other)}

    daemon.kill("dhcp")
    for each in (client, other):
        each.renew_now()
    for each in (client, other):
        assert each.wait_for("renew", after=happened[each]) == bound[each]["address"]
    other.machine.lose_power()


def test_what_is_deleted_and_made_again_at_once_is_not_taken_for_the_old_one(cable: Cable, client: Udhcpc) -> None:
    """The supervisor may see nothing in between: name and address are the same."""
    cable.pull()
    cable.plug()
    client.start()
    assert cable.daemon.lease(client.wait_until_bound())["network"] == "workshop"
    assert cable.state() == "served"
