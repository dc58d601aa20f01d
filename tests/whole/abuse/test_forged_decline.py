"""A DECLINE forged right in everything, on its victim's own wire: the victim answers there, so it keeps its lease."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.whole.abuse.test_abuse import CONFIG, opened
from tests.whole.clients import Dhcpcd
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import SERVER, Lab, Machine, inside, needs

from ringboot.dhcp.message import DECLINE, Message, encode
from ringboot.model.address import ip_number, ip_wire, mac_octets

pytestmark = needs("dhcpcd")


def forge(udp: socket.socket, victim: Machine, address: str) -> None:
    """Decline as the victim does: what it says of itself, it said to everybody when it asked."""
    said = victim.tap.seen("REQUEST")[0].message
    options = {53: bytes((DECLINE,)), 50: ip_wire(ip_number(address)), 54: ip_wire(ip_number(SERVER))}
    identity = {61: said.options[61]} if 61 in said.options else {}
    declined = Message(
        op=1, htype=1, hlen=6, hops=0, xid=b"mine", secs=0, flags=0, ciaddr=0, yiaddr=0, siaddr=0, giaddr=0,
        chaddr=mac_octets(victim.mac), sname=b"", file=b"", options={**options, **identity},
    )  # fmt: skip
    udp.sendto(encode(declined), ("255.255.255.255", 67))


def outcomes(daemon: Daemon, reason: str) -> int:
    rows = daemon.get("status")["counters"]
    return sum(row["value"] for row in rows if row["labels"].get("reason") == reason)


def test_who_uses_its_address_keeps_it_until_another_uses_it_too(tmp_path: Path) -> None:
    large = CONFIG.replace("10.9.0.0/24", "10.9.0.0/16").replace("10.9.0.99", "10.9.200.255")
    with Lab(tmp_path) as lab, Daemon(tmp_path, large, lab.server) as daemon:
        victim, attacker = lab.machine(), lab.machine()
        client = Dhcpcd(victim, tmp_path / "client", broadcast=False)
        wait_until(lambda: daemon.get("status")["scan"]["state"] == "running", "the scan")
        client.start()
        address = client.wait_until_bound()
        scan = daemon.get("status")["scan"]
        assert (scan["state"], scan["found"]) == ("running", 0), "no lease waits for the scan"
        udp = inside(attacker.namespace, lambda: opened("", attacker.interface))
        forge(udp, victim, address)
        wait_until(lambda: outcomes(daemon, "decline-doubted") == 1, "the DECLINE to be doubted")
        assert daemon.lease(address)["state"] == "bound"
        told = [row["text"] for row in daemon.get("explain", victim.mac)["timeline"]]
        assert any(f"{victim.mac} itself answers there" in text for text in told), told

        attacker.ip(f"address add {address}/24 dev c0")
        forge(udp, victim, address)

        wait_until(lambda: daemon.lease(address)["state"] == "declined", "the conflict to be believed")
        udp.close()
        client.lose_power()
