"""The file side of a virtual phone: it asks by HTTP or TFTP from the very address that it was leased."""

from __future__ import annotations

import asyncio
import errno
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

DATA, ERROR, OACK = 3, 5, 6
TFTP_WAIT = 2.0  # seconds before a packet is sent again
TFTP_TRIES = 5
HTTP_WAIT = 10.0


class Fetched(NamedTuple):
    """How a request ended; body is None when there was no file."""

    url: str
    status: str
    body: bytes | None

    @property
    def is_answered(self) -> bool:
        """Say whether the server said how it is; not, when it was silent or could not be reached."""
        return self.status.isdecimal() or self.status.startswith("error ")


async def fetch(url: str, source: str, agent: str = "") -> Fetched:
    """Fetch an http:// or tftp:// URL from a source address of our own."""
    parts = urlsplit(url)
    if parts.scheme == "tftp":
        return await _tftp(parts, source)
    return await _http(parts, source, agent)


async def _http(parts: SplitResult, source: str, agent: str) -> Fetched:
    url, host, port, path = parts.geturl(), parts.hostname or "", parts.port or 80, parts.path
    try:
        async with asyncio.timeout(HTTP_WAIT):
            reader, writer = await asyncio.open_connection(host, port, local_addr=(source, 0))
            try:
                request = (
                    f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n"
                )
                writer.write(request.encode())
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        return Fetched(url, _why(error, source), None)
    status = head.split(b" ", 2)[1].decode() if head.startswith(b"HTTP/") else "no answer"
    return Fetched(url, status, body if status == "200" else None)


def _why(error: OSError | TimeoutError, source: str) -> str:
    """Say why there was no answer: an address that this machine does not have is a mistake of whoever simulates."""
    if error.errno == errno.EADDRNOTAVAIL:
        return f"this machine cannot ask from {source}"
    return f"no answer within {HTTP_WAIT:g} s" if isinstance(error, TimeoutError) else type(error).__name__


class _Mailbox(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        self.arrived.put_nowait((data, peer))


async def _tftp(parts: SplitResult, source: str) -> Fetched:
    host, port, name = parts.hostname or "", parts.port or 69, parts.path.lstrip("/")
    loop = asyncio.get_running_loop()
    try:
        transport, mailbox = await loop.create_datagram_endpoint(_Mailbox, local_addr=(source, 0))
    except OSError as error:
        return Fetched(parts.geturl(), _why(error, source), None)
    request = b"\x00\x01" + name.encode() + b"\x00octet\x00blksize\x001024\x00tsize\x000\x00"
    reading = _Reading()
    said: tuple[bytes, tuple[str, int]] = (request, (host, port))
    silences = 0
    try:
        while reading.ended is None and silences < TFTP_TRIES:
            transport.sendto(*said)
            try:
                async with asyncio.timeout(TFTP_WAIT):
                    data, peer = await mailbox.arrived.get()
            except TimeoutError:
                silences += 1
                continue
            said, silences = (reading.answer(data), peer), 0
        if reading.ended == "200":
            transport.sendto(*said)
    finally:
        transport.close()
    url = parts.geturl()
    return Fetched(url, reading.ended or "no answer", bytes(reading.body) if reading.ended == "200" else None)


class _Reading:
    """The client's side of one TFTP read (RFC 1350, 2348)."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.ended: str | None = None
        self._block = 0  # the last one that came
        self._size = 512

    def answer(self, data: bytes) -> bytes:
        """Take a packet and give the acknowledgement for it."""
        kind = data[1]
        if kind == ERROR:
            self.ended = f"error {data[3]}"
        elif kind == OACK:
            words = data[2:].split(b"\x00")
            if b"blksize" in words:
                self._size = int(words[words.index(b"blksize") + 1])
        elif kind == DATA and int.from_bytes(data[2:4], "big") == (self._block + 1) & 0xFFFF:
            self._block += 1
            self.body += data[4:]
            if len(data) - 4 < self._size:
                self.ended = "200"
        return b"\x00\x04" + (self._block & 0xFFFF).to_bytes(2, "big")
