"""A machine that boots from the network, from its first word to its disk: over the real doors of a running daemon."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.whole.claims.asking import http_answer, tftp_answer
from tests.whole.daemon import LOOPBACK, Daemon, free_port, wait_until

from ringboot.sim.leasing import Leased, Leasing

RELAY = "127.83.0.1"
CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "machines"
subnet = "127.83.0.0/16"
pools = ["127.83.1.1-127.83.1.200"]
lease_time = "1h"
"""
)
PAGE = (Path(__file__).parents[2] / "docs" / "howto" / "install-machines.md").read_text()
COMMANDS = [shlex.split(line) for line in re.findall(r"^\$ ringboot (.+)$", PAGE, re.MULTILINE)]
FIRST = bytes.fromhex("525400123456")  # the one of the page
SECOND, THIRD = (bytes.fromhex(f"5254000000{number:02x}") for number in (2, 3))
UEFI = {60: b"PXEClient:Arch:00007:UNDI:003000", 93: b"\x00\x07", 97: b"\x00" + bytes(16)}
AGENT = "iPXE/1.21.1"


class Place(Daemon):
    """A daemon with the ports that machines know."""

    dhcp = tftp = http = 0

    def lease_of(self, mac: bytes) -> Leased:
        """Let a machine get its address."""
        leasing = Leasing(mac, RELAY, ("127.0.0.1", self.dhcp), UEFI)
        return asyncio.run(leasing.obtain())

    def get_file(self, address: str, path: str, method: str = "GET") -> tuple[str, str]:
        """Fetch by HTTP from an address: the status and the text."""
        head, _, body = http_answer(self.http, address, path, AGENT, method=method).partition(b"\r\n\r\n")
        return head.split()[1].decode(), body.decode()

    def state(self, mac: bytes) -> str:
        """Tell how far a machine is."""
        rows = self.get("machines")["items"]
        return str(next(row["state"] for row in rows if row["mac"] == mac.hex(":")))


def told_by_page(*beginning: str) -> list[list[str]]:
    """Give the commands of the page that begin so."""
    found = [words for words in COMMANDS if tuple(words[: len(beginning)]) == beginning]
    assert found, beginning
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    dhcp, tftp, http = free_port(), free_port(), free_port()
    daemon = Place(tmp_path_factory.mktemp("machines"), CONFIG.format(dhcp=dhcp, tftp=tftp, http=http))
    daemon.dhcp, daemon.tftp, daemon.http = dhcp, tftp, http
    with daemon:
        for words in told_by_page("config"):
            daemon.run(*words)
        yield daemon


def test_it_waits_is_installed_once_and_starts_from_its_disk(place: Place) -> None:
    at = place.lease_of(FIRST).address
    script = f"{FIRST.hex()}/boot.ipxe"
    status, text = place.get_file(at, script, "HEAD")
    assert (status, text, place.state(FIRST)) == ("200", "", "new"), "to look is not to ask"
    status, text = place.get_file(at, script)
    assert (status, text.splitlines()[0]) == ("200", "#!ipxe")
    assert "waits until it may be installed" in text
    assert "kernel" not in text
    wait_until(lambda: place.state(FIRST) == "waiting", "the machine to wait for a person")

    assert FIRST.hex(":") in place.run(*told_by_page("boot", "list")[0]).stdout
    assert place.get("attention")["reasons"]["machine-waits"] == 1
    told = place.json(*told_by_page("boot", "approve")[0])
    assert (told["state"], told["model"]) == ("installing", "x86-uefi-64")
    status, text = place.get_file(at, script)
    line = next(line for line in text.splitlines() if line.startswith("kernel "))
    assert line.startswith(f"kernel http://127.0.0.1:{place.http}/debian-12/linux initrd=initrd1 auto=true ")
    answers = line.rpartition("url=")[2].partition(f":{place.http}/")[2]
    assert place.get_file(at, f"{FIRST.hex()}/answers")[0] == "404", "its own path opens nothing"

    other = place.lease_of(SECOND).address
    assert place.get_file(other, answers)[0] == "404", "nobody else's"
    assert place.get_file("127.0.0.1", answers)[0] == "404"
    assert place.get_file(at, answers, "HEAD")[0] == "200"
    status, text = place.get_file(at, answers)
    assert status == "200"
    assert text.startswith("d-i preseed/late_command string wget -O- http://127.0.0.1:")
    assert place.get_file(at, answers)[0] == "404", "a second use"
    home = text.strip().partition(f":{place.http}/")[2]
    missing = place.get_file(at, "once/nothing/answers")
    assert missing == place.get_file(at, answers), "from outside all of it looks alike"

    assert place.get_file(other, home)[0] == "404"
    assert place.get_file(at, home) == ("200", "Ringboot thanks: from now on this machine starts from its disk.")
    assert place.state(FIRST) == "done"
    wait_until(lambda: "sanboot --no-describe" in place.get_file(at, script)[1], "its script to say so")
    assert place.get_file(at, home)[0] == "404"

    reasons = [row["reason"] for row in place.get("explain", FIRST.hex(":"))["timeline"]]
    for reason in ("machine-waiting", "machine-approved", "once-elsewhere", "once-used", "machine-installed"):
        assert reason in reasons, reasons
    assert place.run("boot", "approve", FIRST.hex(":"), check=False).returncode == 1
    assert place.json(*told_by_page("boot", "again")[0])["state"] == "installing"
    assert place.get_file(at, answers)[0] == "404", "the word is another one now"


def test_loaders_by_tftp_are_told_the_same(place: Place) -> None:
    at = place.lease_of(SECOND).address
    dashes = SECOND.hex("-")
    names = (f"grub/grub.cfg-01-{dashes}", f"pxelinux.cfg/01-{dashes}")
    for name in names:
        wait_until(lambda name=name: b"waits until" in tftp_answer(place.tftp, at, name), name)  # type: ignore[misc]
    wait_until(lambda: b"chain --replace" in tftp_answer(place.tftp, at, "boot.ipxe"), "what all share")
    place.run("boot", "approve", SECOND.hex(":"))
    grub, pxelinux = (tftp_answer(place.tftp, at, name).decode() for name in names)
    assert "linux (tftp,127.0.0.1)/debian-12/linux auto=true priority=critical url=http://127.0.0.1" in grub
    assert "initrd (tftp,127.0.0.1)/debian-12/initrd.gz" in grub
    assert "KERNEL /debian-12/linux" in pxelinux
    assert tftp_answer(place.tftp, place.lease_of(FIRST).address, names[0])[:4] == b"\x00\x05\x00\x01"


def test_nobody_needs_to_say_yes_where_the_setting_says_so(place: Place) -> None:
    place.run(*told_by_page("settings")[0])
    at = place.lease_of(THIRD).address
    place.get_file(at, f"{THIRD.hex()}/boot.ipxe")
    wait_until(
        lambda: "being installed" in place.get_file(at, f"{THIRD.hex()}/boot.ipxe")[1], "to be installed at once"
    )
    rows = place.json("boot", "list", "--filter", "state=installing")["items"]
    assert next(row["who"] for row in rows if row["mac"] == THIRD.hex(":")) == "the network"


@pytest.mark.long
def test_what_was_used_is_remembered_over_a_kill(place: Place, tmp_path: Path) -> None:
    at = place.lease_of(THIRD).address
    place.run("boot", "again", THIRD.hex(":"))
    text = place.get_file(at, f"{THIRD.hex()}/boot.ipxe")[1]
    answers = text.partition("url=")[2].split()[0].partition(f":{place.http}/")[2]
    assert place.get_file(at, answers)[0] == "200"
    place.kill("main")
    assert place.get_file(at, answers)[0] == "404"
    assert place.state(THIRD) == "installing"


def test_a_phone_is_no_machine(place: Place) -> None:
    place.run("device", "add", "--mac", "02:00:00:00:00:09", "--vendor", "Aastra", "--model", "6731i")
    done = place.run("boot", "approve", "02:00:00:00:00:09", check=False)
    assert (done.returncode, "does not boot from the network" in done.stderr) == (1, True)
