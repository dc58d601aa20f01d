"""A conf.py of staticDHCPd, unmodified, and a real client: the address, the options, and what a kill changes."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon
from tests.whole.lab import HEAD, Lab, needs

pytestmark = needs("busybox", "udhcpc")

CONFIG = (
    HEAD
    + """\
conf = "conf.py"
on_no_answer = "silent"
question_deadline = "2s"
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
[scripts]
time_limit = "1s"
[tftp]
listen = "off"
[http]
listen = "off"
"""
)
CONF = """\
UID = GID = 0
DHCP_SERVER_IP = '10.9.0.1'
DATABASE_ENGINE = 'SQLite'
SQLITE_FILE = 'dhcp.sqlite3'


def init():
    global _pool
    import staticDHCPd_extensions.dynamism as dynamism

    class Counting(dynamism.DynamicPool):
        def handle(self, method, packet, mac, client_ip):
            writeLog('%s of %s' % (method, mac))
            return dynamism.DynamicPool.handle(self, method, packet, mac, client_ip)

    _pool = Counting('guest', 0, 300, 'dynamic', subnet_mask='255.255.255.0', discourage_renewals=False)
    callbacks.webAddDashboard('guest', 'Guests', _pool.show_leases_xhtml)
    _pool.add_ips(['10.9.0.50', '10.9.0.51', '10.9.0.52'])


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    return _pool.handle(method, packet, mac, client_ip)


def loadDHCPPacket(packet, mac, client_ip, relay_ip, subnet, serial, pxe, vendor):
    if vendor[1] and vendor[1].startswith('udhcp'):
        packet.setOption('tftp_server_name', 'boot.example.org', force_selection=True)
        packet.setOption('bootfile_name', mac.replace(':', '').upper() + '.cfg', force_selection=True)
        packet.setOption('domain_name', subnet)
    return True
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture(scope="module")
def daemon(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("daemon")
    (folder / "conf.py").write_text(CONF)
    connection = sqlite3.connect(folder / "dhcp.sqlite3")
    connection.executescript(
        "CREATE TABLE subnets (subnet TEXT, serial INTEGER, lease_time INTEGER, gateway TEXT, subnet_mask TEXT,"
        " broadcast_address TEXT, ntp_servers TEXT, domain_name_servers TEXT, domain_name TEXT);"
        "CREATE TABLE maps (mac TEXT PRIMARY KEY, ip TEXT, hostname TEXT, subnet TEXT, serial INTEGER);"
        "INSERT INTO subnets VALUES ('lan', 0, 600, '10.9.0.1', '255.255.255.0', NULL, NULL, '10.9.0.1', NULL);"
    )
    connection.close()
    with Daemon(folder, CONFIG, lab.server) as running:
        yield running


def test_a_stranger_gets_an_address_of_the_pool_and_keeps_it_when_all_is_killed(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    client.start()
    address = client.wait_until_bound()
    assert address == "10.9.0.50"
    ack = client.tap.seen("ACK")[-1].message
    bare = client.machine.mac.replace(":", "").upper()
    assert (ack.options[66], ack.options[67], ack.options[15]) == (
        b"boot.example.org",
        f"{bare}.cfg".encode(),
        b"guest",
    )
    assert ack.options[51] == (300).to_bytes(4)
    row = daemon.lease(address)
    assert row["mac"] == client.machine.mac
    daemon.kill("scripts")
    daemon.kill("dhcp")
    heard = len(client.events())
    client.renew_now()
    assert client.wait_for("renew", after=heard) == address
    other = Udhcpc(lab.machine(), tmp_path)
    other.start()
    assert other.wait_until_bound() == "10.9.0.51", "the first one is leased"
    client.lose_power()
    other.lose_power()


def test_a_client_of_the_database_has_its_address_from_the_next_packet_on(
    lab: Lab, daemon: Daemon, tmp_path: Path
) -> None:
    client = Udhcpc(lab.machine(), tmp_path)
    with sqlite3.connect(daemon.folder / "dhcp.sqlite3") as connection:
        connection.execute("INSERT INTO maps VALUES (?, '10.9.0.9', 'nine', 'lan', 0)", (client.machine.mac,))
    connection.close()
    client.start()
    assert client.wait_until_bound() == "10.9.0.9"
    ack = client.tap.seen("ACK")[-1].message
    assert (ack.options[15], ack.options[3]) == (b"lan", bytes((10, 9, 0, 1)))
    client.lose_power()


def test_its_dashboard_stands_among_our_pages(daemon: Daemon) -> None:
    page = daemon.get("scripts", "page")
    text = base64.b64decode(page["data"]).decode()
    assert (page["status"], page["framed"]) == (200, True)
    assert "<h2>Guests</h2><table>" in text
    assert "<td>10.9.0.51</td>" in text


@pytest.mark.long
def test_a_faulty_conf_is_not_taken_over(daemon: Daemon) -> None:
    path = daemon.folder / "conf.py"
    good = path.read_text()
    path.write_text(good + "\nthis is no Python\n")
    done = daemon.run("reload", check=False)
    assert done.returncode != 0
    assert "conf.py:" in done.stderr
    assert "SyntaxError" in done.stderr
    assert daemon.get("scripts")["connected"]
    path.write_text(good)
    daemon.run("reload")
