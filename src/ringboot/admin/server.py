"""Serves the administrator on what the supervisor opened: a unix socket, whose kernel tells who connects, and TCP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ringboot.admin.access import Peer, peer_of

_LAST_WORDS = 5  # seconds that requests have to finish at the end
_CONNECTIONS = 256
_OF_ONE_USER = 64  # anybody may connect, and must not keep the others out by it
_OVER_THE_NETWORK = 512
OF_ONE_ADDRESS = 128  # a site's browsers may all come from one address
SLOWEST_HEAD = 10.0  # seconds in which the head of a request must be there


class PeerProtocol(H11Protocol):
    """Puts the peer's credentials into every request of the connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the kernel once a connection; break off when its user has too many, unless that is root."""
        connection = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # without an answer nobody is let in
            self.app_state = {**self.app_state, "peer": peer_of(connection)}
        super().connection_made(cast(asyncio.Transport, transport))
        if self._user != 0 and self._count() > _OF_ONE_USER:
            cast(asyncio.Transport, transport).abort()

    @property
    def _user(self) -> int | None:
        peer = self.app_state.get("peer")
        return peer.uid if isinstance(peer, Peer) else None

    def _count(self) -> int:
        return sum(isinstance(each, PeerProtocol) and each._user == self._user for each in self.connections)


class StrangerProtocol(H11Protocol):
    """Hangs up on those who hold connections open and say nothing, or hold too many."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the head of a request; break off when its address has too many connections."""
        super().connection_made(cast(asyncio.Transport, transport))
        host = self.client[0] if self.client else ""
        ours = [each for each in self.connections if isinstance(each, StrangerProtocol) and each.client]
        if sum(each.client is not None and each.client[0] == host for each in ours) > OF_ONE_ADDRESS:
            cast(asyncio.Transport, transport).abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on, and see to it that a head comes to its end."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
            if self.conn.their_state is h11.SEND_BODY and self.cycle is not None and self.cycle.response_complete:
                self.transport.close()  # it was answered without its body, which nobody wants any more
        elif self._late is None and not self.transport.is_closing():
            self._late = self.loop.call_later(SLOWEST_HEAD, self.transport.abort)

    def on_response_complete(self) -> None:
        """Let uvicorn wait for the next request: it has a limit of its own until the first octet."""
        self._stop_waiting()
        super().on_response_complete()

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals are the main process's own


class ApiServer:
    """One door of the daemon's administrator, from start() to stop()."""

    def __init__(self, app: Any, listening: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """`tls` may load another certificate while this runs."""
        is_local = listening.family == socket.AF_UNIX
        config = uvicorn.Config(
            app,
            http=PeerProtocol if is_local else StrangerProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            limit_concurrency=_CONNECTIONS if is_local else _OVER_THE_NETWORK,
            proxy_headers=False,  # who sends one may say anything
            ssl_context_factory=None if tls is None else lambda *_: tls,
            timeout_graceful_shutdown=_LAST_WORDS,
        )
        self._server = _Server(config)
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to answer; returns once it does."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            self._task.result()

    async def stop(self) -> None:
        """Let requests finish, then end."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
