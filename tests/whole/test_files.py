"""Real TFTP clients on a phone's machine and the whole daemon: each with all that it knows, also on a bad line."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.whole.clients import Udhcpc
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import HEAD, SERVER, Lab, Machine, needs
from tests.whole.lossy import Line, relayed

from ringboot.tftp.netascii import translate

pytestmark = needs("busybox", "udhcpc", "atftp", "tftp", "curl")

CONFIG = (
    HEAD
    + """\
[[dhcp.network]]
name = "floor"
subnet = "10.9.0.0/24"
pools = ["10.9.0.10-10.9.0.99"]
[tftp]
listen = ":69"
[http]
listen = ":8667"
"""
)
CEILING = 300.0  # seconds for one client, which a loaded machine may need for the large file on a bad line
MIB = 1 << 20
SMALL = (0, 511, 512, 513)
LARGE = 40 * MIB  # more blocks of 512 octets than there are numbers


class Kind(NamedTuple):
    """A client with options: its command, and whether it asks for text, translates it, and takes an empty file."""

    words: str
    text: bool = False
    raw: bool = False  # it writes netascii down as it came
    empty: bool = True


def atftp(*options: str) -> str:
    return "atftp --get -r NAME -l OUT" + "".join(f" --option,{each}" for each in options) + " HOST PORT"


# tftp-hpa knows no option.  curl takes a tsize of 0 for a fault, so it reads an empty file without options only.
KINDS: dict[str, Kind] = {
    "tftp-hpa": Kind("tftp -m binary HOST PORT -c get NAME OUT"),
    "tftp-hpa netascii": Kind("tftp -m netascii HOST PORT -c get NAME OUT", text=True),
    "atftp": Kind(atftp()),
    "atftp blksize": Kind(atftp("blksize 1428")),
    "atftp tsize": Kind(atftp("tsize 0")),
    "atftp timeout": Kind(atftp("timeout 1")),
    "atftp windowsize": Kind(atftp("windowsize 16")),
    "atftp all": Kind(atftp("blksize 1428", "tsize 0", "timeout 1", "windowsize 8")),
    "atftp netascii": Kind(atftp("mode netascii", "tsize 0"), text=True),
    "busybox": Kind("busybox tftp -g -r NAME -l OUT HOST PORT"),
    "busybox blksize": Kind("busybox tftp -g -b 1428 -r NAME -l OUT HOST PORT"),
    "curl": Kind("curl -sS -o OUT tftp://HOST:PORT/NAME", empty=False),
    "curl blksize": Kind("curl -sS -o OUT --tftp-blksize 65464 tftp://HOST:PORT/NAME", empty=False),
    "curl plain": Kind("curl -sS -o OUT --tftp-no-options tftp://HOST:PORT/NAME"),
    "curl netascii": Kind("curl -sS -o OUT tftp://HOST:PORT/NAME;mode=netascii", text=True, raw=True, empty=False),
}
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


class Phone:
    """A machine that the daemon takes for a phone, and the files that its plugin has for it."""

    def __init__(self, machine: Machine, shelf: Path, out: Path) -> None:
        self.machine, self._shelf, self._out = machine, shelf, out

    def lay(self, size: int) -> tuple[str, bytes]:
        """Lay a file of so many octets where it is served from; give its name and what is in it."""
        name, content = f"octets{size}", self.content(size)
        (self._shelf / name).write_bytes(content)
        return name, content

    @staticmethod
    def content(size: int) -> bytes:
        """Make octets that are different at every place, with ends of lines of all sorts among them."""
        return random.Random(size).randbytes(size).replace(b"\xfe", b"\n").replace(b"\xfd", b"\r")

    def fetch(self, kinds: list[Kind], sizes: tuple[int, ...], host: str, port: int) -> None:
        """Have all clients read files of all sizes at the same time, and compare."""
        running: list[tuple[Kind, Path, bytes, list[str], subprocess.Popen[bytes]]] = []
        for size in sizes:
            name, content = self.lay(size)
            for number, kind in enumerate(kinds):
                if not size and not kind.empty:
                    continue
                out = self._out / f"{number}-{name}"
                values = {"NAME": name, "OUT": str(out), "HOST": host, "PORT": str(port)}
                log = (self._out / f"{number}-{name}.log").open("wb")
                words = command(kind, values)
                with log:
                    running.append((kind, out, content, words, self.machine.start(words, log)))
        for kind, out, content, words, process in running:
            log_file = out.with_name(out.name + ".log")
            ended = process.wait(CEILING)
            while ended and "unexpected OACK" in log_file.read_text():  # atftp gives up when the line doubles one
                with log_file.open("wb") as log:
                    ended = self.machine.run(words, log)
            assert ended == 0, f"{kind.words}: {log_file.read_text()}"
            got = out.read_bytes() if out.exists() else b""  # some make no file when nothing comes
            want = translate(content) if kind.raw else content
            assert got == want, f"{kind.words}: {len(got)} octets of {len(want)}; {log_file.read_text()}"
            out.unlink(missing_ok=True)


def command(kind: Kind, values: dict[str, str]) -> list[str]:
    """Fill in a client's command."""
    words: list[str] = []
    for word in kind.words.replace(" --option,", "\0--option,").replace(" HOST PORT", "\0HOST\0PORT").split("\0"):
        words += word.split(",") if word.startswith("--option,") else word.split(" ")
    for key, value in values.items():
        words = [word.replace(key, value) for word in words]
    return words


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """Give a machine that says in its DHCP messages that it is a phone, and is served as one."""
    folder = tmp_path_factory.mktemp("files")
    with Lab(folder) as lab, Daemon(folder, CONFIG, lab.server) as daemon:
        client = SayingItIsAPhone(lab.machine(), folder)
        client.start()
        address = client.wait_until_bound()

        def taken() -> bool:
            rows = daemon.get("devices")["items"]
            return any(row["ip"] == address and row["configured"] for row in rows)

        wait_until(taken, f"{address} to be taken for a phone, with its plugin in place", say=daemon.log.read_text)
        out = folder / "out"
        out.mkdir()
        yield Phone(client.machine, daemon.data / "plugins" / "aastra" / "var" / "tftpboot", out)


class SayingItIsAPhone(Udhcpc):
    """udhcpc with a phone's option 60."""

    def command(self) -> list[str]:
        """Give the command."""
        return [*super().command(), "-V", "AastraIPPhone6731i"]


def test_each_client_reads_what_lies_there(phone: Phone) -> None:
    phone.fetch(list(KINDS.values()), (MIB,), SERVER, 69)


def test_each_client_reads_it_over_a_bad_line(phone: Phone) -> None:
    # curl asks the server to wait for 6 seconds (RFC 2349) before it sends again; make test-long has that time.
    hasty = [kind for name, kind in KINDS.items() if name not in ("curl", "curl blksize", "curl netascii")]
    line = Line(lose=0.15, double=0.25, most=1)
    with relayed(phone.machine.namespace, (SERVER, 69), line) as port:
        phone.fetch(hasty, (*SMALL, 20_000), "127.0.0.1", port)
    assert line.lost > len(hasty) // 2
    assert line.doubled > len(hasty)


@pytest.mark.long
def test_each_client_reads_files_about_the_size_of_a_block(phone: Phone) -> None:
    phone.fetch(list(KINDS.values()), (*SMALL, 1427, 1428, 1429), SERVER, 69)


@pytest.mark.long
@pytest.mark.timeout(2 * CEILING)
@EACH
def test_a_client_reads_more_blocks_than_there_are_numbers(phone: Phone, kind: Kind) -> None:
    phone.fetch([kind], (LARGE,), SERVER, 69)


@pytest.mark.long
@pytest.mark.timeout(2 * CEILING)
@pytest.mark.parametrize("seed", range(2))
def test_each_client_reads_a_long_file_over_a_very_bad_line(phone: Phone, seed: int) -> None:
    line = Line(lose=0.02, double=0.1, most=8, seed=seed * 1000)
    with relayed(phone.machine.namespace, (SERVER, 69), line) as port:
        phone.fetch(list(KINDS.values()), (*SMALL, MIB), "127.0.0.1", port)
    assert line.lost > 5 * len(KINDS)


@pytest.mark.long
@pytest.mark.timeout(2 * CEILING)
def test_clients_read_forty_mib_over_a_bad_line(phone: Phone) -> None:
    some = ("tftp-hpa", "atftp netascii", "atftp all", "busybox", "curl blksize")
    line = Line(lose=0.003, double=0.003, most=6)
    with relayed(phone.machine.namespace, (SERVER, 69), line) as port:
        phone.fetch([KINDS[name] for name in some], (LARGE,), "127.0.0.1", port)
    assert line.lost > 4 * len(some)
    assert line.doubled > len(some)
