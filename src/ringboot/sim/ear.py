"""A virtual phone's ear for SIP: a NOTIFY of its brand's event is answered, and makes it read its files again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sipmessage import Message, Request, Response

KEPT = 64  # transactions whose answer is given again (RFC 3261 17.2.2)
_COPIED = ("Via", "From", "Call-ID", "CSeq")


class Ear(asyncio.DatagramProtocol):
    """Hears one phone's SIP port over UDP."""

    def __init__(self, event: str, heard: Callable[[], None]) -> None:
        self._event = event.partition(";")[0].strip().lower()
        self._heard = heard
        self._answered: dict[str, bytes] = {}  # by what tells one transaction from another
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        """Remember where answers leave."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a request; a NOTIFY that is sent again is answered again, and heard once."""
        try:
            request = Message.parse(data)
            if not isinstance(request, Request):
                return
            transaction = f"{request.via[0].parameters['branch']} {request.method}"
            answer = self._answered.get(transaction) or bytes(self._answer(request))
        except (ValueError, KeyError, IndexError):
            return  # no SIP, or without what every request has
        if transaction not in self._answered:
            if len(self._answered) >= KEPT:
                self._answered.pop(next(iter(self._answered)))
            self._answered[transaction] = answer
        if self._transport is not None:
            self._transport.sendto(answer, addr)

    def _answer(self, request: Request) -> Response:
        if request.method != "NOTIFY":
            return _response(request, 405, "Method Not Allowed", Allow="NOTIFY")
        (said, *_) = request.headers.getlist("Event") or [""]
        if said.partition(";")[0].strip().lower() != self._event:
            return _response(request, 489, "Bad Event", **{"Allow-Events": self._event})
        self._heard()
        return _response(request, 200, "OK")


def _response(request: Request, code: int, phrase: str, **more: str) -> Response:
    """Answer with what a response copies (RFC 3261 8.2.6.2)."""
    response = Response(code, phrase)
    for name in _COPIED:
        for value in request.headers.getlist(name):
            response.headers.add(name, value)
    to = request.headers.get("To") or ""
    response.headers.add("To", to if "tag=" in to else f"{to};tag=simulated")
    for name, value in {**more, "Content-Length": "0"}.items():
        response.headers.add(name, value)
    return response
