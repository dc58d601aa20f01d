"""Sending an answer with a file's octets, so that a device that takes nothing does not hold on to us for ever."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from aiohttp import web

from ringboot.servers.files import OpenFile
from ringboot.servers.http_connection import SERVER
from ringboot.servers.http_reply import FileReply

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
        response = web.StreamResponse(status=reply.status, headers={**SERVER, **reply.headers})
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
    body = opened.read(reply.start, size) if size else b""
    if len(body) < size:
        return None, Outcome(0, "the file changed while it was sent")
    headers = {**SERVER, **reply.headers}
    # A body of the right size would correct the Content-Length that a HEAD is told.
    response = (
        web.Response(status=reply.status, headers=headers, body=body)
        if size
        else web.StreamResponse(status=reply.status, headers=headers)
    )
    await response.prepare(request)
    await response.write_eof()
    return response, Outcome(size)
