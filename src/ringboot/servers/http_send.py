"""Sending an answer with a file's octets, so that a device that takes nothing does not hold on to us for ever."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from aiohttp import web

from ringboot.servers.files import OpenFile
from ringboot.servers.http_reply import SERVER, FileReply, head

SMALL = 64 * 1024  # octets that leave in one write with the headers; more goes by sendfile
SLICE = 256 * 1024  # octets that must leave within the time that a connection may stall


class Outcome(NamedTuple):
    """How sending went: the octets of the file that left, and why not all of them."""

    size: int
    why: str = ""


async def send_file(
    request: web.BaseRequest, reply: FileReply, opened: OpenFile, stalled: float
) -> tuple[web.StreamResponse | None, Outcome]:
    """Send an answer to its end; no response means that the connection is of no more use. May be cancelled."""
    sent = 0
    try:
        if reply.stop - reply.start <= SMALL:
            return await _send_small(request, reply, opened)
        response = web.StreamResponse(status=reply.status, headers={"Server": SERVER, **reply.headers})
        await response.prepare(request)
        loop, transport = asyncio.get_running_loop(), request.transport
        for start in range(reply.start, reply.stop, SLICE):
            size = min(SLICE, reply.stop - start)
            if transport is None or transport.is_closing():
                return None, Outcome(sent, "the connection was lost")
            async with asyncio.timeout(stalled):
                gone = await loop.sendfile(transport, opened.file, start, size)
            sent += gone
            if gone < size:
                transport.abort()  # what was promised cannot be kept
                return None, Outcome(sent, "the file changed while it was sent")
        await response.write_eof()
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        return None, Outcome(sent, f"nothing was taken for {stalled:.0f} s")
    except OSError as error:
        return None, Outcome(sent, error.strerror or "the connection was lost")
    return response, Outcome(sent)


async def _send_small(
    request: web.BaseRequest, reply: FileReply, opened: OpenFile
) -> tuple[web.StreamResponse | None, Outcome]:
    size = reply.stop - reply.start
    if not size:
        response = web.StreamResponse(status=reply.status, headers={"Server": SERVER, **reply.headers})
        await response.prepare(request)
        await response.write_eof()
        return response, Outcome(0)
    body = opened.read(reply.start, size)
    if len(body) < size:
        return None, Outcome(0, "the file changed while it was sent")
    transport = request.transport
    if transport is None or transport.is_closing():
        return None, Outcome(0, "the connection was lost")
    octets = head(reply, version=request.version[:2], keep_alive=request.keep_alive, now=time.time()) + body
    request.writer.output_size += len(octets)
    transport.write(octets)
    if transport.get_write_buffer_size():
        await request.writer.drain()
    return _Gone(reply.status, keep_alive=request.keep_alive), Outcome(size)


class _Gone(web.StreamResponse):
    """An answer that has left: aiohttp, which would take twice as long to write a short one, has only to go on."""

    def __init__(self, status: int, *, keep_alive: bool) -> None:
        super().__init__(status=status)
        self._is_kept = keep_alive

    @property
    def keep_alive(self) -> bool:
        """Tell whether the connection stays."""
        return self._is_kept

    async def prepare(self, request: web.BaseRequest) -> None:
        """Do nothing."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing."""
