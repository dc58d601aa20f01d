"""The SIP door's sockets: UDP and TCP, and the clock that it is asked by."""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import cast

from ringboot import log
from ringboot.servers.listen import IP_PKTINFO
from ringboot.sip import response
from ringboot.sip.door import Action, Dial, Door, Passwords, Send
from ringboot.sip.request import LARGEST, Hop
from ringboot.sip.response import BadStream
from ringboot.sip.transaction import NEVER, Timers

MOST_LINES = 256  # connections at once; more are closed
PATIENCE = 120.0  # seconds that a connection may say nothing; a phone opens another for its next call
_AT_ONCE = 32  # datagrams, before others have their turn
_PKTINFO = struct.Struct("=I4s4s")  # interface, our address that answers, the address that was written to
_BROKEN = ""  # no reason of the codes' names


class SipDoor:
    """Answer phones on a bound UDP and a bound TCP socket; `use` does what a code means and names the reason."""

    def __init__(
        self,
        datagrams: socket.socket,
        streams: socket.socket,
        passwords: Passwords,
        use: Callable[[Dial], Awaitable[str]],
        timers: Timers | None = None,
    ) -> None:
        self._socket, self._streams = datagrams, streams
        self._use = use
        self._door = Door(secrets.token_bytes(32), lambda: secrets.token_hex(12), passwords, timers or Timers())
        self._lines: dict[int, _Line] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._listener: asyncio.Server | None = None
        self.counts = self._door.counts

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Line(self), sock=self._streams)
        loop.add_reader(self._socket, self._receive)

    async def close(self) -> None:
        """Stop listening; calls that stand are left to the phones."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        if self._listener is not None:
            self._listener.close()
        if self._timer is not None:
            self._timer.cancel()
        for line in list(self._lines.values()):
            line.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _receive(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                data, ancillary, _flags, (address, port) = self._socket.recvmsg(LARGEST + 1, 64)
            except BlockingIOError:
                return
            except OSError as error:
                log.get().error("SIP cannot be received", why=str(error))
                return
            if port:
                self.heard(data, Hop("udp", address, port, self._local(ancillary)))

    def _local(self, ancillary: list[tuple[int, int, bytes]]) -> tuple[str, int]:
        """Give our address that a datagram came to."""
        address, port = self._socket.getsockname()[:2]
        for level, kind, data in ancillary:
            if (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                address = socket.inet_ntoa(_PKTINFO.unpack(data)[1])
        return address, port

    def heard(self, data: bytes, hop: Hop) -> None:
        """Take one message."""
        self._do(self._door.hear(data, hop, asyncio.get_running_loop().time()))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Send):
                self._send(action.hop, action.data)
            else:
                task = asyncio.create_task(self._dial(action))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._wind()

    async def _dial(self, dial: Dial) -> None:
        try:
            reason = await self._use(dial)
        except Exception as error:  # the phone must get an answer, whatever happened to its code
            log.get().error("a code that was dialled could not be used", address=dial.address, why=repr(error))
            reason = _BROKEN
        self._do(self._door.answered(dial.tag, reason, asyncio.get_running_loop().time()))

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._door.due < NEVER:
            self._timer = asyncio.get_running_loop().call_at(self._door.due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._do(self._door.tick(asyncio.get_running_loop().time()))

    def _send(self, hop: Hop, data: bytes) -> None:
        if hop.transport == "tcp":
            line = self._lines.get(hop.line)
            if line is not None:
                line.write(data)
            return
        info = _PKTINFO.pack(0, socket.inet_aton(hop.ours[0]), bytes(4))
        try:
            self._socket.sendmsg([data], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, (hop.address, hop.port))
        except OSError as error:  # it goes again, or the phone asks again
            log.get().info("SIP could not be sent", address=hop.address, why=str(error))

    def opened(self, line: _Line) -> int:
        """Take a connection; gives its number, 0 when there are too many."""
        if len(self._lines) >= MOST_LINES:
            return 0
        self._count += 1
        self._lines[self._count] = line
        return self._count

    def closed(self, number: int) -> None:
        """Forget a connection."""
        self._lines.pop(number, None)


class _Line(asyncio.Protocol):
    """One connection of a phone."""

    def __init__(self, door: SipDoor) -> None:
        self._door = door
        self._stream = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._hop = Hop("tcp", "", 0, ("", 0))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        number = self._door.opened(self)
        address, port = transport.get_extra_info("peername")[:2]
        self._hop = Hop("tcp", address, port, tuple(transport.get_extra_info("sockname")[:2]), number)
        if number:
            self._wait()
        else:
            self.close()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(PATIENCE, self.close)

    def data_received(self, data: bytes) -> None:
        self._stream = (self._stream + data).lstrip(b"\r\n")  # empty lines keep a router's port open
        while (piece := response.cut(self._stream)) is not None:
            if isinstance(piece, BadStream):
                log.get().info("a SIP connection was closed", address=self._hop.address, why=piece.why)
                self.close()
                return
            message, self._stream = piece
            self._door.heard(message, self._hop)
            self._wait()
        if len(self._stream) > LARGEST:
            self.close()

    def write(self, data: bytes) -> None:
        if self._transport is not None and self._transport.get_write_buffer_size() < LARGEST:
            self._transport.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._door.closed(self._hop.line)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
