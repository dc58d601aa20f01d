"""The disk of the data folder is full: nothing is acknowledged that is not written down; later it goes on by itself."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from tests.whole.bad_input.site import make_site
from tests.whole.daemon import Daemon, wait_until
from tests.whole.explain.handset import REQUESTED, SERVER

from ringboot.dhcp.message import REQUEST
from ringboot.model.address import ip_text, ip_wire
from ringboot.store.journal_reader import JournalReader

FAILED = 1
UNLIMITED = resource.RLIM_INFINITY


class SmallDisk:
    """A disk of its own for the data folder, and one for the leases, where nobody else makes room; needs root.

    The leases' is smaller than the room that the journal makes for its log beforehand.
    """

    before = ""

    why = "the disk is full: make room on it"
    fleet = "no space left. Make room on the disk of the data directory."

    def __init__(self, data: Path) -> None:
        self.folders = [data, data / "leases"]
        for folder, size in zip(self.folders, ("8m", "1m"), strict=True):
            folder.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", str(folder)], check=True)

    def fill(self, _: Daemon) -> None:
        for folder in self.folders:
            with (folder / "filler").open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(4096))

    def make_room(self, _: Daemon) -> None:
        for folder in self.folders:
            (folder / "filler").unlink()

    def close(self) -> None:
        for folder in reversed(self.folders):
            subprocess.run(["umount", str(folder)], check=True)


class SmallFiles:
    """No log of a database may grow any more: what a full disk is to those who are not root."""

    before = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, resource.RLIM_INFINITY))"
    why = "the disk "
    fleet = "fleet.db could not be written: "

    def __init__(self, data: Path) -> None:
        data.mkdir()
        self.logs = {"dhcp": data / "leases" / "00000001.journal-wal", "main": data / "fleet.db-wal"}

    def fill(self, daemon: Daemon) -> None:
        for part, path in self.logs.items():
            resource.prlimit(daemon.pid(part), resource.RLIMIT_FSIZE, (path.stat().st_size, UNLIMITED))

    def make_room(self, daemon: Daemon) -> None:
        for part in self.logs:
            with suppress(ProcessLookupError):  # a new one has no limit
                resource.prlimit(daemon.pid(part), resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))

    def close(self) -> None:
        pass


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk | SmallFiles]:
    made = SmallDisk(tmp_path / "data") if os.geteuid() == 0 else SmallFiles(tmp_path / "data")
    yield made
    made.close()


def journal(daemon: Daemon) -> set[str]:
    """Give the addresses that stand in the journal on the disk."""
    with closing(JournalReader(daemon.data / "leases")) as reader:
        return {ip_text(change.address) for _, change in reader.read(0, 100)}


def children(daemon: Daemon) -> set[int]:
    """Give the processes of a daemon as the kernel knows them."""
    pid = daemon.pid("supervisor")
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def test_a_full_disk(tmp_path: Path, disk: SmallDisk | SmallFiles) -> None:
    site = make_site()
    with Daemon(tmp_path, site.config, before=disk.before) as daemon:
        first, phone = site.phone(1), site.phone(2)
        first.obtain("127.77.1.1")
        assert journal(daemon) == {"127.77.1.1"}
        told = partial(daemon.get, "explain", first.mac)
        wait_until(lambda: (told()["device"] or {}).get("configured"), "all that follows from it to be written")

        disk.fill(daemon)
        offer = phone.discover("127.77.1.2")
        phone.say(REQUEST, {REQUESTED: ip_wire(offer.yiaddr), SERVER: offer.options[SERVER]})

        def boot() -> str:
            return str(daemon.get("explain", phone.mac)["boot"]["text"])

        wait_until(lambda: "could not be written" in boot(), "the failure to be told", say=boot)
        assert boot().startswith(f"it has no address: the lease could not be written: {disk.why}")
        assert journal(daemon) == {"127.77.1.1"}
        (line,) = [each for each in daemon.log.read_text().splitlines() if "so nothing is answered" in each]
        assert f"{daemon.data}/leases/00000001.journal: {disk.why}" in line
        done = daemon.run("config", "add", "reception", check=False)
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert done.stderr.startswith(f"ringboot: Nothing was changed: {daemon.data}/fleet.db could not be written: ")
        assert disk.fleet in done.stderr
        done = daemon.run("lease", "release", "127.77.1.1", check=False)
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert done.stderr.startswith(
            f"ringboot: Nothing was changed: {daemon.data}/leases/00000001.journal: {disk.why}"
        )

        parts = children(daemon)
        assert {daemon.pid(part) for part in ("dhcp", "tftp", "main")} == parts, "nothing of it ended"
        os.kill(daemon.pid("dhcp"), signal.SIGKILL)
        wait_until(lambda: len(children(daemon) - parts) == 1, "dhcp to be started again")

        disk.make_room(daemon)
        wait_until(lambda: daemon.get("status")["dhcp"]["connected"], "dhcp to be there")
        assert phone.obtain("127.77.1.2") == "127.77.1.2"
        assert journal(daemon) == {"127.77.1.1", "127.77.1.2"}
        assert daemon.run("config", "add", "reception").stdout == "Config reception is added.\n"
        assert daemon.run("lease", "release", "127.77.1.1").returncode == 0
        assert "Traceback" not in daemon.log.read_text()
