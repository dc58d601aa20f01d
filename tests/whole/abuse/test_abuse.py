"""Machines on the wire that mean harm: whoever has a lease renews it all the time, and memory does not grow.

`-m long` prints a report: how long the slowest renewal took under each attack, and the memory of the dhcp process.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from select import select
from typing import NamedTuple

import pytest
from tests.whole.abuse.attacker import ATTACKS, OWN
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, SERVER, Lab, Machine, inside, needs

from ringboot.dhcp.message import ACK, BROADCAST, DISCOVER, NAK, OFFER, REQUEST, Message, decode, encode
from ringboot.model.address import ip_number, ip_text, ip_wire

pytestmark = needs()

POOL = 90
VICTIMS = 4
PATIENCE = 1.0  # seconds before a client asks again
CEILING = 30.0  # of anything; the machine of the tests may be busy
SHORT, LONG = 4_000, 250_000  # packets of an attack
ROOM = {SHORT: 24, LONG: 48}  # MiB: what is remembered of 65,536 clients for `explain`, and more of that kind
CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "1h"
[tftp]
listen = "off"
[http]
listen = "off"
"""
)


class Victim(NamedTuple):
    """A client with a lease."""

    mac: bytes
    address: str
    udp: socket.socket

    def renew(self) -> float:
        """Renew the lease, and give the seconds that it took."""
        began = time.monotonic()
        answer = exchange(self.udp, self.mac, REQUEST, {}, self.address, SERVER)
        assert (answer.kind, ip_text(answer.yiaddr)) == (ACK, self.address)
        return time.monotonic() - began


class Scene(NamedTuple):
    """A daemon, its clients, and a machine that means harm."""

    daemon: Daemon
    lab: Lab
    attacker: Machine
    street: Machine  # where clients are
    asking: socket.socket  # of those that have no address yet
    victims: list[Victim]

    def memory(self) -> float:
        """Tell the memory of the dhcp process in MiB."""
        status = Path(f"/proc/{self.daemon.pid('dhcp')}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def attack(self, name: str, count: int) -> subprocess.Popen[bytes]:
        """Begin an attack."""
        victims = json.dumps([(each.mac.hex(), each.address) for each in self.victims])
        command = [
            sys.executable,
            "-m",
            "tests.whole.abuse.attacker",
            name,
            self.attacker.interface,
            str(count),
            victims,
        ]
        log = self.daemon.folder / f"{name}.log"
        with log.open("wb") as file:
            return self.attacker.start(command, file)

    def suffer(self, name: str, count: int) -> float:
        """Renew all leases again and again during an attack, and give the seconds that the slowest renewal took."""
        attacking = self.attack(name, count)
        slowest = 0.0
        while attacking.poll() is None:
            slowest = max(slowest, *(victim.renew() for victim in self.victims))
        assert attacking.returncode == 0, (self.daemon.folder / f"{name}.log").read_text()
        return max(slowest, *(victim.renew() for victim in self.victims))


def opened(address: str, interface: str) -> socket.socket:
    """Open a client's socket."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    udp.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE: the attackers' offers are broadcast, too
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    udp.bind((address, 68))
    udp.setblocking(False)
    return udp


def exchange(
    udp: socket.socket, mac: bytes, kind: int, options: dict[int, bytes], ciaddr: str, to: str, xid: bytes = b"mine"
) -> Message:
    """Send a message, again each second, until it is answered."""
    asked = Message(
        op=1, htype=1, hlen=6, hops=0, xid=xid, secs=0, flags=0 if ip_number(ciaddr) else BROADCAST,
        ciaddr=ip_number(ciaddr), yiaddr=0, siaddr=0, giaddr=0, chaddr=mac, sname=b"", file=b"",
        options={53: bytes((kind,)), **options},
    )  # fmt: skip
    wanted = (OFFER,) if kind == DISCOVER else (ACK, NAK)
    deadline = time.monotonic() + CEILING
    while (now := time.monotonic()) < deadline:
        udp.sendto(encode(asked), (to, 67))
        while (left := now + PATIENCE - time.monotonic()) > 0 and select([udp], [], [], left)[0]:
            answer = decode(udp.recv(4096))
            if isinstance(answer, Message) and (answer.xid, answer.chaddr) == (xid, mac) and answer.kind in wanted:
                return answer
    raise AssertionError(f"{mac.hex(':')} was not answered within {CEILING:.0f} s")


def obtain(udp: socket.socket, mac: bytes) -> str:
    """Get a lease as a new client does, and give its address."""
    for turn in range(10):
        xid = b"new" + bytes((turn,))
        offer = exchange(udp, mac, DISCOVER, {}, "0.0.0.0", "255.255.255.255", xid)
        chosen = {50: ip_wire(offer.yiaddr), 54: offer.options[54]}
        if exchange(udp, mac, REQUEST, chosen, "0.0.0.0", "255.255.255.255", xid).kind == ACK:
            return ip_text(offer.yiaddr)
    raise AssertionError(f"{mac.hex(':')} was refused every offer")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("abuse")
    with Lab(folder) as lab, Daemon(folder, CONFIG, lab.server) as daemon:
        street, attacker = lab.machine(), lab.machine()
        attacker.ip(f"address add {OWN}/24 dev c0")
        asking = inside(street.namespace, lambda: opened("", street.interface))
        victims = []
        for number in range(VICTIMS):
            mac = b"\x02\0\0\0\3" + bytes((number,))
            address = obtain(asking, mac)
            street.ip(f"address add {address}/24 dev c0")
            udp = inside(street.namespace, lambda address=address: opened(address, street.interface))  # type: ignore[misc]  # mypy cannot infer a default of a lambda
            victims.append(Victim(mac, address, udp))
        yield Scene(daemon, lab, attacker, street, asking, victims)
        for each in victims:
            each.udp.close()
        asking.close()
        assert (daemon.restarts("dhcp"), daemon.restarts("main")) == (0, 0)
        assert "Traceback" not in daemon.log.read_text()


def held(daemon: Daemon, state: str) -> int:
    """Tell how many addresses are in a state."""
    rows = daemon.get("status")["counters"]
    return sum(row["value"] for row in rows if row["name"] == "leases" and row["labels"] == {"state": state})


@pytest.mark.parametrize("count", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ATTACKS)
def test_clients_renew_throughout(
    scene: Scene,
    name: str,
    count: int,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = scene.memory()

    slowest = scene.suffer(name, count)

    grown = scene.memory() - before
    assert grown < ROOM[count], f"the dhcp process grew by {grown:.1f} MiB"
    for victim in scene.victims:
        lease = scene.daemon.lease(victim.address)
        assert (lease["state"], lease["mac"]) == ("bound", victim.mac.hex(":")), "nobody lost anything"
    record_property("slowest_renewal_ms", round(slowest * 1000, 1))
    record_property("grown_mib", round(grown, 1))
    if count == LONG:
        with capsys.disabled():
            print(f"\n{name}: {count} packets, slowest renewal {slowest * 1000:.1f} ms, memory +{grown:.1f} MiB")


def test_a_starved_pool_still_serves_who_asks_and_takes(scene: Scene) -> None:
    attacking = scene.attack("starve", SHORT)
    address = obtain(scene.asking, b"\x02\0\0\0\4\1")
    assert attacking.wait(CEILING) == 0

    assert scene.daemon.lease(address)["state"] == "bound"
    assert held(scene.daemon, "offered") <= (POOL - VICTIMS + 1) // 2
    reasons = {row["reason"] for row in scene.daemon.get("explain", "02:00:00:00:04:01")["timeline"]}
    assert "acknowledged" in reasons


def test_nothing_that_was_forged_put_an_address_into_quarantine_or_gave_it_back(scene: Scene) -> None:
    attacking = scene.attack("end-their-leases", 400)
    assert attacking.wait(CEILING) == 0

    def refused() -> int:
        rows = scene.daemon.get("status")["counters"]
        wanted = ("release-mismatch", "decline-mismatch", "no-network")
        return sum(row["value"] for row in rows if row["labels"].get("reason") in wanted)

    wait_until(lambda: refused() >= 400, "all to be refused")
    assert (held(scene.daemon, "declined"), held(scene.daemon, "released")) == (0, 0)


@pytest.mark.long
def test_memory_is_flat_when_the_same_goes_on(scene: Scene) -> None:
    """What is remembered of strangers is bounded: after that it does not matter how many more come."""
    scene.suffer("starve", LONG)
    before = scene.memory()

    scene.suffer("starve", LONG)

    assert scene.memory() - before < 8
