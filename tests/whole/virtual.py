"""A machine with real firmware: QEMU on the wire of a lab's server, and what it writes on its serial line."""

from __future__ import annotations

import itertools
import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from tests.whole.daemon import wait_until
from tests.whole.lab import Lab, inside, write_checksums

CEILING = 240.0  # seconds to a line; without KVM firmware takes its time, and other tests run beside
PC = "qemu-system-x86_64"
SLOWLY = ("-accel", "tcg")  # where tests run, KVM is often there and does not work
FIRST = ",romfile=,bootindex=1"  # a card that the firmware's own driver serves, before any disk
_ESCAPES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]")
_numbers = itertools.count(1)

# The first sector of a disk: it writes what follows it to the first serial port, and stops.
_SECTOR = bytes.fromhex("31c08ed8fcbe167cbaf803ac84c07403eeebf8f4ebfd")


class Virtual:
    """One such machine; it ends with the lab."""

    def __init__(
        self, lab: Lab, folder: Path, program: str, *arguments: str, card: str = "", maker: str = "12:34"
    ) -> None:
        """`card`: what is particular about its network card; `maker`: octets of its MAC."""
        number = next(_numbers)
        self.mac = f"52:54:00:{maker}:{number:02x}"
        tap = f"q{number}"
        self._serial = folder / f"serial-{number}"
        inside(lab.server, lambda: write_checksums("s0"))  # firmware looks at them
        for words in (f"tuntap add {tap} mode tap", f"link set {tap} master s0", f"link set {tap} up"):
            lab.ip_there(lab.server, words)
        command = [
            program, "-nodefaults", "-no-user-config", "-nographic", "-serial", f"file:{self._serial}",
            "-monitor", "none", "-netdev", f"tap,id=n0,ifname={tap},script=no,downscript=no",
            "-device", f"virtio-net-pci,netdev=n0,mac={self.mac}{card}", *arguments,
        ]  # fmt: skip
        self._log = folder / f"qemu-{number}.log"
        with self._log.open("wb") as log:
            self._process: subprocess.Popen[bytes] = lab.start(lab.server, command, log)

    @property
    def text(self) -> str:
        """Give what it wrote so far."""
        octets = self._serial.read_bytes() if self._serial.exists() else b""
        return _ESCAPES.sub("", octets.replace(b"\0", b"").decode(errors="replace")).replace("\r", "\n")

    def says(self, words: str) -> None:
        """Wait until it writes these words."""
        wait_until(lambda: words in self.text or self._ended(), words, CEILING, lambda: f"\n{self.text[-3000:]}")
        assert words in self.text, self._log.read_text() + self.text[-3000:]

    def _ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        """Switch it off."""
        self._process.kill()
        self._process.wait()


def dnsmasq(lab: Lab, folder: Path) -> None:
    """Let another server give the addresses on the floor, from 10.9.0.100 on."""
    other = lab.machine()
    other.ip("address add 10.9.0.5/24 dev c0")
    command = ["dnsmasq", "-k", "-C", "/dev/null", "--user=root", "--port=0", "--interface=c0", "--no-ping"]
    command += ["--dhcp-range=10.9.0.100,10.9.0.150,1h", f"--dhcp-leasefile={folder / 'leases'}", "--pid-file="]
    with (folder / "dnsmasq.log").open("wb") as log:
        other.start([*command, "--log-facility=-"], log)


def uefi(folder: Path, *, by_http: bool = False) -> list[str]:
    """Give the arguments for a PC with UEFI that boots from the network, by PXE or by HTTP, then from a disk."""
    variables = folder / "variables"
    variables.write_bytes(Path("/usr/share/OVMF/OVMF_VARS_4M.fd").read_bytes())
    flash = "if=pflash,format=raw,unit"
    supports = ["IPv6PXESupport", *(["IPv4PXESupport"] if by_http else [])]
    return [
        "-machine", "q35,smm=off", "-m", "512", "-device", "virtio-rng-pci",
        "-drive", f"{flash}=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
        "-drive", f"{flash}=1,file={variables}",
        *(word for name in supports for word in ("-fw_cfg", f"name=opt/org.tianocore/{name},string=n")),
    ]  # fmt: skip


def uefi_disk(folder: Path, words: str) -> list[str]:
    """Make a disk with a program for UEFI that says these words; gives the arguments for it."""
    config, program, disk = folder / "said.cfg", folder / "said.efi", folder / "uefi-disk"
    config.write_text(f'echo "{words}"\nsleep 3600\n')
    made = ["grub-mkstandalone", "-O", "x86_64-efi", "--install-modules=echo sleep normal", "--locales=", "--fonts="]
    subprocess.run([*made, "-o", str(program), f"boot/grub/grub.cfg={config}"], check=True, capture_output=True)
    disk.write_bytes(bytes(48 << 20))
    for words_ in (["mformat", "-F", "::"], ["mmd", "::/EFI", "::/EFI/BOOT"]):
        subprocess.run([words_[0], "-i", str(disk), *words_[1:]], check=True)
    subprocess.run(["mcopy", "-i", str(disk), str(program), "::/EFI/BOOT/BOOTX64.EFI"], check=True)
    return ["-drive", f"file={disk},format=raw,if=none,id=d0", "-device", "virtio-blk-pci,drive=d0,bootindex=2"]


def u_boot_script(text: str) -> bytes:
    """Make what U-Boot takes for a script: its header, the size of the text, the text."""
    data = struct.pack(">II", len(text), 0) + text.encode()

    def header(checksum: int) -> bytes:
        kinds = bytes((5, 22, 6, 0))  # Linux, arm64, a script, not compressed
        return struct.pack(">7I4s32s", 0x27051956, checksum, 0, len(data), 0, 0, crc32(data), kinds, b"pxe")

    return header(crc32(header(0))) + data


def bios_disk(path: Path, words: str) -> Sequence[str]:
    """Make a disk that says these words when it is started; gives the arguments for it."""
    sector = (_SECTOR + words.encode() + b"\n\0").ljust(510, b"\0") + b"\x55\xaa"
    path.write_bytes(sector.ljust(1 << 20, b"\0"))
    return ("-drive", f"file={path},format=raw,if=virtio")
