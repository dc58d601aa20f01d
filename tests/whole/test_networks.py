"""Real clients on wires with several networks: pools by class, limits, ports, and one lease from boot ROM to system."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import BRANCH, FLOOR, HEAD, Lab, needs

pytestmark = needs("busybox", "udhcpc", "dhcrelay")

CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
segment = "floor"
identity = "mac"
pool = [
  { range = "10.9.0.10-10.9.0.10", class = "boot" },
  { range = "10.9.0.20-10.9.0.29", class = "voice" },
]
[[dhcp.network]]
name = "more"
subnet = "10.8.0.0/24"
segment = "floor"
identity = "mac"
pools = ["10.8.0.20-10.8.0.29"]
options = { routers = "10.8.0.1" }
[[dhcp.network]]
name = "branch"
subnet = "10.9.1.0/24"
pools = ["10.9.1.10-10.9.1.12"]
options = { routers = "10.9.1.1" }
lease_time = "1h"
max_leases_per_circuit = 2
scarce_lease_time = "1m"
scarce_above = 0.5
[[dhcp.class]]
name = "boot"
match = { vendor-class = "udhcp*" }
[[dhcp.class]]
name = "voice"
match = { vendor-class = "Voice*" }
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
PORT = "far"  # what the relay calls its port


class Stage(Udhcpc):
    """A machine at one stage of its way from boot ROM to system; each has an identifier of its own, or none."""

    identifier = ""

    def command(self) -> list[str]:
        """Give the command."""
        return [*super().command(), *(["-x", f"0x3d:{self.identifier}"] if self.identifier else ["-C"])]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        made.add_relay()
        made.ip_there(made.server, "address add 10.8.0.1/24 dev s0")
        yield made


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), CONFIG, lab.server) as running:
        yield running


def test_the_pool_of_its_class_serves_a_client_and_then_the_next_network_of_the_wire(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    first, second = (Udhcpc(lab.machine(FLOOR), tmp_path) for _ in range(2))
    first.start()
    assert first.wait_until_bound() == "10.9.0.10"
    second.start()
    assert second.wait_until_bound() == "10.8.0.20"
    second.renew_now()
    assert second.wait_for("renew") == "10.8.0.20"
    assert {seen.kind for seen in second.tap.seen()} == {"DISCOVER", "OFFER", "REQUEST", "ACK"}, second.story()
    assert daemon.lease("10.8.0.20")["network"] == "more"


def test_one_machine_has_one_lease_from_its_boot_rom_to_its_system(lab: Lab, daemon: Daemon, tmp_path: Path) -> None:
    machine = Stage(lab.machine(FLOOR), tmp_path)
    mac = machine.machine.mac.replace(":", "")
    stages = ("00" + "1122334455667788" * 2, f"01{mac}", f"ff0000000100010a0b0c0d{mac}", "")
    had: list[str] = []
    for machine.identifier in stages:
        before = len(machine.events())
        machine.start()
        had.append(machine.wait_until_bound(after=before))
        machine.lose_power()
    assert len(set(had)) == 1, machine.story()
    told = {seen.message.options.get(61, b"").hex() for seen in machine.tap.seen("REQUEST")}
    assert told == set(stages)
    leases = daemon.json("lease", "list", "--filter", f"mac={machine.machine.mac}")
    assert [lease["address"] for lease in leases["items"]] == had[:1]


def test_a_port_has_a_limit_and_a_reservation_and_leases_get_short_when_addresses_do(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    first, second, third = (Udhcpc(lab.machine(BRANCH), tmp_path) for _ in range(3))
    had = []
    for client in (first, second):
        client.start()
        had.append(client.wait_until_bound())
    assert had == ["10.9.1.10", "10.9.1.11"]

    third.start()
    wait_until(lambda: _stands(daemon, third) == "circuit-full", "the third one to be one too many", say=third.story)
    told = daemon.run("explain", "--mac", third.machine.mac).stdout
    assert f"circuit-id {PORT} has as many leases in network branch as it may: 2" in told
    daemon.run("reservation", "add", "10.9.1.50", "--network", "branch", "--circuit-id", PORT)
    assert third.wait_until_bound() == "10.9.1.50"

    first.renew_now()
    assert first.wait_for("renew") == "10.9.1.10"
    lease = daemon.lease("10.9.1.10")
    assert lease["expiry"] - lease["start"] < 3600
    told = daemon.run("explain", "--mac", first.machine.mac).stdout
    assert "10.9.1.10 was renewed for 60 s only: pool 10.9.1.10-10.9.1.12 runs short" in told
    assert f"reservation 10.9.1.50 in branch, by its circuit-id {PORT}" in told


def _stands(daemon: Daemon, client: Udhcpc) -> str | None:
    """Give the newest reason that dhcp has for a client."""
    timeline = daemon.get("explain", client.machine.mac)["timeline"]
    return str(timeline[-1]["reason"]) if timeline else None
