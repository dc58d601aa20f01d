"""The file side of a virtual phone: it asks by HTTP or TFTP from the very address that it was leased."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

RRQ, DATA, ACK, ERROR, OACK = 1, 3, 4, 5, 6
TFTP_WAIT = 3.0  # seconds for each packet
HTTP_WAIT = 10.0


class Fetched(NamedTuple):
    """How a request ended; body is None when there was no file."""

    url: str
    status: str
    body: bytes | None


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
        return Fetched(url, type(error).__name__, None)
    status = head.split(b" ", 2)[1].decode() if head.startswith(b"HTTP/") else "no answer"
    return Fetched(url, status, body if status == "200" else None)


class _Mailbox(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.arrived: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        self.arrived.put_nowait((data, peer))


async def _tftp(parts: SplitResult, source: str) -> Fetched:
    url, host, port, name = parts.geturl(), parts.hostname or "", parts.port or 69, parts.path.lstrip("/")
    loop = asyncio.get_running_loop()
    transport, mailbox = await loop.create_datagram_endpoint(_Mailbox, local_addr=(source, 0))
    options = b"blksize\x001024\x00tsize\x000\x00"
    transport.sendto(b"\x00\x01" + name.encode() + b"\x00octet\x00" + options, (host, port))
    body, expected, size = bytearray(), 1, 512
    try:
        while True:
            async with asyncio.timeout(TFTP_WAIT):
                data, peer = await mailbox.arrived.get()
            kind = data[1]
            if kind == ERROR:
                return Fetched(url, "error " + str(data[3]), None)
            if kind == OACK:
                words = data[2:].split(b"\x00")
                size = int(words[words.index(b"blksize") + 1]) if b"blksize" in words else 512
                transport.sendto(b"\x00\x04\x00\x00", peer)
            elif kind == DATA:
                block = int.from_bytes(data[2:4], "big")
                if block == expected & 0xFFFF:
                    body += data[4:]
                    expected += 1
                transport.sendto(b"\x00\x04" + data[2:4], peer)
                if block == (expected - 1) & 0xFFFF and len(data) - 4 < size:
                    return Fetched(url, "200", bytes(body))
    except TimeoutError:
        return Fetched(url, "no answer", None)
    finally:
        transport.close()
