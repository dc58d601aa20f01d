"""The HTTP door for devices: GET and HEAD of files, paths as they were sent; what is refused looks as if missing."""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import time
from typing import Any

from aiohttp import HttpVersion10, web

from ringboot.model.file import FileRequest, Refuse, Sent, Serve
from ringboot.reasons import (
    ASKED_ABOUT,
    BAD_REQUEST,
    BROKEN_OFF,
    BUSY,
    NOT_MODIFIED,
    NOT_OFFERED,
    NOT_READABLE,
    PART_SENT,
)
from ringboot.servers.files import Digests, OpenFile, open_below
from ringboot.servers.files_door import PATIENCE, Answer, AtOnce, Counters, FileDoor, Report
from ringboot.servers.http_connection import LIMITS, Connection, Limits, Room, connections, plain
from ringboot.servers.http_reply import OK, UNCHANGED, FileReply, file_reply
from ringboot.servers.http_send import Outcome, send_file
from ringboot.servers.tls import Session, Tls

METHODS = ("GET", "HEAD")
RETRY_AFTER = "5"  # seconds
HANDSHAKE = 15.0  # seconds that one may take
_SECRET = re.compile(r"/+(s|once)/+([^/]*)(/.*)?")
_WHOLE = re.compile(r"https?://[^/]*", re.IGNORECASE)


class HttpServer:
    """Serve files on a bound TCP socket; `answer` is asked for every file, `report` told how it went."""

    def __init__(
        self,
        sock: socket.socket,
        answer: Answer,
        report: Report,
        counters: Counters,
        *,
        digests: Digests | None = None,
        limits: Limits = LIMITS,
        patience: float = PATIENCE,
        tls: Tls | None = None,
        name: str = "http",
        at_once: AtOnce | None = None,
    ) -> None:
        """With `tls` it is HTTPS that is served; `name` is how the door is called in events and counters.

        `at_once` is asked first, for what can be answered without a wait.
        """
        self._sock = sock
        self._tls = tls
        self._door = FileDoor(name, answer, report, counters, patience, at_once=at_once)
        self._digests = Digests() if digests is None else digests
        self._room = Room(limits)
        self._listener: asyncio.Server | None = None
        self._web: web.Server | None = None

    def __len__(self) -> int:
        """Give the number of connections."""
        return len(self._room)

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        server = self._web = web.Server(self._respond)
        make = connections(self._room, self._door)
        # asyncio asks no more of a context than Tls has.
        secure: Any = {} if self._tls is None else {"ssl": self._tls, "ssl_handshake_timeout": HANDSHAKE}
        self._listener = await loop.create_server(lambda: make(server, loop), sock=self._sock, backlog=1024, **secure)

    async def close(self) -> None:
        """Stop listening and close every connection; the socket is closed too."""
        if self._listener is not None and self._web is not None:
            self._listener.close()
            await self._web.shutdown(1.0)
        await self._digests.close()

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request; cancelled when the server stops."""
        connection = request.protocol
        assert isinstance(connection, Connection)
        self._room.busy(connection)
        try:
            return await self._answer(request)
        finally:
            self._room.idle(connection)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method not in METHODS:
            self._door.count(NOT_OFFERED)
            return plain(405, Allow=", ".join(METHODS))
        asked = file_request(request, self._door.name)
        if asked is None or request.version < HttpVersion10:
            self._door.count(BAD_REQUEST)
            return plain(400)
        reply = await self._door.ask(asked)
        if reply is None:
            return _later()
        if isinstance(reply, Refuse):
            return plain(404)
        opened = open_below(reply.root, reply.name)
        if not isinstance(opened, OpenFile):
            self._door.sent(Sent(reply.ticket, 0, False, "", opened.reason.id, opened.why))
            return _later() if opened.reason is BUSY else plain(404)
        try:
            return await self._send(request, asked, reply, opened)
        finally:
            opened.close()

    async def _send(
        self, request: web.BaseRequest, asked: FileRequest, serve: Serve, opened: OpenFile
    ) -> web.StreamResponse:
        try:
            digest = await self._digests.of(opened)
        except OSError as error:
            self._door.sent(Sent(serve.ticket, 0, False, "", NOT_READABLE.id, error.strerror or str(error)))
            return plain(404)
        reply = file_reply(
            asked.method,
            _fields(asked),
            size=opened.size,
            sha256=digest,
            changed=opened.status.st_mtime,
            now=time.time(),
            content_type=serve.content_type,
        )
        outcome = Outcome(0, "the server stopped")
        try:
            response, outcome = await send_file(request, reply, opened, self._room.limits.stalled)
        finally:
            self._door.sent(_told(serve.ticket, reply, outcome, opened.size, digest))
        if response is None:
            raise ConnectionResetError
        return response


def file_request(request: web.BaseRequest, door: str) -> FileRequest | None:
    """Say what is asked for, before anything is believed; None when the target is no path."""
    target = request.raw_path.encode("utf-8", "surrogateescape").decode("latin-1")
    if (whole := _WHOLE.match(target)) is not None:  # RFC 9112 3.2.2: with the authority, as to a proxy
        target = target[whole.end() :]
        target = target if target.startswith("/") else "/"
    if not target.startswith("/") or request.transport is None:
        return None
    path, _, query = target.partition("?")
    words = {"s": "", "once": ""}
    if (found := _SECRET.match(path)) is not None:  # from here on nobody but its digest is seen
        words[found[1]], path = hashlib.sha256(found[2].encode("latin-1")).hexdigest(), found[3] or "/"
    peer = request.transport.get_extra_info("peername")
    local = request.transport.get_extra_info("sockname")
    session = request.transport.get_extra_info("ssl_object")
    return FileRequest(
        door,
        path,
        peer[0].removeprefix("::ffff:"),
        peer[1],
        local[0].removeprefix("::ffff:"),
        request.method,
        query,
        tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.raw_headers),
        session.certificate() if isinstance(session, Session) else None,
        session.protocol if isinstance(session, Session) else "",
        words["s"],
        words["once"],
    )


def _fields(asked: FileRequest) -> dict[str, str]:
    """Give the headers by name; one that comes twice is a list (RFC 9110 5.3)."""
    fields: dict[str, str] = {}
    for name, value in asked.headers:
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _told(ticket: int, reply: FileReply, outcome: Outcome, size: int, digest: str) -> Sent:
    """Say how it went."""
    if outcome.why:
        return Sent(ticket, outcome.size, False, digest, BROKEN_OFF.id, outcome.why)
    if reply.status == UNCHANGED:
        return Sent(ticket, 0, True, digest, NOT_MODIFIED.id)
    if reply.status != OK:
        return Sent(ticket, outcome.size, reply.stop == size and outcome.size > 0, digest, PART_SENT.id)
    if outcome.size < size:
        return Sent(ticket, 0, False, digest, ASKED_ABOUT.id)
    return Sent(ticket, size, True, digest)


def _later() -> web.Response:
    """Ask the device to come back: told that a file is missing some forget what they have."""
    return plain(503, **{"Retry-After": RETRY_AFTER})
