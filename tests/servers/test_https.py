"""The HTTPS door over real sockets: curl with made-up brand CAs, old TLS, files of any size."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tests.certificates import BrandCa, Pair

from ringboot.model.file import Certificate
from ringboot.servers.http import HttpServer
from ringboot.servers.tls import CannotShow, Identity, Tls
from ringboot.store.authority import Authority

if TYPE_CHECKING:
    from tests.servers.conftest import Fleet

CEILING = 30.0  # seconds that a condition may take on a busy machine


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("own") / "tls")
    made.ensure(["127.0.0.1"], datetime.now(UTC))
    return made


class Got(NamedTuple):
    """What curl says."""

    code: int  # its exit code
    body: bytes
    error: str


class Door:
    """An HTTPS server on the loopback."""

    def __init__(self, fleet: Fleet, own: Authority, brands: dict[str, BrandCa], *, old: bool) -> None:
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        self.own = own
        self.url = f"https://127.0.0.1:{sock.getsockname()[1]}"
        self.tls = Tls({brand: [ca.certificate] for brand, ca in brands.items()}, old=old)
        self.tls.load(Identity(own.certificate, own.key))
        self.server = HttpServer(sock, fleet.answer, fleet.report, fleet.counters, tls=self.tls, name="https")

    async def get(self, path: str, *options: str) -> Got:
        process = await asyncio.create_subprocess_exec(
            "curl", "-sS", "--cacert", str(self.own.ca), *options, f"{self.url}/{path}",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(CEILING):
            body, error = await process.communicate()
        return Got(process.returncode or 0, body, error.decode())


@asynccontextmanager
async def opened(
    fleet: Fleet, own: Authority, brands: dict[str, BrandCa] | None = None, *, old: bool = False
) -> AsyncIterator[Door]:
    door = Door(fleet, own, brands or {}, old=old)
    await door.server.start()
    try:
        yield door
    finally:
        await door.server.close()


@pytest.mark.parametrize("size", [0, 1, 16384, 16385, 3_000_000])
def test_a_file_comes_whole_from_who_our_ca_vouches_for(fleet: Fleet, own: Authority, size: int) -> None:
    content = os.urandom(size)
    (fleet.root / "f").write_bytes(content)

    async def talk() -> None:
        async with opened(fleet, own) as door:
            got = await door.get("f")
            assert got == (0, content, "")
            (sent,) = await fleet.until_sent(1)
            assert (sent.size, sent.complete) == (size, True)

    asyncio.run(talk())
    (request,) = fleet.requests
    assert (request.door, request.tls, request.certificate, request.peer) == ("https", "TLSv1.3", None, "127.0.0.1")


def test_several_files_on_one_connection_and_a_client_that_does_not_know_our_ca(fleet: Fleet, own: Authority) -> None:
    for name in ("a", "b"):
        (fleet.root / name).write_bytes(name.encode())

    async def talk() -> None:
        async with opened(fleet, own) as door:
            assert (await door.get("a", f"{door.url}/b")).body in (b"ab", b"ba")
            stranger = await door.get("a", "--cacert", "/dev/null")
            assert stranger.code != 0
            assert (await door.get("a")).body == b"a", "the door goes on"

    asyncio.run(talk())
    assert len({request.port for request in fleet.requests[:2]}) == 1


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
@pytest.mark.parametrize("old", [False, True], ids=["main", "legacy"])
def test_old_tls_has_a_listener_of_its_own(fleet: Fleet, own: Authority, version: str, old: bool) -> None:
    (fleet.root / "f").write_bytes(b"content")

    async def talk() -> Got:
        async with opened(fleet, own, old=old) as door:
            return await door.get("f", "--tlsv1.0", "--tls-max", version, "--ciphers", "DEFAULT:@SECLEVEL=0")

    got = asyncio.run(talk())
    if old or version >= "1.2":
        assert got == (0, b"content", "")
        assert fleet.requests[0].tls == ("TLSv1" if version == "1.0" else f"TLSv{version}")
    else:
        assert got.code == 35, "no handshake"
        assert fleet.requests == []


def certificate_told(fleet: Fleet, own: Authority, shown: Pair | None, **brands: BrandCa) -> Certificate | None:
    """Fetch a file with a certificate, and give what the fleet is told of it."""
    (fleet.root / "f").write_bytes(b"content")

    async def talk() -> None:
        async with opened(fleet, own, brands) as door:
            for version in ("1.2", "1.3"):
                got = await door.get("f", "--tls-max", version, *(shown.curl() if shown else ()))
                assert got == (0, b"content", ""), "whatever it shows itself with, the connection stands"

    asyncio.run(talk())
    first, second = (request.certificate for request in fleet.requests)
    assert first == second
    return first


def test_what_a_certificate_of_a_brand_tells(fleet: Fleet, own: Authority, tmp_path: Path) -> None:
    one, two = BrandCa(tmp_path, "one"), BrandCa(tmp_path, "two")
    shown = two.sign("00085D010101", "phone.example.org", organization="Two")
    assert certificate_told(fleet, own, shown, first=one, second=two) == Certificate(
        "CN=00085D010101,O=Two", ("00085D010101", "phone.example.org"), "second"
    )


@pytest.mark.parametrize(
    ("days", "signer", "itself", "fault"),
    [
        (-1, "named", False, "it has expired"),
        (30, "other", False, "its CA is not known here"),
        (30, "named", True, "it is signed by itself"),
        (-1, "other", False, "its CA is not known here"),
    ],
)
def test_what_is_wrong_with_a_certificate(
    fleet: Fleet, own: Authority, tmp_path: Path, days: int, signer: str, itself: bool, fault: str
) -> None:
    cas = {name: BrandCa(tmp_path, name) for name in ("named", "other")}
    shown = cas[signer].sign("00085D010101", days=days, itself=itself)
    assert certificate_told(fleet, own, shown, named=cas["named"]) == Certificate("CN=00085D010101", fault=fault)


def test_no_certificate_is_asked_for_without_a_ca(fleet: Fleet, own: Authority, tmp_path: Path) -> None:
    assert certificate_told(fleet, own, BrandCa(tmp_path, "some").sign("00085D010101")) is None


def test_none_need_be_shown(fleet: Fleet, own: Authority, tmp_path: Path) -> None:
    assert certificate_told(fleet, own, None, some=BrandCa(tmp_path, "some")) is None


def test_a_new_certificate_of_ours_is_shown_to_who_comes_next(fleet: Fleet, own: Authority, tmp_path: Path) -> None:
    (fleet.root / "f").write_bytes(b"content")
    other = Authority(tmp_path / "tls")
    other.ensure(["127.0.0.1"], datetime.now(UTC))

    async def talk() -> None:
        async with opened(fleet, own) as door:
            door.tls.load(Identity(other.certificate, other.key))
            assert (await door.get("f")).code == 60, "signed by somebody else"
            assert (await door.get("f", "--cacert", str(other.ca))).body == b"content"

    asyncio.run(talk())


def test_a_key_that_is_not_the_certificates_is_refused(own: Authority) -> None:
    with pytest.raises(CannotShow, match=r"server\.crt with .*ca\.key: key values mismatch"):
        Tls({}).load(Identity(own.certificate, own.ca_key))
    with pytest.raises(CannotShow, match=r"no-such"):
        Tls({}).load(Identity(own.folder / "no-such", own.key))


def test_octets_that_are_no_tls_leave_the_door_open(fleet: Fleet, own: Authority) -> None:
    (fleet.root / "f").write_bytes(b"content")

    async def talk() -> None:
        async with opened(fleet, own) as door:
            port = int(door.url.rpartition(":")[2])
            for octets in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff" + bytes(300), os.urandom(2000)):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(octets)
                writer.write_eof()
                async with asyncio.timeout(CEILING):
                    try:
                        while await reader.read(1000):
                            pass
                    except ConnectionError:
                        pass
                writer.close()
            assert (await door.get("f")).body == b"content"

    asyncio.run(talk())
    assert len(fleet.requests) == 1
