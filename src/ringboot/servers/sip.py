"""Sends NOTIFYs over UDP, TCP and TLS: one socket each, since the kernel then tells when nobody is there."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import ssl
from collections.abc import Callable
from typing import Any

from ringboot.sip import notify as sip
from ringboot.sip import response, transaction
from ringboot.sip.notify import Answered, Names, NotAnswered, Notify, Outcome
from ringboot.sip.response import BadStream, Response
from ringboot.sip.transaction import COMPLETED, FINAL, SEND, TIMEOUT, Timers, Transaction

_MOST = 3  # requests: a nonce may be stale once; who asks after that will not be satisfied


class SipSender:
    """Sends each NOTIFY in transactions of its own."""

    def __init__(self, timers: Timers | None = None) -> None:
        self._timers = timers or Timers()
        self._open: set[_Line] = set()
        # A phone's certificate names no address, and what is sent holds no secret.
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE

    async def notify(self, notify: Notify) -> Outcome:
        """Send it, prove who we are where that is asked, and give what the phone said at last."""
        line = _Line(self._open.discard)
        self._open.add(line)
        try:
            await self._connect(line, notify)
            return await self._asked(line, notify)
        except TimeoutError:  # first of all: it is an OSError, too
            line.close()
            return NotAnswered("the connection was not accepted in time")
        except (OSError, ssl.SSLError) as error:
            line.close()
            return NotAnswered(error.strerror or str(error) or type(error).__name__)
        except BaseException:
            line.close()
            raise

    async def _connect(self, line: _Line, notify: Notify) -> None:
        host, port = notify.contact.place
        loop = asyncio.get_running_loop()
        if notify.contact.transport == "udp":
            await loop.create_datagram_endpoint(
                lambda: _Datagrams(line), remote_addr=(host, port), family=socket.AF_INET
            )
            return
        tls = self._tls if notify.contact.transport == "tls" else None
        async with asyncio.timeout(64 * self._timers.t1):
            await loop.create_connection(lambda: _Stream(line), host, port, ssl=tls, family=socket.AF_INET)

    async def _asked(self, line: _Line, notify: Notify) -> Outcome:
        call, tag = secrets.token_hex(12), secrets.token_hex(8)
        proof: tuple[tuple[str, str], ...] = ()
        number = 1
        while True:
            names = Names(call, tag, secrets.token_hex(12))
            data = sip.write(notify, line.ours, names, number, *proof)
            said = await line.run(data, names.branch, number, self._timers)
            if isinstance(said, NotAnswered):
                line.close()
                return said
            more = sip.proof(notify, said, secrets.token_hex(16)) if number < _MOST else None
            if more is None:
                line.close_after(self._timers.t4 if line.is_datagrams else 0.0)
                return Answered(said.code, said.phrase)
            proof, number = (more,), number + 1

    def close(self) -> None:
        """Close what is still open."""
        for line in list(self._open):
            line.close()


class _Line:
    """A socket to one phone, and the transaction that is under way on it."""

    def __init__(self, closed: Callable[[_Line], None]) -> None:
        self._closed = closed
        self._transport: Any = None  # asyncio's own for datagrams is none of its DatagramTransport
        self._at: Transaction | None = None
        self._request = b""
        self._wanted = ("", 0)
        self._answer: asyncio.Future[Response | NotAnswered] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.is_datagrams = False
        self.ours = ("", 0)

    def opened(self, transport: asyncio.BaseTransport, *, is_datagrams: bool) -> None:
        self._transport = transport
        self.is_datagrams = is_datagrams
        self.ours = transport.get_extra_info("sockname")[:2]

    async def run(self, request: bytes, branch: str, number: int, timers: Timers) -> Response | NotAnswered:
        """Play one transaction to its final response."""
        loop = asyncio.get_running_loop()
        self._request, self._wanted = request, (branch, number)
        self._answer = loop.create_future()
        self._at = transaction.begin(loop.time(), reliable=not self.is_datagrams, timers=timers)
        self._send()
        self._wind()
        return await self._answer

    def _send(self) -> None:
        if self.is_datagrams:
            self._transport.sendto(self._request)
        else:
            self._transport.write(self._request)

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._at is not None and self._at.state != COMPLETED:
            self._timer = asyncio.get_running_loop().call_at(self._at.due, self._tick)

    def _tick(self) -> None:
        assert self._at is not None
        self._at, what = transaction.tick(self._at, asyncio.get_running_loop().time())
        if what == TIMEOUT:
            self.lost("nothing came back")
            return
        if what == SEND:
            self._send()
        self._wind()

    def heard(self, data: bytes) -> None:
        """Take what came; what belongs to no transaction of ours is left."""
        found = response.read(data)
        if found is None or self._at is None or found.method != sip.METHOD:
            return
        if (found.branch, found.number) != self._wanted:
            return
        self._at, what = transaction.hear(self._at, found.code, asyncio.get_running_loop().time())
        if what == FINAL and self._answer is not None and not self._answer.done():
            self._answer.set_result(found)
        self._wind()

    def lost(self, why: str) -> None:
        """End the transaction: nobody will answer (RFC 3261 17.1.4)."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(NotAnswered(why))

    def close_after(self, seconds: float) -> None:
        """Close it once no answer can be on its way any more (timer K)."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self.close)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
        self._closed(self)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line.opened(transport, is_datagrams=True)

    def datagram_received(self, data: bytes, _: object) -> None:
        self._line.heard(data)

    def error_received(self, error: Exception) -> None:
        self._line.lost(getattr(error, "strerror", None) or str(error))


class _Stream(asyncio.Protocol):
    def __init__(self, line: _Line) -> None:
        self._line = line
        self._stream = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line.opened(transport, is_datagrams=False)

    def data_received(self, data: bytes) -> None:
        self._stream += data
        while (piece := response.cut(self._stream)) is not None:
            if isinstance(piece, BadStream):
                self._line.lost(f"what came back is no SIP: {piece.why}")
                return
            message, self._stream = piece
            self._line.heard(message)

    def connection_lost(self, error: Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._line.lost(getattr(error, "strerror", None) or "the connection was closed")
