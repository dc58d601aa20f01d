"""The door for Prometheus: GET /metrics over TCP, and nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from aiohttp import web

KIND = "text/plain; version=0.0.4"
_AT_ONCE = 4  # numbers are gathered for; more wait


class MetricsServer:
    """Serve what `text` gives, on a bound TCP socket."""

    def __init__(self, sock: socket.socket, text: Callable[[], Awaitable[str]]) -> None:
        self._sock = sock
        self._text = text
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._web: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen."""
        self._web = web.Server(self._respond, access_log=None)
        self._listener = await asyncio.get_running_loop().create_server(self._web, sock=self._sock)

    async def close(self) -> None:
        """Stop listening and close every connection."""
        if self._listener is not None and self._web is not None:
            self._listener.close()
            await self._web.shutdown(1.0)

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path != "/metrics":
            return web.Response(status=404, text="Numbers are at /metrics.\n")
        if request.method not in ("GET", "HEAD"):
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        async with self._room:
            return web.Response(body=(await self._text()).encode(), headers={"Content-Type": KIND})
