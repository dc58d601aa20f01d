"""Machines with real firmware and loaders: what Ringboot made for each is what they start, and their disk later."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, Lab, needs
from tests.whole.virtual import FIRST, PC, SLOWLY, Virtual, bios_disk, dnsmasq, u_boot_script, uefi, uefi_disk

pytestmark = [
    *needs("qemu-system-x86_64", "qemu-system-aarch64", "grub-mknetdir"),
    pytest.mark.long,
    pytest.mark.timeout(900),
]

CONFIG = (
    HEAD
    + """
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
lease_time = "10m"
[[boot]]
name = "grub"
match = { mac = "52:54:00:67:75:*" }
file = "grub/i386-pc/core.0"
[[boot]]
name = "bios"
match = { arch = "x86-bios" }
file = "undionly.kpxe"
script = "{http}/boot.ipxe"
[[boot]]
name = "u-boot"
match = { arch = "arm64-uboot" }
file = "boot.scr.uimg"
[[boot]]
name = "uefi"
match = { arch = ["x86-uefi", "x86-uefi-http"] }
file = "snponly.efi"
script = "{http}/boot.ipxe"
"""
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("loaders-lab")) as made:
        yield made


@pytest.fixture(scope="module")
def place(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("loaders"), CONFIG, lab.server)
    boot = daemon.data / "boot"
    boot.mkdir(parents=True)
    for name in ("undionly.kpxe", "snponly.efi"):
        shutil.copy(f"/usr/lib/ipxe/{name}", boot)
    (boot / "boot.scr.uimg").write_bytes(u_boot_script("pxe get\npxe boot\nsleep 2\nreset\n"))
    grub = ["grub-mknetdir", f"--net-directory={boot}", "--subdir=grub", "-d", "/usr/lib/grub/i386-pc"]
    subprocess.run(grub, check=True, capture_output=True)
    with daemon:
        yield daemon


def state(place: Daemon, mac: str) -> str:
    rows = place.get("machines")["items"]
    return next((str(row["state"]) for row in rows if row["mac"] == mac), "")


def test_a_bios_machine_is_installed_by_its_own_script_and_starts_from_its_disk(
    lab: Lab, place: Daemon, tmp_path: Path
) -> None:
    place.run("config", "set", "base", "X_boot_ipxe=echo MARKER-${net0/mac}-INSTALLS\nimgfetch {home}\nreboot")
    disk = bios_disk(tmp_path / "disk", "MARKER-FROM-ITS-DISK")
    machine = Virtual(lab, tmp_path, PC, *SLOWLY, "-m", "256", "-boot", "n", *disk)
    machine.says("waits until it may be installed")
    wait_until(lambda: state(place, machine.mac) == "waiting", "the machine to wait")
    place.run("boot", "approve", machine.mac)
    machine.says(f"MARKER-{machine.mac}-INSTALLS")
    machine.says("is installed and starts from its disk")
    machine.says("MARKER-FROM-ITS-DISK")
    assert state(place, machine.mac) == "done"
    machine.end()


@pytest.mark.parametrize("by_http", [False, True], ids=["PXE", "HTTP"])
def test_a_machine_with_uefi_likewise(lab: Lab, place: Daemon, tmp_path: Path, *, by_http: bool) -> None:
    place.run("config", "set", "base", "X_boot_ipxe=echo MARKER-${net0/mac}-INSTALLS\nimgfetch {home}\nreboot")
    disk = uefi_disk(tmp_path, "MARKER-FROM-ITS-DISK")
    firmware = uefi(tmp_path, by_http=by_http)
    machine = Virtual(
        lab, tmp_path, PC, *SLOWLY, *firmware, *disk, card=FIRST
    )  # fmt: skip
    machine.says(f"Start {'HTTP' if by_http else 'PXE'}")
    machine.says("waits until it may be installed")
    wait_until(lambda: state(place, machine.mac) == "waiting", "the machine to wait")
    assert "uefi-64" in place.json("device", "show", machine.mac)["model"]
    place.run("boot", "approve", machine.mac)
    machine.says(f"MARKER-{machine.mac}-INSTALLS")
    machine.says("MARKER-FROM-ITS-DISK")
    assert state(place, machine.mac) == "done"
    machine.end()


def test_grub_reads_what_is_made_for_its_machine(lab: Lab, place: Daemon, tmp_path: Path) -> None:
    place.run("config", "set", "base", "X_boot_kernel=lab/linux")
    disk = bios_disk(tmp_path / "disk", "MARKER-FROM-ITS-DISK")
    machine = Virtual(lab, tmp_path, PC, *SLOWLY, "-m", "256", "-boot", "n", *disk, maker="67:75")
    machine.says("waits until it may be installed")
    wait_until(lambda: state(place, machine.mac) == "waiting", "the machine to wait")
    place.run("boot", "approve", machine.mac)
    machine.says("is being installed")
    wait_until(lambda: "lab/linux" in str(place.get("explain", machine.mac)["timeline"]), "it to ask for its kernel")
    machine.end()


def test_u_boot_on_arm_reads_what_is_made_for_its_machine(lab: Lab, place: Daemon, tmp_path: Path) -> None:
    place.run("config", "set", "base", "X_boot_kernel=lab/linux")
    firmware = ("-machine", "virt", "-cpu", "cortex-a53", "-m", "256", "-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin")
    machine = Virtual(lab, tmp_path, "qemu-system-aarch64", *SLOWLY, *firmware)
    machine.mac = "52:52:52:52:52:52"  # as its environment says, whatever its card does
    wait_until(lambda: state(place, machine.mac) == "waiting", "the machine to wait", 240, lambda: machine.text[-3000:])
    place.run("boot", "approve", machine.mac)
    machine.says("Retrieving file: /lab/linux")
    machine.end()


def test_beside_another_server_that_gives_the_address_it_is_the_same(tmp_path: Path) -> None:
    with Lab(tmp_path) as lab:
        beside = CONFIG.replace('pools = ["10.9.0.10-10.9.0.99"]\nlease_time = "10m"', "proxy = true")
        daemon = Daemon(tmp_path, beside, lab.server)
        (daemon.data / "boot").mkdir(parents=True)
        shutil.copy("/usr/lib/ipxe/undionly.kpxe", daemon.data / "boot")
        dnsmasq(lab, tmp_path)
        with daemon:
            daemon.run("config", "set", "base", "X_boot_ipxe=imgfetch {home}\nreboot")
            disk = bios_disk(tmp_path / "disk", "MARKER-FROM-ITS-DISK")
            machine = Virtual(lab, tmp_path, PC, *SLOWLY, "-m", "256", "-boot", "n", *disk)
            machine.says("waits until it may be installed")
            wait_until(lambda: state(daemon, machine.mac) == "waiting", "the machine to wait")
            daemon.run("boot", "approve", machine.mac)
            machine.says("MARKER-FROM-ITS-DISK")
            assert state(daemon, machine.mac) == "done"
            assert daemon.get("leases")["items"] == []
