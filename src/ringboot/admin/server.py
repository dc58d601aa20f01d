"""Serves the API on the unix socket that the supervisor opened, and tells the application who connected."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ringboot.admin.access import Peer, peer_of

_LAST_WORDS = 5  # seconds that requests have to finish at the end
_CONNECTIONS = 256
_OF_ONE_USER = 64  # anybody may connect, and must not keep the others out by it


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
    """The API of one daemon, from start() to stop()."""

    def __init__(self, app: Any, listening: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            http=PeerProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            limit_concurrency=_CONNECTIONS,
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
