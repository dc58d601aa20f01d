"""The HTTP door over real sockets: curl, and octets written by hand."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple, Self

import pytest

from ringboot.model.file import FileRequest, Refuse, Sent, Serve
from ringboot.servers.files_coded import answer_over
from ringboot.servers.http import HttpServer
from ringboot.servers.http_connection import LIMITS, Limits

if TYPE_CHECKING:
    from tests.servers.conftest import Fleet

CEILING = 30.0  # seconds that a condition may take on a busy machine


class Answer(NamedTuple):
    """What came back, split; `octets` is all of it, with the date masked."""

    status: int
    headers: dict[str, str]
    body: bytes
    octets: bytes


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, octets: bytes) -> Self:
        self.writer.write(octets)
        return self

    async def hear(self, *, body: bool = True) -> Answer:
        async with asyncio.timeout(CEILING):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = head.decode("latin-1").split("\r\n")[:-2]
            headers = dict(line.split(": ", 1) for line in lines)
            size = int(headers.get("Content-Length", 0)) if body else 0
            content = await self.reader.readexactly(size)
        return Answer(int(status.split()[1]), headers, content, re.sub(rb"\r\nDate: [^\r]*", b"", head) + content)

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(CEILING):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in {"Host": "x", **headers}.items()]
        self.say(f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode("latin-1"))
        return await self.hear(body=method != "HEAD")


class Door:
    """An HTTP server on loopback and clients for it."""

    def __init__(self, fleet: Fleet, limits: Limits, patience: float) -> None:
        sock = socket.socket()
        sock.bind(("0.0.0.0", 0))
        self.port: int = sock.getsockname()[1]
        self.server = HttpServer(sock, fleet.answer, fleet.report, fleet.counters, limits=limits, patience=patience)
        self.clients: list[Client] = []

    async def client(self, address: str = "127.0.0.1", to: str = "127.0.0.1") -> Client:
        self.clients.append(Client(*await asyncio.open_connection(to, self.port, local_addr=(address, 0))))
        return self.clients[-1]


@asynccontextmanager
async def opened(fleet: Fleet, limits: Limits = LIMITS, patience: float = CEILING) -> AsyncIterator[Door]:
    door = Door(fleet, limits, patience)
    await door.server.start()
    try:
        yield door
    finally:
        for client in door.clients:
            client.writer.close()
        await door.server.close()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- what is served


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65535, 65536, 65537, 256 * 1024, 256 * 1024 + 1, 3_000_000])
def test_get_and_head_say_the_same(fleet: Fleet, size: int) -> None:
    content = os.urandom(size)
    (fleet.root / "f").write_bytes(content)
    fleet.content_type = "application/x-cfg"

    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            got = await client.get("/f")
            assert (got.status, got.body) == (200, content)
            assert got.headers["Content-Type"] == "application/x-cfg"
            assert got.headers["ETag"] == f'"{digest(content)}"'
            assert got.headers["Content-Length"] == str(size)
            assert got.headers["Server"] == "ringboot"
            told = await client.get("/f", "HEAD")
            assert told.octets == got.octets[: len(got.octets) - size]
            first, second = await fleet.until_sent(2)
            assert first == Sent(1, size, True, digest(content))
            assert second == (Sent(2, 0, False, digest(content), "asked-about") if size else first._replace(ticket=2))

    asyncio.run(talk())


async def curl(*arguments: object) -> tuple[int, bytes]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    process = await asyncio.create_subprocess_exec(
        "curl", "-sS", "--path-as-is", *map(str, arguments), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(CEILING):
        output, _ = await process.communicate()
    return process.returncode or 0, output


def test_curl_reads_resumes_and_asks_whether_it_changed(fleet: Fleet) -> None:
    content = os.urandom(1_000_000)
    (fleet.root / "firmware").write_bytes(content)

    async def talk() -> None:
        async with opened(fleet) as door:
            url = f"http://127.0.0.1:{door.port}/firmware"
            assert await curl(url) == (0, content)
            assert await curl("-C", 600_000, url) == (0, content[600_000:])
            assert await curl("-r", "10-19", url) == (0, content[10:20])
            assert await curl("-r", "-7", url) == (0, content[-7:])
            code = ["-o", "/dev/null", "-w", "%{http_code}"]
            assert await curl(*code, "-H", f'If-None-Match: "{digest(content)}"', url) == (0, b"304")
            assert await curl(*code, "-H", 'If-None-Match: "old"', url) == (0, b"200")
            assert await curl(*code, "-r", "1000000-", url) == (0, b"416")
            assert await curl(*code, "-I", url) == (0, b"200")
            assert await curl(*code, "-0", url) == (0, b"200")
            sents = await fleet.until_sent(9)
            assert [(sent.size, sent.complete, sent.reason) for sent in sents] == [
                (1_000_000, True, ""),
                (400_000, True, "part-sent"),
                (10, False, "part-sent"),
                (7, True, "part-sent"),
                (0, True, "not-modified"),
                (1_000_000, True, ""),
                (0, False, "part-sent"),
                (0, False, "asked-about"),
                (1_000_000, True, ""),
            ]

    asyncio.run(talk())


def test_a_changed_file_has_another_tag_at_once(fleet: Fleet) -> None:
    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            for content in (b"aaa", b"bbb", b"ccc"):
                (fleet.root / "f").write_bytes(content)
                got = await client.get("/f", If_None_Match=f'"{digest(b"aaa")}"')
                assert (got.status, got.body) == ((304, b"") if content == b"aaa" else (200, content))

    asyncio.run(talk())


# --- what the fleet is told

PATHS = [
    "/",
    "//",
    "//aastra.cfg",
    "/a%20b",
    "/a%2fb%2F%2e%2e",
    "/a+b;c=d,e:f@g&h",
    "/%00",
    "/%zz%",
    "/..",
    "/../../etc/passwd",
    "/./a/",
    "/\\windows\\path",
    "/%C3%A9%FF",
    "/{mac}|^`<>\"'",
    "/a#b",
    "/" + "x" * 4000,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:20])
def test_the_path_reaches_the_fleet_as_it_was_sent(fleet: Fleet, path: str) -> None:
    async def talk() -> None:
        async with opened(fleet) as door:
            await (await door.client()).get(f"{path}?q=%20&x?y")

    asyncio.run(talk())
    assert [(request.path, request.query) for request in fleet.requests] == [(path, "q=%20&x?y")]


def test_a_whole_url_is_a_path_too(fleet: Fleet) -> None:
    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            await client.get("http://10.0.0.1:8667/a%20b?c")
            await client.get("HTTP://10.0.0.1")

    asyncio.run(talk())
    assert [(request.path, request.query) for request in fleet.requests] == [("/a%20b", "c"), ("/", "")]


def test_peer_and_headers_are_what_came_over_the_socket(fleet: Fleet) -> None:
    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client("127.0.0.9", to="127.0.0.5")
            client.say(
                b"GET /f HTTP/1.1\r\nHost: x\r\nUSER-agent: Aastra6731i MAC:00-08-5D-23-73-01 V:3\r\n"
                b"X-Forwarded-For: 10.9.9.9\r\nForwarded: for=10.9.9.9\r\nX-Odd: \xe9\xff\r\n"
                b"X-Twice: 1\r\nX-Twice: 2\r\n\r\n"
            )
            await client.hear()
            (request,) = fleet.requests
            assert (request.peer, request.local, request.method) == ("127.0.0.9", "127.0.0.5", "GET")
            assert request.port == client.writer.get_extra_info("sockname")[1]
            assert request.headers == (
                ("host", "x"),
                ("user-agent", "Aastra6731i MAC:00-08-5D-23-73-01 V:3"),
                ("x-forwarded-for", "10.9.9.9"),
                ("forwarded", "for=10.9.9.9"),
                ("x-odd", "\xe9\xff"),
                ("x-twice", "1"),
                ("x-twice", "2"),
            )

    asyncio.run(talk())


# --- what is refused

NOTHING = [
    "/refused",
    "/missing",
    "/",
    "/folder",
    "/folder/",
    "/fifo",
    "/out",
    "/../secret",
    "/folder/../f",
    "/..%2fsecret",
    "/%2e%2e/secret",
    "/..\\secret",
    "/f%00",
    "/f/",
    "//f",
    "/./f",
    "/F",
    "/" + "x" * 512,
    "/../tftpboot-secret/k",
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_refused_and_missing_and_dangerous_look_alike(fleet: Fleet, method: str) -> None:
    (fleet.root / "f").write_bytes(b"f")
    (fleet.root.parent / "secret").write_text("secret")
    (fleet.root.parent / "tftpboot-secret").mkdir()
    (fleet.root.parent / "tftpboot-secret" / "k").write_text("secret")
    (fleet.root / "out").symlink_to("../secret")
    (fleet.root / "folder").mkdir()
    os.mkfifo(fleet.root / "fifo")
    fleet.decide = lambda request: (
        Refuse("not-yours", 1) if request.path == "/refused" else Serve(str(fleet.root), request.path[1:], "a/b", 1)
    )

    async def talk() -> set[bytes]:
        async with opened(fleet) as door:
            client = await door.client()
            conditions = {"If_None_Match": "*", "Range": "bytes=0-"}
            return {(await client.get(path, method, **conditions)).octets for path in NOTHING}

    (answer,) = asyncio.run(talk())
    body = b"Not Found\n" if method == "GET" else b""
    assert answer == (
        b"HTTP/1.1 404 Not Found\r\nServer: ringboot\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Length: 10\r\n\r\n" + body
    )
    assert {reason for _, reason in fleet.counters} == {"bad-path", "file-missing", "not-readable", "not-yours"}
    assert sum(fleet.counters.values()) == len(NOTHING)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "CONNECT"])
def test_other_methods(fleet: Fleet, method: str) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet) as door:
            target = "x:80" if method == "CONNECT" else "/f"
            answer = await (await door.client()).get(target, method, Content_Length="0")
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")

    asyncio.run(talk())
    assert fleet.counters == {("http", "not-offered"): 1}
    assert not fleet.requests


def test_a_body_that_nobody_wants_is_not_waited_for(fleet: Fleet) -> None:
    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            client.say(b"POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
            assert (await client.hear()).status == 405
            assert await client.rest() == b""

    asyncio.run(talk())


UNREADABLE = {
    "no Host": b"GET /f HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /f HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "a blank in the path": b"GET /f g HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in the path": b"GET /f\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "octets above 127 in the path": b"GET /\xff\xe9 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a NUL in a header": b"GET /f HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    "a blank before the colon": b"GET /f HTTP/1.1\r\nHost : x\r\n\r\n",
    "a folded header": b"GET /f HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
    "a header without a colon": b"GET /f HTTP/1.1\r\nHost: x\r\nX\r\n\r\n",
    "a path that is none": b"GET f HTTP/1.1\r\nHost: x\r\n\r\n",
    "a broken URL": b"GET http://[x/f HTTP/1.1\r\nHost: x\r\n\r\n",
    "another scheme": b"GET ftp://x/f HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"FETCH /f HTTP/1.1\r\nHost: x\r\n\r\n",
    "a small method": b"get /f HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET /f\r\n\r\n",
    "HTTP/9.9": b"GET /f HTTP/9.9\r\nHost: x\r\n\r\n",
    "a long line": b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a long header": b"GET /f HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20000 + b"\r\n\r\n",
    "many headers": b"GET /f HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "a length that is none": b"GET /f HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\n",
    "two lengths": b"GET /f HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "bare line feeds": b"GET /f HTTP/1.1\nHost: x\n\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "noise": bytes(range(256)),
    "nesting": b"[" * 20000,
}


@pytest.mark.parametrize("octets", UNREADABLE.values(), ids=list(UNREADABLE))
def test_what_cannot_be_read_is_a_plain_400_and_one_count(
    fleet: Fleet, octets: bytes, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = (await door.client()).say(octets)
            answer = await client.hear()
            assert (answer.status, answer.body) == (400, b"Bad Request\n")
            assert (await (await door.client()).get("/f")).body == b"f"

    asyncio.run(talk())
    assert fleet.counters == {("http", "bad-request"): 1, ("http", "served"): 1}
    assert len(fleet.requests) == 1
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_an_unreadable_request_behind_a_good_one(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            assert (await client.get("/f")).status == 200
            assert (await client.say(b"GET /f HTTP/1.1\r\n\r\n").hear()).status == 400
            assert await client.rest() == b""

    asyncio.run(talk())


@pytest.mark.parametrize("fault", ["late", "raises", "nonsense"])
def test_without_an_answer_the_device_is_told_to_come_back(fleet: Fleet, fault: str) -> None:
    async def answer(data: bytes) -> bytes:
        if fault == "late":
            await asyncio.Event().wait()
        if fault == "raises":
            raise RuntimeError("a fault in the fleet")
        return data

    fleet.answer = answer_over(answer)  # type: ignore[method-assign,assignment]  # a fleet that fails

    async def talk() -> None:
        async with opened(fleet, patience=0.05) as door:
            got = await (await door.client()).get("/f")
            assert (got.status, got.headers["Retry-After"]) == (503, "5")

    asyncio.run(talk())
    assert fleet.counters == {("http", "not-answered"): 1}


# --- connections


def test_one_connection_many_requests_also_all_at_once(fleet: Fleet) -> None:
    for number in range(100):
        (fleet.root / str(number)).write_bytes(bytes([number]) * number * 1000)

    async def talk() -> None:
        async with opened(fleet) as door:
            client = await door.client()
            for number in range(100):
                client.say(f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            for number in range(100):
                assert (await client.hear()).body == bytes([number]) * number * 1000
            old = (await door.client()).say(b"GET /7 HTTP/1.0\r\n\r\n")
            assert (await old.hear()).body == bytes([7]) * 7000
            assert await old.rest() == b""
            wish = await door.client()
            assert (await wish.get("/7", Upgrade="websocket", Connection="upgrade")).status == 200
            assert (await wish.get("/7", Connection="close")).headers["Connection"] == "close"
            assert await wish.rest() == b""

    asyncio.run(talk())


def test_sixty_four_devices_fetch_firmware_at_once(fleet: Fleet) -> None:
    content = os.urandom(1_000_000)
    (fleet.root / "firmware").write_bytes(content)

    async def talk() -> None:
        async with opened(fleet) as door:
            clients = [await door.client() for _ in range(64)]
            answers = await asyncio.gather(*(client.get("/firmware") for client in clients))
            assert {answer.body for answer in answers} == {content}
            await fleet.until_sent(64)

    asyncio.run(talk())
    assert fleet.counters == {("http", "served"): 64}


@pytest.mark.parametrize("octets", [b"", b"GET /f HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["idle", "slow headers"])
def test_who_does_not_finish_a_request_is_closed(fleet: Fleet, octets: bytes) -> None:
    async def talk() -> None:
        async with opened(fleet, Limits(idle=0.1)) as door:
            client = (await door.client()).say(octets)
            assert await client.rest() == b""

    asyncio.run(talk())


def test_who_takes_nothing_is_broken_off(fleet: Fleet) -> None:
    (fleet.root / "firmware").write_bytes(bytes(30_000_000))

    async def talk() -> None:
        async with opened(fleet, Limits(stalled=0.2)) as door:
            (await door.client()).say(b"GET /firmware HTTP/1.1\r\nHost: x\r\n\r\n")
            (sent,) = await fleet.until_sent()
            assert (sent.complete, sent.reason) == (False, "broken-off")
            assert 0 < sent.size < 30_000_000
            assert sent.why

    asyncio.run(talk())


def test_who_takes_nothing_of_small_files_is_broken_off(fleet: Fleet) -> None:
    (fleet.root / "small").write_bytes(bytes(60_000))

    async def talk() -> None:
        async with opened(fleet, Limits(stalled=0.2)) as door:
            (await door.client()).say(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
            await fleet.until(lambda: any(not sent.complete for sent in fleet.sents))

    asyncio.run(talk())
    assert ("http", "broken-off") in fleet.counters


def test_who_goes_away_meanwhile(fleet: Fleet) -> None:
    (fleet.root / "firmware").write_bytes(bytes(30_000_000))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = (await door.client()).say(b"GET /firmware HTTP/1.1\r\nHost: x\r\n\r\n")
            await client.reader.readexactly(1000)
            client.writer.transport.abort()
            (sent,) = await fleet.until_sent()
            assert (sent.complete, sent.reason) == (False, "broken-off")

    asyncio.run(talk())


def test_a_file_that_shrinks_meanwhile_breaks_the_connection(fleet: Fleet) -> None:
    (fleet.root / "firmware").write_bytes(bytes(30_000_000))

    async def talk() -> None:
        async with opened(fleet) as door:
            client = (await door.client()).say(b"GET /firmware HTTP/1.1\r\nHost: x\r\n\r\n")
            await client.reader.readexactly(1000)
            os.truncate(fleet.root / "firmware", 20_000_000)
            assert len(await client.rest()) < 30_000_000
            (sent,) = await fleet.until_sent()
            assert (sent.complete, sent.why) == (False, "the file changed while it was sent")

    asyncio.run(talk())


def test_a_newcomer_takes_the_place_of_who_has_idled_longest(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(b"f")

    async def talk() -> None:
        async with opened(fleet, Limits(connections=2)) as door:
            first, second = await door.client(), await door.client()
            await first.get("/f")
            await second.get("/f")
            await first.get("/f")
            third = await door.client()
            assert (await third.get("/f")).body == b"f"
            assert await second.rest() == b""
            assert (await first.get("/f")).body == b"f"
            assert len(door.server) == 2

    asyncio.run(talk())
    assert set(fleet.counters) == {("http", "served")}


@pytest.mark.parametrize("limits", [Limits(connections=1), Limits(per_source=1)], ids=["all", "one address"])
def test_when_all_are_busy_a_newcomer_is_turned_away(fleet: Fleet, limits: Limits) -> None:
    (fleet.root / "f").write_bytes(b"f")
    ready = asyncio.Event()
    real = fleet.answer

    async def slow(request: FileRequest) -> Serve | Refuse:
        answer = await real(request)
        await ready.wait()
        return answer

    fleet.answer = slow  # type: ignore[method-assign]  # a fleet that takes its time

    async def talk() -> None:
        async with opened(fleet, limits) as door:
            busy = (await door.client()).say(b"GET /f HTTP/1.1\r\nHost: x\r\n\r\n")
            await fleet.until(lambda: bool(fleet.requests))
            turned_away = await door.client()
            assert await turned_away.rest() == b""
            if limits.per_source == 1:
                other = (await door.client("127.0.0.2")).say(b"GET /f HTTP/1.1\r\nHost: x\r\n\r\n")
                ready.set()
                assert (await other.hear()).body == b"f"
            ready.set()
            assert (await busy.hear()).body == b"f"

    asyncio.run(talk())
    assert fleet.counters[("http", "busy")] == 1


def test_nothing_stays_open(fleet: Fleet) -> None:
    (fleet.root / "f").write_bytes(bytes(100_000))
    before = len(os.listdir("/proc/self/fd"))

    async def talk() -> None:
        async with opened(fleet) as door:
            for path in ("/f", "/missing", "/"):
                await (await door.client()).get(path)
            (await door.client()).say(b"GET /f HTTP/1.1\r\n")

    asyncio.run(talk())
    assert len(os.listdir("/proc/self/fd")) == before
