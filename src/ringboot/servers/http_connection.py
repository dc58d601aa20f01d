"""One connection of the HTTP door: how many there may be, how long one may idle, what follows an unreadable request."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from ringboot.reasons import BAD_REQUEST, BUSY
from ringboot.servers.files_door import FileDoor
from ringboot.servers.http_reply import SERVER


class Limits(NamedTuple):
    """How many connections, in all and for one address, and how long, in seconds, one may do nothing."""

    connections: int = 1000
    per_source: int = 256
    idle: float = 15.0  # also for the headers of a request
    stalled: float = 120.0  # while something is sent: some phones erase their flash meanwhile


LIMITS = Limits()


class Room:
    """Who is in, who of them waits for a request; a newcomer takes the place of who has waited longest."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._peers: dict[Connection, str] = {}
        self._sources: Counter[str] = Counter()
        self._idle: dict[Connection, None] = {}  # longest first

    def __len__(self) -> int:
        """Give the number of connections."""
        return len(self._peers)

    def enter(self, connection: Connection, peer: str) -> bool:
        """Let a connection in, or say that there is no room."""
        crowded = self._sources[peer] >= self.limits.per_source
        if crowded or len(self._peers) >= self.limits.connections:
            oldest = next((one for one in self._idle if not crowded or self._peers[one] == peer), None)
            if oldest is None:
                return False
            self.leave(oldest)
            if oldest.transport is not None:
                oldest.transport.abort()
        self._peers[connection] = peer
        self._sources[peer] += 1
        self._idle[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._idle.pop(connection, None)
        peer = self._peers.pop(connection, None)
        if peer is not None:
            self._sources[peer] -= 1
            if not self._sources[peer]:
                del self._sources[peer]

    def busy(self, connection: Connection) -> None:
        """Note that a request is being answered."""
        self._idle.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Note that the next request is awaited."""
        if connection in self._peers:
            self._idle[connection] = None


class Connection(web.RequestHandler):
    """aiohttp's connection without tracebacks for what a stranger sent, in a room of limited size."""

    __slots__ = ("_door", "_room")

    def __init__(self, server: web.Server, room: Room, door: FileDoor, **options: Any) -> None:
        super().__init__(server, **options)
        self._room = room
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in if there is room; abort it otherwise."""
        peer = transport.get_extra_info("peername")
        if not self._room.enter(self, str(peer[0]) if peer else ""):
            self._door.count(BUSY)
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
            return
        # The kernel breaks off when the other side takes nothing, also while a closed connection is flushed.
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._room.limits.stalled * 1000)
            )
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Make room."""
        self._room.leave(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,  # noqa: ARG002  # aiohttp calls it so; `exc` says it all
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """Answer what could not be read with a plain 400, a fault of our own with a plain 500."""
        if isinstance(exc, ConnectionError) or request.writer.output_size > 0:
            raise ConnectionResetError("nothing more can be said on this connection")
        if isinstance(exc, HttpProcessingError):
            self._door.count(BAD_REQUEST)
            response = plain(400)
        else:
            self._door.log.error("a request failed by a fault of the program", error=repr(exc))
            response = plain(500)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:  # noqa: ARG002  # aiohttp's text says less than the error
        """Write one line instead of a traceback."""
        self._door.log.error("a connection failed", error=repr(kw.get("exc_info")))


PHRASES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    416: "Range Not Satisfiable",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def plain(status: int, **headers: str) -> web.Response:
    """Answer with the bare name of a status: nothing in it depends on who asked or for what."""
    return web.Response(status=status, text=f"{PHRASES[status]}\n", headers={"Server": SERVER, **headers})


def connections(room: Room, door: FileDoor) -> Callable[[web.Server, asyncio.AbstractEventLoop], Connection]:
    """Give what makes a connection when one comes in."""

    def make(server: web.Server, loop: asyncio.AbstractEventLoop) -> Connection:
        return Connection(
            server,
            room,
            door,
            loop=loop,
            keepalive_timeout=room.limits.idle,
            lingering_time=0.5,  # seconds for a body that nobody wanted
            access_log=None,
            auto_decompress=False,
        )

    return make
