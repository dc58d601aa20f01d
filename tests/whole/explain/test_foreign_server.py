"""Another DHCP server on our wire: `serve` meets it at its start, and `explain` names it to a phone that waits."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.explain.scene import normal
from tests.whole.lab import Lab, Machine, inside, needs

from ringboot.dhcp import message as wire
from ringboot.dhcp.message import DISCOVER, Message

pytestmark = needs("busybox")

GOLDEN = Path(__file__).parent / "golden" / "boot-foreign-server.txt"
BROADCAST = 0x8000
CONFIG = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["s0"]
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.60"]
[tftp]
listen = "off"
[http]
listen = "off"
"""
FOREIGN = """
start 10.9.0.200
end 10.9.0.210
interface c0
max_leases 5
lease_file {folder}/leases
pidfile {folder}/pid
"""


def discover(machine: Machine) -> None:
    """Ask for an address as a phone does that has none, once."""
    mac = bytes.fromhex(machine.mac.replace(":", ""))
    message = Message(
        op=1, htype=1, hlen=6, hops=0, xid=b"wait", secs=0, flags=BROADCAST, ciaddr=0, yiaddr=0, siaddr=0, giaddr=0,
        chaddr=mac, sname=b"", file=b"", options={53: bytes((DISCOVER,)), 60: b"AastraIPPhone6731i"},
    )  # fmt: skip

    def opened() -> socket.socket:
        here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, machine.interface.encode())
        here.bind(("0.0.0.0", 68))
        return here

    with inside(machine.namespace, opened) as here:
        here.sendto(wire.encode(message), ("255.255.255.255", 67))


def start_another(lab: Lab, folder: Path) -> None:
    """Let a machine on the wire answer DHCP too."""
    machine = lab.machine()
    machine.ip("address add 10.9.0.66/24 dev c0")
    (folder / "leases").touch()
    config, log = folder / "udhcpd.conf", folder / "udhcpd.log"
    config.write_text(FOREIGN.format(folder=folder))
    with log.open("wb") as file:
        machine.start(["busybox", "udhcpd", "-f", "-a", "50", str(config)], file)
    wait_until(lambda: b"started" in log.read_bytes(), "the other server", say=log.read_text)


def explained(folder: Path) -> str:
    """Let a phone wait between two servers, and give what explain prints once it has found out."""
    with Lab(folder) as lab:
        start_another(lab, folder)
        with Daemon(folder, CONFIG, lab.server) as daemon:
            phone = lab.machine()
            discover(phone)
            wait_until(
                lambda: daemon.get("explain", phone.mac)["boot"]["reason"] == "boot-foreign-server",
                "the other server to be blamed",
                say=lambda: str(daemon.get("explain", phone.mac)) + daemon.log.read_text(),
            )
            both = {"10.9.0.1", "10.9.0.66"}
            wait_until(lambda: {each.source for each in phone.tap.seen("OFFER")} == both, "an offer of each")
            assert "another DHCP server answers on s0: 10.9.0.66" in daemon.log.read_text()
            return normal(daemon.run("explain", "--mac", phone.mac).stdout)


def test_one_that_comes_later_is_heard_and_one_that_is_there_on_purpose_is_not_told(tmp_path: Path) -> None:
    """The daemon asks now and again; between it hears what others answer to whom."""
    with Lab(tmp_path) as lab, Daemon(tmp_path, CONFIG, lab.server) as daemon:
        ours = Udhcpc(lab.machine(), tmp_path)
        ours.start()
        ours.wait_until_bound()
        start_another(lab, tmp_path)
        assert daemon.get("status")["other_servers"] == []
        phone = lab.machine()

        discover(phone)

        found = wait_until(lambda: daemon.get("status")["other_servers"], "the other server to be heard")[0]
        assert (found["server"], found["interface"], found["allowed"]) == ("10.9.0.66", "s0", False)
        assert daemon.get("status")["dhcp_other_servers"] == 1
        wait_until(lambda: "another DHCP server answers on s0: 10.9.0.66" in daemon.log.read_text(), "the warning")
        told = daemon.run("explain", "--mac", ours.machine.mac).stdout
        assert "another DHCP server, 10.9.0.66, answered on s0; it may have served this device" in told
        said = daemon.config.read_text()
        daemon.config.write_text(said.replace("[dhcp]", '[dhcp]\nother_servers = ["10.9.0.66"]'))
        daemon.run("reload")

        discover(phone)

        wait_until(lambda: daemon.get("status")["other_servers"][0]["allowed"], "it to be heard again")
        assert daemon.get("status")["dhcp_other_servers"] == 0


def test_another_dhcp_server_answers(tmp_path: Path) -> None:
    assert explained(tmp_path) == GOLDEN.read_text()
