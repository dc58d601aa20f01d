"""Machines that boot from the network: raw conversations, and real firmware in a virtual machine up to a marker."""

from __future__ import annotations

import re
import shutil
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, SERVER, Lab, Machine, inside, needs
from tests.whole.virtual import FIRST, PC, SLOWLY, Virtual, dnsmasq, uefi

from ringboot.dhcp.message import ACK, DISCOVER, OFFER, REQUEST, BadPacket, Message, decode, encode
from ringboot.model.address import ip_number, ip_text, ip_wire
from ringboot.model.evidence import sub_options

pytestmark = needs()

UUID = b"\x00" + bytes(range(16))
ASKS = bytes((1, 3, 43, 54, 60, 66, 67, 97))
BOOT = """
[[boot]]
name = "bios"
match = { arch = "x86-bios" }
file = "undionly.kpxe"
script = "{http}/marker.ipxe"
[[boot]]
name = "uefi"
match = { arch = ["x86-uefi", "x86-uefi-http"] }
file = "ipxe.efi"
script = "{http}/marker.ipxe"
[[boot]]
match = { arch = "arm64-uefi" }
[[boot.menu]]
text = "From disk"
[[boot.menu]]
text = "Install"
file = "install.efi"
[http]
listen = ":80"
"""
POOLS = 'pools = ["10.9.0.10-10.9.0.99"]'
SERVED = f"""
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
{POOLS}
options = {{ routers = "10.9.0.1" }}
"""
ELSEWHERE = """
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
"""
HEAD_4011 = HEAD + "pxe_port = 4011\n"
LOADERS = tuple(Path("/usr/lib/ipxe") / name for name in ("undionly.kpxe", "ipxe.efi"))
OVMF = Path("/usr/share/OVMF")
SCRIPT = "#!ipxe\necho MARKER-${net0/ip}-BOOTED\nsleep 3600\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab")) as made:
        yield made


def start(lab: Lab, folder: Path, networks: str) -> Daemon:
    """Start a daemon with files to boot from."""
    folder.mkdir(exist_ok=True)
    daemon = Daemon(folder, HEAD_4011 + networks + BOOT, lab.server)
    boot = daemon.data / "boot"
    boot.mkdir(parents=True)
    (boot / "marker.ipxe").write_text(SCRIPT)
    for file in LOADERS:
        if file.exists():
            shutil.copy(file, boot)
    return daemon.start()


class Rom:
    """A boot ROM that is as exact as a test wants it; it talks to one port of the server."""

    def __init__(self, machine: Machine, arch: int = 7) -> None:
        def opened() -> socket.socket:
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"c0\0")
            made.bind(("0.0.0.0", 68))
            made.settimeout(20)
            return made

        self.mac = bytes.fromhex(machine.mac.replace(":", ""))
        self.udp = inside(machine.namespace, opened)
        self.options = {
            55: ASKS, 60: b"PXEClient:Arch:%05d:UNDI:003016" % arch, 61: UUID, 93: struct.pack("!H", arch), 97: UUID,
        }  # fmt: skip
        self.xid = 0

    def ask(self, kind: int, to: str, port: int, ciaddr: str = "0.0.0.0", **options: bytes) -> tuple[Message, int]:
        """Send a message, and give the answer with the port that it comes from."""
        self.xid += 1
        more = {int(name[1:]): value for name, value in options.items()}
        message = Message(
            1, 1, 6, 0, struct.pack("!I", self.xid), 0, 0x8000, ip_number(ciaddr), 0, 0, 0, self.mac, b"", b"",
            {53: bytes((kind,)), **self.options, **more},
        )  # fmt: skip
        self.udp.sendto(encode(message), (to, port))
        while True:
            data, (host, source) = self.udp.recvfrom(4096)
            heard = decode(data)
            assert not isinstance(heard, BadPacket)
            if heard.xid == message.xid:
                assert host == SERVER
                return heard, source

    def close(self) -> None:
        self.udp.close()


def test_the_port_of_boot_servers_gives_addresses_and_beside_another_server_files(lab: Lab, tmp_path: Path) -> None:
    daemon = start(lab, tmp_path, SERVED)
    machine = lab.machine()
    rom = Rom(machine)
    try:
        offer, source = rom.ask(DISCOVER, "255.255.255.255", 4011)
        assert (offer.kind, ip_text(offer.yiaddr), source) == (OFFER, "10.9.0.10", 4011)
        ack, source = rom.ask(REQUEST, "255.255.255.255", 4011, o50=ip_wire(offer.yiaddr), o54=offer.options[54])
        assert (ack.kind, ip_text(ack.yiaddr), source, ack.file) == (ACK, "10.9.0.10", 4011, b"ipxe.efi")
        assert ip_text(ack.siaddr) == SERVER
        assert daemon.lease("10.9.0.10")["state"] == "bound"
        again, source = rom.ask(DISCOVER, "255.255.255.255", 67)
        assert (again.yiaddr, source) == (offer.yiaddr, 67)

        daemon.config.write_text(daemon.config.read_text().replace(POOLS, ""))
        daemon.run("reload")
        beside, source = rom.ask(DISCOVER, "255.255.255.255", 67)
        assert (beside.kind, beside.yiaddr, beside.file, source) == (OFFER, 0, b"ipxe.efi", 67)
        assert (beside.options[60], 51 in beside.options) == (b"PXEClient", False)
        rom.options[93], rom.options[60] = b"\0\x0b", b"PXEClient:Arch:00011:UNDI:003000"
        menu, _ = rom.ask(DISCOVER, "255.255.255.255", 67)
        assert b"\x80\1\7Install" in sub_options(menu.options[43])[9]
        machine.ip("address add 10.9.0.50/24 dev c0")
        line = bytes((71, 4, 0x80, 1, 0, 0, 255))
        told, source = rom.ask(REQUEST, SERVER, 4011, "10.9.0.50", o43=line)
        assert (told.kind, told.file, told.yiaddr, source) == (ACK, b"install.efi", 0, 4011)
        assert sub_options(told.options[43])[71] == b"\x80\1\0\0"
    finally:
        rom.close()
        daemon.stop()


RECIPE = """\
from staticdhcpdlib.databases.generic import Definition
UID = GID = 0
DHCP_SERVER_IP = '10.9.0.1'
DATABASE_ENGINE = None
PROXY_PORT = 4011


def handleUnknownMAC(packet, method, mac, client_ip, relay_ip, port):
    return Definition('10.9.0.77', 300, 'floor', 0, subnet_mask='255.255.255.0')


def loadDHCPPacket(packet, method, mac, definition, relay_ip, port, source_packet):
    vendor = source_packet.getOption('vendor_class_identifier', convert=True)
    if vendor and vendor.startswith('PXEClient'):
        if port == PROXY_PORT:
            packet.deleteOption('yiaddr')
        packet.setOption('vendor_class_identifier', strToList('PXEClient'), force_selection=True)
        packet.setOption('bootfile_name', 'pxelinux.0', force_selection=True)
    return True
"""


@pytest.mark.long
def test_the_recipe_of_a_conf_py_answers_at_both_ports(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(RECIPE)
    with Daemon(tmp_path, HEAD_4011 + 'conf = "conf.py"\n' + SERVED, lab.server) as daemon:
        rom = Rom(lab.machine())
        try:
            wait_until(lambda: daemon.get("scripts")["connected"], "the conf.py to be read")
            for port, address in ((67, "10.9.0.77"), (4011, "0.0.0.0")):
                offer, source = rom.ask(DISCOVER, "255.255.255.255", port)
                assert (offer.kind, ip_text(offer.yiaddr), source) == (OFFER, address, port)
                assert (offer.options[60], offer.options[67]) == (b"PXEClient", b"pxelinux.0")
        finally:
            rom.close()


def booted(lab: Lab, folder: Path, kind: str) -> tuple[str, str]:
    """Let a machine boot to the marker; gives its MAC, and the address in the marker."""
    if kind == "bios":
        machine = Virtual(lab, folder, PC, *SLOWLY, "-m", "256", "-boot", "n")
    else:
        machine = Virtual(lab, folder, PC, *SLOWLY, *uefi(folder, by_http=kind == "uefi-http"), card=FIRST)
    machine.says("-BOOTED")
    found = re.search(r"MARKER-([0-9.]+)-BOOTED", machine.text)
    assert found is not None
    return machine.mac, found[1]


KINDS = ("bios", "uefi-pxe", "uefi-http")
QEMU = [
    pytest.mark.long,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not (OVMF.exists() and LOADERS[0].exists()), reason="not installed: ovmf, ipxe"),
    *needs("qemu-system-x86_64", "dnsmasq")[1:],
]


def long(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that starts a virtual machine."""
    for mark in QEMU:
        test = mark(test)
    return test


@long
@pytest.mark.parametrize("kind", KINDS)
def test_real_firmware_boots_from_us_alone_with_one_lease(tmp_path: Path, kind: str) -> None:
    with Lab(tmp_path) as lab:
        daemon = start(lab, tmp_path / "d", SERVED)
        try:
            mac, address = booted(lab, tmp_path, kind)
            assert address == "10.9.0.10"
            assert [row["address"] for row in daemon.get("leases")["items"]] == ["10.9.0.10"]
            assert "by boot" in daemon.run("explain", "--mac", mac).stdout
        finally:
            daemon.stop()


@long
@pytest.mark.parametrize("kind", KINDS)
def test_real_firmware_boots_from_us_beside_another_server_that_gives_the_address(tmp_path: Path, kind: str) -> None:
    with Lab(tmp_path) as lab:
        daemon = start(lab, tmp_path / "d", ELSEWHERE.replace('24"', '24"\nproxy = true'))
        dnsmasq(lab, tmp_path)
        try:
            _, address = booted(lab, tmp_path, kind)
            assert address in {f"10.9.0.{last}" for last in range(100, 151)}
            assert daemon.get("leases")["items"] == []
            assert [row["allowed"] for row in daemon.get("status")["other_servers"]] in ([], [True])
        finally:
            daemon.stop()
