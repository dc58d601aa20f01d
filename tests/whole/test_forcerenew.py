"""`ringboot lease renew` and dhcpcd, which obeys it only because it can tell that the daemon is who asks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.clients import Dhcpcd, Udhcpc
from tests.whole.daemon import Daemon
from tests.whole.lab import BRANCH, FLOOR, HEAD, SERVER, Lab, Machine, inside, needs

from ringboot.dhcp.forcerenew import Addressee, forcerenew
from ringboot.model.address import ip_number

pytestmark = needs("busybox", "udhcpc", "dhcpcd", "dhcrelay")

CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "1h"
[[dhcp.network]]
name = "branch"
subnet = "10.9.1.0/24"
pools = ["10.9.1.10-10.9.1.99"]
lease_time = "1h"
options = { routers = "10.9.1.1" }
[tftp]
listen = "off"
[http]
listen = "off"
"""
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        made.add_relay()
        yield made


def test_dhcpcd_renews_when_it_is_asked_and_not_when_a_stranger_asks(lab: Lab, tmp_path: Path) -> None:
    clients = [Dhcpcd(lab.machine(FLOOR), tmp_path), Dhcpcd(lab.machine(BRANCH), tmp_path)]
    other = Udhcpc(lab.machine(FLOOR), tmp_path)
    with Daemon(tmp_path, CONFIG, lab.server) as daemon:
        for each in (*clients, other):
            each.start()
        near, far = (client.wait_until_bound() for client in clients)
        deaf = other.wait_until_bound()
        ends = {address: daemon.lease(address)["expiry"] for address in (near, far)}

        forge(other.machine, near, clients[0].machine.mac, clients[0].tap.seen("ACK")[0].message.xid)
        rows = daemon.json("lease", "renew", near, far)

        for client, row in zip(clients, rows, strict=True):
            assert (row["address"], row["reason"]) == (client.machine.address, "asked-and-renewed"), client.story()
            asked, *after = client.tap.seen()[4:]
            if client is clients[0]:
                assert (asked.kind, asked.message.options[90][12:]) == ("FORCERENEW", bytes(16))  # the forged one
                asked, *after = after
            assert (asked.kind, asked.source) == ("FORCERENEW", SERVER), client.story()
            assert [each.kind for each in after][:2] == ["REQUEST", "ACK"], client.story()
            assert (after[0].source, after[0].message.ciaddr) == (row["address"], ip_number(row["address"]))
            assert 90 not in after[1].message.options  # the nonce is told once
            assert daemon.lease(row["address"])["expiry"] >= ends[row["address"]]

        by_network = {row["address"]: row["reason"] for row in daemon.json("lease", "renew", "--network", "floor")}
        assert by_network == {near: "asked-and-renewed", deaf: "cannot-be-asked"}
    for each in (*clients, other):
        each.machine.lose_power()


def forge(stranger: Machine, address: str, mac: str, xid: bytes) -> None:
    """Ask a client to renew, from a machine that does not know its nonce."""

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            to = Addressee(ip_number(address), 1, bytes.fromhex(mac.replace(":", "")), None, bytes(16))
            data = forcerenew(to, ip_number(SERVER), xid, 1 << 62)
            digest = data[data.index(b"\x5a\x1c") + 14 :][:16]
            sender.bind(("", 67))
            sender.sendto(data.replace(digest, bytes(16)), (address, 68))

    inside(stranger.namespace, send)
