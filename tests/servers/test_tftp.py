"""The TFTP door over real sockets: real clients, and one written by hand for what they never do."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pytest

from ringboot.model.file import FileRequest, Refuse, Sent, Serve
from ringboot.servers.files_coded import answer_over
from ringboot.servers.tftp import LIMITS, MISSING, Limits, TftpServer
from ringboot.servers.tftp_session import open_socket
from ringboot.tftp.packets import ACK, DATA, ERROR, OACK, RRQ, WRQ, BadPacket, Packet, decode, encode

if TYPE_CHECKING:
    from tests.servers.conftest import Fleet

CEILING = 30.0  # seconds that a condition may take on a busy machine


class Door:
    """A TFTP server on loopback, all of 127.0.0.0/8, and clients for it."""

    def __init__(self, fleet: Fleet, limits: Limits) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("0.0.0.0", 0))
        self.port: int = self.sock.getsockname()[1]
        self.server = TftpServer(self.sock, fleet.answer, fleet.report, fleet.counters, limits=limits)
        self.clients: list[Client] = []

    def client(self, address: str = "127.0.0.1") -> Client:
        self.clients.append(Client(address, self.port))
        return self.clients[-1]


class Client:
    """One client socket; `say` goes to the server's port, later to whoever answered first."""

    def __init__(self, address: str, port: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.sock.setblocking(False)
        self.sock.bind((address, 0))
        self.to = ("127.0.0.1", port)
        self.server: tuple[str, int] | None = None

    def say(self, packet: Packet | bytes) -> Self:
        self.sock.sendto(packet if isinstance(packet, bytes) else encode(packet), self.server or self.to)
        return self

    async def hear(self) -> Packet | BadPacket:
        async with asyncio.timeout(CEILING):
            data, peer = await asyncio.get_running_loop().sock_recvfrom(self.sock, 70000)
        if self.server is None:
            self.server = peer
        return decode(data)

    def silent(self) -> bool:
        """Nothing has come."""
        try:
            self.sock.recv(70000)
        except BlockingIOError:
            return True
        return False


@asynccontextmanager
async def opened(fleet: Fleet, limits: Limits = LIMITS) -> AsyncIterator[Door]:
    door = Door(fleet, limits)
    door.server.start()
    try:
        yield door
    finally:
        await door.server.close()
        door.sock.close()
        for client in door.clients:
            client.sock.close()


# --- real clients

CLIENTS: dict[str, list[str]] = {
    "tftp-hpa": ["tftp", "-m", "binary", "127.0.0.1", "{port}", "-c", "get", "{name}", "{out}"],
    "atftp": ["atftp", "--get", "-r", "{name}", "-l", "{out}", "127.0.0.1", "{port}"],
    "atftp-options": [
        *["atftp", "--get", "-r", "{name}", "-l", "{out}", "--option", "blksize 1428", "--option", "tsize 0"],
        *["--option", "timeout 5", "--option", "windowsize 16", "127.0.0.1", "{port}"],
    ],
    "atftp-window": [
        *["atftp", "--get", "-r", "{name}", "-l", "{out}", "--option", "windowsize 4", "127.0.0.1", "{port}"],
    ],
    "curl": ["curl", "-sS", "-o", "{out}", "tftp://127.0.0.1:{port}/{name}"],
    "curl-blksize": ["curl", "-sS", "-o", "{out}", "--tftp-blksize", "65464", "tftp://127.0.0.1:{port}/{name}"],
    "curl-plain": ["curl", "-sS", "-o", "{out}", "--tftp-no-options", "tftp://127.0.0.1:{port}/{name}"],
    "busybox": ["busybox", "tftp", "-g", "-r", "{name}", "-l", "{out}", "127.0.0.1", "{port}"],
    "busybox-blksize": ["busybox", "tftp", "-g", "-b", "1428", "-r", "{name}", "-l", "{out}", "127.0.0.1", "{port}"],
}


async def run(words: list[str], **values: object) -> tuple[int, str]:
    command = [word.format(**values) for word in words]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(CEILING):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


SIZES = [0, 1, 511, 512, 513, 1024, 1427, 1428, 1429, 1428 * 16, 1428 * 16 * 2 + 5, 200_000]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_real_client_reads_files_of_all_sizes(fleet: Fleet, tmp_path: Path, client: str) -> None:
    # curl takes a tsize of 0 for a fault, so from no server it reads an empty file with options.
    sizes = SIZES[1:] if client in {"curl", "curl-blksize"} else SIZES
    contents = {f"file{size}": os.urandom(size) for size in sizes}
    for name, content in contents.items():
        (fleet.root / name).write_bytes(content)

    async def read() -> None:
        async with opened(fleet) as door:
            for name, content in contents.items():
                out = tmp_path / f"{client}-{name}"
                code, output = await run(CLIENTS[client], port=door.port, name=name, out=out)
                assert code == 0, output
                if content or out.exists():  # some make no file when nothing comes
                    assert out.read_bytes() == content
            sents = await fleet.until_sent(len(sizes))
            assert {(sent.complete, sent.reason) for sent in sents} == {(True, "")}
            assert {(sent.size, sent.sha256) for sent in sents} == {
                (len(content), hashlib.sha256(content).hexdigest()) for content in contents.values()
            }

    asyncio.run(read())
    assert fleet.counters == {("tftp", "served"): len(sizes)}
    assert {request.path for request in fleet.requests} == set(contents)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_real_client_is_told_that_a_file_is_missing(fleet: Fleet, tmp_path: Path, client: str) -> None:
    async def read() -> None:
        async with opened(fleet) as door:
            code, output = await run(CLIENTS[client], port=door.port, name="nope.cfg", out=tmp_path / "out")
            assert (code != 0) or "not found" in output.lower(), output
            await fleet.until_sent()

    asyncio.run(read())
    assert fleet.counters == {("tftp", "file-missing"): 1}


def test_more_blocks_than_numbers(fleet: Fleet, tmp_path: Path) -> None:
    content = os.urandom(65536 * 8 + 77)
    (fleet.root / "firmware").write_bytes(content)
    small = [
        *["atftp", "--get", "-r", "{name}", "-l", "{out}", "--option", "blksize 8", "--option", "windowsize 64"],
        *["127.0.0.1", "{port}"],
    ]

    async def read() -> None:
        async with opened(fleet) as door:
            out = tmp_path / "out"
            code, output = await run(small, port=door.port, name="firmware", out=out)
            assert (code, out.read_bytes() == content) == (0, True), output

    asyncio.run(read())


def test_sixty_four_clients_at_once(fleet: Fleet) -> None:
    content = os.urandom(100_000)
    (fleet.root / "f").write_bytes(content)

    async def one(door: Door) -> bytes:
        client = door.client()
        client.say(RRQ("f", "octet", {"blksize": "1428", "windowsize": "8"}))
        oack = await client.hear()
        assert oack == OACK({"blksize": "1428", "windowsize": "8"})
        client.say(ACK(0))
        got = b""
        block = 0
        while True:
            packet = await client.hear()
            assert isinstance(packet, DATA)
            if packet.block == block + 1:
                block += 1
                got += packet.data
                if block % 8 == 0 or len(packet.data) < 1428:
                    client.say(ACK(block))
                if len(packet.data) < 1428:
                    return got

    async def all_of_them() -> None:
        async with opened(fleet) as door:
            results = await asyncio.gather(*(one(door) for _ in range(64)))
            assert set(results) == {content}
            await fleet.until_sent(64)
            assert len(door.server) == 0

    asyncio.run(all_of_them())
    assert fleet.counters == {("tftp", "served"): 64}


# --- by hand


def test_what_the_fleet_is_told(fleet: Fleet) -> None:
    (fleet.root / "a.cfg").write_bytes(b"abc")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client("127.0.0.9")
            client.to = ("127.0.0.5", door.port)
            client.say(RRQ("a.cfg", "OCTET"))
            assert await client.hear() == DATA(1, b"abc")
            assert client.server is not None
            assert client.server[0] == "127.0.0.5"  # answered from where it was asked
            assert client.server[1] != door.port  # by a transfer id of its own (RFC 1350 4)
            client.say(ACK(1))
            assert await fleet.until_sent() == [Sent(1, 3, True, hashlib.sha256(b"abc").hexdigest())]
            port = client.sock.getsockname()[1]
            assert fleet.requests == [FileRequest("tftp", "a.cfg", "127.0.0.9", port, "127.0.0.5")]

    asyncio.run(talk())


def test_netascii_is_sent_as_text_with_the_size_that_it_has_then(fleet: Fleet) -> None:
    lies, sent = b"a\nb\r\n" * 300, b"a\r\nb\r\0\r\n" * 300
    (fleet.root / "a.cfg").write_bytes(lies)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("a.cfg", "NetAscii", {"tsize": "0", "blksize": "1024"}))
            assert await client.hear() == OACK({"tsize": "2400", "blksize": "1024"})
            for number in range(3):
                client.say(ACK(number))
                assert await client.hear() == DATA(number + 1, sent[number * 1024 : number * 1024 + 1024])
            client.say(ACK(3))
            assert await fleet.until_sent() == [Sent(1, len(lies), True, hashlib.sha256(lies).hexdigest())]

    asyncio.run(talk())


def test_a_text_that_shrinks_meanwhile_is_an_error(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"\n" * 100_000)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f", "netascii", {"blksize": "65464"}))
            await client.hear()
            client.say(ACK(0))
            await client.hear()
            os.truncate(fleet.root / "f", 70_000)
            for block in (1, 2):
                client.say(ACK(block))
                last = await client.hear()
            assert last == ERROR(0, "the file changed")

    asyncio.run(talk())


def test_a_duplicate_ack_is_not_answered(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(1500))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            assert await client.hear() == DATA(1, bytes(512))
            client.say(ACK(1)).say(ACK(1)).say(ACK(1))
            assert await client.hear() == DATA(2, bytes(512))
            client.say(ACK(1)).say(ACK(2))
            assert await client.hear() == DATA(3, bytes(476))  # the next that comes at all
            client.say(ACK(3))
            await fleet.until_sent()
            assert client.silent()

    asyncio.run(talk())


def test_a_wrong_transfer_id_is_told_so_and_the_transfer_goes_on(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            await client.hear()
            stranger = door.client("127.0.0.2")
            stranger.to = client.server or stranger.to
            stranger.say(ERROR(0, "die")).say(ACK(1))
            assert await stranger.hear() == ERROR(5, "unknown transfer id")
            assert stranger.silent()  # the ERROR was not answered
            client.say(ACK(1))
            assert await client.hear() == DATA(2, bytes(88))
            client.say(ACK(2))
            assert (await fleet.until_sent())[0].complete

    asyncio.run(talk())


def test_a_lost_datagram_is_sent_again(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"abc")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f", "octet", {"timeout": "1"}))
            assert await client.hear() == OACK({"timeout": "1"})
            assert await client.hear() == OACK({"timeout": "1"})
            client.say(ACK(0))
            assert await client.hear() == DATA(1, b"abc")
            client.say(ACK(1))
            assert (await fleet.until_sent())[0].complete

    asyncio.run(talk())


def test_a_repeated_request_is_not_answered_twice(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f")).say(RRQ("f"))
            assert await client.hear() == DATA(1, bytes(512))
            client.sock.sendto(encode(RRQ("f")), client.to)
            client.say(ACK(1))
            assert await client.hear() == DATA(2, bytes(88))
            client.say(ACK(2))
            await fleet.until_sent()
            assert client.silent()
            assert len(fleet.requests) == 1

    asyncio.run(talk())


def test_another_file_from_the_same_port_ends_the_first(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(600))
    (fleet.root / "g").write_bytes(b"g")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            await client.hear()
            client.server = None
            client.say(RRQ("g"))
            assert await client.hear() == DATA(1, b"g")
            client.say(ACK(1))
            first, second = await fleet.until_sent(2)
            assert (first.complete, first.reason, first.why) == (False, "broken-off", "the client asked anew")
            assert second.complete

    asyncio.run(talk())


def test_the_same_file_again_after_a_lost_final_ack(fleet: Fleet) -> None:
    """Boot ROMs use one port for everything."""
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            await client.hear()
            client.say(ACK(1))
            assert await client.hear() == DATA(2, bytes(88))
            client.server = None
            client.say(RRQ("f"))
            assert await client.hear() == DATA(1, bytes(512))

    asyncio.run(talk())


def test_a_client_that_only_wants_the_size(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f", "octet", {"tsize": "0"}))
            assert await client.hear() == OACK({"tsize": "600"})
            client.say(ERROR(0, "TFTP Aborted"))
            (sent,) = await fleet.until_sent()
            assert (sent.complete, sent.size, sent.reason) == (False, 0, "asked-about")

    asyncio.run(talk())


def test_a_client_that_breaks_off(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            await client.hear()
            client.say(ACK(1))
            await client.hear()
            client.say(ERROR(3, "Disk full"))
            (sent,) = await fleet.until_sent()
            assert (sent.complete, sent.size, sent.reason) == (False, 512, "broken-off")
            assert sent.why == "the client broke off: error 3 Disk full"

    asyncio.run(talk())


OUTSIDE = [
    "../secret", "../tftpboot-secret/k", "..%2fsecret", "%2e%2e/secret", "f\\..\\..\\secret", "..\\secret",
    "C:\\secret", "x" * 512, "x/" * 200, "out", "fifo", "folder", "folder/", "/", "//f", "./f", "F", "/../secret",
    "refused", "missing", "/etc/passwd", "f/x", "f\xff",
]  # fmt: skip


def test_nothing_outside_and_nothing_but_files(fleet: Fleet) -> None:
    """Missing, refused and dangerous look alike, octet by octet."""
    (fleet.root / "f").write_bytes(b"f")
    (fleet.root.parent / "secret").write_text("secret")
    (fleet.root.parent / "tftpboot-secret").mkdir()
    (fleet.root.parent / "tftpboot-secret" / "k").write_text("secret")
    (fleet.root / "out").symlink_to("../secret")
    (fleet.root / "folder").mkdir()
    os.mkfifo(fleet.root / "fifo")
    fleet.decide = lambda request: (
        Refuse("not-yours", 1) if request.path == "refused" else Serve(str(fleet.root), request.path, "", 1)
    )

    async def talk() -> None:
        async with opened(fleet) as door:
            for path in OUTSIDE:
                client = door.client()
                client.say(RRQ(path))
                assert await client.hear() == MISSING, path
                assert client.server is not None
                assert client.server[1] != door.port

    asyncio.run(talk())
    assert set(fleet.counters) == {
        ("tftp", reason) for reason in ("bad-path", "file-missing", "not-readable", "not-yours")
    }


@pytest.mark.parametrize(
    ("packet", "answer", "reason"),
    [
        (WRQ("f"), ERROR(2, "nothing can be written here"), "not-offered"),
        (RRQ("f", "mail"), ERROR(4, "only the modes octet and netascii are served"), "not-offered"),
        (b"\0\1f\0octet", ERROR(4, "the mode does not end"), "bad-request"),
        (b"\0\1\0octet\0", ERROR(4, "no file name"), "bad-request"),
        (b"\0\1f\0octet\0blksize\0", ERROR(4, "an option does not end"), "bad-request"),
        (b"\0\1" + b"x" * 3000, ERROR(4, "request too long"), "bad-request"),
        (b"", None, "bad-request"),
        (b"\0", None, "bad-request"),
        (b"\0\1", None, "bad-request"),
        (b"\0\0\0\0", None, "bad-request"),
        (b"\xff" * 600, None, "bad-request"),
        (DATA(1, b"x"), None, "bad-request"),
        (ACK(1), None, "bad-request"),
        (ERROR(1, "x"), None, "bad-request"),
        (OACK({"blksize": "8"}), None, "bad-request"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_other_packets(fleet: Fleet, packet: Packet | bytes, answer: ERROR | None, reason: str) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(packet)
            if answer is not None:
                assert await client.hear() == answer
            after = door.client().say(RRQ("f"))
            assert await after.hear() == DATA(1, b"f")
            assert client.silent()

    asyncio.run(talk())
    assert fleet.counters[("tftp", reason)] == 1
    assert len(fleet.requests) == 1


@pytest.mark.parametrize("to", ["127.255.255.255", "224.0.1.199"], ids=["broadcast", "multicast"])
def test_a_request_to_many_is_ignored(fleet: Fleet, to: str) -> None:
    """RFC 1123 4.2.3.5 says it of broadcast; a multicast group has no one address that could answer either."""
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet) as door:
            loud = door.client()
            loud.to = (to, door.port)
            here = socket.inet_aton("127.0.0.1")
            loud.sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, here)
            # The group arrives at every socket of this machine as soon as one has joined it.
            door.sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.1.199") + here)
            loud.say(RRQ("f"))
            assert await door.client().say(RRQ("f")).hear() == DATA(1, b"f")
            assert loud.silent()

    asyncio.run(talk())
    assert len(fleet.requests) == 1
    assert fleet.counters[("tftp", "not-offered")] == 1


def test_one_address_cannot_take_all(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet, Limits(sessions=10, per_source=2)) as door:
            greedy = [door.client("127.0.0.7").say(RRQ("f")) for _ in range(5)]
            other = door.client("127.0.0.8").say(RRQ("f"))
            assert await other.hear() == DATA(1, b"f")
            assert sum(not client.silent() for client in greedy) == 2
            other.say(ACK(1))
            await fleet.until_sent()

    asyncio.run(talk())
    assert fleet.counters[("tftp", "busy")] == 3


def test_who_never_acknowledged_makes_room(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests with an invented sender must not lock out the others."""
    (fleet.root / "f").write_bytes(bytes(600))

    async def talk() -> None:
        async with opened(fleet, Limits(sessions=2)) as door:
            real = door.client("127.0.0.6").say(RRQ("f"))
            await real.hear()
            real.say(ACK(1))
            await real.hear()
            await door.client("127.0.0.7").say(RRQ("f")).hear()
            refused = door.client("127.0.0.8").say(RRQ("f"))
            await fleet.until(lambda: fleet.counters.get(("tftp", "busy")) == 1)
            assert refused.silent()
            monkeypatch.setattr("ringboot.servers.tftp.UNPROVEN", -1.0)
            assert await door.client("127.0.0.9").say(RRQ("f")).hear() == DATA(1, bytes(512))
            real.say(ACK(2))
            gone, served = await fleet.until_sent(2)
            assert gone.why == "no acknowledgement, and others were waiting"
            assert served.complete

    asyncio.run(talk())


@pytest.mark.parametrize("fault", ["late", "raises", "nonsense"])
def test_without_an_answer_it_is_silent_and_the_client_may_ask_again(fleet: Fleet, fault: str) -> None:
    (fleet.root / "f").write_bytes(b"f")
    real, faults = fleet.answer, [fault]

    async def failing(data: bytes) -> bytes:
        if faults.pop() == "late":
            await asyncio.Event().wait()
        if fault == "raises":
            raise RuntimeError("a fault in the fleet")
        return data

    async def answer(request: FileRequest) -> Serve | Refuse:
        return await (answer_over(failing)(request) if faults else real(request))

    async def talk() -> None:
        async with opened(fleet) as door:
            door.server._door._answer = answer
            door.server._door._patience = 0.05
            client = door.client().say(RRQ("f"))
            await fleet.until(lambda: ("tftp", "not-answered") in fleet.counters and not len(door.server))
            assert client.silent()
            assert await client.say(RRQ("f")).hear() == DATA(1, b"f")

    asyncio.run(talk())


def test_closing_breaks_off_and_says_so(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"f")
    before = len(os.listdir("/proc/self/fd"))

    async def talk() -> None:
        async with opened(fleet) as door:
            await door.client().say(RRQ("f")).hear()
            door.client().say(RRQ("f"))

    asyncio.run(talk())
    assert fleet.sents[0].why == "the server stopped"
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_that_shrinks_meanwhile_is_an_error(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(1000))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            await client.hear()
            os.truncate(fleet.root / "f", 600)
            client.say(ACK(1))
            assert await client.hear() == ERROR(0, "the file changed")
            assert (await fleet.until_sent())[0].why == "the file changed while it was sent"

    asyncio.run(talk())


def test_a_file_that_is_replaced_meanwhile_stays_what_it_was(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"a" * 1000)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            assert await client.hear() == DATA(1, b"a" * 512)
            (fleet.root / "new").write_bytes(b"b" * 1000)
            (fleet.root / "new").rename(fleet.root / "f")
            client.say(ACK(1))
            assert await client.hear() == DATA(2, b"a" * 488)
            client.say(ACK(2))
            assert (await fleet.until_sent())[0].sha256 == hashlib.sha256(b"a" * 1000).hexdigest()

    asyncio.run(talk())


# --- long files in lock step


async def up_to(client: Client, last: int) -> bytes:
    """Read the blocks up to this one, acknowledging all but it."""
    got = b""
    for block in range(1, last + 1):
        packet = await client.hear()
        assert isinstance(packet, DATA)
        assert packet.block == block
        got += packet.data
        if block < last:
            client.say(ACK(block))
    return got


LONG = bytes(number % 253 for number in range(512 * 100 + 7))


def test_a_long_file_in_lock_step_is_sent_from_what_was_read_ahead(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fleet.root / "f").write_bytes(LONG)
    places: list[int] = []
    pread = os.pread

    def counted(descriptor: int, size: int, offset: int) -> bytes:
        places.append(offset)
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", counted)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            assert await up_to(client, 101) == LONG
            client.say(ACK(101))
            assert (await fleet.until_sent())[0].complete
            assert client.silent()

    asyncio.run(talk())
    assert fleet.sents[0].size == len(LONG)
    assert len(places) < 30


def test_in_a_long_file_what_is_lost_doubled_or_padded_does_no_harm(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(LONG)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f", "octet", {"timeout": "1"}))
            assert await client.hear() == OACK({"timeout": "1"})
            client.say(ACK(0))
            got = await up_to(client, 50)
            again = await client.hear()  # block 50 was lost, and nothing says that block 49 has come
            assert again == DATA(50, got[49 * 512 :])
            client.say(ACK(49)).say(ACK(50)).say(ACK(50)).say(ACK(48))
            for block in range(51, 102):
                packet = await client.hear()
                assert isinstance(packet, DATA)
                assert packet.block == block, "once each"
                got += packet.data
                client.say(encode(ACK(block)) + bytes(3))
            assert got == LONG
            assert (await fleet.until_sent())[0].complete
            assert client.silent()

    asyncio.run(talk())


def test_in_a_long_file_nobody_else_is_heard(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(LONG)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            got = await up_to(client, 40)
            stranger = door.client("127.0.0.2")
            stranger.to = client.server or stranger.to
            stranger.sock.connect(stranger.to)
            stranger.sock.send(encode(ERROR(0, "die")))
            with pytest.raises(ConnectionRefusedError):  # the kernel tells him that nobody listens to him
                async with asyncio.timeout(CEILING):
                    await asyncio.get_running_loop().sock_recv(stranger.sock, 100)
            client.say(ACK(40))
            for block in range(41, 102):
                packet = await client.hear()
                assert isinstance(packet, DATA)
                got += packet.data
                client.say(ACK(block))
            assert got == LONG
            assert (await fleet.until_sent())[0].complete

    asyncio.run(talk())


def test_a_long_file_that_shrinks_meanwhile_is_an_error(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(LONG)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            got = await up_to(client, 40)
            os.truncate(fleet.root / "f", 512 * 40)
            while True:
                client.say(ACK(len(got) // 512))
                packet = await client.hear()
                if not isinstance(packet, DATA):
                    break
                got += packet.data
            assert packet == ERROR(0, "the file changed")
            assert got == LONG[: len(got)], "what was read before it changed"
            assert (await fleet.until_sent())[0].why == "the file changed while it was sent"

    asyncio.run(talk())


def send_by(kind: type[Answered | Counting], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let transfers send by sockets of this kind, whose calls are counted anew."""
    monkeypatch.setattr(kind, "calls", [])

    def open_one(local: str) -> socket.socket:
        made = kind(fileno=open_socket(local).detach())
        made.setblocking(False)
        return made

    monkeypatch.setattr("ringboot.servers.tftp.open_socket", open_one)


class Answered(socket.socket):
    """A socket that has each third call end with what somebody's host, or a forger, wrote about an earlier one."""

    calls: ClassVar[list[int]] = []

    def send(self, data: Any, *flags: int) -> int:
        self.calls.append(1)
        if len(self.calls) % 3 == 0:
            raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))
        return super().send(data, *flags)


def test_in_a_long_file_nobody_ends_it_by_saying_that_the_client_is_gone(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fleet.root / "f").write_bytes(LONG)
    send_by(Answered, monkeypatch)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = door.client().say(RRQ("f"))
            assert await up_to(client, 101) == LONG
            client.say(ACK(101))
            assert (await fleet.until_sent())[0].complete

    asyncio.run(talk())
    assert len(Answered.calls) > 50


class Counting(socket.socket):
    """A socket that counts its calls; `broken`: it cannot send several datagrams by one."""

    broken = False
    calls: ClassVar[list[str]] = []

    def sendmsg(self, *arguments: Any) -> int:
        self.calls.append("sendmsg")
        if self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().sendmsg(*arguments)

    def sendto(self, *arguments: Any) -> int:
        self.calls.append("sendto")
        return super().sendto(*arguments)


class Uncut(Counting):
    """As on a card that computes no checksums."""

    broken = True


@pytest.mark.parametrize("kind", [Counting, Uncut])
@pytest.mark.parametrize("options", [{"blksize": "1000", "windowsize": "64"}, {"blksize": "16", "windowsize": "8"}])
def test_a_window_is_sent_by_one_call_where_the_kernel_can(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, kind: type[Counting], options: dict[str, str]
) -> None:
    blksize, window = int(options["blksize"]), int(options["windowsize"])
    content = bytes(number % 251 for number in range(blksize * window * 3))  # the last block is empty
    (fleet.root / "f").write_bytes(content)
    send_by(kind, monkeypatch)

    async def talk() -> bytes:
        got = b""
        async with opened(fleet) as door:
            client = door.client()
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            client.say(RRQ("f", "octet", options))
            assert await client.hear() == OACK(options)
            client.say(ACK(0))
            for block in range(1, window * 3 + 2):
                packet = await client.hear()
                assert isinstance(packet, DATA)
                assert packet.block == block
                got += packet.data
                if block % window == 0 or len(packet.data) < blksize:
                    client.say(ACK(block))
            await fleet.until_sent()
        return got

    assert asyncio.run(talk()) == content
    # The options, the first window by the rows, two more, and the empty block.
    once = ["sendmsg"] if kind is Counting else ["sendto"] * window
    tried = [] if kind is Counting else ["sendmsg"]
    assert kind.calls == ["sendto"] * (1 + window) + tried + once + once + ["sendto"]
